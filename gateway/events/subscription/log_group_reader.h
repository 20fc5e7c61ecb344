// The embedded bus behind the port: a lane is a shard of the log, and the log tells when something was stored.
#pragma once

#include <vector>

#include "events/event_log.h"
#include "events/subscription/group_reader.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {

/// As the port says. Its backlog is the store's own: the oldest is of everything that is not finished.
class LogGroupReader final : public GroupReader, private LogListener {
 public:
  /// Everything outlives it.
  LogGroupReader(EventLog& log, ReaderContext context);
  ~LogGroupReader() override;
  LogGroupReader(const LogGroupReader&) = delete;
  LogGroupReader& operator=(const LogGroupReader&) = delete;

  Task<Result<std::vector<Position>>> starts(Start start, WallTime at) override;
  void begin(std::span<const Position> low) override;
  Task<Result<ReadBatch>> read(ReadWish wish) override;
  void settled(std::uint32_t, Position) override {}  // the store's cursor is the only one
  Task<Result<GroupBacklog>> backlog() override;

 private:
  void appended(std::string_view topic) noexcept override;

  EventLog& log_;
  const ReaderContext context_;
  const GroupId id_;
  std::vector<Position> after_;  // by shard: the last that was read
  std::size_t first_ = 0;        // the shard to begin with
};

}  // namespace causeway::events
