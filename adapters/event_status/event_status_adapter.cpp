#include "adapters/event_status/event_status_adapter.h"

#include <utility>

#include "core/json_object.h"
#include "core/json_scan.h"
#include "exchange/reply.h"
#include "net/percent.h"

namespace causeway::adapters {
namespace {

constexpr std::string_view kParameter = "eventId";

/// One snapshot for the event and all of its deliveries.
class ReadStatus final : public store::Query {
 public:
  ReadStatus(const EventStatusAdapter::Topics& topics, std::string event_id, events::DeliveryStates* deliveries)
      : topics_(topics), deliveries_(deliveries) {
    find.event_id = std::move(event_id);
  }

  Result<> run(store::Session& session) override {
    states.clear();
    for (const auto& topic : topics_) {
      find.topic = topic->name();
      Result<> asked = find.run(session);
      if (!asked) return asked;
      if (!find.found && deliveries_ != nullptr) deliveries_->find_copy(session, find);
      if (!find.found) continue;
      if (deliveries_ != nullptr) deliveries_->describe(session, find.topic, find.shard, find.event.position, states);
      break;
    }
    return {};
  }

  events::FindEvent find;
  std::vector<events::DeliveryState> states;

 private:
  const EventStatusAdapter::Topics& topics_;
  events::DeliveryStates* deliveries_;
};

std::string status_of(const ReadStatus& read) {
  const events::StoredEvent& event = read.find.event;
  const Bytes timestamp = find_member(event.body, "timestamp");
  JsonArray deliveries;
  for (const events::DeliveryState& state : read.states) {
    JsonObject delivery;
    delivery.text("subscription", state.subscription).text("state", state.state).number("attempts", state.attempts);
    deliveries.raw(delivery.done());
  }
  JsonObject status;
  status.text("eventId", event.event_id).text("topic", read.find.topic).text("eventType", event.type);
  status.text("status", "published").raw("timestamp", timestamp.empty() ? Bytes("null") : timestamp);
  status.number("storedAt", event.stored_at).number("partition", read.find.shard).number("offset", event.position);
  return status.raw("deliveries", deliveries.done()).done();
}

Error no_such_event() {
  Error error(Code::kNoSuchThing);
  error.info().public_message = "no such event";
  return error;
}

}  // namespace

const config::Keys<EventStatusSettings>& EventStatusSettings::keys() {
  static const auto keys = config::Keys<EventStatusSettings>("event_status adapter")
                               .optional("topic", &EventStatusSettings::topic, "where to look; default: every topic");
  return keys;
}

std::unique_ptr<EventStatusAdapter> EventStatusAdapter::build(Topics topics, const routing::PathTemplate& matched,
                                                              events::EventLog& log, events::DeliveryStates* deliveries,
                                                              const config::Node& at, config::Reading& reading) {
  if (!matched.uses(kParameter))
    reading.error(at, "event_status needs {eventId} in the route's path, which is \"" + matched.text() + '"');
  return std::unique_ptr<EventStatusAdapter>(new EventStatusAdapter(std::move(topics), log, deliveries));
}

EventStatusAdapter::EventStatusAdapter(Topics topics, events::EventLog& log, events::DeliveryStates* deliveries)
    : topics_(std::move(topics)), log_(log), deliveries_(deliveries) {}

Task<Result<>> EventStatusAdapter::call(Exchange& exchange) const {
  exchange.call.system = "embedded";
  exchange.call.operation = "event_status";
  exchange.call.attempts = 1;
  std::string event_id;
  if (!net::append_decoded(event_id, exchange.match.parameters.find(kParameter).value_or(std::string_view())))
    co_return no_such_event();
  ReadStatus read(topics_, std::move(event_id), deliveries_);
  Result<> asked = co_await log_.store().query(exchange.worker, read);
  if (!asked) co_return asked;
  if (!read.find.found) co_return no_such_event();

  exchange.response.status = 200;
  exchange.response.headers.set(net::HeaderId::kContentType, kJsonType);
  exchange.response.body = Body(exchange.arena.copy(status_of(read)));
  co_return Result<>();
}

}  // namespace causeway::adapters
