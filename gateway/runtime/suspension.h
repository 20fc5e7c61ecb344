// Waiting for another thread: a coroutine lays itself down, and whoever it was given to wakes it through its worker.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "runtime/task.h"

namespace causeway::runtime {

/// A coroutine that sleeps. Destroyed without `resume`, it takes the coroutine along, through its worker's loop: the
/// worker must still be there.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// Once, on the worker where it went to sleep, from a handler of its own (`Worker::post`).
  virtual void resume() = 0;
};

/// Calls `lay_down(std::unique_ptr<Sleeper>)` once the coroutine sleeps. It may be woken before `lay_down` has
/// returned only by what is posted to its worker.
template <class LayDown>
Task<> suspend(LayDown lay_down) {
  constexpr boost::asio::use_awaitable_t<boost::asio::io_context::executor_type> kToken;
  co_await boost::asio::async_initiate<decltype(kToken), void()>(
      [](auto handler, LayDown given) {
        class Held final : public Sleeper {
         public:
          explicit Held(decltype(handler) its) : handler_(std::move(its)) {}
          void resume() override { std::move(handler_)(); }

         private:
          decltype(handler) handler_;
        };
        given(std::make_unique<Held>(std::move(handler)));
      },
      kToken, std::move(lay_down));
}

}  // namespace causeway::runtime
