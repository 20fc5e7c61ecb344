// The memory for replays on its way from a process that has stopped in order to the one that follows: a file beside the
// store, which is used once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "security/replay.h"

namespace causeway::app {

/// `<database>.replays`; of a relative path as of now.
std::filesystem::path replay_file(const std::filesystem::path& database);

/// On disk when it returns. `owner`: the store that it belongs to. Empty, or why there is none; then there is no file.
/// Not while calls are admitted.
std::string save_replays(const std::filesystem::path& file, std::string_view owner, const security::ReplayTable& table,
                         WallTime now);

struct TakenReplays {
  bool restored = false;
  std::string problem;  ///< why a file that was there is not used; empty when there was none
};
/// Goes on where the file says, and removes it for good before it returns: whatever is admitted afterwards is not in
/// it. One that is damaged, of another store, version or other settings is only removed. Throws std::runtime_error when
/// it cannot be removed: nothing may be admitted then, for the next process would believe it.
TakenReplays take_replays(const std::filesystem::path& file, std::string_view owner, security::ReplayTable& table);
/// Only removes it.
void forget_replays(const std::filesystem::path& file);

}  // namespace causeway::app
