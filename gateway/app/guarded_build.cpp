#include "app/guarded_build.h"

#include <utility>

#include "adapters/composite/composite_adapter.h"
#include "adapters/guarded/guarded_adapter.h"
#include "adapters/http/http_adapter.h"
#include "adapters/publish/publish_adapter.h"
#include "adapters/static/static_adapter.h"
#include "adapters/transaction/transaction_adapter.h"
#include "app/chain_builder.h"
#include "app/http_build.h"
#include "config/text_forms.h"
#include "exchange/part_exchange.h"
#include "expression/configured.h"
#include "plugins/idempotency/idempotency_plugin.h"
#include "plugins/publish/publish_plugin.h"
#include "transactions/on_unknown_settings.h"
#include "transactions/programs.h"

namespace causeway::app {
namespace {

using expression::Variable;

constexpr Duration kPatience = std::chrono::seconds(30);  // of adapters that say nothing about time

class HttpCheck final : public transactions::CheckRequest {
 public:
  explicit HttpCheck(std::unique_ptr<const adapters::HttpAdapter> adapter) : adapter_(std::move(adapter)) {}

  Result<transactions::StoredRequest> render(Exchange& exchange) const override {
    Exchange part(exchange.context);
    begin_part(part, exchange, *exchange.route);
    upstream::CallRequest call;
    if (Result<> prepared = adapter_->prepare(part, call); !prepared) return std::move(prepared.error());
    transactions::StoredRequest request;
    request.cluster = adapter_->cluster();
    request.method = call.method_name;
    request.target = call.target;
    for (const net::HeaderField& field : *call.headers) request.headers.emplace_back(field.name, field.value);
    if (!call.body->streams()) request.body = call.body->whole();
    request.timeout = adapter_->timeout();
    request.operation = adapter_->operation();
    return request;
  }
  bool needs_request() const { return adapter_->needs_whole_request(); }

 private:
  std::unique_ptr<const adapters::HttpAdapter> adapter_;
};

std::unique_ptr<const transactions::CheckRequest> build_check(const config::Deferred& check,
                                                              const BuildContext& context) {
  if (check.path.empty()) return nullptr;  // missing, which was reported
  config::Reading& reading = context.reading;
  auto step = reading.resume(check.path);
  const auto tagged = config::read_tagged(check.node, reading);
  if (!tagged) return nullptr;
  if (tagged->name != "http") {
    reading.expected_one_of(tagged->key, {"http"});
    return nullptr;
  }
  adapters::HttpUse use;
  use.variables.add(Variable::kTxid);
  use.part = use.plain = true;
  use.operation = "check";
  BuildContext kept = context;
  kept.secrets = {};  // it lies in the store until it is settled: what the system is shown is the cluster's
  auto adapter = build_http(*tagged, kept, use);
  if (!adapter) return nullptr;
  return std::make_unique<HttpCheck>(std::move(adapter));
}

/// Times with which a "no" comes too early, or never.
void warn_of_times(const transactions::OnUnknownSettings& settings, const config::Deferred& node, const Adapter* called,
                   config::Errors& errors) {
  if (!settings.absent_after) return;
  const auto text = [](Duration duration) { return config::TextForm<Duration>::format(duration); };
  const config::Node* const at = node.node.find("absent_after");
  const config::Position position = at != nullptr ? at->position() : node.node.position();
  const auto* const http = dynamic_cast<const adapters::HttpAdapter*>(called);
  if (http != nullptr && *settings.absent_after < http->timeout())
    errors.warn(position, node.path + ".absent_after",
                text(*settings.absent_after) + " is less than the call's own timeout of " + text(http->timeout()) +
                    ": a no may come while the system is still at it",
                "conflict");
  if (*settings.absent_after >= settings.max_age)
    errors.warn(position, node.path + ".absent_after",
                "the system is asked for " + text(settings.max_age) + " (`max_age`): a no is never final", "conflict");
}

/// `on_unknown`: whom to ask, and what the answers mean.
void read_unknown(const BuildContext& context, const Adapter* called, const plugins::PublishPlugin* publish,
                  transactions::RouteRules& rules, transactions::ProgramTexts& texts, expression::VariableSet& uses) {
  config::Reading& reading = context.reading;
  const config::Deferred& node = *context.route.on_unknown;
  auto step = reading.resume(node.path);
  const auto settings = config::read<transactions::OnUnknownSettings>(node.node, reading);
  rules.check = build_check(settings.check, context);
  rules.check_rules = texts.rules = settings.rules();
  warn_of_times(settings, node, called, reading.errors());
  texts.done_when = *settings.done_when;
  texts.absent_when = *settings.absent_when;
  texts.result = *settings.result;
  constexpr expression::VariableSet kVariables = transactions::Programs::kCheckVariables;
  for (const auto* text : {&settings.done_when, &settings.absent_when})
    if (const auto program = expression::compile_condition(*text, kVariables, reading.errors()))
      uses.add(program->uses());
  if (const auto program = expression::compile_program(settings.result, kVariables, reading.errors()))
    uses.add(program->uses());
  if (texts.publishes && settings.result->empty() && publish != nullptr && publish->uses_result())
    reading.error(node.node,
                  "missing \"result\": the event is made of the answer ($result), and after a check there is "
                  "only what the check says",
                  "missing");
}

/// The texts of `publish`, as they lie with each half message.
void read_publish(const BuildContext& context, const plugins::PublishPlugin* publish, transactions::RouteRules& rules,
                  transactions::ProgramTexts& texts, expression::VariableSet& uses) {
  config::Errors reported;  // was read before
  config::Reading reading(reported, context.reading.kind());
  const auto settings = config::read<plugins::PublishSettings>(context.route.publish->node, reading);
  rules.transaction = settings.when == plugins::PublishWhen::kTransaction;
  // Where somebody can be asked, what the check finds is published, too: it is answered to a retry as a success.
  if (!rules.transaction && !context.route.on_unknown) return;
  rules.topic = *settings.topic;
  texts.publishes = true;
  texts.type = settings.type;
  texts.key = *settings.key;
  texts.data = *settings.data;
  if (publish != nullptr) uses.add(publish->uses());
}

void count(const BuildContext& context, transactions::RouteRules& rules) {
  const auto counter = [&](const char* result) {
    return context.state.metrics.counter("causeway_idempotency_total",
                                         "Calls that were answered by the record of their key, by what it said.",
                                         {{"route", *context.route.name}, {"result", result}});
  };
  rules.replayed = counter("replayed");
  rules.running = counter("running");
  rules.conflicts = counter("conflict");
  rules.unknown = counter("unknown");
}

/// False where nothing of it is kept. `publish`: null where the route has none.
bool build_rules(const BuildContext& context, const Adapter* called, const plugins::PublishPlugin* publish,
                 ChainBuilder& chain, transactions::RouteRules& rules) {
  transactions::ProgramTexts texts;
  expression::VariableSet uses;
  if (context.route.publish) read_publish(context, publish, rules, texts, uses);
  if (context.route.on_unknown) read_unknown(context, called, publish, rules, texts, uses);
  rules.half = context.route.on_unknown.has_value() || rules.transaction;
  const bool keyed = chain.has("idempotency");
  if (!rules.half && !keyed) return false;
  if (rules.transaction && !context.route.on_unknown)
    context.reading.errors().warn(
        context.route.publish->node.position(), context.route.publish->path,
        "without `on_unknown` nobody can be asked what became of a call without an answer: it "
        "stays unresolved until a person decides",
        "conflict");
  rules.transactions = context.state.transactions;
  rules.route = *context.route.name;
  rules.kept = uses;
  rules.programs = texts.to_json();
  rules.patience = kPatience;
  if (const auto* http = dynamic_cast<const adapters::HttpAdapter*>(called)) {
    rules.can_resend = http->honours_key();
    rules.patience = http->timeout();
    rules.method = http->method();
  }
  if (dynamic_cast<const adapters::CompositeAdapter*>(called) != nullptr)
    rules.method = net::Method::kGet;  // it tells by itself what it may have written
  // What these do twice under one txid is done once: the event has its id, and an answer of our own has no effect.
  if (dynamic_cast<const adapters::PublishAdapter*>(called) != nullptr ||
      dynamic_cast<const adapters::TransactionAdapter*>(called) != nullptr ||
      dynamic_cast<const adapters::StaticAdapter*>(called) != nullptr)
    rules.can_resend = true;
  count(context, rules);
  return true;
}

}  // namespace

std::unique_ptr<const Adapter> build_guarded(std::unique_ptr<const Adapter> adapter, const Adapter* called,
                                             const BuildContext& context, const Settings& settings,
                                             const RouteSources& sources, RouteContext& out, ChainBuilder& chain) {
  const plugins::PublishPlugin* publish = nullptr;
  for (const auto& plugin : chain.plugins())
    if (const auto* found = dynamic_cast<const plugins::PublishPlugin*>(plugin.get())) publish = found;
  if (!build_rules(context, called, publish, chain, *context.rules)) return adapter;
  const RouteSettings& route = context.route;
  out.guards_replays = chain.has("idempotency");
  if (!settings.wants_store()) {
    const config::Position at = route.on_unknown ? route.on_unknown->node.position() : context.position;
    context.reading.errors().add(
        at, route.name.path,
        "idempotency, on_unknown and `publish.when: transaction` need a store, and `store: none` says that there "
        "is none",
        "conflict");
  }
  if (!out.guards_replays)
    chain.add(std::make_unique<plugins::TransactionStep>(context.rules),
              {"transaction", "kept until its outcome is known",
               sources.of_route(route.on_unknown ? "on_unknown" : "publish")});
  if (!adapter) return adapter;
  return std::make_unique<adapters::GuardedAdapter>(std::move(adapter), context.rules->makes_key);
}

}  // namespace causeway::app
