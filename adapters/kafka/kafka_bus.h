// Topics on Kafka, by librdkafka.
#pragma once

#include <memory>
#include <string>

#include "adapters/kafka/settings.h"
#include "core/clock.h"
#include "events/bus.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::kafka {

/// Thread safe. Made before the first configuration with `bus: {kafka: …}` is taken; connects by itself.
class KafkaBus final : public events::Bus {
 public:
  /// Everything outlives it. `node`: a part of the client id.
  KafkaBus(const KafkaSettings& settings, std::string node, telemetry::Metrics& metrics, telemetry::LogThread& lines);
  ~KafkaBus() override;
  KafkaBus(const KafkaBus&) = delete;
  KafkaBus& operator=(const KafkaBus&) = delete;

  events::BusKind kind() const override { return events::BusKind::kKafka; }
  std::unique_ptr<events::BusProducer> make_producer() override;
  std::unique_ptr<events::GroupReader> make_reader(events::ReaderContext context) override;
  bool reachable() const override;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace causeway::kafka
