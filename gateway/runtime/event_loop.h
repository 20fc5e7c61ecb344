// The event loop of one thread: epoll, timers, and what other threads hand over. Our own because a call is two reads
// and two writes of a socket, and whatever else a loop does for each of them costs as much as the gateway's own work
// (docs/adr/0013-own-event-loop.md).
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "runtime/task.h"
#include "runtime/timer_wheel.h"

namespace causeway::runtime {

class Readiness;
class Root;

/// `post`, `stop` and `finish` from any thread; everything else on the thread that runs the loop, or before it runs.
class EventLoop {
 public:
  /// `clock` outlives the loop.
  explicit EventLoop(const Clock& clock);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  /// Destroys what still waits, without running it.
  ~EventLoop();

  /// Runs `work` on the loop's thread, after what was posted before by the same thread.
  void post(std::function<void()> work);
  /// Starts a coroutine: at once when called from a handler of this loop, else with its next turn. An exception that
  /// leaves it ends the process: tasks turn theirs into results.
  void spawn(Task<> task);

  /// `co_await loop.turn()`: goes on after whatever else can go on now.
  auto turn() { return Turn(*this); }

  /// `co_await loop.sleep(time)`: goes on after so much real time, even where `clock` is one that stands still.
  auto sleep(Duration time) { return Sleep(*this, time); }

  void arm(TimerHook& hook, SteadyTime due);
  /// The time when the loop last looked at the clock: after each wait.
  SteadyTime now() const { return now_; }
  WallTime wall_now() const { return wall_now_; }
  void refresh_clock();
  const Clock& clock() const { return clock_; }
  /// How often everything that had come by then was heard of: a descriptor that is quiet after a later one than its
  /// last operation has been quiet in between.
  std::uint64_t hearings() const { return hearings_; }

  // For whoever moves `clock` by hand and does not want to wait for what sleeps.
  /// How long until time would wake something; Duration::max(): only the network can.
  Duration until_timer() const;
  /// To those who sleep, as if so much time had passed.
  void skip(Duration time) { skipped_ += time; }

  /// Until `stop`, or `finish`.
  void run();
  /// Ends `run` after the handler that is running.
  void stop();
  /// Ends `run` once nothing waits any more.
  void finish();

  // One step at a time, for tests. They return how many handlers, coroutines or timers went on.
  std::size_t poll();
  std::size_t poll_one() { return step(Duration::zero()); }
  std::size_t run_one() { return step(Duration::max()); }
  std::size_t run_one_for(Duration patience) { return step(patience); }
  /// Steps can be taken again after `stop`.
  void restart() { stopped_ = false; }

 private:
  friend class Readiness;
  friend class Root;
  class Inside;  // marks the loop that runs on this thread
  class Turn {
   public:
    explicit Turn(EventLoop& loop) : loop_(loop) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { leave(); }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      waiting_ = waiting;
      link_ = loop_.last_turn_;
      *link_ = this;
      loop_.last_turn_ = &next_;
      loop_.post([loop = &loop_] { loop->next_turn(); });
    }
    void await_resume() const noexcept {}

   private:
    friend class EventLoop;
    void leave() {
      if (link_ == nullptr) return;
      *link_ = next_;
      if (next_ != nullptr) next_->link_ = link_;
      else loop_.last_turn_ = link_;
      link_ = nullptr;
    }
    EventLoop& loop_;
    std::coroutine_handle<> waiting_;
    Turn* next_ = nullptr;
    Turn** link_ = nullptr;
  };

  using Sleeping = std::multimap<std::chrono::steady_clock::time_point, std::coroutine_handle<>>;
  class Sleep {
   public:
    Sleep(EventLoop& loop, Duration time) : loop_(loop), time_(time) {}
    Sleep(const Sleep&) = delete;
    Sleep& operator=(const Sleep&) = delete;
    ~Sleep() {
      if (place_) loop_.sleeping_.erase(*place_);
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> sleeping) {
      place_ = loop_.sleeping_.emplace(loop_.real_time() + time_, sleeping);
    }
    void await_resume() const noexcept {}

   private:
    EventLoop& loop_;
    const Duration time_;
    std::optional<Sleeping::iterator> place_;
  };

  bool watch(int descriptor, Readiness& readiness);
  void unwatch(int descriptor);
  /// It goes: no event may find it.
  void forget(Readiness& readiness);
  void wake_later(Readiness& readiness);

  std::size_t step(Duration patience);
  void take_posted();
  bool run_posted();
  void next_turn();
  bool wake_next();
  bool fire_timers();
  bool wake_sleeping();
  bool dispatch_next();
  bool resume(Readiness& readiness);
  /// Nothing of it can be done at once.
  bool is_idle() const;
  /// Until something happens, a timer is due or `patience` is over; at once unless idle.
  void wait(Duration patience);
  std::chrono::steady_clock::time_point real_time() const { return std::chrono::steady_clock::now() + skipped_; }

  const Clock& clock_;
  int epoll_;
  int wake_;  // an event descriptor
  SteadyTime now_;
  WallTime wall_now_;
  SteadyTime wall_read_;
  TimerWheel wheel_;
  SteadyTime tick_due_ = SteadyTime::max();
  Sleeping sleeping_;
  Duration skipped_{};

  Turn* first_turn_ = nullptr;
  Turn** last_turn_ = &first_turn_;
  std::deque<std::function<void()>> posted_;
  std::vector<Readiness*> woken_;  // null: gone
  std::size_t next_woken_ = 0;
  std::array<epoll_event, 256> events_;
  std::size_t next_event_ = 0;
  std::size_t event_count_ = 0;
  std::uint64_t hearings_ = 0;
  Readiness* resumed_ = nullptr;  ///< the one that goes on; null once it has gone
  Root* roots_ = nullptr;
  bool finishing_ = false;

  std::atomic<bool> stopped_{false};
  std::atomic<bool> has_mail_{false};
  std::mutex mutex_;
  std::vector<std::function<void()>> mail_;  // from other threads
};

}  // namespace causeway::runtime
