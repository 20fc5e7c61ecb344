// The adapter `publish`: takes events from systems. Its answer stands on the log: a 2xx is sent once they are durable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "config/keys.h"
#include "config/placed.h"
#include "events/event_log.h"
#include "events/intake/acknowledge.h"
#include "events/intake/intake.h"
#include "exchange/adapter.h"

namespace causeway::adapters {

struct PublishSettings {
  config::Placed<std::string> topic;
  std::string type;                 ///< of every event of this route; empty: the publisher says it
  config::Placed<std::string> key;  ///< a template over the event's data; empty: the topic's
  events::Acknowledge acknowledge = events::Acknowledge::kStored;
  std::optional<Duration> acknowledge_timeout;  ///< of `broker`; absent: the topic's
  static const config::Keys<PublishSettings>& keys();
};

class PublishAdapter final : public Adapter {
 public:
  /// A bad template goes to `reading`. `topic` null: unknown, which was reported; the result only serves to go on
  /// reading. `log` outlives every configuration.
  static std::unique_ptr<PublishAdapter> build(const PublishSettings& settings,
                                               std::shared_ptr<const events::Topic> topic, events::EventLog& log,
                                               config::Reading& reading);

  bool needs_whole_request() const override { return true; }
  /// Events belong to the consumer that publishes them: the same eventId from another one is a conflict.
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  using Places = std::vector<std::optional<events::BusPlace>>;

  PublishAdapter(events::Intake intake, std::shared_ptr<const events::Topic> topic, const PublishSettings& settings,
                 events::EventLog& log);

  /// `places`: as the events, empty where none is told.
  void answer(Exchange& exchange, const events::Append& append, const Places& places, bool list) const;

  events::Intake intake_;
  std::shared_ptr<const events::Topic> topic_;
  events::Acknowledge acknowledge_;
  Duration acknowledge_timeout_{};
  events::EventLog& log_;
  std::string operation_;  ///< `publish order-topic`, for the log
};

}  // namespace causeway::adapters
