#include "events/relay/relay.h"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "events/relay/inbox.h"
#include "events/relay/relay_loop.h"
#include "events/relay/waiters.h"

namespace causeway::events {
namespace {

constexpr std::chrono::seconds kSettlePatience{5};  // for the last commit

using RealTime = std::chrono::steady_clock::time_point;

}  // namespace

class Relay::Thread {
 public:
  Thread(EventLog& log, Bus& bus, telemetry::Metrics& metrics, telemetry::LogThread& lines)
      : log_(log), bus_(bus), metrics_(metrics), lines_(lines), waiters_(std::make_shared<Waiters>(log.store())) {
    log_.signal().add(*inbox_);
  }
  ~Thread() { stop({}); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  void take(std::shared_ptr<const TopicTable> topics) {
    bool ours = false;
    for (const auto& [name, topic] : topics->all()) {
      if (topic->bus != bus_.kind()) continue;
      ours = true;
      std::uint64_t unknown = 0;  // until a broker has said what the topic takes
      topic->limits->record_bytes.compare_exchange_strong(unknown, bus_.record_bytes());
    }
    if (!thread_.joinable() && (!ours || stopped_)) return;
    inbox_->take(std::move(topics));
    if (thread_.joinable()) return;
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "relay");
      run();
    });
  }

  void stop(Duration patience) {
    if (stopped_) return;
    stopped_ = true;
    until_.store(std::chrono::steady_clock::now() + patience, std::memory_order_release);
    inbox_->wake();
    if (thread_.joinable()) thread_.join();
    log_.signal().remove(*inbox_);
    waiters_->close();
  }

  /// Who is let go at the end still has to leave.
  std::shared_ptr<Waiters> waiters() { return waiters_; }

 private:
  void run() noexcept {
    RelayLoop loop(log_, bus_, metrics_, lines_, *waiters_, inbox_);
    for (RealTime until = RealTime::max();;) {
      const SteadyTime due = loop.round();
      until = until_.load(std::memory_order_acquire);
      if (until != RealTime::max() && (loop.idle() || std::chrono::steady_clock::now() >= until)) break;
      sleep(due, until);
    }
    loop.end();
    const RealTime until = std::chrono::steady_clock::now() + kSettlePatience;
    for (;;) {
      const SteadyTime due = loop.round();
      if (loop.all_settled() || std::chrono::steady_clock::now() >= until) break;
      sleep(due, until);
    }
  }

  void sleep(SteadyTime due, RealTime until) {
    using std::chrono::ceil;
    using std::chrono::milliseconds;
    milliseconds longest = std::chrono::hours(1);
    if (due != SteadyTime::max()) longest = std::min(longest, ceil<milliseconds>(due - log_.clock().steady()));
    if (until != RealTime::max())
      longest = std::min(longest, ceil<milliseconds>(until - std::chrono::steady_clock::now()));
    pollfd wake{inbox_->event_fd(), POLLIN, 0};
    poll(&wake, 1, static_cast<int>(std::max(longest, milliseconds(0)).count()));
  }

  EventLog& log_;
  Bus& bus_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& lines_;
  const std::shared_ptr<Waiters> waiters_;
  const std::shared_ptr<RelayInbox> inbox_ = std::make_shared<RelayInbox>();
  std::atomic<RealTime> until_{RealTime::max()};
  bool stopped_ = false;
  std::thread thread_;
};

Relay::Relay(EventLog& log, Bus& bus, telemetry::Metrics& metrics, telemetry::LogThread& lines)
    : thread_(std::make_unique<Thread>(log, bus, metrics, lines)) {}

Relay::~Relay() = default;

void Relay::take(std::shared_ptr<const TopicTable> topics) { thread_->take(std::move(topics)); }

void Relay::stop(Duration patience) { thread_->stop(patience); }

Task<std::vector<std::optional<BusPlace>>> Relay::wait(runtime::Worker& worker, std::shared_ptr<const Topic> topic,
                                                       std::span<const Receipt> receipts, Duration patience) {
  const std::shared_ptr<Waiters> waiters = thread_->waiters();
  std::vector<std::optional<BusPlace>> places = co_await waiters->wait(worker, *topic, receipts, patience);
  co_return places;
}

}  // namespace causeway::events
