// What has become of a version while the process ran and does not stand in a file: that it was retired. Shared by every
// configuration that has the version, so a reload forgets nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.h"

namespace causeway::routing {

/// Thread safe; read on every call of a version that has passed its sunset, without a lock.
class VersionState {
 public:
  /// A version that was retired before its sunset was retired by an earlier date of the same file; moving the sunset
  /// into the future brings it back.
  bool retired_since(WallTime sunset) const {
    return retired_at_.load(std::memory_order_relaxed) >= unix_milliseconds(sunset);
  }
  void retire(WallTime at) { retired_at_.store(unix_milliseconds(at), std::memory_order_relaxed); }
  /// As if it never was retired: a sunset that is moved back then does not retire it again at once.
  void bring_back() { retired_at_.store(kNever, std::memory_order_relaxed); }

 private:
  static constexpr std::int64_t kNever = INT64_MIN;
  std::atomic<std::int64_t> retired_at_{kNever};
};

/// One a process. Thread safe; takes a mutex, for compilations.
class VersionStates {
 public:
  /// The same for the same names as long as this object lives.
  std::shared_ptr<VersionState> of(std::string_view api, std::string_view version) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<VersionState>& state = states_[{std::string(api), std::string(version)}];
    if (!state) state = std::make_shared<VersionState>();
    return state;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<VersionState>> states_;
};

}  // namespace causeway::routing
