#include "adapters/http/http_adapter.h"

#include <gtest/gtest.h>

#include <future>
#include <list>
#include <memory>
#include <string>

#include "config/yaml.h"
#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"
#include "fakes/scripted_server.h"
#include "telemetry/hex.h"

namespace causeway::adapters {
namespace {

using fakes::Peer;
using fakes::ScriptedServer;

routing::PathTemplate path_template(std::string_view text) {
  routing::TemplateError error;
  return routing::PathTemplate::parse(text, error).value();
}

HttpSettings settings_of(const std::string& yaml, config::Errors& errors) {
  const auto node = config::read_yaml(yaml, "t.yaml", errors);
  config::Reading reading(errors, config::FileKind::kRoutes);
  return config::read<HttpSettings>(*node, reading);
}

class HttpAdapterTest : public fakes::ExchangeFixture {
 protected:
  ~HttpAdapterTest() override {
    end_calls();  // they hold connections of the cluster
    adapter.reset();
    clusters.clear();
    worker.io().poll();
  }

  /// What `check` says about these settings of a route that matches `matched`; `adapter` is what came of them.
  std::string build(const std::string& yaml, std::string_view matched = "/orders/{id}/{rest...}",
                    std::uint16_t port = 1) {
    config::Errors errors;
    const HttpSettings settings = settings_of(yaml, errors);
    upstream::ClusterSettings wms;
    wms.name.value = "wms";
    wms.system = "WMS";
    wms.endpoints = {{{"127.0.0.1", port}, 1}};
    if (!honoured.empty()) wms.idempotency = upstream::IdempotencySettings{.header = honoured};
    // Kept, because a call that is still alive gives its connection back to the pools behind its cluster.
    const auto cluster = std::make_shared<const upstream::Cluster>(wms, world, errors);
    clusters.push_back(cluster);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto secrets = [](std::string_view name) {
      return name == "TOKEN" ? std::optional<std::string>("s e") : std::nullopt;
    };
    adapter = HttpAdapter::build(settings, cluster, path_template(matched), reading, secrets, use);
    return errors.to_text();
  }

  void match(fakes::Call& one, std::initializer_list<std::string_view> values) {
    for (const std::string_view value : values) one.exchange.match.parameters.push(value);
    one.exchange.match.parameters.set_names(names);
  }

  /// Calls a system that answers with `bytes`; gives the request that it got, without X-Request-Timeout-Ms.
  std::string call_system(fakes::Call& one, const std::string& yaml, const std::string& bytes = kOk) {
    const auto seen = std::make_shared<std::promise<std::string>>();
    server = std::make_unique<ScriptedServer>([seen, bytes](ScriptedServer& self) {
      Peer peer = self.accept();
      if (!peer.is_open()) return;
      seen->set_value(peer.read_request());
      peer.send(bytes);
      peer.wait_for_end();
    });
    EXPECT_EQ(build(yaml, "/orders/{id}/{rest...}", server->port()), "");
    last_error = fakes::failure(run(adapter->call(one.exchange)));
    if (server->accepted() == 0) return "";
    std::string request = seen->get_future().get();
    const std::size_t timeout = request.find("X-Request-Timeout-Ms: ");
    told_timeout = request.substr(timeout, request.find('\r', timeout) - timeout);
    request.erase(timeout, request.find('\n', timeout) + 1 - timeout);
    return request;
  }
  /// The request line alone.
  std::string target(fakes::Call& one, const std::string& yaml) {
    const std::string request = call_system(one, yaml);
    return last_error.empty() ? request.substr(0, request.find(" HTTP/1.1")) : last_error;
  }
  /// The fields that go to the system, a line each.
  std::string forwarded(fakes::Call& one) {
    net::Headers out;
    forward_headers(one.exchange, out);
    std::string text;
    for (const net::HeaderField& field : out) {
      if (field.id == net::HeaderId::kTraceparent) EXPECT_EQ(field.value, one.exchange.trace.traceparent());
      else text.append(field.name).append(": ").append(field.value).append("\n");
    }
    return text;
  }

  static inline const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
  const std::vector<std::string> names{"id", "rest"};
  std::list<std::string> bodies;
  runtime::Worker* workers[1] = {&worker};
  upstream::EndpointRegistry registry{workers};
  upstream::ClusterStates cluster_states{workers};
  const upstream::ClusterWorld world{registry, cluster_states, metrics, labels};
  std::unique_ptr<ScriptedServer> server;
  std::vector<std::shared_ptr<const upstream::Cluster>> clusters;
  std::unique_ptr<HttpAdapter> adapter;
  std::string last_error;
  std::string told_timeout;
  std::string honoured;  ///< the header of keys that the system honours
  HttpUse use;
};

class FixedGuard final : public CallGuard {
 public:
  std::string_view txid() const override { return id; }
  Task<> finish(Exchange&) override { co_return; }
  std::string id = "t-1";
};

TEST_F(HttpAdapterTest, SaysWhatIsWrongWithItsSettings) {
  EXPECT_EQ(build("{path: \"/x/{id}\", query: {order: \"{id}\", kind: full}}"), "");
  EXPECT_EQ(build("{path: \"/x/{no}\"}"), "t.yaml:1:12: path: {no} is not a parameter of \"/orders/{id}/{rest...}\"\n");
  EXPECT_EQ(build("{query: {order: \"{no}\"}}"),
            "t.yaml:1:17: query.order: {no} is not a parameter of \"/orders/{id}/{rest...}\"\n");
  EXPECT_EQ(build("{path: \"{{ .a }}/x\"}"), "t.yaml:1:8: path: expected a path that starts with \"/\"\n");
  EXPECT_EQ(build("{path: \"/{{ .a }}/{no}\"}"),
            "t.yaml:1:19: path: {no} is not a parameter of \"/orders/{id}/{rest...}\"\n");
  EXPECT_EQ(build("{path: \"/{{ .a }}{id}\"}"),
            "t.yaml:1:8: path: a parameter takes a whole segment, such as \"/{id}/\"\n");
  EXPECT_EQ(build("{headers: {Host: x}}"), "t.yaml:1:18: headers.Host: the header Host is the gateway's own\n");
  EXPECT_EQ(build("{body: \"a\"}"),
            "t.yaml:1:8: body: expected one {{ expression }}, or a mapping or list, got \"a\"\n");
  EXPECT_EQ(build("{body: \"x{{ . }}\"}"),
            "t.yaml:1:8: body: expected one {{ expression }}, or a mapping or list, got \"x{{ . }}\"\n");
  EXPECT_EQ(build("{method: GET, body: {a: 1}}"), "t.yaml:1:21: body: GET has no body\n");
  for (const char* yaml :
       {"{path: \"/{{ $answer }}\"}", "{query: {a: \"{{ $result }}\"}}", "{body: {a: \"{{ $status }}\"}}",
        "{headers: {X-A: \"{{ $event }}\"}}", "{path: \"/{{ secret:TOKEN }}\"}",
        "{headers: {X-A: \"{{ secret:NONE }}\"}}", "{body: {a: \"{{ secret:TOKEN }}\"}}"})
    EXPECT_NE(build(yaml), "") << yaml;
  EXPECT_EQ(build("{method: FETCH}"), "t.yaml:1:10: method: expected a method such as GET or POST, got \"FETCH\"\n");
}

TEST_F(HttpAdapterTest, WithoutAPathTheCallersGoesOnAsItWasMatched) {
  fakes::Call& one = call("GET /orders/%37?b=%20&a=1 HTTP/1.1\nHost: a");
  one.exchange.request.path = "/orders/7";
  EXPECT_EQ(target(one, "{}"), "GET /orders/7?b=%20&a=1");
}

TEST_F(HttpAdapterTest, AnEmptyQueryOfTheCallerGoesOnToo) {
  EXPECT_EQ(target(call("GET /orders? HTTP/1.1\nHost: a"), "{}"), "GET /orders?");
  EXPECT_EQ(target(call("GET /orders HTTP/1.1\nHost: a"), "{}"), "GET /orders");
}

TEST_F(HttpAdapterTest, ParametersBecomePartsOfThePathAndKeepTheirEscapesOnce) {
  fakes::Call& one = call("GET /orders/x HTTP/1.1\nHost: a");
  match(one, {"a%20b", "x/y"});
  EXPECT_EQ(target(one, "{path: \"/internal/{id}/{rest...}\"}"), "GET /internal/a%20b/x/y");
}

TEST_F(HttpAdapterTest, AnOwnQueryReplacesTheCallers) {
  fakes::Call& one = call("GET /orders/x?admin=1 HTTP/1.1\nHost: a");
  match(one, {"a%26b%2Bc d", ""});
  EXPECT_EQ(target(one, "{path: /x, query: {order: \"{id}\", \"k&\": \"a b&c\"}}"),
            "GET /x?k%26=a%20b%26c&order=a%26b%2Bc%20d");
}

TEST_F(HttpAdapterTest, AnOwnQueryMayBeEmpty) {
  EXPECT_EQ(target(call("GET /orders?admin=1 HTTP/1.1\nHost: a"), "{path: /x, query: {}}"), "GET /x");
}

TEST_F(HttpAdapterTest, AParameterThatCannotBePartOfAPathIsRefusedBeforeAnybodyIsCalled) {
  fakes::Call& one = call("GET /orders/x HTTP/1.1\nHost: a");
  match(one, {"..", ""});
  EXPECT_EQ(target(one, "{path: \"/internal/{id}\"}"), "40090 bad_parameter");
  EXPECT_EQ(one.exchange.call.attempts, 0);
}

TEST_F(HttpAdapterTest, AnInsertedValueIsOneSegmentOrOneValue) {
  const auto sent = [&](const std::string& yaml, std::string body = R"({"no":"a/b?c d","n":19.90,"t":true})") {
    fakes::Call& one = call("POST /orders/x?q=1%262 HTTP/1.1\nHost: a");
    match(one, {"7%20", ""});
    one.exchange.request.body = Body(bodies.emplace_back(std::move(body)));
    return target(one, yaml);
  };
  EXPECT_EQ(sent("{path: \"/orders/by/{{ $request.no }}\"}"), "POST /orders/by/a%2Fb%3Fc%20d?q=1%262");
  EXPECT_EQ(sent("{path: \"/{id}/v{{ .n }}-{{ .t }}/x/\", query: {}}"), "POST /7%20/v19.90-true/x/");
  EXPECT_EQ(sent("{path: \"/{{ $params.id }}/{rest...}\", query: {}}"), "POST /7%20/");
  EXPECT_EQ(
      sent("{path: /x, query: {a: \"{{ $query.q }}\", b: \"{{ .none }}\", c: \"{id}\", d: \"n {{ .n }}\", e: f}}"),
      "POST /x?a=1%262&c=7%20&d=n%2019.90&e=f");
  EXPECT_EQ(sent("{path: /x, query: {k: \"{{ secret:TOKEN }}\"}}"), "POST /x?k=s%20e");
  EXPECT_EQ(sent("{path: \"/{{ .no }}\", query: {}}", R"({"no":"..a"})"), "POST /..a");
  EXPECT_EQ(sent("{path: \"/{{ 1 + 1 }}\", query: {}}", "no JSON"), "POST /2");
}

TEST_F(HttpAdapterTest, WhatCannotBePartOfAPathIsRefusedBeforeAnybodyIsCalled) {
  for (const char* value : {R"("")", R"(".")", R"("..")", "null", "7"}) {
    fakes::Call& one = call("POST /orders/x HTTP/1.1\nHost: a");
    one.exchange.request.body = Body(bodies.emplace_back("{\"no\":" + std::string(value) + "}"));
    const bool refused = value != std::string("7");
    EXPECT_EQ(target(one, "{path: \"/x/{{ .no }}\"}").substr(0, 5), refused ? "40094" : "POST ") << value;
    EXPECT_EQ(one.exchange.call.attempts, refused ? 0 : 1);
  }
  fakes::Call& dots = call("POST /orders/x HTTP/1.1\nHost: a");
  dots.exchange.request.body = Body(Bytes(R"({"no":"."})"));
  EXPECT_EQ(target(dots, "{path: \"/x/.{{ .no }}\"}").substr(0, 5), "40094");
  fakes::Call& broken = call("POST /orders/x HTTP/1.1\nHost: a");
  broken.exchange.request.body = Body(Bytes("a=b"));
  EXPECT_EQ(target(broken, "{path: \"/x/{{ .no }}\"}").substr(0, 5), "40091");
}

TEST_F(HttpAdapterTest, ABodyAndFieldsOfItsOwnAreSent) {
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a\nContent-Type: text/json\nX-Kind: theirs\nAuthorization: x");
  one.exchange.request.body = Body(Bytes(R"({"no":4781320682406083640,"items":[1e400]})"));
  const std::string request = call_system(
      one,
      "{path: /x, headers: {X-Kind: \"{{ $request.no }}\", Authorization: \"Bearer {{ secret:TOKEN }}\", X-Gone: \"{{ "
      ".none }}\"}, body: {order: \"{{ .no }}\", lines: \"{{ .items }}\", kind: \"o-{{ .no }}\"}}");
  EXPECT_EQ(last_error, "");
  EXPECT_TRUE(adapter->needs_whole_request());
  EXPECT_NE(request.find("\r\nContent-Type: application/json\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("\r\nX-Kind: 4781320682406083640\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("\r\nAuthorization: Bearer s e\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("theirs"), std::string::npos) << request;
  EXPECT_EQ(request.find("X-Gone"), std::string::npos) << request;
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4),
            R"({"order":4781320682406083640,"lines":[1e400],"kind":"o-4781320682406083640"})");
  EXPECT_EQ(one.exchange.call.request_size, 76u);
}

TEST_F(HttpAdapterTest, AMethodWithoutABodySendsNone) {
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json");
  one.exchange.request.body = Body(Bytes("{}"));
  const std::string request = call_system(one, "{method: GET, path: /x}");
  EXPECT_EQ(request.find("Content-"), std::string::npos) << request;
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), "");
}

TEST_F(HttpAdapterTest, APartAsksWithGetWithoutTheCallersBodyAndConditions) {
  use.part = true;
  use.variables.add(expression::Variable::kCalls);
  fakes::Call& one = call(
      "POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Language: zh\nIf-None-Match: *\n"
      "X-Kept: 1");
  one.exchange.request.body = Body(Bytes(R"({"no":7})"));
  CallValues::of(one.exchange).set_calls(R"({"first":{"body":{"id":"A 1"}}})");
  const std::string request = call_system(one, "{path: \"/x/{{ $calls.first.body.id }}/{{ .no }}\"}");
  EXPECT_EQ(last_error, "");
  EXPECT_EQ(request.substr(0, request.find("\r\n")), "GET /x/A%201/7 HTTP/1.1");
  EXPECT_NE(request.find("X-Kept"), std::string::npos) << request;
  EXPECT_EQ(request.find("Content-"), std::string::npos) << request;
  EXPECT_EQ(request.find("If-None-Match"), std::string::npos) << request;
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), "");
}

TEST_F(HttpAdapterTest, APartSendsTheBodyThatIsPutThere) {
  use.part = true;
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json");
  one.exchange.request.body = Body(Bytes(R"({"no":7})"));
  std::string request = call_system(one, "{method: POST, path: /x, body: {n: \"{{ .no }}\"}}");
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), R"({"n":7})");
  fakes::Call& other = call("POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json");
  other.exchange.request.body = Body(Bytes(R"({"no":7})"));
  request = call_system(other, "{method: POST, path: /x}");
  EXPECT_NE(request.find("Content-Length: 0\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("Content-Type"), std::string::npos) << request;
  EXPECT_EQ(build("{path: /x, body: {a: 1}}"), "t.yaml:1:18: body: GET has no body\n");
}

TEST_F(HttpAdapterTest, TheDeadlineOfWhatEnclosesTheCallHolds) {
  fakes::Call& one = call();
  one.exchange.deadline = worker.now() + std::chrono::milliseconds(700);
  call_system(one, "{timeout: 5s}");
  EXPECT_EQ(told_timeout, "X-Request-Timeout-Ms: 700");
  call_system(call(), "{timeout: 5s}");
  EXPECT_EQ(told_timeout, "X-Request-Timeout-Ms: 5000");
}

TEST_F(HttpAdapterTest, WithoutTemplatesNothingOfTheBodyIsNeeded) {
  ASSERT_EQ(build("{path: \"/x/{id}\", query: {a: b, c: \"{{ $query.c }}\"}, headers: {X-A: b}}"), "");
  EXPECT_FALSE(adapter->needs_whole_request());
}

TEST_F(HttpAdapterTest, WhereAnswersAreReadNeitherCodingsNorRangesAreAskedFor) {
  fakes::Call& one = call("GET / HTTP/1.1\nHost: a\nRange: bytes=0-1\nAccept-Encoding: gzip");
  one.route.wrapped = false;
  one.route.plain_answers = true;
  EXPECT_EQ(forwarded(one),
            "X-Request-Id: r-1\nX-Forwarded-For: 192.0.2.7\nX-Forwarded-Proto: http\nX-Forwarded-Host: a\n");
}

TEST_F(HttpAdapterTest, AMethodOfItsOwnReplacesTheCallers) {
  EXPECT_EQ(target(call("GET /orders HTTP/1.1\nHost: a"), "{method: POST}"), "POST /orders");
  EXPECT_EQ(target(call("PURGE /orders HTTP/1.1\nHost: a"), "{}"), "PURGE /orders");
}

TEST_F(HttpAdapterTest, TheCallersFieldsGoOnWithoutItsCredentialsAndSpoofedNames) {
  fakes::Call& one = call(
      "POST /orders HTTP/1.1\nHost: api.example.com\nAuthorization: ApiKey k\nX-Signature: s\nX-Timestamp: 1\n"
      "X-API-Key: t\nX_Consumer_Name: root\nX-Consumer-Roles: admin\nX-Forwarded-For: 6.6.6.6\nForwarded: for=6.6.6.6\n"
      "X-Request-Id: theirs\nTraceparent: theirs\nConnection: X-Hop\nX-Hop: 1\nRange: bytes=0-1\nAccept-Encoding: "
      "gzip\n"
      "Content-Type: application/json\nIdempotency-Key: i\nX-Own: kept\nAccept: */*");
  EXPECT_EQ(forwarded(one),
            "Content-Type: application/json\nX-Own: kept\nAccept: */*\nX-Request-Id: r-1\n"
            "X-Forwarded-For: 192.0.2.7\nX-Forwarded-Proto: http\nX-Forwarded-Host: api.example.com\n");
}

TEST_F(HttpAdapterTest, RangesAndCodingsGoOnWhereTheAnswerPassesAsItIs) {
  fakes::Call& one = call("GET / HTTP/1.1\nHost: a\nRange: bytes=0-1\nAccept-Encoding: gzip");
  one.route.wrapped = false;
  EXPECT_EQ(forwarded(one),
            "Range: bytes=0-1\nAccept-Encoding: gzip\nX-Request-Id: r-1\n"
            "X-Forwarded-For: 192.0.2.7\nX-Forwarded-Proto: http\nX-Forwarded-Host: a\n");
}

TEST_F(HttpAdapterTest, TheSystemLearnsWhoCallsOnlyWhenItWasProved) {
  const auto consumers = fakes::consumers();
  fakes::Call& one = call("GET / HTTP/1.1\nHost: a");
  one.exchange.consumer = consumers.find("oms");
  EXPECT_EQ(forwarded(one).find("X-Consumer"), std::string::npos);
  one.exchange.authenticated = true;
  EXPECT_EQ(forwarded(one),
            "X-Consumer-Name: oms\nX-Consumer-Roles: internal,reader\nX-Request-Id: r-1\n"
            "X-Forwarded-For: 192.0.2.7\nX-Forwarded-Proto: http\nX-Forwarded-Host: a\n");
}

TEST_F(HttpAdapterTest, ATrustedProxysListIsContinuedAndAnothersIsNot) {
  const std::string_view request =
      "GET / HTTP/1.1\nHost: a\nX-Forwarded-For: 203.0.113.9, 10.0.0.1\nX-Forwarded-For: 10.0.0.2\nX-Forwarded-Proto: "
      "https";
  EXPECT_EQ(forwarded(call(request)),
            "X-Request-Id: r-1\nX-Forwarded-For: 192.0.2.7\nX-Forwarded-Proto: http\nX-Forwarded-Host: a\n");
  fakes::Call& trusted = call(request);
  trusted.exchange.request.peer_trusted = true;
  EXPECT_EQ(forwarded(trusted),
            "X-Request-Id: r-1\nX-Forwarded-For: 203.0.113.9, 10.0.0.1, 10.0.0.2, 192.0.2.7\n"
            "X-Forwarded-Proto: https\nX-Forwarded-Host: a\n");
}

TEST_F(HttpAdapterTest, WhatATrustedProxyPassedOnUnlookedAtEndsHere) {
  fakes::Call& one =
      call("GET / HTTP/1.1\nHost: a\nX-Forwarded-For: unknown, <script>, 2001:db8::1\nX-Forwarded-Proto: ftp");
  one.exchange.request.peer_trusted = true;
  one.exchange.request.tls = true;
  EXPECT_EQ(
      forwarded(one),
      "X-Request-Id: r-1\nX-Forwarded-For: 2001:db8::1, 192.0.2.7\nX-Forwarded-Proto: https\nX-Forwarded-Host: a\n");
}

TEST_F(HttpAdapterTest, ACallersAddressWithItsPortIsNotLost) {
  // security::client_address takes such a member for the caller, so the system has to see it too.
  fakes::Call& one = call("GET / HTTP/1.1\nHost: a\nX-Forwarded-For: 203.0.113.9:4711");
  one.exchange.request.peer_trusted = true;
  EXPECT_NE(forwarded(one).find("X-Forwarded-For: 203.0.113.9"), std::string::npos) << forwarded(one);
}

TEST_F(HttpAdapterTest, ABodyArrivesByteForByte) {
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Length: 13");
  one.exchange.request.body = Body(Bytes("{\"p\": 19.90 }"));
  const std::string request = call_system(one, "{operation: createOrder}");
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), "{\"p\": 19.90 }");
  EXPECT_EQ(one.exchange.call.system, "WMS");
  EXPECT_EQ(one.exchange.call.operation, "createOrder");
  EXPECT_EQ(one.exchange.call.request_body, "{\"p\": 19.90 }");
  EXPECT_EQ(one.exchange.call.request_size, 13u);
  EXPECT_EQ(one.exchange.call.attempts, 1);
}

TEST_F(HttpAdapterTest, TheAnswerComesBackWithoutWhatBelongsToTheConnection) {
  fakes::Call& one = call();
  call_system(
      one, "{}",
      "HTTP/1.1 201 Created\r\nServer: wms/1\r\nSet-Cookie: a=b\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
      "X-Causeway-Envelope: forged\r\nAccess-Control-Allow-Origin: *\r\nDate: Mon\r\nETag: \"v1\"\r\nLocation: /7\r\n"
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(last_error, "");
  EXPECT_EQ(answer(one), "201\nETag: \"v1\"\nLocation: /7\nContent-Type: application/json\n\n{}");
  EXPECT_EQ(one.exchange.call.response_body, "{}");
  EXPECT_EQ(one.exchange.call.response_size, 2u);
  EXPECT_EQ(one.exchange.call.response_type, "application/json");
}

TEST_F(HttpAdapterTest, TheKeyOfAKeptCallIsItsTransactionsAndOfSeveralCallsEachHasItsOwn) {
  honoured = "X-Once";
  FixedGuard guard;
  const auto key = [&] {
    fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a");
    one.exchange.guard = &guard;
    const std::string request = call_system(one, "{method: POST, operation: book}");
    const std::size_t at = request.find("X-Once: ");
    return at == std::string::npos ? "" : request.substr(at, request.find('\r', at) - at);
  };
  EXPECT_EQ(key(), "X-Once: t-1");
  use.part = true;
  use.operation = "orders.first";
  EXPECT_EQ(key(), "X-Once: t-1.orders.first");
  use.operation = "orders.second";
  EXPECT_EQ(key(), "X-Once: t-1.orders.second");
}

TEST_F(HttpAdapterTest, WhatTheSystemMayHaveForgottenIsNotSentAgain) {
  honoured = "X-Once";
  FixedGuard guard;
  const auto sent = [&](Duration ago) {
    char id[36];
    const auto first = static_cast<std::uint64_t>(unix_milliseconds(clock.wall()) - ago / std::chrono::milliseconds(1));
    telemetry::put_uuid(id, first << 16 | 0x7000, std::uint64_t{1} << 63);
    guard.id.assign(id, sizeof id);
    fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a");
    one.exchange.guard = &guard;
    return !call_system(one, "{}").empty();
  };
  EXPECT_TRUE(sent({}));
  EXPECT_TRUE(sent(std::chrono::hours(23)));
  EXPECT_FALSE(sent(std::chrono::hours(24)));
  EXPECT_EQ(last_error.substr(0, 6), "50491:");
}

TEST_F(HttpAdapterTest, ALongAnswerStreams) {
  fakes::Call& one = call();
  const std::string body(100000, 'x');
  call_system(one, "{}", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body);
  ASSERT_TRUE(one.exchange.response.body.streams());
  EXPECT_EQ(one.exchange.call.response_size, 100000u);
  EXPECT_EQ(answer(one), "200\n\n" + body);
}

TEST_F(HttpAdapterTest, AnAnswerToHeadHasTheLengthThatTheSystemSaid) {
  fakes::Call& one = call("HEAD /orders HTTP/1.1\nHost: a");
  call_system(one, "{}", "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  EXPECT_EQ(last_error, "");
  EXPECT_EQ(one.exchange.response.head_length, 1234u);
  EXPECT_EQ(answer(one), "200\n\n");
}

TEST_F(HttpAdapterTest, AFailedCallIsNotedForTheRecord) {
  build("{}", "/orders/{id}", fakes::closed_port());
  fakes::Call& one = call();
  EXPECT_EQ(fakes::failure(run(adapter->call(one.exchange))).substr(0, 6), "50290:");
  EXPECT_EQ(one.exchange.call.system, "WMS");
  EXPECT_EQ(one.exchange.call.attempts, 1);
}

TEST_F(HttpAdapterTest, AStreamedRequestIsNotedByItsFirstPieceAndItsSize) {
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a\nContent-Length: 9");
  fakes::ScriptedBody source({"1234", "56789"}, 9);
  one.exchange.request.body = Body(source);
  source.observe(one.exchange.request);
  const std::string request = call_system(one, "{}");
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), "123456789");
  EXPECT_EQ(one.exchange.call.request_body, "1234");
  EXPECT_EQ(one.exchange.call.request_size, 9u);
}

}  // namespace
}  // namespace causeway::adapters
