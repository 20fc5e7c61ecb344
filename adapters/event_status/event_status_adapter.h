// The adapter `event_status`: where an event is and how far each subscription is with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "events/delivery_states.h"
#include "events/event_log.h"
#include "exchange/adapter.h"
#include "routing/path_template.h"

namespace causeway::adapters {

struct EventStatusSettings {
  config::Placed<std::string> topic;  ///< empty: every topic
  static const config::Keys<EventStatusSettings>& keys();
};

class EventStatusAdapter final : public Adapter {
 public:
  using Topics = std::vector<std::shared_ptr<const events::Topic>>;

  /// `topics`: where to look, in this order; the first that has the id is the answer. The path of the route must have
  /// `{eventId}`, else `reading` says so `at` the adapter's name. `deliveries` null: nothing is delivered; it and `log`
  /// outlive every configuration.
  static std::unique_ptr<EventStatusAdapter> build(Topics topics, const routing::PathTemplate& matched,
                                                   events::EventLog& log, events::DeliveryStates* deliveries,
                                                   const config::Node& at, config::Reading& reading);

  bool needs_whole_request() const override { return false; }
  /// 200 with the status; kNoSuchThing when no topic has the event (any more).
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  EventStatusAdapter(Topics topics, events::EventLog& log, events::DeliveryStates* deliveries);

  Topics topics_;
  events::EventLog& log_;
  events::DeliveryStates* deliveries_;
};

}  // namespace causeway::adapters
