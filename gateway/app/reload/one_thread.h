// One thread for what takes long and is done one after the other: configurations are made and taken apart on it. What a
// thread has allocated and somebody else has freed is used again only by that thread (glibc's arenas), so that many
// threads making configurations would keep the memory of as many.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace causeway::app {

/// Thread safe.
class OneThread {
 public:
  /// `failed` is told what posted work has thrown, on this thread; the thread goes on.
  OneThread(std::string name, std::function<void(std::string_view)> failed);
  /// After everything that was posted.
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

  /// Returns at once.
  void post(std::function<void()> work);
  /// Returns when it is done, or throws what it threw. Not from the thread itself.
  void run(const std::function<void()>& work);

 private:
  void loop();
  void work_on(std::function<void()> work);

  const std::function<void(std::string_view)> failed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace causeway::app
