#include "adapters/kafka/kafka_bus.h"

#include <utility>

#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/kafka_producer.h"
#include "adapters/kafka/kafka_reader.h"
#include "adapters/kafka/shared.h"

namespace causeway::kafka {
namespace {

constexpr std::chrono::milliseconds kEndPatience{1500};

}  // namespace

KafkaBus::Shared::Shared(const KafkaSettings& its, std::string its_node, telemetry::Metrics& its_metrics,
                         telemetry::LogThread& its_lines)
    : settings(its.clone()), node(std::move(its_node)), metrics(its_metrics), lines(its_lines) {}

KafkaBus::Shared::~Shared() {
  const SteadyTime patience_ends = std::chrono::steady_clock::now() + kEndPatience;
  const std::lock_guard lock(mutex_);
  for (End& end : ends_) {
    if (end.over.wait_until(patience_ends) == std::future_status::ready) end.thread.join();
    else end.thread.detach();
  }
}

void KafkaBus::Shared::later(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  std::erase_if(ends_, [](End& end) {
    if (end.over.wait_for(Duration::zero()) != std::future_status::ready) return false;
    end.thread.join();
    return true;
  });
  std::promise<void> over;
  std::future<void> seen = over.get_future();
  ends_.push_back({std::thread([work = std::move(work), over = std::move(over)]() mutable {
                     std::exchange(work, nullptr)();
                     over.set_value();
                   }),
                   std::move(seen)});
}

KafkaBus::KafkaBus(const KafkaSettings& settings, std::string node, telemetry::Metrics& metrics,
                   telemetry::LogThread& lines)
    : shared_(std::make_unique<Shared>(settings, std::move(node), metrics, lines)) {}

KafkaBus::~KafkaBus() = default;

std::unique_ptr<events::BusProducer> KafkaBus::make_producer() { return std::make_unique<KafkaProducer>(*shared_); }

std::unique_ptr<events::GroupReader> KafkaBus::make_reader(events::ReaderContext context) {
  return std::make_unique<KafkaReader>(*shared_, std::move(context));
}

std::uint64_t KafkaBus::record_bytes() const { return producer_record_bytes(shared_->settings); }

bool KafkaBus::reachable() const { return shared_->reach.all(); }

}  // namespace causeway::kafka
