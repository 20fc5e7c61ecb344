#include "json_schema/validator.h"

#include <algorithm>

#include "core/decimal.h"

#include "json_schema/pointer.h"
#include "json_schema/wording.h"

namespace causeway::json_schema {
namespace {

constexpr std::size_t kDeepest = 1000;     // of the recursion
constexpr std::size_t kLongestName = 128;  // in a pointer; the caller chose it
constexpr std::size_t kLongestPointer = 1024;
constexpr std::size_t kMostExplained = 3;  // alternatives whose problem a message names

}  // namespace

void Validator::check(NodeIndex schema, const Place& place, Findings& findings) {
  if (depth_ >= kDeepest || !effort_.spend(1)) {
    effort_.left = 0;
    findings.note();
    return;
  }
  ++depth_;
  const Node& node = plan_.nodes[schema];
  const JsonKind kind = document_.kind(place.value);
  TypeSet type = type_of(kind);
  if (kind == JsonKind::kNumber && (node.types & kNumber) == 0 && (node.types & kInteger) != 0)
    type = is_whole(raw(place)) ? kInteger : kNumber;
  if (node.refuses_all) {
    report(findings, place, "false", [&] { return "nothing is allowed here, got " + got(node, place); });
  } else if ((node.types & type) == 0) {
    // The other rules are for values of the right type: nothing that they say would help.
    report(findings, place, "type",
           [&] { return "expected " + expected_types(node.types) + ", got " + got(node, place); });
  } else {
    if (node.enumeration) check_values(node, *node.enumeration, true, place, findings);
    if (node.constant && !findings.full()) check_values(node, *node.constant, false, place, findings);
    if (kind == JsonKind::kNumber && node.number && !findings.full()) check_number(node, place, findings);
    if (kind == JsonKind::kString && node.string && !findings.full()) check_string(node, place, findings);
    if (kind == JsonKind::kArray && node.array && !findings.full()) check_array(*node.array, place, findings);
    if (kind == JsonKind::kObject && node.object && !findings.full()) check_object(*node.object, place, findings);
    if (node.logic && !findings.full()) check_logic(node, place, findings);
  }
  --depth_;
}

void Validator::check_logic(const Node& node, const Place& place, Findings& findings) {
  const LogicRules& rules = *node.logic;
  if (rules.reference != kNoNode) check(rules.reference, place, findings);
  for (const NodeIndex each : rules.all_of) {
    if (findings.full()) return;
    check(each, place, findings);
  }
  if (findings.full()) return;
  check_alternatives(node, place, findings);
  if (rules.none_of != kNoNode && !findings.full() && is_valid(rules.none_of, place))
    report(findings, place, "not", [&] { return got(node, place) + " is of a form that is not allowed"; });
  if (rules.condition == kNoNode || findings.full()) return;
  const NodeIndex chosen = is_valid(rules.condition, place) ? rules.then : rules.otherwise;
  if (chosen != kNoNode) check(chosen, place, findings);
}

void Validator::check_alternatives(const Node& node, const Place& place, Findings& findings) {
  const auto none_fits = [&](const std::vector<NodeIndex>& forms) {
    std::string text = got(node, place) + " is of none of the " + std::to_string(forms.size()) + " forms allowed";
    const std::size_t explained = std::min(forms.size(), kMostExplained);
    for (std::size_t i = 0; i < explained; ++i) text += (i == 0 ? ": " : "; or ") + first_problem(forms[i], place);
    return text;
  };
  const LogicRules& rules = *node.logic;
  if (!rules.any_of.empty() &&
      std::none_of(rules.any_of.begin(), rules.any_of.end(), [&](NodeIndex each) { return is_valid(each, place); }))
    report(findings, place, "anyOf", [&] { return none_fits(rules.any_of); });
  if (rules.one_of.empty() || findings.full()) return;
  std::size_t fitting = 0;
  for (auto each = rules.one_of.begin(); each != rules.one_of.end() && fitting < 2; ++each)
    if (is_valid(*each, place)) ++fitting;
  if (fitting == 1) return;
  report(findings, place, "oneOf", [&] {
    return fitting == 0 ? none_fits(rules.one_of) : got(node, place) + " is of more than one of the forms allowed";
  });
}

bool Validator::is_valid(NodeIndex schema, const Place& place) {
  Findings findings;
  check(schema, place, findings);
  return !findings.any();
}

std::string Validator::first_problem(NodeIndex schema, const Place& place) {
  std::vector<Violation> list;
  Findings findings(list, 1);
  check(schema, place, findings);
  if (list.empty()) return "it could not be checked";
  const std::string whole = pointer(&place);
  const std::string_view inner = std::string_view(list[0].path).substr(std::min(whole.size(), list[0].path.size()));
  return inner.empty() ? list[0].message : std::string(inner) + ": " + list[0].message;
}

std::string Validator::pointer(const Place* place) const {
  std::vector<const Place*> steps;
  for (; place->above != nullptr; place = place->above) steps.push_back(place);
  std::string text;
  std::string scratch;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (text.size() > kLongestPointer) return text + "/…";
    if (!(*step)->member) {
      text.append("/").append(std::to_string((*step)->position));
      continue;
    }
    const std::string_view name = document_.name((*step)->value, scratch);
    const std::string_view head = cut(name, kLongestName);
    text += pointer_step(head);
    if (head.size() < name.size()) text += "…";
  }
  return text;
}

std::string Validator::got(const Node& node, const Place& place) const {
  return node.hidden ? "a value" : shown(document_, place.value);
}

std::vector<Violation> Schema::validate(const JsonDocument& document) const {
  std::vector<Violation> violations;
  Findings findings(violations, kMostViolations);
  Effort effort(document.raw(0).size());
  Validator validator(*plan_, document, effort);
  validator.check(0, Place{}, findings);
  if (effort.left == 0) violations = {{"", "limit", "checking this body takes too much work"}};
  return violations;
}

}  // namespace causeway::json_schema
