// Task<T>: the coroutine type of everything that waits. The only name of Asio above the floors of net and runtime.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace causeway {

/// Starts when awaited, resumes on the worker that awaited it. Never put two `co_await` into one expression.
template <class T = void>
using Task = boost::asio::awaitable<T, boost::asio::io_context::executor_type>;

}  // namespace causeway
