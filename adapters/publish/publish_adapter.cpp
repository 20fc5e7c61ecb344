#include "adapters/publish/publish_adapter.h"

#include <algorithm>
#include <utility>

#include "core/json_text.h"
#include "exchange/reply.h"
#include "expression/configured.h"

namespace causeway::adapters {
namespace {

using events::Acknowledge;

void append_number(std::pmr::string& out, std::int64_t number) { out += std::to_string(number); }

// What the answer says of one event, without braces.
void append_outcome(std::pmr::string& out, const std::optional<events::BusPlace>& place, bool duplicate) {
  out += R"(,"status":")";
  out += events::status_word(place.has_value());
  out += '"';
  if (place) {
    out += R"(,"partition":)";
    append_number(out, place->partition);
    if (place->known()) {
      out += R"(,"offset":)";
      append_number(out, place->offset);
    }
  }
  if (duplicate) out += R"(,"duplicate":true)";
}

Error refuse_conflicts(const events::Append& append) {
  std::vector<events::RefusedItem> items;
  for (std::size_t i = 0; i < append.receipts().size(); ++i)
    if (append.receipts()[i].conflict)
      items.push_back({i, Code::kConflictingPayload, code_info(Code::kConflictingPayload).message});
  return events::refuse_items(items);
}

}  // namespace

const config::Keys<PublishSettings>& PublishSettings::keys() {
  static const auto keys =
      config::Keys<PublishSettings>("publish adapter")
          .required("topic", &PublishSettings::topic, "where the events go")
          .refers_to("topic")
          .optional("type", &PublishSettings::type, "the eventType of every event")
          .by_default("the publisher says it")
          .optional("key", &PublishSettings::key,
                    "made from the event's data (`.`), for events that do not say their key")
          .by_default("the topic's")
          .text_template()
          .optional("acknowledge", &PublishSettings::acknowledge,
                    "stored: 202 once they are durable; broker: 201 once they are on the bus")
          .optional("acknowledge_timeout", &PublishSettings::acknowledge_timeout,
                    "how long broker waits before it says 202 and stored")
          .by_default("the topic's")
          .range(events::kShortestAcknowledgeTimeout, events::kLongestAcknowledgeTimeout)
          .check([](const PublishSettings& settings, const config::Node& node, config::Reading& reading) {
            auto step = reading.enter("type");
            if (settings.type.size() > 255) reading.expected(*node.find("type"), "at most 255 bytes");
          });
  return keys;
}

std::unique_ptr<PublishAdapter> PublishAdapter::build(const PublishSettings& settings,
                                                      std::shared_ptr<const events::Topic> topic, events::EventLog& log,
                                                      config::Reading& reading) {
  expression::Template key;
  if (!settings.key->empty()) key = expression::compile_template(settings.key, {}, reading.errors());
  return std::unique_ptr<PublishAdapter>(
      new PublishAdapter(events::Intake(topic, settings.type, std::move(key)), topic, settings, log));
}

PublishAdapter::PublishAdapter(events::Intake intake, std::shared_ptr<const events::Topic> topic,
                               const PublishSettings& settings, events::EventLog& log)
    : intake_(std::move(intake)), topic_(std::move(topic)), acknowledge_(settings.acknowledge), log_(log) {
  if (!topic_) return;
  operation_ = "publish " + topic_->name();
  acknowledge_timeout_ = settings.acknowledge_timeout.value_or(topic_->settings.acknowledge_timeout);
}

Task<Result<>> PublishAdapter::call(Exchange& exchange) const {
  const Bytes body = exchange.request.body.whole();
  const WallTime now = exchange.worker.wall_now();
  std::string source = exchange.authenticated && exchange.consumer != nullptr ? exchange.consumer->name : std::string();
  Result<events::Intake::Taken> taken =
      intake_.read(exchange.request.head->headers, body,
                   {.now = now,
                    .traceparent = exchange.trace.traceparent(),
                    .source = source,
                    .event_id = exchange.guard != nullptr ? exchange.guard->txid() : std::string_view()});
  if (!taken) co_return std::move(taken.error());

  exchange.call.system = events::word_of(topic_->bus);
  exchange.call.operation = operation_;
  exchange.call.attempts = 1;
  exchange.call.request_body = body;
  exchange.call.request_size = body.size();
  events::Append append(topic_, std::move(source), std::move(taken->drafts), now, log_.signal());
  Result<std::vector<events::Receipt>> stored = co_await log_.append(exchange.worker, exchange.context.shard, append);
  if (!stored) {
    if (taken->list && stored.error().code() == Code::kConflictingPayload) co_return refuse_conflicts(append);
    co_return std::move(stored.error());
  }
  Places places(stored->size());
  if (acknowledge_ == Acknowledge::kBroker)
    places = co_await log_.published(exchange.worker, topic_, *stored, acknowledge_timeout_);
  answer(exchange, append, places, taken->list);
  co_return Result<>();
}

void PublishAdapter::answer(Exchange& exchange, const events::Append& append, const Places& places, bool list) const {
  std::pmr::string text(&exchange.arena);
  if (list) text += R"({"items":[)";
  for (std::size_t i = 0; i < append.drafts().size(); ++i) {
    if (i > 0) text += ',';
    text += '{';
    if (list) {
      text += R"("index":)";
      append_number(text, static_cast<std::int64_t>(i));
      text += ',';
    }
    text += R"("eventId":)";
    append_json_string(text, append.drafts()[i].event_id);
    if (!list) {
      text += R"(,"topic":)";
      append_json_string(text, topic_->name());
    }
    append_outcome(text, places[i], append.receipts()[i].duplicate);
    text += '}';
  }
  if (list) text += "]}";

  Response& response = exchange.response;
  response.status = std::ranges::all_of(places, [](const auto& place) { return place.has_value(); }) ? 201 : 202;
  response.headers.set(net::HeaderId::kContentType, kJsonType);
  if (!list) {
    std::pmr::string event(&exchange.arena);
    event.append(append.drafts()[0].event_id).append("; status=").append(events::status_word(places[0].has_value()));
    response.headers.set(net::HeaderId::kXCausewayEvent, exchange.arena.copy(event));
  }
  const Bytes body = exchange.arena.copy(text);
  response.body = Body(body);
  exchange.call.response_body = body;
  exchange.call.response_size = body.size();
  exchange.call.response_type = kJsonType;
}

}  // namespace causeway::adapters
