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
  /// What producers and readers have in common; theirs alone.
  struct Shared;

  /// Everything outlives it. `node`: a part of the client id.
  KafkaBus(const KafkaSettings& settings, std::string node, telemetry::Metrics& metrics, telemetry::LogThread& lines);
  /// Waits until its clients have ended, 1.5 s at most.
  ~KafkaBus() override;
  KafkaBus(const KafkaBus&) = delete;
  KafkaBus& operator=(const KafkaBus&) = delete;

  events::BusKind kind() const override { return events::BusKind::kKafka; }
  std::unique_ptr<events::BusProducer> make_producer() override;
  std::unique_ptr<events::GroupReader> make_reader(events::ReaderContext context) override;
  std::uint64_t record_bytes() const override;
  bool reachable() const override;

 private:
  const std::unique_ptr<Shared> shared_;
};

}  // namespace causeway::kafka
