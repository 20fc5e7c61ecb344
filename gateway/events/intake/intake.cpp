#include "events/intake/intake.h"

#include "core/json_object.h"
#include "core/json_scan.h"
#include "core/json_text.h"
#include "events/event_key.h"
#include "events/intake/cloud_event.h"
#include "events/intake/doubled_member.h"
#include "events/intake/record_size.h"

namespace causeway::events {

struct Intake::Refusal {
  Code code = Code::kInvalid;
  std::string message;  // of kNotJson and kTransformRefused
  Violations violations;

  std::string_view first_message() const {
    return violations.empty() ? std::string_view(message) : violations.list().front().message;
  }
  Error to_error() const {
    Error error(code);
    error.info().public_message = message;
    if (!violations.empty()) error.info().details = violations.to_details();
    return error;
  }
};

namespace {

Error not_json(std::string message) {
  Error error(Code::kNotJson);
  error.info().public_message = std::move(message);
  return error;
}

std::optional<Error> check(Bytes body, std::size_t depth) {
  const auto problem = check_json(body, depth);
  if (!problem) return std::nullopt;
  return not_json(std::string("the body is not JSON: ") + problem->what + " at byte " +
                  std::to_string(problem->offset));
}

std::string doubled_message(const std::string& name) {
  return "the member \"" + name.substr(0, 256) + "\" is there twice";
}

Error invalid(std::string_view keyword, std::string message) {
  Violations violations;
  violations.add("", keyword, std::move(message));
  Error error(Code::kInvalid);
  error.info().details = violations.to_details();
  return error;
}

}  // namespace

Intake::Intake(std::shared_ptr<const Topic> topic, std::string type, expression::Template key)
    : topic_(std::move(topic)), type_(std::move(type)), key_(std::move(key)) {}

Result<Intake::Taken> Intake::read(const net::Headers& headers, Bytes body, const Stamp& stamp) const {
  Taken taken;
  const CloudForm form = cloud_form(headers);
  if (form == CloudForm::kUnknown) return Error(Code::kUnsupportedMediaType);
  if (form == CloudForm::kBinary) {
    if (!body.empty() && says_json(headers)) {
      if (auto error = check(body, kDepth)) return std::move(*error);
      if (const auto doubled = find_doubled_member(body)) return not_json(doubled_message(*doubled));
    }
    Refusal refusal;
    SaidEvent said = read_binary_event(headers, body, refusal.violations);
    settle_cloud(said, refusal.violations);
    if (!refusal.violations.empty()) return refusal.to_error();
    Result<EventDraft> made = draft(std::move(said), stamp);
    if (!made) return std::move(made.error());
    taken.drafts.push_back(std::move(*made));
    return taken;
  }
  const bool list = json_kind(body) == JsonKind::kArray && form != CloudForm::kStructured;
  if (auto error = check(body, kDepth + (list ? 1 : 0))) return std::move(*error);
  if (list) return read_list(body, form == CloudForm::kBatch, stamp);
  if (form == CloudForm::kBatch) return invalid("type", "a batch must be an array");
  if (const auto refusal = read_one(trim_json(body), form == CloudForm::kStructured, stamp, taken.drafts))
    return refusal->to_error();
  return taken;
}

Result<Intake::Taken> Intake::read_list(Bytes body, bool cloud, const Stamp& stamp) const {
  std::vector<Bytes> events;
  for (JsonItems items(body); items.next() && events.size() <= kMostEvents;) events.push_back(items.value());
  if (events.empty()) return invalid("minItems", "there must be at least 1 event");
  if (events.size() > kMostEvents)
    return invalid("maxItems", "there must be at most " + std::to_string(kMostEvents) + " events");

  Taken taken;
  taken.list = true;
  taken.drafts.reserve(events.size());
  std::vector<std::pair<std::size_t, Refusal>> refusals;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (auto refusal = read_one(events[i], cloud, stamp, taken.drafts)) refusals.emplace_back(i, std::move(*refusal));
  if (refusals.empty()) return taken;
  std::vector<RefusedItem> items;
  for (const auto& [index, refusal] : refusals) items.push_back({index, refusal.code, refusal.first_message()});
  return refuse_items(items);
}

std::optional<Intake::Refusal> Intake::read_one(Bytes event, bool cloud, const Stamp& stamp,
                                                std::vector<EventDraft>& out) const {
  Refusal refusal;
  if (const auto doubled = find_doubled_member(event)) {
    refusal.code = Code::kNotJson;
    refusal.message = doubled_message(*doubled);
    return refusal;
  }
  SaidEvent said = cloud ? read_structured_event(event, refusal.violations)
                         : read_own_event(event, topic_->settings.shape, refusal.violations);
  if (cloud && !refusal.violations.has("")) settle_cloud(said, refusal.violations);
  else if (!refusal.violations.has("")) settle(said, "eventType", false, refusal.violations);
  if (!refusal.violations.empty()) return refusal;
  if (said.event_id.empty() && !stamp.event_id.empty()) {
    said.event_id = stamp.event_id;
    if (!out.empty()) said.event_id.append(":").append(std::to_string(out.size()));
  }
  Result<EventDraft> made = draft(std::move(said), stamp);
  if (!made) {
    refusal.code = made.error().code();
    if (const ErrorInfo* info = made.error().info_if()) refusal.message = info->public_message;
    return refusal;
  }
  out.push_back(std::move(*made));
  return std::nullopt;
}

/// What the topic and the route say about it.
void Intake::settle(SaidEvent& said, std::string_view type_member, bool data_apart, Violations& violations) const {
  const std::string name(type_member);
  const std::string path = '/' + name;
  if (!type_.empty()) {
    if (!said.type.empty() && said.type != type_) violations.add(path, "const", name + " must be " + type_);
    said.type = type_;
  } else if (said.type.empty() && !violations.has(path)) {
    violations.add(path, "required", name + " is required");
  }
  if (!data_apart || topic_->settings.shape != EventShape::kFlat) return;
  if (said.data == "null") said.data = "{}";
  if (said.base64 || json_kind(said.data) != JsonKind::kObject) {
    violations.add("/data", "type", "data must be a JSON object: the topic is flat");
    return;
  }
  for (JsonMembers members(said.data); members.next();)
    if (is_event_member(members.key()))
      violations.add("/data" + json_pointer(members.key()), "not",
                     std::string(members.key()) + " is the event's own: the topic is flat");
}

Result<EventDraft> Intake::take(SaidEvent said, Violations violations, const Stamp& stamp) const {
  settle(said, "eventType", true, violations);
  if (violations.empty()) return draft(std::move(said), stamp);
  Refusal refusal;
  refusal.violations = std::move(violations);
  return refusal.to_error();
}

Result<EventDraft> Intake::draft(SaidEvent said, const Stamp& stamp) const {
  std::string key = said.key;
  if (key.empty()) {
    Result<std::string> rendered = render_key(key_, said.data, topic_->expressions.get());
    if (!rendered) return std::move(rendered.error());
    key = std::move(*rendered);
  }
  if (key.empty()) key = topic_key(topic_->key, said.data, topic_->expressions.get());
  EventDraft made = make_draft(said, topic_->settings.shape, std::move(key), stamp);
  if (auto error = refuse_size(*topic_, made, stamp.source)) return std::move(*error);
  return made;
}

Error refuse_items(const std::vector<RefusedItem>& items) {
  JsonArray refused;
  for (const RefusedItem& item : items) {
    JsonObject object;
    object.number("index", static_cast<std::int64_t>(item.index)).number("code", number(item.code));
    refused.raw(object.text("message", item.message).done());
  }
  Error error(Code::kItemsRefused);
  error.info().details = "\"items\":" + refused.done();
  return error;
}

}  // namespace causeway::events
