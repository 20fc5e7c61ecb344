#include "plugins/publish/publish_plugin.h"

#include <utility>

#include "core/json_scan.h"
#include "core/json_text.h"
#include "events/intake/doubled_member.h"

namespace causeway::plugins {
namespace {

// What templates may name, and where it stands among the documents. `.` is the answer too.
constexpr std::array<std::string_view, 3> kRoots = {"", "$result", "$request"};
constexpr std::size_t kRequest = 2;
constexpr std::size_t kAnswerDepth = 512;  // as the envelope's

using Documents = std::array<Bytes, kRoots.size()>;

events::KeyTemplate parse(const config::Placed<std::string>& text, config::Reading& reading) {
  auto parsed = events::KeyTemplate::parse(*text, kRoots);
  if (auto* ready = std::get_if<events::KeyTemplate>(&parsed)) return std::move(*ready);
  const auto& problem = std::get<events::KeyTemplate::Problem>(parsed);
  auto step = reading.resume(text.path);
  reading.error(text.position, problem.message + " (at character " + std::to_string(problem.offset + 1) + ')',
                "expected");
  return {};
}

Error not_json(std::string message) {
  Error error(Code::kNotJson);
  error.info().public_message = std::move(message);
  return error;
}

}  // namespace

const config::Keys<PublishSettings>& PublishSettings::keys() {
  static const auto keys =
      config::Keys<PublishSettings>("publish")
          .required("topic", &PublishSettings::topic, "where the event goes")
          .required("type", &PublishSettings::type, "its eventType")
          .optional("key", &PublishSettings::key,
                    "a template over $result and $request; default: the topic's, over the event's data")
          .optional("data", &PublishSettings::data,
                    "one path, such as {{ $request }} or {{ $result.order }}; default: the whole answer")
          .optional("when", &PublishSettings::when,
                    "after_success: stored after the system's 2xx, before it is passed on")
          .optional("acknowledge", &PublishSettings::acknowledge, "what X-Causeway-Event says: stored, or broker")
          .check([](const PublishSettings& settings, const config::Node& node, config::Reading& reading) {
            if (settings.when == PublishWhen::kTransaction) {
              auto step = reading.enter("when");
              reading.error(*node.find("when"), "\"transaction\" is not in this version", "not_in_this_version");
            }
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
  plugin->key_ = parse(settings.key, reading);
  config::Placed<std::string> data = settings.data;
  if (data->empty()) data.value = "{{ $result }}";
  plugin->data_ = parse(data, reading);
  if (!plugin->data_.empty() && !plugin->data_.is_value()) {
    auto step = reading.resume(data.path);
    reading.error(data.position, "one {{ path }}: anything around it is not in this version", "not_in_this_version");
  }
  for (const events::KeyTemplate* each : {&plugin->key_, &plugin->data_}) {
    plugin->uses_request_ = plugin->uses_request_ || each->uses(kRequest);
    plugin->uses_result_ = plugin->uses_result_ || each->uses(0) || each->uses(1);
  }
  return plugin;
}

PublishPlugin::PublishPlugin(std::shared_ptr<const events::Topic> topic, events::EventLog& log)
    : topic_(std::move(topic)), log_(log) {}

Step PublishPlugin::on_body(Exchange& exchange) const {
  const Bytes body = exchange.request.body.whole();
  if (body.empty()) return Step::next();
  if (const auto problem = check_json(body))
    return not_json(std::string("the body is not JSON: ") + problem->what + " at byte " +
                    std::to_string(problem->offset));
  if (const auto doubled = events::find_doubled_member(body))
    return not_json("the member \"" + doubled->substr(0, 256) + "\" is there twice");
  return Step::next();
}

Step PublishPlugin::on_response(Exchange& exchange) const {
  const int status = exchange.response.status;
  if (status < 200 || status > 299 || exchange.request.head->method == net::Method::kHead) return Step::next();
  return publish(exchange);
}

Task<Result<Flow>> PublishPlugin::publish(Exchange& exchange) const {
  Bytes result = "null";
  if (uses_result_) {
    // One that is too long streams on to the caller, as the envelope lets it.
    Body& body = exchange.response.body;
    const bool streamed = body.streams();
    const bool too_long = streamed && body.source()->declared_size().value_or(0) > kAnswerLimit;
    if (!too_long) {
      Result<Bytes> whole = co_await body.gather(kAnswerLimit);
      if (!whole && whole.error().code() != Code::kBodyTooLarge) co_return std::move(whole.error());
      if (whole && streamed) {
        exchange.call.response_body = *whole;
        exchange.call.response_size = whole->size();
      }
    }
    if (body.streams()) exchange.failure = "published without the answer: it is too long";
    else if (body.whole().empty()) result = "null";
    else if (check_json(body.whole(), kAnswerDepth)) exchange.failure = "published without the answer: it is not JSON";
    else result = trim_json(body.whole());
  }
  std::vector<events::EventDraft> drafts;
  drafts.push_back(draft(exchange, result));
  events::Append append(topic_, exchange.route->name, std::move(drafts), exchange.worker.wall_now(), log_.signal());
  Result<std::vector<events::Receipt>> stored = co_await log_.append(exchange.worker, exchange.context.shard, append);
  if (!stored) {
    Error error(Code::kStoreRefused);
    if (const ErrorInfo* info = stored.error().info_if(); info != nullptr) {
      error.info().internal = "the system succeeded, its event is missing: " + info->internal;
      error.info().retry_after_seconds = info->retry_after_seconds;
    }
    error.info().details = R"("outcome":"done_unpublished")";
    error.info().reason = "done_unpublished";
    co_return error;
  }
  std::pmr::string event(&exchange.arena);
  event.append(append.drafts()[0].event_id).append("; status=").append(events::status_word(acknowledge_));
  exchange.response.headers.set(net::HeaderId::kXCausewayEvent, exchange.arena.copy(event));
  co_return Flow::kContinue;
}

events::EventDraft PublishPlugin::draft(Exchange& exchange, Bytes result) const {
  const Bytes body = uses_request_ ? trim_json(exchange.request.body.whole()) : Bytes();
  const Documents documents = {result, result, body.empty() ? Bytes("null") : body};
  events::SaidEvent said;
  said.type = type_;
  if (const Bytes value = data_.value(documents); !value.empty()) said.data = value;
  std::string key = key_.render(documents);
  if (key.empty()) key = topic_->key.render(said.data);
  return events::make_draft(said, topic_->settings.shape, std::move(key),
                            {exchange.worker.wall_now(), exchange.trace.traceparent()});
}

}  // namespace causeway::plugins
