#include "runtime/worker.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace causeway::runtime {
namespace asio = boost::asio;

Worker::Worker(unsigned index, std::string name, const Clock& clock)
    : index_(index),
      name_(std::move(name)),
      clock_(clock),
      now_(clock.steady()),
      wall_now_(clock.wall()),
      wall_read_(now_),
      wheel_(now_),
      guard_(io_.get_executor()),
      tick_(io_.get_executor()) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    io_.run();
  });
}

void Worker::stop() { io_.stop(); }

void Worker::finish() {
  // The wheel's own wait would keep the loop alive although no hook is left.
  post([this] { tick_.cancel(); });
  guard_.reset();
  join();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::post(std::function<void()> work) { asio::post(io_.get_executor(), std::move(work)); }

void Worker::spawn(Task<> task) {
  asio::co_spawn(io_.get_executor(), std::move(task), [](const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& exception) {
      std::fprintf(stderr, "fatal: an exception left a task: %s\n", exception.what());
    }
    std::abort();
  });
}

void Worker::arm(TimerHook& hook, SteadyTime due) {
  wheel_.arm(hook, due);
  if (due < tick_due_) schedule_wheel();
}

void Worker::refresh_clock() {
  now_ = clock_.steady();
  if (now_ - wall_read_ < std::chrono::milliseconds(1)) return;  // finer than the wall's own resolution
  wall_read_ = now_;
  wall_now_ = clock_.wall();
}

void Worker::schedule_wheel() {
  const SteadyTime due = wheel_.next_due();
  if (due == SteadyTime::max() || due >= tick_due_) return;
  tick_due_ = due;
  tick_.expires_at(std::chrono::time_point_cast<std::chrono::steady_clock::duration>(due));
  tick_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // replaced by an earlier one
    tick_due_ = SteadyTime::max();
    refresh_clock();
    wheel_.advance(now_);
    schedule_wheel();
  });
}

Task<> sleep_for(Worker& worker, Duration duration) {
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      timer(worker.io().get_executor(), duration);
  co_await timer.async_wait(asio::use_awaitable_t<asio::io_context::executor_type>{});
  worker.refresh_clock();
}

}  // namespace causeway::runtime
