#include "simulation/rules.h"

#include <stdexcept>

#include "telemetry/metrics.h"

namespace causeway::simulation {

std::shared_ptr<const events::Topic> orders_topic() {
  static telemetry::Metrics metrics;
  static const auto topic = [] {
    events::TopicSettings settings;
    settings.name.value = "orders";
    settings.shards = 2;
    return events::TopicTable({settings}, metrics).find("orders");
  }();
  return topic;
}

events::LogSignal& nobody_listens() {
  static events::LogSignal signal;
  return signal;
}

std::shared_ptr<const transactions::Programs> compiled(const std::string& programs) {
  static transactions::ProgramCache cache;
  auto made = cache.get(programs);
  if (!made) throw std::logic_error("programs that do not compile: " + programs);
  return *made;
}

}  // namespace causeway::simulation
