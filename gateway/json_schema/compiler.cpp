#include "json_schema/compiler.h"

#include <algorithm>

#include "config/reading.h"
#include "core/decimal.h"
#include "json_schema/pattern.h"
#include "json_schema/pointer.h"
#include "json_schema/wording.h"

namespace causeway::json_schema {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kMostReferences = 64;  // of schemas that judge the same value, one behind another

// Of the specification, but not of ours: said plainly instead of guessing at a misspelling.
constexpr std::string_view kUnsupported[] = {"$anchor",          "$dynamicRef",      "$dynamicAnchor",
                                             "$vocabulary",      "unevaluatedItems", "unevaluatedProperties",
                                             "dependentSchemas", "contentEncoding",  "contentMediaType",
                                             "contentSchema"};

}  // namespace

Plan Compiler::compile() {
  subschema_at(0, "");
  while (!waiting_.empty() && problems_.size() < kMostProblems) {
    const Waiting next = std::move(waiting_.back());
    waiting_.pop_back();
    compile_one(next);
  }
  if (problems_.empty()) refuse_endless_references();
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const SchemaProblem& left, const SchemaProblem& right) { return left.offset < right.offset; });
  return std::move(plan_);
}

void Compiler::compile_one(const Waiting& waiting) {
  node_ = waiting.node;
  pointer_ = waiting.pointer;
  keyword_.clear();
  members_.clear();
  if (document_.kind(waiting.at) == JsonKind::kBoolean) {
    plan_.nodes[node_].refuses_all = document_.raw(waiting.at) == "false";
    return;
  }
  if (document_.kind(waiting.at) != JsonKind::kObject) {
    wrong_value(waiting.at, "a schema: an object, true or false");
    return;
  }
  std::string scratch;
  for (Index child = document_.first(waiting.at); child != JsonDocument::kNone; child = document_.next(child))
    read_keyword(child, std::string(document_.name(child, scratch)));
  finish_members();
}

void Compiler::read_keyword(Index value, const std::string& name) {
  keyword_ = pointer_step(name);
  if (const Read read = find_keyword(name)) {
    (this->*read)(value);
    return;
  }
  if (std::find(std::begin(kUnsupported), std::end(kUnsupported), name) != std::end(kUnsupported))
    return problem(value, quoted_text(name) + " is not supported");
  if (name == "definitions") return problem(value, "\"definitions\" is called \"$defs\" in 2020-12");
  std::vector<std::string_view> names;
  for (const Keyword& keyword : keywords()) names.push_back(keyword.name);
  problem(value, "unknown keyword " + quoted_text(name) + config::suggestion(name, names));
}

void Compiler::finish_members() {
  if (members_.empty()) return;
  ObjectRules& rules = object_rules();
  for (const auto& [name, draft] : std::map(members_))
    for (const std::string& need : draft.needs) members_[need];
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::uint32_t>(std::distance(members_.begin(), members_.find(name)));
  };
  for (const auto& [name, draft] : members_) {
    Member member{name, draft.schema, draft.required, {}};
    for (const std::string& need : draft.needs) member.needs.push_back(index_of(need));
    rules.named |= draft.required || !draft.needs.empty();
    rules.members.push_back(std::move(member));
  }
}

NodeIndex Compiler::subschema(Index at, const std::string& steps) {
  return subschema_at(at, pointer_ + keyword_ + steps);
}

NodeIndex Compiler::subschema_at(Index at, std::string pointer) {
  const auto [place, added] = places_.try_emplace(at, static_cast<NodeIndex>(plan_.nodes.size()));
  if (added) {
    plan_.nodes.emplace_back();
    origins_.push_back({at, pointer});
    waiting_.push_back({at, place->second, std::move(pointer)});
  }
  return place->second;
}

std::size_t Compiler::offset_of(Index at) const {
  return static_cast<std::size_t>(document_.raw(at).data() - text_.data());
}

void Compiler::problem(Index at, std::string message, const std::string& steps) {
  problems_.push_back({pointer_ + keyword_ + steps, offset_of(at), std::move(message)});
}

void Compiler::wrong_value(Index at, std::string_view expected, const std::string& steps) {
  problem(at, "expected " + std::string(expected) + ", got " + shown(document_, at), steps);
}

void Compiler::refuse_endless_references() {
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  struct Open {
    NodeIndex node;
    std::vector<NodeIndex> left;
  };
  const auto same_value = [&](NodeIndex node) {
    std::vector<NodeIndex> others;
    const LogicRules* logic = plan_.nodes[node].logic.get();
    if (logic == nullptr) return others;
    for (const auto* list : {&logic->all_of, &logic->any_of, &logic->one_of})
      others.insert(others.end(), list->begin(), list->end());
    for (const NodeIndex other : {logic->none_of, logic->condition, logic->then, logic->otherwise, logic->reference})
      if (other != kNoNode) others.push_back(other);
    return others;
  };
  std::vector<State> states(plan_.nodes.size());
  std::vector<std::size_t> heights(plan_.nodes.size(), 1);
  const auto refuse = [&](NodeIndex node, const char* why) {
    problems_.push_back({origins_[node].pointer, offset_of(origins_[node].at), why});
  };
  for (NodeIndex start = 0; start < plan_.nodes.size(); ++start) {
    if (states[start] != State::kNew) continue;
    states[start] = State::kOpen;
    std::vector<Open> open{{start, same_value(start)}};
    while (!open.empty()) {
      const NodeIndex node = open.back().node;
      if (heights[node] > kMostReferences) return refuse(node, "more than 64 schemas for one value, nested");
      if (open.back().left.empty()) {
        states[node] = State::kDone;
        open.pop_back();
        if (open.empty()) break;
        std::size_t& height = heights[open.back().node];
        height = std::max(height, heights[node] + 1);
        continue;
      }
      const NodeIndex next = open.back().left.back();
      open.back().left.pop_back();
      if (states[next] == State::kOpen) return refuse(next, "refers to itself for the same value, without end");
      if (states[next] == State::kDone) {
        heights[node] = std::max(heights[node], heights[next] + 1);
        continue;
      }
      states[next] = State::kOpen;
      open.push_back({next, same_value(next)});
    }
  }
}

}  // namespace causeway::json_schema
