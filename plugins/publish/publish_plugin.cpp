#include "plugins/publish/publish_plugin.h"

#include <utility>

#include "events/event_key.h"
#include "events/intake/record_size.h"
#include "exchange/call_values.h"
#include "expression/configured.h"
#include "transactions/guarded_call.h"

namespace causeway::plugins {
namespace {

using expression::Variable;

// What the half message of a transaction keeps, too: the same names in both (correctness.md).
constexpr expression::VariableSet kVariables{Variable::kRequest,  Variable::kParams, Variable::kQuery,
                                             Variable::kConsumer, Variable::kResult, Variable::kTxid};
constexpr int kRetryAfter = 5;  // as the store says when it is short of space

/// The system did what it was asked to and the event is missing.
Error unpublished(Code code, const Error& why) {
  Error error(code, "the system succeeded, its event is missing");
  error.info().details = R"("outcome":"done_unpublished")";
  error.info().reason = "done_unpublished";
  if (const ErrorInfo* info = why.info_if(); info != nullptr) {
    const std::string& words = info->internal.empty() ? info->public_message : info->internal;
    if (!words.empty()) error.info().internal += ": " + words;
    error.info().retry_after_seconds = info->retry_after_seconds;
  }
  return error;
}

}  // namespace

const config::Keys<PublishSettings>& PublishSettings::keys() {
  static const auto keys =
      config::Keys<PublishSettings>("publish")
          .required("topic", &PublishSettings::topic, "where the event goes")
          .refers_to("topic")
          .required("type", &PublishSettings::type, "its eventType")
          .optional("key", &PublishSettings::key, "made from $result and $request: events of one key stay in order")
          .by_default("the topic's, over the event's data")
          .text_template()
          .optional("data", &PublishSettings::data,
                    "one {{ expression }}, such as {{ $result + {items: $request.items} }}")
          .by_default("{{ $result }}")
          .text_template()
          .optional("when", &PublishSettings::when,
                    "transaction: a half message goes before the call, and its outcome settles it (on_unknown asks for "
                    "it); after_success: stored after the system's 2xx, before it is passed on")
          .optional("acknowledge", &PublishSettings::acknowledge, "what X-Causeway-Event says: stored, or broker")
          .optional("acknowledge_timeout", &PublishSettings::acknowledge_timeout,
                    "how long broker waits before it says stored")
          .by_default("the topic's")
          .range(events::kShortestAcknowledgeTimeout, events::kLongestAcknowledgeTimeout)
          .check([](const PublishSettings& settings, const config::Node& node, config::Reading& reading) {
            auto step = reading.enter("type");
            if (settings.type.empty() || settings.type.size() > 255)
              reading.expected(*node.find("type"), "1 to 255 bytes");
          });
  return keys;
}

std::unique_ptr<PublishPlugin> PublishPlugin::build(const PublishSettings& settings,
                                                    std::shared_ptr<const events::Topic> topic, events::EventLog& log,
                                                    config::Reading& reading) {
  std::unique_ptr<PublishPlugin> plugin(new PublishPlugin(std::move(topic), log));
  plugin->type_ = settings.type;
  plugin->acknowledge_ = settings.acknowledge;
  plugin->in_transaction_ = settings.when == PublishWhen::kTransaction;
  if (plugin->topic_)
    plugin->acknowledge_timeout_ = settings.acknowledge_timeout.value_or(plugin->topic_->settings.acknowledge_timeout);
  if (!settings.key->empty()) plugin->key_ = expression::compile_template(settings.key, kVariables, reading.errors());
  if (!settings.data->empty()) {
    const std::size_t before = reading.errors().error_count();
    plugin->data_ = expression::compile_template(settings.data, kVariables, reading.errors());
    if (reading.errors().error_count() == before && !plugin->data_.is_value()) {
      auto step = reading.resume(settings.data.path);
      reading.error(settings.data.position,
                    "expected one {{ expression }} and nothing around it: text would be the event's data", "expected");
    }
  }
  plugin->uses_.add(plugin->key_.uses());
  plugin->uses_.add(plugin->data_.uses());
  plugin->uses_request_ = plugin->uses_.has(Variable::kRequest);
  plugin->uses_result_ = settings.data->empty() || plugin->uses_.has(Variable::kResult) || plugin->key_.uses_input() ||
                         plugin->data_.uses_input();
  return plugin;
}

PublishPlugin::PublishPlugin(std::shared_ptr<const events::Topic> topic, events::EventLog& log)
    : topic_(std::move(topic)), log_(log) {}

Step PublishPlugin::on_head(Exchange&) const {
  if (log_.store().accepts_intake()) return Step::next();
  Error error(Code::kStoreRefused, "the store takes nothing new: the system was not called");
  error.info().retry_after_seconds = kRetryAfter;
  return error;
}

Step PublishPlugin::on_body(Exchange& exchange) const {
  Result<Bytes> request = CallValues::of(exchange).request();
  if (!request) return std::move(request.error());
  return Step::next();
}

Step PublishPlugin::on_response(Exchange& exchange) const {
  const int status = exchange.response.status;
  if (!exchange.fallback.empty()) return Step::next();  // nothing has happened
  const auto* const guard = transactions::GuardedCall::of(exchange);
  if (guard != nullptr && !guard->forwards()) return Step::next();  // it has, and was published
  if (exchange.refused || status < 200 || status > 299 || exchange.request.head->method == net::Method::kHead)
    return Step::next();
  return publish(exchange);
}

Task<Result<Flow>> PublishPlugin::publish(Exchange& exchange) const {
  Bytes result = "null";
  if (uses_result_) {
    Result<CallValues::Answer> answer = co_await CallValues::of(exchange).answer();
    if (!answer) co_return fail(exchange, answer.error().code(), answer.error());
    result = answer->json;
    if (answer->missing != nullptr) {
      std::pmr::string failure("published without the answer: ", &exchange.arena);
      exchange.failure = exchange.arena.copy(failure.append(answer->missing));
    }
  }
  Result<events::EventDraft> made = draft(exchange, result);
  if (!made) co_return fail(exchange, Code::kStoreRefused, made.error());
  if (auto error = events::refuse_size(*topic_, *made, exchange.route->name))
    co_return fail(exchange, Code::kStoreRefused, *error);
  std::vector<events::EventDraft> drafts;
  drafts.push_back(std::move(*made));
  events::Append append(topic_, exchange.route->name, std::move(drafts), exchange.worker.wall_now(), log_.signal());
  if (auto* const guard = transactions::GuardedCall::of(exchange)) {
    guard->publish(std::move(append), {acknowledge_, acknowledge_timeout_});
    co_return Flow::kContinue;
  }
  Result<std::vector<events::Receipt>> stored = co_await log_.append(exchange.worker, exchange.context.shard, append);
  if (!stored) co_return unpublished(Code::kStoreRefused, stored.error());
  std::vector<std::optional<events::BusPlace>> places(stored->size());
  if (acknowledge_ == events::Acknowledge::kBroker)
    places = co_await log_.published(exchange.worker, topic_, *stored, acknowledge_timeout_);
  std::pmr::string event(&exchange.arena);
  event.append(append.drafts()[0].event_id).append("; status=").append(events::status_word(places[0].has_value()));
  exchange.response.headers.set(net::HeaderId::kXCausewayEvent, exchange.arena.copy(event));
  co_return Flow::kContinue;
}

Result<Flow> PublishPlugin::fail(Exchange& exchange, Code code, const Error& why) const {
  Error error = unpublished(code, why);
  auto* const guard = transactions::GuardedCall::of(exchange);
  if (guard == nullptr || !in_transaction_) return error;
  guard->event_failed(error.info().internal);
  return Flow::kContinue;
}

Result<events::EventDraft> PublishPlugin::draft(Exchange& exchange, Bytes result) const {
  Result<const expression::Values*> values = CallValues::of(exchange).on_the_way_out(uses_, result);
  if (!values) return std::move(values.error());
  const auto* const guard = transactions::GuardedCall::of(exchange);
  events::SaidEvent said;
  if (guard != nullptr) said.event_id = guard->txid();
  said.type = type_;
  said.data = result;
  if (data_.is_value()) {
    Result<Bytes> data = data_.value(result, **values, &exchange.arena);
    if (!data) return std::move(data.error());
    said.data = *data;
  }
  Result<std::string> key = events::render_key(key_, result, **values, &exchange.arena);
  if (!key) return std::move(key.error());
  if (key->empty()) *key = events::topic_key(topic_->key, said.data, topic_->expressions.get());
  return events::make_draft(said, topic_->settings.shape, std::move(*key),
                            {.now = exchange.worker.wall_now(),
                             .traceparent = exchange.trace.traceparent(),
                             .resolved_by = guard != nullptr ? guard->resolved_by() : ""});
}

}  // namespace causeway::plugins
