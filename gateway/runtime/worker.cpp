#include "runtime/worker.h"

#include <pthread.h>

namespace causeway::runtime {
Worker::~Worker() {
  stop();
  join();
}

void Worker::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    loop_.run();
  });
}

void Worker::finish() {
  loop_.finish();
  join();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

Task<> sleep_for(Worker& worker, Duration duration) { co_await worker.io().sleep(duration); }

}  // namespace causeway::runtime
