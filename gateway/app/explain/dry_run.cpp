#include "app/explain/dry_run.h"

#include <algorithm>
#include <array>

#include "adapters/composite/composite_adapter.h"
#include "adapters/fallback/fallback_adapter.h"
#include "adapters/guarded/guarded_adapter.h"
#include "adapters/http/http_adapter.h"
#include "app/explain/secret_mask.h"
#include "exchange/part_exchange.h"
#include "plugins/transform/from_plugin.h"

namespace causeway::app {
namespace {

/// Those that only look at the call. All others count, store or ask.
constexpr std::array<std::string_view, 6> kRunnable = {"authentication", "access",    "from",
                                                       "validate",       "transform", "headers"};

bool runnable(std::string_view name) { return std::ranges::find(kRunnable, name) != kRunnable.end(); }

constexpr std::string_view kNeedsBody = "needs the body";

class DryRun {
 public:
  DryRun(const DryRunInput& input, Exchange& exchange, Explanation& out)
      : input_(input), exchange_(exchange), out_(out), mask_(input.settings) {
    auto plugin = input.plan.plugins().begin();
    for (const EffectiveStep& step : input.route.chain) {
      plugins_.push_back(step.removed ? nullptr : (plugin++)->get());
      out.steps.push_back({step, "", std::nullopt, std::nullopt});
    }
  }

  void run() {
    for (std::size_t i = 0; i < plugins_.size(); ++i)
      if (step(i).on_head && runnable(step(i).name)) on_head(i);
    if (input_.has_body && exchange_.request.body.whole().size() > exchange_.body_limit)
      return refuse(Error(Code::kBodyTooLarge));
    if (input_.has_body && exchange_.request.observer != nullptr)
      exchange_.request.observer->on_piece(exchange_.request.body.whole());
    for (std::size_t i = 0; i < plugins_.size(); ++i)
      if (step(i).on_body && runnable(step(i).name) && !on_body(i)) return;
    add_call();
  }

 private:
  const EffectiveStep& step(std::size_t i) const { return out_.steps[i].step; }
  std::string& says(std::size_t i) { return out_.steps[i].says; }

  void refuse(const Error& error) {
    if (!out_.answer) out_.answer = given(error);
  }
  void refuse(std::size_t i, const Error& error) {
    out_.steps[i].refusal = given(error);
    refuse(error);
  }

  void on_head(std::size_t i) {
    if (step(i).name == "authentication") return authenticate(i);
    // Who calls has not been said: that refusal is told already, and this one would only follow from it.
    if (unknown_) says(i) = "asked once it is known who calls";
    else if (Step verdict = plugins_[i]->on_head(exchange_); !verdict.verdict()->ok())
      refuse(i, verdict.verdict()->error());
    else if (step(i).name == "access" && !exchange_.consumer_follows) says(i) = "passed";
  }

  void authenticate(std::size_t i) {
    if (input_.assumed != nullptr) {
      exchange_.consumer = input_.assumed;
      exchange_.authenticated = true;
      exchange_.scopes = input_.assumed->scope_views;
      says(i) = "taken for " + input_.assumed->name;
      return;
    }
    Step verdict = plugins_[i]->on_head(exchange_);
    const Result<Flow>& result = *verdict.verdict();
    unknown_ = !result.ok();
    if (!result.ok() && given(result.error()).reason == "keys_unavailable")
      says(i) = "a token: only a running gateway has its provider's keys";
    else if (!result.ok()) refuse(i, result.error());
    else if (exchange_.consumer_follows) says(i) = "a partner's signature: the body shows whose";
    else says(i) = (exchange_.authenticated ? "proved to be " : "says it is ") + exchange_.consumer->name;
  }

  /// False when the call ends here.
  bool on_body(std::size_t i) {
    const std::string& name = step(i).name;
    if (name == "authentication" && (unknown_ || exchange_.authenticated)) return true;
    if (name == "access" && (unknown_ || !exchange_.consumer_follows)) return true;
    if (const auto* from = dynamic_cast<const plugins::FromPlugin*>(plugins_[i]);
        from != nullptr && !from->translates(out_.version)) {
      says(i) = "not for " + (out_.version.empty() ? std::string("this call") : out_.version);
      return true;
    }
    const bool asks_caller = name == "authentication" || name == "access";
    if (!input_.has_body && (asks_caller || plugins_[i]->needs().whole_request)) {
      says(i).append(says(i).empty() ? "" : "; ").append(kNeedsBody);
      needed_body_ = needed_body_ || !asks_caller;
      return true;
    }
    const Bytes before = exchange_.request.body.whole();
    Step verdict = plugins_[i]->on_body(exchange_);
    Result<Flow>* const result = verdict.verdict();
    if (result == nullptr) return true;
    if (!result->ok()) {
      refuse(i, result->error());
      unknown_ = unknown_ || name == "authentication";
      return asks_caller;
    }
    const Bytes after = exchange_.request.body.whole();
    if (asks_caller) says(i) = name == "access" ? "passed" : "proved to be " + exchange_.consumer->name;
    else if (name == "validate") says(i) = "passed";
    else if (after.data() != before.data()) out_.steps[i].body_after = mask_.hide(after);
    return true;
  }

  void add_call() {
    const Adapter* adapter = input_.plan.adapter.get();
    if (const auto* guarded = dynamic_cast<const adapters::GuardedAdapter*>(adapter)) adapter = &guarded->inner();
    if (const auto* fallback = dynamic_cast<const adapters::FallbackAdapter*>(adapter)) adapter = &fallback->inner();
    if (const auto* const composite = dynamic_cast<const adapters::CompositeAdapter*>(adapter))
      for (const adapters::CompositePart& part : composite->plan().parts) add_part(*composite, part);
    if (const auto* const http = dynamic_cast<const adapters::HttpAdapter*>(adapter))
      add_call(*http, exchange_, out_.call.emplace(), true);
  }

  void add_part(const adapters::CompositeAdapter& composite, const adapters::CompositePart& part) {
    OutgoingCall& call = out_.parts.emplace_back();
    call.part = part.name;
    const auto& http = dynamic_cast<const adapters::HttpAdapter&>(*part.adapter);
    call.cluster = http.cluster();
    for (const std::size_t other : part.waits_for)
      call.unknown.append(call.unknown.empty() ? "waits for " : ", ").append(composite.plan().parts[other].name);
    if (!part.waits_for.empty()) return;
    Exchange exchange(exchange_.context);
    begin_part(exchange, exchange_, composite.plan().route);
    add_call(http, exchange, call, !part.optional);
  }

  /// `decides`: if it cannot be made, that is the answer.
  void add_call(const adapters::HttpAdapter& http, Exchange& exchange, OutgoingCall& call, bool decides) {
    call.cluster = http.cluster();
    if (!input_.has_body && (needed_body_ || http.needs_whole_request())) call.unknown = kNeedsBody;
    if (!input_.has_body && http.needs_whole_request()) return;
    upstream::CallRequest request;
    if (Result<> prepared = http.prepare(exchange, request); !prepared) {
      call.unknown = "it cannot be made";
      if (decides) refuse(prepared.error());
      return;
    }
    call.method = request.method_name;
    call.target = mask_.hide(request.target);
    for (const net::HeaderField& field : *request.headers) {
      const bool varies = field.id == net::HeaderId::kXRequestId || field.id == net::HeaderId::kTraceparent ||
                          field.id == net::HeaderId::kTracestate;
      if (!varies) call.headers.emplace_back(field.name, mask_.hide(field.value));
    }
    if (!exchange.request.body.whole().empty()) call.body = mask_.hide(exchange.request.body.whole());
  }

  const DryRunInput& input_;
  Exchange& exchange_;
  Explanation& out_;
  const SecretMask mask_;
  std::vector<const Plugin*> plugins_;  // as the steps; null: removed
  bool unknown_ = false;                // nobody has said who calls, or not rightly
  bool needed_body_ = false;            // a step that changes the call could not run
};

}  // namespace

void dry_run(const DryRunInput& input, Exchange& exchange, Explanation& out) { DryRun(input, exchange, out).run(); }

GivenAnswer given(const Error& error) {
  GivenAnswer answer;
  answer.status = http_status(error.code());
  answer.code = number(error.code());
  answer.message = code_info(error.code()).message;
  if (const ErrorInfo* info = error.info_if()) {
    if (!info->public_message.empty()) answer.message = info->public_message;
    answer.reason = info->reason;
    answer.details = info->details;
  }
  return answer;
}

}  // namespace causeway::app
