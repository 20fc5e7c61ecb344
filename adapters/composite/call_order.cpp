#include "adapters/composite/call_order.h"

#include <algorithm>
#include <optional>

#include "expression/template.h"

namespace causeway::adapters {
namespace {

using expression::Template;
using expression::Variable;

std::optional<std::string> any_secret(std::string_view) { return "a secret"; }

void add_mentions(const config::Node& text, expression::VariableSet allowed, const std::string& path,
                  std::vector<CallMention>& out) {
  if (text.text().find("{{") == std::string::npos) return;
  const auto compiled = Template::compile(text.text(), allowed, any_secret);
  const auto* const made = std::get_if<Template>(&compiled);
  if (made == nullptr) return;
  for (const Template::Part& part : made->parts()) {
    if (!part.program) continue;
    for (const expression::Program::Member& member : part.program->members_of(Variable::kCalls))
      out.push_back({std::string(member.name),
                     text.position_within(part.offset + member.offset).value_or(text.position()), path});
  }
}

void collect(const config::Node& node, expression::VariableSet allowed, config::Reading& reading,
             std::vector<CallMention>& out) {
  if (node.is_scalar()) add_mentions(node, allowed, reading.path(), out);
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    auto step = reading.enter(i);
    collect(node.items()[i], allowed, reading, out);
  }
  for (const config::Node::Entry& entry : node.entries()) {
    auto step = reading.enter(entry.key.text());
    collect(entry.value, allowed, reading, out);
  }
}

/// Finds the mention that closes a circle, going from call to call in depth.
class Circles {
 public:
  Circles(const std::vector<OrderedCall>& calls, const std::vector<std::vector<std::size_t>>& waits,
          config::Errors& errors)
      : calls_(calls), waits_(waits), errors_(errors), state_(calls.size(), kNew) {}

  void find() {
    for (std::size_t i = 0; i < calls_.size(); ++i) visit(i);
  }

 private:
  enum State : char { kNew, kOnTheWay, kDone };

  void visit(std::size_t call) {
    if (state_[call] != kNew) return;
    state_[call] = kOnTheWay;
    way_.push_back(call);
    for (const std::size_t next : waits_[call]) {
      if (state_[next] == kOnTheWay) report(call, next);
      else visit(next);
    }
    way_.pop_back();
    state_[call] = kDone;
  }

  void report(std::size_t call, std::size_t first) {
    std::string circle = calls_[first].name;
    for (auto at = std::ranges::find(way_, first) + 1; at != way_.end(); ++at)
      circle += " waits for " + calls_[*at].name + ", which";
    circle += " waits for " + calls_[first].name;
    const auto& mentions = calls_[call].mentions;
    const auto closing = std::ranges::find(mentions, calls_[first].name, &CallMention::name);
    errors_.add(closing->position, closing->path,
                call == first ? "a call cannot wait for itself" : "no call could be the first: " + circle, "conflict");
  }

  const std::vector<OrderedCall>& calls_;
  const std::vector<std::vector<std::size_t>>& waits_;
  config::Errors& errors_;
  std::vector<State> state_;
  std::vector<std::size_t> way_;
};

}  // namespace

std::vector<CallMention> mentions_in(const config::Node& settings, expression::VariableSet allowed,
                                     config::Reading& reading) {
  std::vector<CallMention> mentions;
  collect(settings, allowed, reading, mentions);
  return mentions;
}

std::vector<std::vector<std::size_t>> order_calls(const std::vector<OrderedCall>& calls, config::Errors& errors) {
  std::vector<std::vector<std::size_t>> waits(calls.size());
  std::vector<std::string_view> names;
  for (const OrderedCall& call : calls) names.push_back(call.name);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (const CallMention& mention : calls[i].mentions) {
      const auto found = std::ranges::find(calls, mention.name, &OrderedCall::name);
      if (mention.name.empty())
        errors.add(mention.position, mention.path,
                   "expected a call's name behind $calls, such as $calls." + calls[0].name + ".body", "expected");
      else if (found == calls.end())
        errors.add(mention.position, mention.path,
                   "no call is called " + config::quote(mention.name) + config::suggestion(mention.name, names),
                   "reference");
      else waits[i].push_back(static_cast<std::size_t>(found - calls.begin()));
    }
    std::ranges::sort(waits[i]);
    const auto doubled = std::ranges::unique(waits[i]);
    waits[i].erase(doubled.begin(), doubled.end());
  }
  Circles(calls, waits, errors).find();
  return waits;
}

}  // namespace causeway::adapters
