// Where the names of endpoints lead to. Looking one up blocks for as long as name servers like, so it happens on
// threads of its own, beside everything else; what is not a name is known at once.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "upstream/addresses.h"

namespace causeway::upstream {

/// Thread safe, off the workers. A name that cannot be looked up keeps the addresses that it had.
class NameBook {
 public:
  using Resolve = std::function<AddressList(const net::EndpointName&)>;
  static constexpr std::chrono::seconds kPatience{5};  ///< what a start or a reload waits for all names together
  static constexpr std::chrono::seconds kEvery{30};
  static constexpr std::chrono::seconds kDoubtedEvery{5};  ///< after a connection failed
  static constexpr std::chrono::minutes kForget{1};        ///< what no endpoint uses any more
  static constexpr std::size_t kAtOnce = 16;               ///< look-ups beside each other, after the start

  /// `resolve` may block; it may be called by several threads, even after the book is gone.
  explicit NameBook(
      Resolve resolve = [](const net::EndpointName& where) { return net::resolve(where); },
      Duration patience = kPatience);

  /// From now on, for every endpoint, on the thread that asks, and once.
  void resolve_by(Resolve resolve);

  /// Waits for names that have no address yet; those that are known are looked up again soon.
  void prepare(std::span<const net::EndpointName> names);
  /// What is known; a new name is prepared.
  SharedAddresses get(const net::EndpointName& where);

  /// What has happened to a name since the last time.
  struct News {
    std::string name;
    SharedAddresses addresses;
    enum class Kind : std::uint8_t { kMoved, kFailed, kFound } kind = Kind::kMoved;
  };
  /// Begins the look-ups that are due at `now`. `used`: the names that count, and whether a connection to them has
  /// failed since the last time; others are forgotten.
  std::vector<News> refresh(SteadyTime now, const std::map<std::string, bool>& used);

 private:
  struct Entry {
    net::EndpointName where;
    SharedAddresses addresses = std::make_shared<const AddressList>();
    SteadyTime looked = SteadyTime::min();  ///< min: before the first `refresh`
    bool fixed = false;                     ///< no name, or only played
    bool given = false;                     ///< somebody has what there was
    bool doubted = false;
    bool in_flight = false;
    bool failing = false;
  };
  /// Shared with the threads, which may be the last to leave.
  struct Desk {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::pair<std::string, AddressList>> found;
  };

  Entry& entry(const net::EndpointName& where);
  void begin(Entry& entry);
  void take_found();
  void settle(Entry& entry, AddressList found);

  std::shared_ptr<const Resolve> resolve_;
  const Duration patience_;
  const std::shared_ptr<Desk> desk_ = std::make_shared<Desk>();  // its mutex also of what follows
  bool played_ = false;
  std::size_t in_flight_ = 0;
  std::map<std::string, Entry> entries_;
  std::vector<News> news_;
};

}  // namespace causeway::upstream
