#include "adapters/composite/composite_adapter.h"

#include <algorithm>

#include "adapters/composite/cache_rules.h"
#include "core/error_words.h"
#include "core/json_text.h"
#include "exchange/reply.h"

namespace causeway::adapters {
namespace {

/// What the log calls the whole beside its parts.
constexpr std::string_view kSystem = "COMPOSITE";

using Calls = std::vector<std::unique_ptr<PartCall>>;

bool has_begun_to_write(const Calls& calls) {
  return std::ranges::any_of(calls, [](const auto& call) { return call->begun() && call->part().writes; });
}

/// The caller leaves: nobody needs any of them. What has begun to write goes on to its end.
class CallerLeaves final : public runtime::Cancel::Hook {
 public:
  CallerLeaves(runtime::Cancel& cancel, const Calls& calls) : calls_(calls) { cancel.add(*this); }

 private:
  void on_cancel() override {
    if (has_begun_to_write(calls_)) return;
    for (const auto& call : calls_) call->cancel("the caller left");
  }
  const Calls& calls_;
};

const PartCall* find_failed(const Calls& calls) {
  const auto found =
      std::ranges::find_if(calls, [](const auto& call) { return call->failed() && !call->part().optional; });
  return found != calls.end() ? found->get() : nullptr;
}

const PartCall* find_written(const Calls& calls) {
  const auto found = std::ranges::find_if(calls, [](const auto& call) { return call->may_have_written(); });
  return found != calls.end() ? found->get() : nullptr;
}

/// One was not called, or not to its end.
bool was_cut(const Calls& calls) {
  return std::ranges::any_of(calls, [](const auto& call) { return !call->ended() || call->cut(); });
}

void append_member(std::pmr::string& out, std::string_view name) {
  if (out.size() > 1) out += ',';
  append_json_string(out, name);
  out += ':';
}

/// Texts beyond this count against the budget of buffered bodies.
constexpr std::size_t kUncounted = 16 * 1024;

Result<> hold(Exchange& exchange, std::size_t size) {
  if (size <= kUncounted || exchange.budget == nullptr) return {};
  auto& hold = exchange.own<runtime::BudgetHold>();
  hold.attach(exchange.budget);
  if (hold.take(size)) return {};
  Error error(Code::kOverloaded, "no memory left in the budget of buffered bodies");
  error.info().reason = "buffers_full";
  return error;
}

/// `{"order":{"status":200,"body":…}}` of those that `call` waits for.
Result<> show_calls(PartCall& call, const Calls& calls) {
  const auto& waits_for = call.part().waits_for;
  if (waits_for.empty()) return {};
  std::size_t size = 2;
  for (const std::size_t other : waits_for)
    size += calls[other]->part().name.size() + calls[other]->answer().size() + 40;
  if (Result<> held = hold(call.exchange(), size); !held) return held;
  std::pmr::string text("{", &call.exchange().arena);
  text.reserve(size);
  for (const std::size_t other : waits_for) {
    const int status = calls[other]->exchange().call.status;
    append_member(text, calls[other]->part().name);
    text.append(R"({"status":)").append(status == 0 ? "null" : std::to_string(status));
    text.append(R"(,"body":)").append(calls[other]->answer()).append("}");
  }
  text += '}';
  call.set_calls(call.exchange().arena.copy(text));
  return {};
}

/// One level around the deepest answer; unknown if one of them is.
std::size_t depth_around(const Calls& calls) {
  std::size_t deepest = 0;
  for (const auto& call : calls) {
    if (call->answer() == "null") continue;
    if (call->depth() == expression::Document::kUnknown) return expression::Document::kUnknown;
    deepest = std::max(deepest, call->depth());
  }
  return deepest + 1;
}

}  // namespace

CompositeAdapter::CompositeAdapter(CompositePlan plan) : plan_(std::move(plan)) {
  if (plan_.merge) merge_asks_ = plan_.merge->uses();
}

bool CompositeAdapter::needs_whole_request() const {
  return plan_.asks_input || plan_.asks.has(expression::Variable::kRequest) ||
         merge_asks_.has(expression::Variable::kRequest);
}

/// What the request's texts make is read once, here, for all parts: if the body is none, that is the caller's fault.
Result<> CompositeAdapter::prepare(Exchange& exchange) const {
  exchange.call.system = kSystem;
  exchange.call.request_body = exchange.request.body.whole();
  exchange.call.request_size = exchange.call.request_body.size();
  exchange.deadline = std::min(exchange.deadline, exchange.worker.now() + plan_.timeout);
  if (!plan_.asks_input && plan_.asks.empty()) return {};
  Result<CallValues::Context> values = CallValues::of(exchange).on_the_way_in(plan_.asks, plan_.asks_input);
  if (!values) return std::move(values.error());
  return {};
}

bool CompositeAdapter::start_ready(Exchange& exchange, Calls& calls, runtime::TaskGroup& group) const {
  bool any = false;
  for (const auto& call : calls) {
    if (call->begun()) continue;
    const auto& waits_for = call->part().waits_for;
    if (!std::ranges::all_of(waits_for, [&](std::size_t other) { return calls[other]->ended(); })) continue;
    any = true;
    ++exchange.call.attempts;
    group.start(call->run(show_calls(*call, calls)));
  }
  return any;
}

Task<Result<>> CompositeAdapter::call(Exchange& exchange) const {
  Result<> prepared = prepare(exchange);
  if (!prepared) co_return prepared;
  Calls calls;
  for (const CompositePart& part : plan_.parts)
    calls.push_back(std::make_unique<PartCall>(part, exchange, plan_.route));
  CallerLeaves caller_leaves(exchange.cancel, calls);
  runtime::TaskGroup group(exchange.worker);
  const PartCall* failed = nullptr;
  for (;;) {
    if (failed == nullptr && (failed = find_failed(calls)) != nullptr)
      for (const auto& call : calls) call->cancel("not needed any more: another call failed");
    const bool left = exchange.cancel.requested() && !has_begun_to_write(calls);
    const bool over = failed != nullptr || left;
    if (!over && start_ready(exchange, calls, group)) continue;  // some may have ended at once
    if (group.idle()) break;
    co_await group.next();
  }
  const PartCall* const written = find_written(calls);
  if (exchange.cancel.requested() && was_cut(calls) && written == nullptr) co_return Error(Code::kCallerLeft);
  if (failed != nullptr && written != nullptr) co_return unknown_after(*written, failed, {});
  if (failed != nullptr) {
    refuse_for(*failed, exchange);
    co_return Result<>();
  }
  Result<> merged = merge(exchange, calls);
  if (!merged && written != nullptr) co_return unknown_after(*written, nullptr, words_of(merged.error()));
  co_return merged;
}

Result<> CompositeAdapter::merge(Exchange& exchange, const Calls& calls) const {
  std::size_t size = 2;
  for (const auto& call : calls) size += call->part().name.size() + call->answer().size() + 4;
  if (Result<> held = hold(exchange, size); !held) return held;
  // What a program makes another text of need not stay.
  const bool stays = !plan_.merge || size <= kUncounted;
  std::pmr::string text("{", stays ? &exchange.arena : std::pmr::get_default_resource());
  text.reserve(size);
  for (const auto& call : calls) {
    append_member(text, call->part().name);
    text += call->answer();
  }
  text += '}';
  expression::Document made{text, depth_around(calls)};
  if (plan_.merge) {
    Result<CallValues::Context> values = CallValues::of(exchange).on_the_way_in(merge_asks_, false);
    if (!values) return std::move(values.error());
    CallValues::of(exchange).allow_for_late_answers();
    Result<expression::Document> merged = plan_.merge->document_of_one(text, *values->values, &exchange.arena);
    if (!merged) return answer_fault(merged.error(), "merge");
    made = *merged;
  } else {
    made.json = exchange.arena.copy(text);
  }
  exchange.response.status = exchange.call.status = 200;
  exchange.call_class = CallClass::kSuccess;
  CallValues::of(exchange).give_answer(made);
  exchange.call.response_body = made.json;
  exchange.call.response_size = made.json.size();
  exchange.call.response_type = kJsonType;
  CacheRules rules;
  for (const auto& call : calls) rules.add(call->exchange().response.headers);
  rules.write(exchange.response.headers, exchange.arena);
  return {};
}

}  // namespace causeway::adapters
