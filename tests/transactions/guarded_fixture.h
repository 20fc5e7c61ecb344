// Calls of one route that must be neither lost nor doubled, before a system that a test plays: what the plugin begins,
// the adapter tells and the pipeline ends.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <utility>

#include "exchange/reply.h"
#include "fakes/scripted_server.h"
#include "transactions/guarded_call.h"
#include "transactions/table_fixture.h"
#include "transactions/transactions.h"

namespace causeway::transactions {

/// `GET /check` of the cluster oms, with a header of the call.
class FixedCheck final : public CheckRequest {
 public:
  Result<StoredRequest> render(Exchange&) const override {
    StoredRequest request;
    request.cluster = "oms";
    request.method = "GET";
    request.target = "/check";
    request.timeout = std::chrono::seconds(5);
    request.operation = "check";
    return request;
  }
};

/// One for which this request has nothing.
class FailingCheck final : public CheckRequest {
 public:
  Result<StoredRequest> render(Exchange&) const override { return Error(Code::kTransformRefused, "no externalNo"); }
};

class GuardedFixture : public TableFixture {
 protected:
  GuardedFixture() {
    rules.transactions = &transactions;
    rules.route = "create-order";
    rules.patience = std::chrono::seconds(30);
    rules.check_rules.first = std::chrono::hours(1);  // a caller waits for one check
    const auto counter = [&](const char* result) {
      return metrics.counter("causeway_idempotency_total", "", {{"result", result}});
    };
    rules.replayed = counter("replayed");
    rules.running = counter("running");
    rules.conflicts = counter("conflict");
    rules.unknown = counter("unknown");
    take_targets(nullptr);
  }
  ~GuardedFixture() override {
    end_calls();
    transactions.stop();
    transactions.take(std::make_shared<const Targets>());
    worker.io().poll();
  }

  /// There is `on_unknown`; what the system says about calls is said by `answers_checks`.
  void ask(bool barrier) {
    rules.half = true;
    rules.check = std::make_unique<FixedCheck>();
    texts.done_when = "$status == 200";
    texts.absent_when = "$status == 404";
    texts.result = "{orderId: .order_no}";
    rules.check_rules.barrier = barrier;
    settle_rules();
  }
  /// `publish: {when: transaction}`.
  void publish_in_transaction() {
    rules.half = rules.transaction = true;
    rules.topic = "order-topic";
    texts.publishes = true;
    texts.type = "ORDER_CREATED";
    settle_rules();
  }
  void settle_rules() {
    texts.rules = rules.check_rules;
    rules.programs = texts.to_json();
  }
  /// Each check is answered with this from now on.
  void answers_checks(int status, const std::string& body) {
    server = std::make_unique<fakes::ScriptedServer>(fakes::answers(
        "HTTP/1.1 " + std::to_string(status) +
        " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    upstream::ClusterSettings settings;
    settings.name.value = "oms";
    settings.system = "OMS";
    settings.endpoints = {{{"127.0.0.1", server->port()}, 1}};
    config::Errors errors;
    take_targets(std::make_shared<const upstream::Cluster>(settings, world, errors));
  }
  void take_targets(std::shared_ptr<const upstream::Cluster> oms) {
    auto targets = std::make_shared<Targets>();
    if (oms) targets->clusters["oms"] = std::move(oms);
    targets->topics["order-topic"] = orders;
    transactions.take(std::move(targets));
  }

  static std::string words(const Error& error) {
    std::string text = std::to_string(number(error.code()));
    if (const ErrorInfo* info = error.info_if(); info != nullptr && !info->details.empty())
      text.append(" ").append(info->details);
    return text;
  }
  static CallKey key_of(const std::string& key, const std::string& request = "request") {
    return {std::string(32 - key.size(), ' ') + key, request, key, std::chrono::hours(1)};
  }
  fakes::Call& order() { return call("POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json"); }

  /// Nothing when the call is to be forwarded, `answered`, or the refusal, which is the exchange's answer.
  std::string begin(fakes::Call& one, std::optional<CallKey> key = key_of("k")) {
    const Result<Flow> flow = run(GuardedCall::begin(one.exchange, rules, std::move(key)));
    if (flow) return *flow == Flow::kContinue ? "" : "answered";
    reply_error(one.exchange, flow.error());
    return words(flow.error());
  }
  /// The system has answered this, or nothing and the call came to `failed`. What the caller is to get: nothing when
  /// the answer at hand.
  std::string system_says(fakes::Call& one, int status, std::string body, std::optional<Code> failed = std::nullopt) {
    Exchange& exchange = one.exchange;
    GuardedCall& guard = *GuardedCall::of(exchange);
    guard.calling();
    if (!failed) {
      exchange.response.status = status;
      exchange.response.headers.set(net::HeaderId::kContentType, kJsonType);
      exchange.response.body = Body(Bytes(kept.emplace_back(std::move(body))));
      exchange.call_class = class_of_status(status);
    }
    Result<> brought = failed ? Result<>(Error(*failed)) : Result<>();
    const Result<> result = run(guard.called(exchange, std::move(brought)));
    if (result) return "";
    reply_error(exchange, result.error());
    return words(result.error());
  }
  std::string fails(fakes::Call& one, Code code) { return system_says(one, 0, "", code); }
  /// The answer as it goes out.
  std::string finish(fakes::Call& one) {
    run(one.exchange.guard->finish(one.exchange));
    return answer(one);
  }
  std::string txid(fakes::Call& one) { return std::string(one.exchange.guard->txid()); }
  /// The record that the key k has: `done #1 of …` without the process, or nothing.
  std::string record_of(const std::string& key = "k") {
    const auto found = change([&](store::Session& session) { return tables::find_record(session, key_of(key).scope); });
    if (!found) return "";
    const std::string text = record(found->id);
    return text.substr(0, text.find(" of "));
  }
  events::Append event(const std::string& id) {
    events::EventDraft draft;
    draft.event_id = id;
    draft.type = "ORDER_CREATED";
    draft.timestamp = kStart;
    draft.body = "{}";
    draft.headers = "{}";
    draft.hash = std::string(32, 'h');
    std::vector<events::EventDraft> drafts;
    drafts.push_back(std::move(draft));
    return {orders, rules.route, std::move(drafts), clock.wall(), event_log.signal()};
  }

  std::list<std::string> kept;
  std::shared_ptr<const events::Topic> orders = topic(topic_settings("order-topic"));
  WorkerContext* contexts[1] = {&context};
  Transactions transactions{event_log, contexts, metrics, nullptr};
  RouteRules rules;
  ProgramTexts texts;
  runtime::Worker* workers[1] = {&worker};
  upstream::EndpointRegistry registry{workers};
  upstream::ClusterStates cluster_states{workers};
  const upstream::ClusterWorld world{registry, cluster_states, metrics, labels};
  std::unique_ptr<fakes::ScriptedServer> server;
};

}  // namespace causeway::transactions
