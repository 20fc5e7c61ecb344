// What other threads tell the relay's, and the eventfd on which all of it (and the bus's reports) wakes it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/log_reader.h"
#include "events/relay/settlement.h"
#include "events/topic.h"

namespace causeway::events {

/// Thread safe, but for those that only the relay's thread calls.
class RelayInbox final : public LogListener {
 public:
  /// Set when events of a topic were stored; whoever is about to read them clears it first.
  using Mark = std::atomic<bool>;

  /// Throws std::system_error.
  RelayInbox();
  ~RelayInbox();
  RelayInbox(const RelayInbox&) = delete;
  RelayInbox& operator=(const RelayInbox&) = delete;

  void appended(std::string_view topic) noexcept override;
  void take(std::shared_ptr<const TopicTable> topics);
  void settled(std::unique_ptr<BusSettlement> settlement, Result<> result);
  void wake() noexcept;

  // The relay's thread:
  int event_fd() const { return event_fd_; }
  /// Before it looks at anything: what comes later wakes it again.
  void clear_wake() noexcept;
  /// Of a topic that is relayed; it begins set.
  std::shared_ptr<Mark> mark(const std::string& topic);
  void forget(const std::string& topic);
  /// The newest that was taken since the last call; null: none.
  std::shared_ptr<const TopicTable> taken();
  struct Settled {
    std::unique_ptr<BusSettlement> settlement;
    Result<> result;
  };
  std::optional<Settled> settled();

 private:
  const int event_fd_;
  std::shared_mutex marks_mutex_;
  std::map<std::string, std::shared_ptr<Mark>, std::less<>> marks_;
  std::mutex mutex_;
  std::shared_ptr<const TopicTable> taken_;
  std::optional<Settled> settled_;
};

}  // namespace causeway::events
