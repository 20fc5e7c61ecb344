// Whether a descriptor can be read or written, as its loop last heard of it. The loop is told of changes only, so
// nothing is registered or asked for an operation; in return, one that found nothing must say so before it waits.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>

namespace causeway::runtime {

class EventLoop;

/// Belongs to one loop, on whose thread it is used; its address must not change. One coroutine may wait for each side;
/// it may be woken without a reason and looks again. Does not own the descriptor.
class Readiness {
 public:
  enum class Side : std::uint8_t { kRead, kWrite };

  /// Who wants to know of the peer's end without reading up to it.
  class EndWatch {
   public:
    /// The peer has closed its side, or the connection is `broken` both ways; at most once each. From the loop, before
    /// anybody goes on with what came at the same time: it may end waits, but resumes nobody and destroys nothing.
    virtual void on_end(bool broken) = 0;

   protected:
    ~EndWatch() = default;
  };

  explicit Readiness(EventLoop& loop) : loop_(loop) {}
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;
  ~Readiness();

  /// Watches `descriptor` from now on, a connected, connecting or listening socket. Both sides count as ready until
  /// something finds that they are not. False when the system refuses.
  bool watch(int descriptor);
  /// Watches no longer, before the descriptor is closed, and wakes whoever waits.
  void stop();

  bool ready(Side side) const { return at(side).ready; }
  /// An operation of this side would have had to wait, or took all there was.
  void exhausted(Side side) { at(side).ready = at(side).ended; }
  /// What the peer has closed already, as far as the loop has heard: its side, or both ways.
  bool ended() const { return at(Side::kRead).ended; }
  bool broken() const { return at(Side::kWrite).ended; }
  /// Tells `watch` of what comes from now on; null: nobody.
  void tell_end(EndWatch* watch) { end_watch_ = watch; }
  /// Does somebody wait for that side?
  bool awaited(Side side) const { return static_cast<bool>(at(side).waiting); }
  /// Ends the wait of that side, soon: not within this call.
  void wake(Side side);

  /// `co_await readiness.wait(side)`: until the side is ready, or woken.
  auto wait(Side side) noexcept { return Wait(at(side)); }

 private:
  friend class EventLoop;
  struct State {
    bool ready = true;
    bool ended = false;  ///< by the peer, or broken: there is nothing to wait for any more
    bool woken = false;
    std::coroutine_handle<> waiting;
  };
  class Wait {
   public:
    explicit Wait(State& state) noexcept : state_(state) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() { state_.waiting = {}; }
    bool await_ready() const noexcept { return state_.ready; }
    void await_suspend(std::coroutine_handle<> waiting) const noexcept { state_.waiting = waiting; }
    void await_resume() const noexcept { state_.waiting = {}; }

   private:
    State& state_;
  };

  State& at(Side side) { return sides_[static_cast<std::size_t>(side)]; }
  const State& at(Side side) const { return sides_[static_cast<std::size_t>(side)]; }
  /// What epoll says has changed.
  void note(std::uint32_t events);

  EventLoop& loop_;
  EndWatch* end_watch_ = nullptr;
  int descriptor_ = -1;  ///< while it is watched
  bool queued_ = false;  ///< in the loop's list of those to be woken
  std::array<State, 2> sides_;
};

}  // namespace causeway::runtime
