#include "runtime/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "runtime/readiness.h"
#include "runtime/root.h"

namespace causeway::runtime {
namespace {

thread_local EventLoop* inside = nullptr;

// Events a wait. A few: what one call gives back is still in the processor's cache when the next one takes it.
constexpr std::size_t kAtOnce = 64;
constexpr int kFullWaits = 4;  // in a row

int checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

int whole_milliseconds(Duration time) {
  constexpr Duration kMost = std::chrono::hours(1);
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(std::min(time, kMost)).count());
}

struct Spawned {
  struct promise_type final : Promise, Root {
    promise_type(EventLoop& loop, const Task<>&)
        : Root(loop, std::coroutine_handle<promise_type>::from_promise(*this)) {
      root = this;
    }
    Spawned get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept {
      try {
        throw;
      } catch (const std::exception& exception) {
        std::fprintf(stderr, "fatal: an exception left a task: %s\n", exception.what());
      } catch (...) {
        std::fputs("fatal: an exception left a task\n", stderr);
      }
      std::abort();
    }
  };
  std::coroutine_handle<> coroutine;
};

Spawned run_root(EventLoop&, Task<> task) { co_await std::move(task); }

}  // namespace

class EventLoop::Inside {
 public:
  explicit Inside(EventLoop& loop) : before_(std::exchange(inside, &loop)) {}
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { inside = before_; }

 private:
  EventLoop* before_;
};

Root::Root(EventLoop& loop, std::coroutine_handle<> coroutine)
    : loop_(loop), coroutine_(coroutine), next_(loop.roots_), link_(&loop.roots_) {
  if (next_ != nullptr) next_->link_ = &next_;
  loop.roots_ = this;
}

Root::~Root() {
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
}

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      now_(clock.steady()),
      wall_now_(clock.wall()),
      wall_read_(now_),
      wheel_(now_) {
  // Told of each write as a change, so that nobody has to read the number.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event), "epoll_ctl");
}

EventLoop::~EventLoop() {
  // What is thrown away may hand something over in turn: that goes the same way.
  const auto drop_posted = [this] {
    for (take_posted(); !posted_.empty(); take_posted()) std::exchange(posted_, {}).clear();
  };
  drop_posted();
  while (roots_ != nullptr) roots_->destroy();
  drop_posted();
  ::close(wake_);
  ::close(epoll_);
}

void EventLoop::post(std::function<void()> work) {
  if (inside == this) {
    take_posted();  // what others handed over before goes first
    posted_.push_back(std::move(work));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    mail_.push_back(std::move(work));
    if (has_mail_.exchange(true, std::memory_order_release)) return;
  }
  [[maybe_unused]] const auto written = ::eventfd_write(wake_, 1);
}

void EventLoop::spawn(Task<> task) {
  const Spawned spawned = run_root(*this, std::move(task));
  if (inside == this) spawned.coroutine.resume();
  else post([coroutine = spawned.coroutine] { coroutine.resume(); });
}

void EventLoop::arm(TimerHook& hook, SteadyTime due) {
  wheel_.arm(hook, due);
  if (due < tick_due_) tick_due_ = due;
}

void EventLoop::refresh_clock() {
  now_ = clock_.steady();
  if (now_ - wall_read_ < std::chrono::milliseconds(1)) return;  // finer than the wall's own resolution
  wall_read_ = now_;
  wall_now_ = clock_.wall();
}

bool EventLoop::watch(int descriptor, Readiness& readiness) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &readiness}};
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EventLoop::unwatch(int descriptor) { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void EventLoop::forget(Readiness& readiness) {
  for (std::size_t i = next_event_; i < event_count_; ++i)
    if (events_[i].data.ptr == &readiness) events_[i].data.ptr = nullptr;
  if (readiness.queued_)
    for (Readiness*& each : woken_)
      if (each == &readiness) each = nullptr;
  if (resumed_ == &readiness) resumed_ = nullptr;
}

void EventLoop::wake_later(Readiness& readiness) {
  if (std::exchange(readiness.queued_, true)) return;
  woken_.push_back(&readiness);
}

void EventLoop::run() {
  const Inside scope(*this);
  while (!stopped_.load(std::memory_order_relaxed)) {
    take_posted();
    for (std::size_t left = posted_.size(); left > 0 && run_posted(); --left) {
    }
    for (std::size_t left = woken_.size(); left > 0 && wake_next(); --left) {
    }
    fire_timers();
    while (wake_sleeping()) {
    }
    if (finishing_ && roots_ == nullptr && is_idle()) return;
    if (stopped_.load(std::memory_order_relaxed)) return;
    wait(Duration::max());
    while (dispatch_next()) {
    }
    // What else has come goes before timers: those that wait for it may be due.
    for (int i = 1; i < kFullWaits && event_count_ == kAtOnce && !stopped_.load(std::memory_order_relaxed); ++i) {
      wait(Duration::zero());
      while (dispatch_next()) {
      }
    }
  }
}

void EventLoop::stop() {
  stopped_ = true;
  [[maybe_unused]] const auto written = ::eventfd_write(wake_, 1);
}

void EventLoop::finish() {
  post([this] { finishing_ = true; });
}

std::size_t EventLoop::poll() {
  std::size_t count = 0;
  while (step(Duration::zero()) > 0) ++count;
  return count;
}

std::size_t EventLoop::step(Duration patience) {
  const Inside scope(*this);
  const auto began = std::chrono::steady_clock::now();
  for (;;) {
    if (stopped_) return 0;
    take_posted();
    if (run_posted() || wake_next() || dispatch_next()) return 1;
    refresh_clock();
    if (fire_timers() || wake_sleeping()) return 1;
    const auto spent = std::chrono::steady_clock::now() - began;
    const bool last = patience != Duration::max() && spent >= patience;
    wait(patience == Duration::max() ? patience : std::max<Duration>(patience - spent, Duration::zero()));
    if (last && next_event_ == event_count_ && is_idle()) return 0;
  }
}

void EventLoop::take_posted() {
  if (!has_mail_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(mutex_);
  has_mail_.store(false, std::memory_order_relaxed);
  for (std::function<void()>& work : mail_) posted_.push_back(std::move(work));
  mail_.clear();
}

bool EventLoop::run_posted() {
  if (posted_.empty()) return false;
  const std::function<void()> work = std::move(posted_.front());
  posted_.pop_front();
  work();
  return true;
}

/// One that was taken apart meanwhile has left the list.
void EventLoop::next_turn() {
  if (first_turn_ == nullptr) return;
  Turn& turn = *first_turn_;
  turn.leave();
  turn.waiting_.resume();
}

bool EventLoop::wake_next() {
  while (next_woken_ < woken_.size()) {
    Readiness* const readiness = woken_[next_woken_++];
    if (next_woken_ == woken_.size()) {
      woken_.clear();
      next_woken_ = 0;
    }
    if (readiness == nullptr) continue;
    readiness->queued_ = false;
    if (resume(*readiness)) return true;
  }
  return false;
}

bool EventLoop::fire_timers() {
  if (now_ < tick_due_) return false;
  const std::size_t fired = wheel_.advance(now_);
  tick_due_ = wheel_.next_due();
  return fired > 0;
}

/// One whose time is over. It takes itself off the list.
bool EventLoop::wake_sleeping() {
  if (sleeping_.empty() || sleeping_.begin()->first > real_time()) return false;
  sleeping_.begin()->second.resume();
  return true;
}

bool EventLoop::dispatch_next() {
  while (next_event_ < event_count_) {
    auto* const readiness = static_cast<Readiness*>(events_[next_event_++].data.ptr);
    if (readiness != nullptr && resume(*readiness)) return true;
  }
  return false;
}

/// Both sides, unless the first lets it go.
bool EventLoop::resume(Readiness& readiness) {
  bool any = false;
  resumed_ = &readiness;
  for (Readiness::State& state : readiness.sides_) {
    const bool goes_on = state.waiting && (state.ready || state.woken);
    state.woken = false;
    if (!goes_on) continue;
    any = true;
    state.waiting.resume();
    if (resumed_ == nullptr) return true;
  }
  resumed_ = nullptr;
  return any;
}

bool EventLoop::is_idle() const {
  return posted_.empty() && woken_.empty() && !has_mail_.load(std::memory_order_acquire);
}

Duration EventLoop::until_timer() const {
  Duration time = tick_due_ == SteadyTime::max() ? Duration::max() : tick_due_ - now_;
  if (!sleeping_.empty()) time = std::min<Duration>(time, sleeping_.begin()->first - real_time());
  return std::max(time, Duration::zero());
}

void EventLoop::wait(Duration patience) {
  static_assert(kAtOnce <= std::tuple_size_v<decltype(events_)>);
  patience = is_idle() ? std::min(patience, until_timer()) : Duration::zero();
  const int timeout = patience == Duration::max() ? -1 : whole_milliseconds(patience);
  const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(kAtOnce), timeout);
  next_event_ = 0;
  event_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  refresh_clock();
  // Before anybody goes on: who takes an idle connection shall know that its peer has closed it.
  for (std::size_t i = 0; i < event_count_; ++i)
    if (auto* const readiness = static_cast<Readiness*>(events_[i].data.ptr)) readiness->note(events_[i].events);
  if (count >= 0 && event_count_ < kAtOnce) ++hearings_;
}

}  // namespace causeway::runtime
