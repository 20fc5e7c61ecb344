#include "app/oauth/fetch_thread.h"

#include <pthread.h>

#include <algorithm>

#include "config/secrets.h"

namespace causeway::app {

void FetchThread::start() {
  if (!thread_.joinable()) {
    fetcher_ = std::make_unique<HttpFetcher>();
    thread_ = std::thread([this] { run(); });
  }
  fetcher_->wake();
}

void FetchThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  fetcher_->wake();
  thread_.join();
}

void FetchThread::run() {
  pthread_setname_np(pthread_self(), name_);
  for (;;) {
    Duration patience{};
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      const SteadyTime now = clock_.steady();
      const SteadyTime next = std::min<SteadyTime>(now + look_, begin_due(now));
      // Rounded up to what the fetcher can wait for: due means due.
      patience = std::max(Duration(std::chrono::milliseconds(1)), Duration(next - clock_.steady()));
    }
    for (Fetched& fetched : fetcher_->wait(patience)) {
      ended(fetched);
      config::wipe(fetched.body);
    }
  }
}

}  // namespace causeway::app
