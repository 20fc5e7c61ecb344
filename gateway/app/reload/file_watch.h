// Tells when a file of the configuration has changed: written in place, replaced by another (an editor's save, `mv`), a
// link that leads elsewhere (Kubernetes' `..data`), one that came or went where a pattern of `include` looks.
//
// Looks at names, not at events of a file system: what matters is what a path leads to, on every kind of volume.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "app/reload/settings.h"
#include "config/files_read.h"

namespace causeway::app {

/// Thread safe. Costs a system call a file and look; with nothing to watch it sleeps.
class FileWatch {
 public:
  /// Files that still change are waited for: they have to stay the same for so long.
  static constexpr Duration kSettled = std::chrono::milliseconds(250);

  /// `changed` runs on this object's thread once files have changed and stay; it is to read them and `take` what it has
  /// read, whatever it makes of them; what it does not take is offered again once it changes. `failed` is told of what
  /// was thrown while looking, and looking goes on. Both outlive this.
  FileWatch(std::function<void()> changed, std::function<void(std::string_view)> failed);
  /// Stops.
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// From now on these are watched: what differs from how they were when they were read is a change.
  void take(config::FilesRead files, const ReloadSettings& settings);
  /// Is anything not as it was read?
  bool differs();
  /// `changed` does not run any more when it returns. Not from within it.
  void stop();

 private:
  void run();
  void look();
  /// Waits so long, or until what was read is not of this generation any more; false when all is over.
  bool wait(std::unique_lock<std::mutex>& lock, Duration duration, std::uint64_t generation);

  const std::function<void()> changed_;
  const std::function<void(std::string_view)> failed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::uint64_t generation_ = 0;  // of `read_`
  config::FilesRead read_;
  ReloadSettings settings_{.watch = false};
  std::thread thread_;
};

}  // namespace causeway::app
