#include "runtime/companion.h"

#include <exception>
#include <utility>

#include "runtime/root.h"

namespace causeway::runtime {

struct Companion::Frame {
  struct promise_type final : Promise, Root {
    promise_type(Companion& its_owner, EventLoop& loop, const Task<>&)
        : Root(loop, std::coroutine_handle<promise_type>::from_promise(*this)), owner(its_owner) {
      root = this;
      owner.coroutine_ = std::coroutine_handle<promise_type>::from_promise(*this);
    }
    promise_type(const promise_type&) = delete;
    promise_type& operator=(const promise_type&) = delete;
    ~promise_type() { owner.coroutine_ = {}; }
    Frame get_return_object() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

    Companion& owner;
  };
};

Companion::Frame Companion::run(Companion&, EventLoop&, Task<> task) { co_await std::move(task); }

void Companion::start(EventLoop& loop, Task<> task) {
  run(*this, loop, std::move(task));
  coroutine_.resume();
}

}  // namespace causeway::runtime
