#include "app/reload/one_thread.h"

#include <pthread.h>

#include <future>

namespace causeway::app {

OneThread::OneThread(std::string name, std::function<void(std::string_view)> failed) : failed_(std::move(failed)) {
  thread_ = std::thread([this, called = std::move(name)] {
    pthread_setname_np(pthread_self(), called.c_str());
    loop();
  });
}

OneThread::~OneThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  thread_.join();
}

void OneThread::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(work));
  wake_.notify_one();
}

void OneThread::run(const std::function<void()>& work) {
  std::promise<void> done;
  post([&] {
    try {
      work();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

/// What the work holds is taken apart here, too.
void OneThread::work_on(std::function<void()> work) {
  try {
    work();
  } catch (const std::exception& thrown) {
    failed_(thrown.what());
  } catch (...) {
    failed_("unknown");
  }
}

void OneThread::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work_on(std::move(work));
    lock.lock();
  }
}

}  // namespace causeway::app
