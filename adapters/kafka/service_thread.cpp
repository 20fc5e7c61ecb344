#include "adapters/kafka/service_thread.h"

#include <poll.h>         // NOLINT: POSIX
#include <pthread.h>      // NOLINT: POSIX
#include <sys/eventfd.h>  // NOLINT: Linux
#include <unistd.h>       // NOLINT: POSIX

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace causeway::kafka {

ServiceThread::ServiceThread() : event_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (event_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { run(); });
}

ServiceThread::~ServiceThread() {
  stopping_ = true;
  wake();
  thread_.join();
  ::close(event_fd_);
}

void ServiceThread::add(Served& served) {
  {
    const std::lock_guard lock(mutex_);
    served_.push_back(&served);
  }
  wake();
}

void ServiceThread::remove(Served& served) {
  const std::lock_guard lock(mutex_);
  std::erase(served_, &served);
}

void ServiceThread::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_fd_, &one, sizeof one);
}

void ServiceThread::run() {
  ::pthread_setname_np(::pthread_self(), "kafka");
  constexpr auto kMilliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(kPeriod).count();
  while (!stopping_) {
    pollfd waiting{.fd = event_fd_, .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, static_cast<int>(kMilliseconds));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(event_fd_, &count, sizeof count);
    const std::lock_guard lock(mutex_);
    for (Served* const each : served_) each->serve();
  }
}

}  // namespace causeway::kafka
