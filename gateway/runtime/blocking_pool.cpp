#include "runtime/blocking_pool.h"

#include <pthread.h>

namespace causeway::runtime {

BlockingPool::BlockingPool(std::string name, std::size_t threads, std::size_t waiting) : waiting_(waiting) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, name] { serve(name); });
}

BlockingPool::~BlockingPool() { stop(); }

Task<bool> BlockingPool::run(Worker& worker, std::function<void()> work) {
  bool done = false;
  const auto lay_down = [this, &worker, &work, &done](std::unique_ptr<Sleeper> sleeper) {
    Job job{&worker, std::move(work), std::move(sleeper), &done};
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && jobs_.size() < waiting_) {
        jobs_.push_back(std::move(job));
        changed_.notify_one();
        return;
      }
    }
    worker.post([held = std::move(job.sleeper)] { held->resume(); });
  };
  co_await suspend(lay_down);
  co_return done;
}

void BlockingPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void BlockingPool::serve(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !jobs_.empty() || stopping_; });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    *job.done = true;
    job.worker->post([held = std::move(job.sleeper)] { held->resume(); });
    job = Job{};
    lock.lock();
  }
}

}  // namespace causeway::runtime
