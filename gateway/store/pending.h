// A change or a question on its way through the store's threads, and how its result gets back to whoever waits.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "runtime/suspension.h"
#include "store/queue.h"
#include "store/replies.h"
#include "store/store.h"

namespace causeway::store {

/// `Work` is Change or Query. Lives with whoever waits; not touched any more after `settle`.
template <class Work>
class Pending {
 public:
  explicit Pending(Work& its) : work(its) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  virtual ~Pending() = default;

  /// Hands `result` over, once, on the thread that did the work.
  virtual void settle(Replies& replies) = 0;

  Work& work;
  Result<> result;
};

/// In the frame of a coroutine.
template <class Work>
class Awaited final : public Pending<Work> {
 public:
  Awaited(runtime::Worker& worker, Work& work) : Pending<Work>(work), worker_(worker) {}
  void lay_down(std::unique_ptr<runtime::Sleeper> sleeper) { sleeper_ = std::move(sleeper); }
  void settle(Replies& replies) override { replies.add(worker_, std::move(sleeper_)); }

 private:
  runtime::Worker& worker_;
  std::unique_ptr<runtime::Sleeper> sleeper_;
};

/// On the stack of a thread that is stopped meanwhile.
template <class Work>
class Blocking final : public Pending<Work> {
 public:
  using Pending<Work>::Pending;
  void settle(Replies&) override {
    const std::lock_guard lock(mutex_);
    settled_ = true;
    wake_.notify_one();  // under the lock: the waiting thread destroys this as soon as it may
  }
  void wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return settled_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool settled_ = false;
};

/// Waited for by nobody: owns its change and itself.
class Later final : public Pending<Change> {
 public:
  explicit Later(std::unique_ptr<Change> change) : Pending(*change), change_(std::move(change)) {}
  void settle(Replies& replies) override { replies.add_later(std::unique_ptr<Later>(this)); }
  void tell() noexcept { work.settled(std::move(result)); }

 private:
  const std::unique_ptr<Change> change_;
};

inline Error stopped_error() { return Error(Code::kStoreRefused, "the store is stopped"); }

template <class Work>
Task<Result<>> wait_in(Queue<Pending<Work>>& queue, runtime::Worker& worker, Work& work) {
  Awaited<Work> pending(worker, work);
  co_await runtime::suspend([&queue, &pending](std::unique_ptr<runtime::Sleeper> sleeper) {
    pending.lay_down(std::move(sleeper));
    if (queue.push(pending)) return;
    pending.result = stopped_error();
    Replies replies;
    pending.settle(replies);
  });
  co_return std::move(pending.result);
}

template <class Work>
Result<> block_in(Queue<Pending<Work>>& queue, Work& work) {
  Blocking<Work> pending(work);
  if (!queue.push(pending)) return stopped_error();
  pending.wait();
  return std::move(pending.result);
}

}  // namespace causeway::store
