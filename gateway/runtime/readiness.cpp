#include "runtime/readiness.h"

#include <sys/epoll.h>

#include "runtime/event_loop.h"

namespace causeway::runtime {

Readiness::~Readiness() {
  if (descriptor_ >= 0) loop_.unwatch(descriptor_);
  loop_.forget(*this);
}

bool Readiness::watch(int descriptor) {
  sides_ = {};
  if (!loop_.watch(descriptor, *this)) return false;
  descriptor_ = descriptor;
  return true;
}

void Readiness::stop() {
  if (descriptor_ < 0) return;
  loop_.unwatch(descriptor_);
  descriptor_ = -1;
  wake(Side::kRead);
  wake(Side::kWrite);
}

void Readiness::wake(Side side) {
  State& state = at(side);
  if (!state.waiting) return;
  state.woken = true;
  loop_.wake_later(*this);
}

void Readiness::note(std::uint32_t events) {
  State& read = at(Side::kRead);
  State& write = at(Side::kWrite);
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  const bool had_ended = read.ended;
  const bool was_broken = write.ended;
  read.ended = read.ended || broken || (events & EPOLLRDHUP) != 0;
  write.ended = write.ended || broken;
  read.ready = read.ready || read.ended || (events & EPOLLIN) != 0;
  write.ready = write.ready || write.ended || (events & EPOLLOUT) != 0;
  if (end_watch_ != nullptr && (read.ended != had_ended || write.ended != was_broken)) end_watch_->on_end(write.ended);
}

}  // namespace causeway::runtime
