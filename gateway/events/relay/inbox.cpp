#include "events/relay/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace causeway::events {
namespace {

int make_event_fd() {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

}  // namespace

RelayInbox::RelayInbox() : event_fd_(make_event_fd()) {}

RelayInbox::~RelayInbox() { close(event_fd_); }

void RelayInbox::wake() noexcept {
  const std::uint64_t one = 1;
  // A full counter wakes as well.
  [[maybe_unused]] const ssize_t written = write(event_fd_, &one, sizeof one);
}

void RelayInbox::clear_wake() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(event_fd_, &count, sizeof count);
}

void RelayInbox::appended(std::string_view topic) noexcept {
  const std::shared_lock lock(marks_mutex_);
  const auto mark = marks_.find(topic);
  // While it is set the relay knows, and looks as soon as its window has room.
  if (mark != marks_.end() && !mark->second->exchange(true, std::memory_order_acq_rel)) wake();
}

std::shared_ptr<RelayInbox::Mark> RelayInbox::mark(const std::string& topic) {
  const std::unique_lock lock(marks_mutex_);
  auto& mark = marks_[topic];
  if (!mark) mark = std::make_shared<Mark>(true);
  return mark;
}

void RelayInbox::forget(const std::string& topic) {
  const std::unique_lock lock(marks_mutex_);
  marks_.erase(topic);
}

void RelayInbox::take(std::shared_ptr<const TopicTable> topics) {
  {
    const std::lock_guard lock(mutex_);
    taken_ = std::move(topics);
  }
  wake();
}

std::shared_ptr<const TopicTable> RelayInbox::taken() {
  const std::lock_guard lock(mutex_);
  return std::exchange(taken_, nullptr);
}

void RelayInbox::settled(std::unique_ptr<BusSettlement> settlement, Result<> result) {
  {
    const std::lock_guard lock(mutex_);
    settled_.emplace(Settled{std::move(settlement), std::move(result)});
  }
  wake();
}

std::optional<RelayInbox::Settled> RelayInbox::settled() {
  const std::lock_guard lock(mutex_);
  return std::exchange(settled_, std::nullopt);
}

}  // namespace causeway::events
