#include "app/explain/explanation_text.h"
#include "app/explain/route_text.h"
#include "core/json_object.h"
#include "routing/verdict.h"

namespace causeway::app {
namespace {

std::string object_of(const NamedTexts& texts) {
  JsonObject object;
  for (const auto& [name, value] : texts) object.text(name, value);
  return object.done();
}

std::string pairs_of(const NamedTexts& texts) {
  JsonArray pairs;
  for (const auto& [name, value] : texts) pairs.raw(JsonObject().text("name", name).text("value", value).done());
  return pairs.done();
}

std::string text_or_null(const std::optional<std::string>& text) {
  std::string json;
  if (text) append_json_string(json, *text);
  return text ? json : "null";
}

std::string answer_json(const std::optional<GivenAnswer>& answer) {
  if (!answer) return "null";
  JsonObject object;
  object.number("status", answer->status).number("code", answer->code).text("message", answer->message);
  return object.text("reason", answer->reason).raw("details", '{' + answer->details + '}').done();
}

std::string call_json(const OutgoingCall& call) {
  JsonObject object;
  if (!call.part.empty()) object.text("part", call.part);
  object.text("cluster", call.cluster).text("method", call.method).text("target", call.target);
  object.raw("headers", pairs_of(call.headers)).raw("body", text_or_null(call.body));
  return object.text("unknown", call.unknown).done();
}

std::string parts_json(const std::vector<OutgoingCall>& parts) {
  JsonArray all;
  for (const OutgoingCall& part : parts) all.raw(call_json(part));
  return all.done();
}

std::string report_json(const StepReport& report) {
  JsonObject object;
  object.raw("step", step_json(report.step)).text("says", report.says);
  return object.raw("refusal", answer_json(report.refusal)).raw("bodyAfter", text_or_null(report.body_after)).done();
}

std::string route_of(const Explanation& of, const EffectiveRoutes& all) {
  if (!of.route) return "null";
  const routing::RouteSpec& spec = all.specs[*of.route];
  const routing::ApiSettings& api = all.api_of(*of.route);
  const EffectiveRoute& record = all.routes[*of.route];
  JsonArray keys;
  for (const EffectiveKey& key : record.call) keys.raw(key_json(key));
  JsonObject object;
  object.text("name", spec.name).text("api", api.api).text("pattern", pattern_of(api, spec));
  object.raw("at", place_json(spec.position)).text("adapter", record.adapter);
  return object.raw("keys", keys.done()).done();
}

std::string other_json(const OtherRoute& other, const EffectiveRoutes& all) {
  const routing::RouteSpec& spec = all.specs[other.route];
  JsonObject object;
  object.text("name", spec.name).text("methods", routing::methods_taken(spec.match.methods));
  object.text("pattern", pattern_of(all.api_of(other.route), spec)).raw("at", place_json(spec.position));
  return object.text("why", other.why).done();
}

}  // namespace

std::string explanation_json(const Explanation& of, const EffectiveRoutes& all) {
  JsonArray steps;
  for (const StepReport& report : of.steps) steps.raw(report_json(report));
  JsonArray others;
  for (const OtherRoute& other : of.others) others.raw(other_json(other, all));
  JsonObject object;
  object.text("method", of.method).text("target", of.target).text("path", of.path).flag("taken", of.taken);
  object.raw("route", route_of(of, all)).text("version", of.version).text("lifecycle", of.lifecycle);
  object.text("why", of.why).raw("parameters", object_of(of.parameters)).raw("answer", answer_json(of.answer));
  object.raw("headers", object_of(of.answer_headers))
      .raw("steps", steps.done())
      .raw("call", of.call ? call_json(*of.call) : "null");
  if (!of.parts.empty()) object.raw("calls", parts_json(of.parts));
  return object.raw("others", others.done()).done();
}

}  // namespace causeway::app
