#include "app/reload/file_watch.h"

#include <pthread.h>

#include <algorithm>
#include <optional>

#include "config/document.h"

namespace causeway::app {
namespace {

constexpr std::chrono::seconds kAfterFailure{1};

/// How everything looks at one moment.
struct Look {
  std::vector<config::FileIdentity> files;
  std::vector<std::vector<std::filesystem::path>> matches;
  bool operator==(const Look&) const = default;
};

Look as_read(const config::FilesRead& read) {
  Look look;
  for (const auto& [path, identity] : read.files()) look.files.push_back(identity);
  for (const config::FilePattern& pattern : read.patterns()) look.matches.push_back(pattern.matches);
  return look;
}

Look as_now(const config::FilesRead& read) {
  Look look;
  for (const auto& [path, ignored] : read.files()) look.files.push_back(config::identity_of(path));
  for (const config::FilePattern& pattern : read.patterns())
    look.matches.push_back(config::expand(pattern.folder, pattern.pattern));
  return look;
}

}  // namespace

FileWatch::FileWatch(std::function<void()> changed, std::function<void(std::string_view)> failed)
    : changed_(std::move(changed)), failed_(std::move(failed)) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "watch");
    run();
  });
}

FileWatch::~FileWatch() { stop(); }

void FileWatch::take(config::FilesRead files, const ReloadSettings& settings) {
  const std::lock_guard lock(mutex_);
  read_ = std::move(files);
  settings_ = settings;
  ++generation_;
  wake_.notify_all();
}

bool FileWatch::differs() {
  config::FilesRead read;
  {
    const std::lock_guard lock(mutex_);
    read = read_;
  }
  return as_now(read) != as_read(read);
}

void FileWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool FileWatch::wait(std::unique_lock<std::mutex>& lock, Duration duration, std::uint64_t generation) {
  wake_.wait_for(lock, duration, [&] { return stopping_ || generation_ != generation; });
  return !stopping_;
}

void FileWatch::run() {
  for (bool over = false; !over;) {
    try {
      look();
      over = true;
    } catch (const std::exception& thrown) {
      failed_(thrown.what());
    } catch (...) {
      failed_("unknown");
    }
    std::unique_lock lock(mutex_);
    if (!over) over = wake_.wait_for(lock, kAfterFailure, [this] { return stopping_; });
  }
}

/// Until all is over.
void FileWatch::look() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || settings_.watch; });
    if (stopping_) return;
    const std::uint64_t generation = generation_;
    const config::FilesRead read = read_;
    const Duration interval = settings_.interval;
    const auto replaced = [&] { return generation_ != generation; };
    lock.unlock();
    Look before = as_read(read);
    lock.lock();
    while (!replaced()) {
      if (!wait(lock, interval, generation)) return;
      if (replaced()) break;
      lock.unlock();
      Look now = as_now(read);
      lock.lock();
      if (now == before) continue;
      // Somebody may still be writing.
      for (std::optional<Look> last; !replaced() && last != now;) {
        last = std::move(now);
        if (!wait(lock, kSettled, generation)) return;
        lock.unlock();
        now = as_now(read);
        lock.lock();
      }
      if (replaced() || now == before) continue;
      lock.unlock();
      changed_();
      lock.lock();
      before = std::move(now);
    }
  }
}

}  // namespace causeway::app
