#include "app/offline/offline_gateway.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "config/config_fixture.h"

namespace causeway::app {
namespace {

constexpr std::string_view kMain =
    R"(listeners: [{name: public, address: "0.0.0.0:8080", tls: {certificate: no.pem, private_key: no.key, client_ca: no.pem}}]
workers: 4
secrets: {OMS_TOKEN: "${env:CAUSEWAY_NOT_SET}", CHECKS: "${env:CAUSEWAY_NOT_SET_9}"}
consumers:
  - {name: newer, roles: [internal], keys: [{id: newer-key, secrets: ["${env:CAUSEWAY_NOT_SET}"]}]}
  - {name: older, roles: [internal], keys: [{id: older-key, versions: [v1], secrets: ["${file:not-there}"]}]}
  - {name: token, roles: [internal], api_tokens: [{sha256: "${env:CAUSEWAY_NOT_SET}"}]}
  - {name: guest, scopes: [a, b], oauth: [{provider: own, client: guest-app, secret: "${env:CAUSEWAY_NOT_SET_2}"}]}
  - {name: staff, scopes: [a], oauth: [{provider: corp, client: staff-app}]}
  - {name: hub, webhook: {github: {secret: "${env:CAUSEWAY_NOT_SET_3}"}}}
  - {name: stripe, webhook: {stripe: {secret: "${env:CAUSEWAY_NOT_SET_4}"}}}
  - {name: standard, webhook: {standard_webhooks: {secret: "${env:CAUSEWAY_NOT_SET_5}"}}}
  - {name: shop, webhook: {hmac_sha512: {header: X-Shop, encoding: hex, id: X-Shop-Id, timestamp: {header: X-Shop-Time}, signed: "{id}.{timestamp}.{body}", secret: "${env:CAUSEWAY_NOT_SET_6}"}}}
  - {name: machine, certificates: ["dns:oms.internal"]}
  - {name: both, api_tokens: [{sha256: "${env:CAUSEWAY_NOT_SET_7}"}], keys: [{id: both-key, secrets: ["${env:CAUSEWAY_NOT_SET_8}"]}]}
  - {name: nobody}
oauth:
  providers:
    - {name: own, issuer: "https://gateway.example", token_endpoint: {path: /token, key: "${env:CAUSEWAY_NOT_SET}"}}
    - {name: corp, issuer: "https://idp.example", audiences: [causeway], client_claim: azp, algorithms: [RS256], jwks: {url: "https://idp.example/keys"}}
clusters:
  - {name: oms, endpoints: ["oms.invalid:80", "oms2.invalid:80"], timeout: 1h}
  - {name: wms, endpoints: ["oms.invalid:80"]}
topics: [{name: things, key: "{{ .id }}"}]
include: [routes/*.yaml]
)";

constexpr std::string_view kRoutes = R"(api: things
base: /things
defaults: {auth: {any: [signature, api_key, oauth, webhook, mtls]}, http: {cluster: oms}}
routes:
  - {name: read, match: {method: GET, path: /}, adapter: {http: {path: /read}}}
  - {name: write, match: {method: POST, path: /}, adapter: {http: {path: "/write/{{ $consumer.name }}"}}, publish: {topic: things, type: WRITTEN, when: after_success}}
  - {name: keyed, match: {method: GET, path: /keyed}, auth: {any: [api_key]}, adapter: {http: {path: /keyed}}}
  - {name: open, match: {methods: any, path: /open}, auth: none, adapter: {http: {cluster: wms, path: /open, headers: {X-Token: "{{ secret:OMS_TOKEN }}"}}}}
  - {name: late, match: {method: GET, path: /late}, auth: none, adapter: {static: {delay: 10m, body: late}}}
  - {name: rare, match: {method: GET, path: /rare}, auth: none, plugins: [{rate_limit: {rate: 1/h, burst: 1, per: route}}], adapter: {static: {body: rare}}}
  - {name: once, match: {method: POST, path: /once}, auth: {any: [api_key]}, plugins: [{idempotency: {}}], adapter: {http: {path: /once}}}
  - {name: halves, match: {methods: [GET, POST], path: "/tx/{rest...}"}, auth: {any: [api_key]}, adapter: {transaction: {topic: things, group: g, check: {http: {path: /check}}, webhook: {secret: "{{ secret:CHECKS }}"}}}}
)";

class OfflineGatewayTest : public testing::Test {
 protected:
  OfflineGatewayTest() {
    folder.write("causeway.yaml", kMain);
    folder.write("routes/things.yaml", kRoutes);
    config::Errors errors;
    gateway = OfflineGateway::open({"causeway.yaml"}, errors);
    EXPECT_TRUE(gateway) << errors.to_text();
  }

  static OfflineRequest get(std::string target, std::string consumer = {}) {
    OfflineRequest request;
    request.target = std::move(target);
    request.consumer = std::move(consumer);
    return request;
  }
  static OfflineRequest post(std::string target, std::string body, std::string consumer = {}) {
    OfflineRequest request = get(std::move(target), std::move(consumer));
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::move(body);
    return request;
  }
  static ScriptedAnswer json(std::string body, int status = 200) {
    ScriptedAnswer answer;
    answer.status = status;
    answer.headers = {{"Content-Type", "application/json"}};
    answer.body = std::move(body);
    return answer;
  }
  static ScriptedAnswer fails(Fault fault) {
    ScriptedAnswer answer;
    answer.fault = fault;
    return answer;
  }
  static std::string header(const HeaderList& headers, std::string_view name) {
    for (const auto& [each, value] : headers)
      if (each == name) return value;
    return "(absent)";
  }

  config::TemporaryFolder folder;
  std::unique_ptr<OfflineGateway> gateway;
};

TEST_F(OfflineGatewayTest, ShowsWhatASystemIsSentAndWhatTheCallerGets) {
  const OfflineAnswer answer =
      gateway->call(post("/things?x=1", R"({"a":1.50})", "newer"), {json(R"({"id":"T1"})", 201)});
  EXPECT_EQ(answer.problem, "");
  EXPECT_EQ(answer.status, 201);
  EXPECT_TRUE(answer.body.starts_with(R"({"code":0,"message":"success","data":{"id":"T1"},"timestamp":)"))
      << answer.body;
  EXPECT_EQ(answer.route, "write");
  EXPECT_EQ(answer.consumer, "newer");
  ASSERT_EQ(answer.calls.size(), 1u);
  const SentCall& call = answer.calls[0];
  EXPECT_EQ(call.cluster, "oms");
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.target, "/write/newer?x=1");
  EXPECT_EQ(call.body, R"({"a":1.50})");
  EXPECT_EQ(header(call.headers, "Host"), "oms.invalid:80");
  EXPECT_EQ(header(call.headers, "X-Consumer-Name"), "newer");
  EXPECT_EQ(header(call.headers, "Authorization"), "(absent)");
  EXPECT_EQ(call.answered_by, 0u);
  ASSERT_EQ(answer.events.size(), 1u);
  EXPECT_EQ(answer.events[0].topic, "things");
  EXPECT_EQ(answer.events[0].type, "WRITTEN");
  EXPECT_EQ(answer.events[0].key, "T1");
  EXPECT_EQ(answer.events[0].data, R"({"id":"T1"})");
}

TEST_F(OfflineGatewayTest, EveryKindOfConsumerProvesItself) {
  for (const char* consumer :
       {"newer", "older", "token", "guest", "staff", "hub", "stripe", "standard", "shop", "machine", "both"}) {
    gateway->start_anew();
    const OfflineAnswer answer = gateway->call(post("/things", "{}", consumer), {json("{}")});
    EXPECT_EQ(answer.status, 200) << consumer << ' ' << answer.problem << answer.reason << answer.body;
    EXPECT_EQ(answer.consumer, consumer);
  }
}

TEST_F(OfflineGatewayTest, ChoosesAWayThatTheRouteTakes) {
  const OfflineAnswer chosen = gateway->call(get("/things/keyed", "both"), {json("{}")});
  EXPECT_EQ(chosen.status, 200) << chosen.body;
  OfflineRequest signed_call = get("/things/keyed", "both");
  signed_call.scheme = CallerScheme::kSignature;
  EXPECT_EQ(gateway->call(signed_call, {}).status, 401);
}

TEST_F(OfflineGatewayTest, KeepsCallsByTheirKey) {
  OfflineRequest request = post("/things/once", "{}", "token");
  request.headers.emplace_back("Idempotency-Key", "K1");
  const OfflineAnswer first = gateway->call(request, {json(R"({"id":1})", 201)});
  EXPECT_EQ(first.status, 201) << first.problem << first.body;
  const OfflineAnswer again = gateway->call(request, {});
  EXPECT_EQ(again.status, 201) << again.problem << again.body;
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(again.calls.empty());
}

TEST_F(OfflineGatewayTest, KeepsHalfMessages) {
  const OfflineAnswer prepared =
      gateway->call(post("/things/tx", R"({"transactionId":"T","eventType":"WRITTEN","data":{"id":7}})", "token"), {});
  EXPECT_EQ(prepared.status, 201) << prepared.problem << prepared.body;
  EXPECT_TRUE(prepared.events.empty());
  const std::size_t at = prepared.body.find(R"("messageId":")") + 13;
  const std::string id = prepared.body.substr(at, 36);
  const OfflineAnswer committed = gateway->call(post("/things/tx/" + id + "/commit", "", "token"), {});
  EXPECT_EQ(committed.status, 200) << committed.problem << committed.body;
  ASSERT_EQ(committed.events.size(), 1u);
  EXPECT_EQ(committed.events[0].key, "7");
  EXPECT_EQ(committed.events[0].source, "token");
}

TEST_F(OfflineGatewayTest, SaysWhoCannotProveItself) {
  EXPECT_EQ(gateway->call(get("/things", "stranger"), {}).problem, "unknown consumer \"stranger\"");
  EXPECT_EQ(gateway->call(get("/things", "nobody"), {}).problem,
            "the consumer \"nobody\" has nothing to prove itself with");
  OfflineRequest request = get("/things", "newer");
  request.scheme = CallerScheme::kMtls;
  EXPECT_EQ(gateway->call(request, {}).problem, "the consumer \"newer\" has no mtls");
}

TEST_F(OfflineGatewayTest, TellsClustersWithOneAddressApart) {
  const OfflineAnswer answer = gateway->call(get("/things/open"), {json("{}")});
  ASSERT_EQ(answer.calls.size(), 1u);
  EXPECT_EQ(answer.calls[0].cluster, "wms");
  EXPECT_EQ(header(answer.calls[0].headers, "X-Token").size(), 64u);
}

TEST_F(OfflineGatewayTest, SystemsFailAsTheyDo) {
  EXPECT_TRUE(gateway->call(get("/things", "newer"), {fails(Fault::kRefused)}).body.starts_with(R"({"code":50290,)"));
  EXPECT_TRUE(gateway->call(get("/things", "newer"), {fails(Fault::kBroken)}).body.starts_with(R"({"code":50291,)"));
  EXPECT_TRUE(gateway->call(get("/things", "newer"), {fails(Fault::kTimeout)}).body.starts_with(R"({"code":50490,)"));
  EXPECT_TRUE(
      gateway->call(post("/things", "{}", "newer"), {fails(Fault::kTimeout)}).body.starts_with(R"({"code":50491,)"));
  EXPECT_EQ(gateway->call(get("/things", "newer"), {json("{}")}).status, 200);
}

TEST_F(OfflineGatewayTest, NotesWhatNobodyAskedForAndWhatNobodyAnswers) {
  ScriptedAnswer for_wms = json("{}");
  for_wms.cluster = "wms";
  const OfflineAnswer answer = gateway->call(get("/things", "newer"), {for_wms, json("{}"), fails(Fault::kRefused)});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.unused, (std::vector<std::size_t>{0, 2}));
  const OfflineAnswer unanswered = gateway->call(get("/things", "newer"), {});
  ASSERT_EQ(unanswered.calls.size(), 1u);
  EXPECT_FALSE(unanswered.calls[0].answered_by.has_value());
  EXPECT_TRUE(gateway->call(get("/things", "newer"), {fails(Fault::kRefused)}).unused.empty());
}

TEST_F(OfflineGatewayTest, TimePassesOnlyWhereNothingElseCanHappen) {
  const auto began = std::chrono::steady_clock::now();
  const WallTime before = gateway->now();
  EXPECT_EQ(gateway->call(get("/things/late"), {}).status, 200);
  EXPECT_GE(gateway->now() - before, std::chrono::minutes(9));
  EXPECT_LT(gateway->now() - before, std::chrono::minutes(11));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::minutes(1));
}

TEST_F(OfflineGatewayTest, StartsAnew) {
  EXPECT_EQ(gateway->call(get("/things/rare"), {}).status, 200);
  EXPECT_EQ(gateway->call(get("/things/rare"), {}).status, 429);
  const WallTime then(std::chrono::milliseconds(1'900'000'000'000));
  gateway->start_anew(then);
  EXPECT_EQ(gateway->call(get("/things/rare"), {}).status, 200);
  EXPECT_EQ(gateway->now(), then);
  EXPECT_EQ(gateway->call(post("/things", "{}", "newer"), {json("{}")}).consumer, "newer");
}

TEST_F(OfflineGatewayTest, LongBodiesGoThrough) {
  const std::string body = '"' + std::string(3 << 20, 'x') + '"';
  const OfflineAnswer answer = gateway->call(post("/things/open", body), {json(body)});
  EXPECT_EQ(answer.status, 200);
  ASSERT_EQ(answer.calls.size(), 1u);
  EXPECT_EQ(answer.calls[0].body.size(), body.size());
  EXPECT_GT(answer.body.size(), body.size());
}

TEST_F(OfflineGatewayTest, RefusesWhatIsNoRequest) {
  OfflineRequest request = get("/things with blanks");
  EXPECT_EQ(gateway->call(request, {}).problem, "this is no request line: GET /things with blanks");
  request = get("/things");
  request.headers = {{"X-A", "one\r\ntwo"}};
  EXPECT_EQ(gateway->call(request, {}).problem, "this is no header: X-A: one\r\ntwo");
}

TEST(OfflineGatewayFiles, SayWhatIsWrongWithThem) {
  config::TemporaryFolder folder;
  folder.write("causeway.yaml", "listeners: [{name: public, address: nowhere}]\n");
  config::Errors errors;
  EXPECT_EQ(OfflineGateway::open({"causeway.yaml"}, errors), nullptr);
  EXPECT_TRUE(
      errors.to_text().starts_with("causeway.yaml:1:37: listeners[0].address: expected an address to listen on "))
      << errors.to_text();
}

}  // namespace
}  // namespace causeway::app
