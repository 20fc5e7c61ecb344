// Lines about the process itself, `listening | name=public | address=127.0.0.1:8080`, from any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "telemetry/log_record.h"

namespace causeway::telemetry {

struct ProcessLine {
  using Field = std::pair<std::string_view, std::string_view>;

  WallTime time;
  Level level = Level::kInfo;
  std::string event;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// Thread safe. Takes a mutex and allocates: for events of the process, not for a call's path. Holds up to kMaxLines
/// lines that were not yet taken; more are dropped and counted.
class ProcessLog {
 public:
  static constexpr std::size_t kMaxLines = 4096;

  explicit ProcessLog(const Clock& clock) : clock_(clock) {}

  void write(Level level, std::string_view event, std::initializer_list<ProcessLine::Field> fields = {});
  /// Moves all lines out, oldest first.
  std::vector<ProcessLine> take();
  std::uint64_t dropped() const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<ProcessLine> lines_;
  std::uint64_t dropped_ = 0;
};

}  // namespace causeway::telemetry
