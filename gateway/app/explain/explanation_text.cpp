#include "app/explain/explanation_text.h"

#include <fmt/format.h>

#include "app/explain/route_text.h"
#include "routing/verdict.h"
#include "telemetry/log_escape.h"

namespace causeway::app {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string safe(std::string_view text) {
  std::string result;
  telemetry::append_text(result, text);
  return result;
}

std::string short_answer(const GivenAnswer& answer) {
  if (answer.code == 0) return fmt::format("{}, {}", answer.status, answer.message);
  const std::string reason = answer.reason.empty() || answer.reason == code_info(Code{answer.code}).name
                                 ? ""
                                 : fmt::format(" ({})", answer.reason);
  return fmt::format("{} {}{}", answer.code, safe(answer.message), reason);
}

std::string when(const EffectiveStep& step) {
  std::string text;
  const auto add = [&](bool runs, std::string_view word) {
    if (runs) text.append(text.empty() ? "" : ", ").append(word);
  };
  add(step.on_head, "head");
  add(step.on_body, "body");
  add(step.on_answer, "answer");
  return text;
}

std::string chain(const Explanation& of) {
  Rows rows;
  for (const StepReport& report : of.steps) {
    const EffectiveStep& step = report.step;
    if (step.removed) {
      rows.push_back({step.name, "removed", place_text(step.from), step.does});
      rows.push_back({"", "", place_text(*step.also), "without"});
      continue;
    }
    rows.push_back({step.name, when(step), place_text(step.from), step.does});
    if (step.also) rows.push_back({"", "", place_text(*step.also), step.also_does});
    const std::string says = report.refusal ? short_answer(*report.refusal) : report.says;
    if (!says.empty()) rows.push_back({"", "→ " + says});
  }
  std::string text = "chain, down on the way in and up on the way out\n" + columns(rows, "  ");
  for (const StepReport& report : of.steps)
    if (report.body_after) text += fmt::format("body behind {}\n  {}\n", report.step.name, safe(*report.body_after));
  return text;
}

/// What is written besides the chain: the envelope's absence, limits.
std::string settings(const EffectiveRoute& record) {
  Rows rows;
  for (const EffectiveKey& key : record.settings)
    if (key.name != "auth" && key.from.origin != Origin::kBuiltIn)
      rows.push_back({key.name, key.value, place_text(key.from)});
  return rows.empty() ? "" : "settings\n" + columns(rows, "  ");
}

std::string outgoing(const OutgoingCall& call) {
  const std::string whom = (call.part.empty() ? "call to " : "call " + call.part + " to ") + call.cluster;
  if (call.target.empty()) return fmt::format("{}: {}\n", whom, call.unknown);
  const std::string doubt = call.unknown.empty() ? "" : fmt::format(" (as far as is known: a step {})", call.unknown);
  std::string text = fmt::format("{}{}\n  {} {}\n", whom, doubt, call.method, safe(call.target));
  for (const auto& [name, value] : call.headers) text += fmt::format("  {}: {}\n", name, safe(value));
  if (call.body) text += fmt::format("\n  {}\n", safe(*call.body));
  return text;
}

std::string adapter(const Explanation& of, const EffectiveRoutes& all) {
  const EffectiveRoute& record = all.routes[*of.route];
  Rows rows;
  for (const EffectiveKey& key : record.call) rows.push_back({key.name, key.value, place_text(key.from)});
  std::string text =
      fmt::format("adapter {}, {}\n{}", record.adapter, place_text(record.adapter_from), columns(rows, "  "));
  if (of.call) text += outgoing(*of.call);
  for (const OutgoingCall& part : of.parts) text += outgoing(part);
  return text;
}

std::string taken_by(const Explanation& of, const EffectiveRoutes& all) {
  const routing::RouteSpec& spec = all.specs[*of.route];
  std::string text = fmt::format("route {}, {}\n", spec.name, spec.position.to_text());
  const std::string pattern = pattern_of(all.api_of(*of.route), spec);
  text += fmt::format("  {} {}", routing::methods_taken(spec.match.methods), pattern);
  if (!of.why.empty()) text += "; " + of.why;
  if (!of.lifecycle.empty() && of.lifecycle != "current") text += ", which is " + of.lifecycle;
  text += '\n';
  for (const auto& [name, value] : of.parameters) text += fmt::format("  {{{}}} = {}\n", name, safe(value));
  return text;
}

std::string others(const Explanation& of, const EffectiveRoutes& all) {
  if (of.others.empty() && of.taken) return {};
  if (of.others.empty()) return of.path.empty() || of.route ? "" : "no route is near\n";
  Rows rows;
  for (const OtherRoute& other : of.others) {
    const routing::RouteSpec& spec = all.specs[other.route];
    const std::string call =
        routing::methods_taken(spec.match.methods) + ' ' + pattern_of(all.api_of(other.route), spec);
    rows.push_back({spec.name, call, other.why, spec.position.to_text()});
  }
  return (of.route ? "would take it too\n" : "near, and why not\n") + columns(rows, "  ");
}

}  // namespace

std::string explanation_text(const Explanation& of, const EffectiveRoutes& all) {
  std::string text = safe(of.method + ' ' + of.target);
  if (!of.path.empty() && !of.target.starts_with(of.path)) text += "\n  is matched as " + of.path;
  text += '\n';
  if (of.route) text += taken_by(of, all);
  if (of.answer)
    text += fmt::format("{}: {}\n", of.steps.empty() ? "answer" : "answer of the gateway", short_answer(*of.answer));
  if (of.answer && !of.answer->details.empty()) text += "  details: {" + safe(of.answer->details) + "}\n";
  for (const auto& [name, value] : of.answer_headers) text += fmt::format("  {}: {}\n", name, safe(value));
  if (!of.steps.empty() || (of.route && of.taken))
    text += chain(of) + settings(all.routes[*of.route]) + adapter(of, all);
  return text + others(of, all);
}

}  // namespace causeway::app
