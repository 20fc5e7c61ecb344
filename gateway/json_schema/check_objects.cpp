// Rules for objects: one walk over the members, each looked up among the names that the schema mentions.
#include <algorithm>
#include <array>
#include <memory_resource>

#include "config/reading.h"
#include "json_schema/validator.h"
#include "json_schema/wording.h"

namespace causeway::json_schema {
namespace {

std::string members(std::uint64_t count) { return counted(count, "member", "members"); }

const Member* find_member(const ObjectRules& rules, std::string_view name) {
  const auto found =
      std::lower_bound(rules.members.begin(), rules.members.end(), name,
                       [](const Member& member, std::string_view wanted) { return member.name < wanted; });
  return found != rules.members.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

void Validator::check_object(const ObjectRules& rules, const Place& place, Findings& findings) {
  const std::size_t size = document_.size(place.value);
  if (size < rules.count.least)
    report(findings, place, "minProperties",
           [&] { return "expected at least " + members(rules.count.least) + ", got " + std::to_string(size); });
  if (size > rules.count.most)
    report(findings, place, "maxProperties",
           [&] { return "expected at most " + members(rules.count.most) + ", got " + std::to_string(size); });
  std::array<std::byte, 64> room;
  std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
  std::pmr::vector<bool> present(rules.members.size(), false, &memory);
  std::string scratch;
  for (Index child = document_.first(place.value); child != JsonDocument::kNone && !findings.full();
       child = document_.next(child)) {
    const Place inner{&place, child, 0, true};
    const std::string_view name = document_.name(child, scratch);
    const Member* known = find_member(rules, name);
    if (known != nullptr) present[static_cast<std::size_t>(known - rules.members.data())] = true;
    check_member(rules, known, name, inner, findings);
  }
  if (rules.named && !findings.full()) check_needs(rules, present, place, findings);
}

void Validator::check_member(const ObjectRules& rules, const Member* known, std::string_view name, const Place& place,
                             Findings& findings) {
  if (!effort_.spend(1 + rules.patterns.size())) return findings.note();
  if (rules.names != kNoNode) check_name(rules, name, place, findings);
  bool described = false;
  if (known != nullptr && known->schema != kNoNode) {
    described = true;
    check(known->schema, place, findings);
  }
  for (const auto& [pattern, schema] : rules.patterns) {
    if (findings.full()) return;
    if (!re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *pattern.program)) continue;
    described = true;
    check(schema, place, findings);
  }
  if (described || rules.additional == kNoNode || findings.full()) return;
  if (!plan_.nodes[rules.additional].refuses_all) return check(rules.additional, place, findings);
  report(findings, place, "additionalProperties", [&] {
    std::vector<std::string_view> names;
    for (const Member& member : rules.members)
      if (member.schema != kNoNode) names.push_back(member.name);
    return quoted_text(name) + " is not known here" + config::suggestion(name.substr(0, 100), names);
  });
}

// The name becomes a document of its own: its schema may say anything that schemas of strings may.
void Validator::check_name(const ObjectRules& rules, std::string_view name, const Place& place, Findings& findings) {
  std::array<std::byte, 128> room;
  std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
  const auto read = JsonDocument::read(document_.raw_name(place.value), {}, &memory);
  Validator inner(plan_, std::get<JsonDocument>(read), effort_);
  inner.depth_ = depth_;
  if (inner.is_valid(rules.names, Place{})) return;
  report(findings, place, "propertyNames", [&] {
    return "the name " + quoted_text(name) + " is not allowed: " + inner.first_problem(rules.names, Place{});
  });
}

void Validator::check_needs(const ObjectRules& rules, const std::pmr::vector<bool>& present, const Place& place,
                            Findings& findings) {
  for (std::size_t i = 0; i < rules.members.size() && !findings.full(); ++i) {
    const Member& member = rules.members[i];
    if (member.required && !present[i])
      report(findings, place, "required", [&] { return quoted_text(member.name) + " is missing"; });
    if (!present[i]) continue;
    if (!effort_.spend(member.needs.size())) return findings.note();
    for (const std::uint32_t need : member.needs)
      if (!present[need] && !findings.full())
        report(findings, place, "dependentRequired", [&] {
          return quoted_text(rules.members[need].name) + " is missing, which " + quoted_text(member.name) + " needs";
        });
  }
}

}  // namespace causeway::json_schema
