#include "adapters/event_status/event_status_adapter.h"

#include <utility>

#include "core/json_object.h"
#include "core/json_scan.h"
#include "events/subscription/group_reader.h"
#include "exchange/reply.h"
#include "net/percent.h"

namespace causeway::adapters {
namespace {

constexpr std::string_view kParameter = "eventId";

/// One snapshot for the event and all of its deliveries.
class ReadStatus final : public store::Query {
 public:
  ReadStatus(const EventStatusAdapter::Topics& topics, std::string event_id, const std::string& store_id,
             events::DeliveryStates* deliveries)
      : topics_(topics), store_id_(store_id), deliveries_(deliveries) {
    find.event_id = std::move(event_id);
  }

  Result<> run(store::Session& session) override {
    states.clear();
    place.reset();
    topic = nullptr;
    for (const auto& each : topics_) {
      find.topic = each->name();
      Result<> asked = find.run(session);
      if (!asked) return asked;
      const bool in_log = find.found;
      if (!find.found && deliveries_ != nullptr) deliveries_->find_copy(session, find);
      if (!find.found) continue;
      topic = each.get();
      describe(session, in_log);
      break;
    }
    return {};
  }

  events::FindEvent find;
  const events::Topic* topic = nullptr;   ///< where it is
  std::optional<events::BusPlace> place;  ///< on the topic's bus; empty: it is not there (yet)
  std::vector<events::DeliveryState> states;

 private:
  // Groups of a topic on a bus read there: their lane is a partition, their positions are behind its offsets.
  void describe(store::Session& session, bool in_log) {
    std::uint32_t lane = find.shard;
    events::Position position = find.event.position;
    const events::Origin origin{store_id_, find.shard, find.event.position};
    const bool relayed = in_log && topic->bus != events::BusKind::kEmbedded;
    if (topic->bus == events::BusKind::kEmbedded) {
      place = {lane, position};
    } else {
      place = in_log ? find.placed : events::BusPlace{lane, position - 1};
      // Nobody gets what was refused; of what lies at an unknown place nobody can say who has it.
      if (place ? !place->known() : !find.refused.empty()) return;
      lane = place ? place->partition : 0;
      position = place ? place->offset + 1 : 0;
    }
    if (deliveries_ != nullptr)
      deliveries_->describe(session, find.topic, lane, position, find.event.body, relayed ? &origin : nullptr, states);
  }

  const EventStatusAdapter::Topics& topics_;
  const std::string& store_id_;
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
  status.text("status", read.place ? "published" : read.find.refused.empty() ? "stored" : "refused");
  status.raw("timestamp", timestamp.empty() ? Bytes("null") : timestamp).number("storedAt", event.stored_at);
  if (read.place) status.number("partition", read.place->partition);
  if (read.place && read.place->known()) status.number("offset", read.place->offset);
  else if (!read.find.refused.empty()) status.text("reason", read.find.refused);
  return status.raw("deliveries", deliveries.done()).done();
}

Error no_such_event() {
  Error error(Code::kNoSuchThing);
  error.info().public_message = "no such event";
  return error;
}

}  // namespace

const config::Keys<EventStatusSettings>& EventStatusSettings::keys() {
  static const auto keys = config::Keys<EventStatusSettings>("event status adapter")
                               .optional("topic", &EventStatusSettings::topic, "where to look")
                               .by_default("every topic")
                               .refers_to("topic");
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
  exchange.call.system = events::word_of(topics_.empty() ? events::BusKind::kEmbedded : topics_.front()->bus);
  exchange.call.operation = "event_status";
  exchange.call.attempts = 1;
  std::string event_id;
  if (!net::append_decoded(event_id, exchange.match.parameters.find(kParameter).value_or(std::string_view())))
    co_return no_such_event();
  ReadStatus read(topics_, std::move(event_id), log_.store().store_id(), deliveries_);
  Result<> asked = co_await log_.store().query(exchange.worker, read);
  if (!asked) co_return asked;
  if (!read.find.found) co_return no_such_event();
  exchange.call.system = events::word_of(read.topic->bus);

  exchange.response.status = 200;
  exchange.response.headers.set(net::HeaderId::kContentType, kJsonType);
  exchange.response.body = Body(exchange.arena.copy(status_of(read)));
  co_return Result<>();
}

}  // namespace causeway::adapters
