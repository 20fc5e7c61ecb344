#include "app/composite_build.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "adapters/composite/call_order.h"
#include "adapters/composite/composite_adapter.h"
#include "app/http_build.h"
#include "expression/configured.h"

namespace causeway::app {
namespace {

using adapters::CompositeAdapter;
using adapters::CompositePart;

expression::VariableSet variables_of_parts() {
  expression::VariableSet all = CallValues::kOnTheWayIn;
  all.add(expression::Variable::kCalls);
  return all;
}

/// One that stands in `$calls.name`.
bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && text.size() <= 64 && is_letter(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

class CompositeBuilder {
 public:
  CompositeBuilder(const CompositeSettings& settings, const BuildContext& context)
      : settings_(settings), context_(context), reading_(context.reading) {}

  std::unique_ptr<const Adapter> build() {
    const std::size_t before = reading_.errors().error_count();
    if (!add_calls()) return nullptr;
    auto order = adapters::order_calls(ordered_, reading_.errors());
    for (std::size_t i = 0; i < plan_.parts.size(); ++i) plan_.parts[i].waits_for = std::move(order[i]);
    plan_.merge = expression::compile_program(settings_.merge, CallValues::kOnTheWayIn, reading_.errors());
    if (plan_.merge) check_merge(*plan_.merge);
    plan_.timeout = settings_.timeout->value_or(longest_);
    plan_.route.name = *context_.route.name;
    plan_.route.api = context_.api.api;
    plan_.route.expressions = context_.expressions;
    plan_.route.plain_answers = true;
    plan_.route.whole_answer = CallValues::kAnswerLimit;
    if (reading_.errors().error_count() != before) return nullptr;
    return std::make_unique<CompositeAdapter>(std::move(plan_));
  }

 private:
  bool add_calls() {
    auto step = reading_.resume(settings_.calls.path);
    const config::Node& calls = settings_.calls.node;
    if (!calls.is_mapping() || calls.entries().empty()) {
      reading_.expected(calls, "calls by their names, such as {order: {http: {path: \"/orders/{id}\"}}}");
      return false;
    }
    if (calls.entries().size() > CompositeAdapter::kMostParts) {
      reading_.error(calls, "a composite has at most " + std::to_string(CompositeAdapter::kMostParts) + " calls");
      return false;
    }
    bool all = true;
    for (const config::Node::Entry& entry : calls.entries()) all &= add_call(entry);
    return all;
  }

  bool add_call(const config::Node::Entry& entry) {
    auto step = reading_.enter(entry.key.text());
    if (!is_name(entry.key.text())) {
      reading_.error(entry.key, "a call's name has letters, digits and _ only, got " + config::quote(entry.key.text()),
                     "expected");
      return false;
    }
    CompositeCallSettings call;
    if (!CompositeCallSettings::keys().read_into(entry.value, reading_, call)) return false;
    const std::string operation = *context_.route.name + '.' + entry.key.text();
    const adapters::HttpUse use{.variables = variables_of_parts(), .part = true, .operation = operation};
    auto adapter = build_http({"http", key_of(entry.value), call.http.node, call.http.path}, context_, use);
    if (!adapter) return false;
    check_timeout(call.http, *adapter);
    adapters::OrderedCall ordered{entry.key.text(), {}};
    add_mentions(ordered, call.http.node, call.http.path);
    ordered_.push_back(std::move(ordered));
    plan_.asks.add(without_calls(adapter->asks()));
    plan_.asks_input = plan_.asks_input || adapter->asks_input();
    longest_ = std::max(longest_, adapter->timeout());
    const bool writes = !net::is_safe(adapter->method());
    plan_.parts.push_back({entry.key.text(), std::move(adapter), call.optional, {}, writes});
    return true;
  }

  void add_mentions(adapters::OrderedCall& call, const config::Node& settings, const std::string& path) {
    auto step = reading_.resume(path);
    call.mentions = adapters::mentions_in(settings, variables_of_parts(), reading_);
  }

  /// What there is of the call before other calls are made.
  static expression::VariableSet without_calls(expression::VariableSet asks) {
    expression::VariableSet kept;
    for (std::size_t i = 0; i < expression::kVariableCount; ++i)
      if (const auto each = static_cast<expression::Variable>(i);
          each != expression::Variable::kCalls && asks.has(each))
        kept.add(each);
    return kept;
  }

  static config::Node key_of(const config::Node& call) {
    for (const config::Node::Entry& entry : call.entries())
      if (entry.key.text() == "http") return entry.key;
    return call;
  }

  /// The answer of a call that nobody makes would always be null.
  void check_merge(const expression::Program& merge) {
    std::vector<std::string_view> names;
    for (const CompositePart& part : plan_.parts) names.push_back(part.name);
    for (const expression::Program::Member& member : merge.members_of_input()) {
      if (std::ranges::find(names, member.name) != names.end()) continue;
      const bool as_written = settings_.merge.node.text() == *settings_.merge;
      const auto at = as_written ? settings_.merge.node.position_within(member.offset) : std::nullopt;
      reading_.errors().add(at.value_or(settings_.merge.position), settings_.merge.path,
                            "no call is called " + config::quote(member.name) + config::suggestion(member.name, names),
                            "reference");
    }
  }

  void check_timeout(const config::Deferred& http, const adapters::HttpAdapter& adapter) {
    const config::Node* const own = http.node.find("timeout");
    if (own == nullptr || !*settings_.timeout || adapter.timeout() <= **settings_.timeout) return;
    auto step = reading_.resume(http.path);
    auto at = reading_.enter("timeout");
    reading_.warn(*own, "the whole has only " + config::TextForm<Duration>::format(**settings_.timeout), "conflict");
  }

  const CompositeSettings& settings_;
  const BuildContext& context_;
  config::Reading& reading_;
  adapters::CompositePlan plan_;
  std::vector<adapters::OrderedCall> ordered_;
  Duration longest_{};
};

}  // namespace

const config::Keys<CompositeCallSettings>& CompositeCallSettings::keys() {
  static const auto keys =
      config::Keys<CompositeCallSettings>("call of a composite")
          .required("http", &CompositeCallSettings::http,
                    "the system that is called: GET unless a method is said, and no body but the one that is said; its "
                    "templates may use $calls")
          .holds(config::struct_of(&config::view_of<adapters::HttpSettings>))
          .optional("optional", &CompositeCallSettings::optional,
                    "if it fails, its answer is null; else the failure is the answer of the whole")
          .later("sql", "soap", "file");
  return keys;
}

const config::Keys<CompositeSettings>& CompositeSettings::keys() {
  static const auto keys =
      config::Keys<CompositeSettings>("composite adapter")
          .required("calls", &CompositeSettings::calls,
                    "by name: they run side by side, except that one whose templates mention $calls.NAME.body or "
                    "$calls.NAME.status waits for that one")
          .holds(config::map_of(config::struct_of(&config::view_of<CompositeCallSettings>)))
          .optional("merge", &CompositeSettings::merge,
                    "what the answer is; `.` has the answers of the calls by name, null of one that failed")
          .by_default("the answers by name")
          .expression()
          .optional("timeout", &CompositeSettings::timeout, "all calls together")
          .by_default("the longest of the calls")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)));
  return keys;
}

std::unique_ptr<const Adapter> build_composite(const config::Tagged& tagged, const BuildContext& context) {
  const std::size_t before = context.reading.errors().error_count();
  const auto settings = config::read<CompositeSettings>(tagged, context.reading);
  if (settings.calls.path.empty() || context.reading.errors().error_count() != before) return nullptr;
  return CompositeBuilder(settings, context).build();
}

}  // namespace causeway::app
