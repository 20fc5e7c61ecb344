#include "pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"
#include "routing/route_files.h"

namespace causeway::pipeline {
namespace {

using Journal = std::vector<std::string>;

/// Says what it is told to, and writes down that it was asked.
class FakePlugin final : public Plugin {
 public:
  FakePlugin(std::string name, Needs needs, Journal& journal)
      : name_(std::move(name)), needs_(needs), journal_(journal) {}

  Needs needs() const override { return needs_; }
  Step on_head(Exchange& exchange) const override { return step("head", exchange); }
  Step on_body(Exchange& exchange) const override { return step("body", exchange); }
  Step on_response(Exchange& exchange) const override { return step("response", exchange); }

  /// By phase; absent: goes on.
  std::map<std::string, std::function<Step(Exchange&)>> does;

 private:
  Step step(const std::string& phase, Exchange& exchange) const {
    journal_.push_back(name_ + ' ' + phase);
    const auto found = does.find(phase);
    return found == does.end() ? Step::next() : found->second(exchange);
  }
  std::string name_;
  Needs needs_;
  Journal& journal_;
};

class FakeAdapter final : public Adapter {
 public:
  explicit FakeAdapter(Journal& journal) : journal_(journal) {}
  bool needs_whole_request() const override { return needs_whole; }
  Task<Result<>> call(Exchange& exchange) const override {
    journal_.push_back("call");
    if (fails) throw std::runtime_error("out of luck");
    exchange.call.system = system;
    exchange.call.attempts = 1;
    exchange.response.status = status;
    exchange.response.headers.add("Content-Type", "text/plain");
    exchange.response.body = Body(Bytes("answer"));
    if (error) co_return Error(*error, "10.0.0.7:80: why");
    co_return Result<>();
  }

  bool needs_whole = false;
  bool fails = false;
  int status = 200;
  std::string system = "WMS";
  std::optional<Code> error;

 private:
  Journal& journal_;
};

class PipelineTest : public fakes::ExchangeFixture {
 protected:
  PipelineTest() {
    plugin("a", {.head = true, .body = true, .response = true});
    plugin("b", {.head = true, .body = true, .response = true});
    auto its_adapter = std::make_unique<FakeAdapter>(journal);
    adapter = its_adapter.get();
    adapter_ = std::move(its_adapter);
  }
  ~PipelineTest() override { end_calls(); }

  FakePlugin& plugin(const std::string& name, Needs needs) {
    auto made = std::make_unique<FakePlugin>(name, needs, journal);
    FakePlugin& result = *made;
    by_name[name] = &result;
    plugins_.push_back(std::move(made));
    return result;
  }

  /// Takes a configuration of one route with the plugins and the adapter of this test.
  void take() {
    constexpr std::string_view kYaml =
        "api: orders\nbase: /api/{version}/orders\n"
        "versions:\n"
        "  v1: {released: 2020-01-01, deprecated: 2025-01-01, sunset: 2026-01-01, successor: v2}\n"
        "  v2: {released: 2024-01-01, deprecated: 2026-01-01, sunset: 2030-01-01, successor: v3}\n"
        "  v3: {released: 2026-01-01}\n"
        "routes: [{name: get-order, match: {methods: [GET, POST], path: \"/{id}\"}}]\n";
    config::Errors errors;
    const auto node = config::read_yaml(kYaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto file = config::read<routing::RouteFile>(*node, reading);
    const std::vector<routing::ApiSpec> apis{{file, *node}};
    const std::vector<routing::RouteSpec> routes{{0, 0, "get-order", file.routes[0].match, {}, {}, ""}};
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->consumers = std::make_shared<const security::ConsumerTable>(fakes::consumers());
    for (const auto& consumer : snapshot->consumers->all())
      snapshot->consumer_labels.push_back(metrics.intern(consumer.name));
    snapshot->routes = routing::RouteTable::build(apis, routes, {}, errors);
    EXPECT_FALSE(errors.failed()) << errors.to_text();
    context_.name = "get-order";
    auto plan = std::make_unique<RoutePlan>(context_, std::move(plugins_), std::move(adapter_));
    plan->label = metrics.intern("get-order");
    for (const routing::Version& version : snapshot->routes->versions(0))
      plan->versions.push_back({&version, metrics.intern(version.name()), metrics.histogram("duration", "")});
    snapshot->plans.push_back(std::move(plan));
    watched = snapshot;
    pipeline.take(worker, std::move(snapshot));
  }

  /// Sends the call through, to the record of it.
  fakes::Call& serve(std::string_view request = "GET /api/v3/orders/7 HTTP/1.1\nHost: a\nX-Request-Id: r-1") {
    return serve(call(request));
  }
  fakes::Call& serve(fakes::Call& one) {
    one.exchange.route = nullptr;
    run(pipeline.handle(one.exchange));
    pipeline.finished(one.exchange, true);
    return one;
  }
  /// Status and code of the answer.
  static std::string verdict(const fakes::Call& one) {
    return std::to_string(one.exchange.response.status) + ' ' + std::to_string(one.exchange.code) + ' ' +
           std::string(one.exchange.reason);
  }

  std::string logged() {
    const auto record = log.front(log.mark());
    std::string text;
    if (const auto* called = std::get_if<telemetry::CallRecord>(&record))
      text = std::string(called->failed ? "failed " : "called ") + std::string(called->system) + ' ' +
             std::string(called->method) + ' ' + std::to_string(called->status) + ' ' + std::to_string(called->code) +
             ' ' + std::string(called->consumer) + ' ' + std::string(called->request_id) + ' ' +
             std::string(called->error);
    if (const auto* refused = std::get_if<telemetry::RefusedRecord>(&record))
      text = "refused " + std::string(refused->method) + ' ' + std::string(refused->path) + ' ' +
             std::to_string(refused->status) + ' ' + std::to_string(refused->code) + ' ' +
             std::string(refused->reason) + ' ' + std::string(refused->consumer) + ' ' +
             std::string(refused->request_id);
    if (!std::holds_alternative<std::monostate>(record)) log.pop();
    return text;
  }

  Journal journal;
  std::map<std::string, FakePlugin*> by_name;
  FakeAdapter* adapter;
  std::weak_ptr<const Snapshot> watched;
  Pipeline pipeline{1, metrics, labels};
  RouteContext context_;

 private:
  std::vector<std::unique_ptr<const Plugin>> plugins_;
  std::unique_ptr<const Adapter> adapter_;
};

TEST_F(PipelineTest, TheChainGoesInAndOutAgain) {
  take();
  fakes::Call& one = serve();
  EXPECT_EQ(journal, (Journal{"a head", "b head", "a body", "b body", "call", "b response", "a response"}));
  EXPECT_EQ(answer(one), "200\nContent-Type: text/plain\n\nanswer");
  EXPECT_EQ(one.exchange.match.parameters.find("id"), "7");
}

TEST_F(PipelineTest, ARefusalAtTheHeadReadsNoBodyAndCallsNobody) {
  by_name["b"]->does["head"] = [](Exchange&) -> Step { return Error(Code::kForbidden); };
  take();
  fakes::ScriptedBody source({"body"});
  fakes::Call& one = call("POST /api/v3/orders/7 HTTP/1.1\nHost: a\nTransfer-Encoding: chunked");
  one.exchange.request.body = Body(source);
  serve(one);
  EXPECT_EQ(journal, (Journal{"a head", "b head"}));
  EXPECT_EQ(source.reads(), 0);
  EXPECT_EQ(verdict(one), "403 40390 forbidden");
}

TEST_F(PipelineTest, APluginThatAnswersIsFollowedByTheWayOutOnly) {
  by_name["a"]->does["head"] = [](Exchange& exchange) -> Step {
    exchange.response.status = 202;
    exchange.response.body = Body(Bytes("mine"));
    return Flow::kAnswered;
  };
  take();
  EXPECT_EQ(answer(serve()), "202\n\nmine");
  EXPECT_EQ(journal, (Journal{"a head", "b response", "a response"}));
}

Task<Result<Flow>> later(Flow flow) { co_return flow; }
Task<Result<Flow>> later(Code code) { co_return Error(code); }

TEST_F(PipelineTest, AStepMayTakeItsTime) {
  by_name["a"]->does["head"] = [](Exchange&) -> Step { return later(Flow::kContinue); };
  by_name["b"]->does["body"] = [](Exchange&) -> Step { return later(Code::kRateLimited); };
  take();
  EXPECT_EQ(verdict(serve()), "429 42990 rate_limited");
  EXPECT_EQ(journal, (Journal{"a head", "b head", "a body", "b body"}));
}

TEST_F(PipelineTest, StepsBehindOneThatWaitsAreTakenInTheirOrder) {
  for (const char* phase : {"head", "body", "response"})
    for (const char* name : {"a", "b"})
      by_name[name]->does[phase] = [](Exchange&) -> Step { return later(Flow::kContinue); };
  take();
  EXPECT_EQ(answer(serve()), "200\nContent-Type: text/plain\n\nanswer");
  EXPECT_EQ(journal, (Journal{"a head", "b head", "a body", "b body", "call", "b response", "a response"}));
}

TEST_F(PipelineTest, AnErrorOnTheWayOutReplacesTheAnswer) {
  by_name["b"]->does["response"] = [](Exchange&) -> Step { return Error(Code::kUpstreamNonsense, "no JSON"); };
  take();
  fakes::Call& one = serve();
  EXPECT_EQ(journal.back(), "b response");
  EXPECT_EQ(verdict(one), "502 50292 upstream_nonsense");
  EXPECT_EQ(logged(), "failed WMS get-order 502 50292  r-1 no JSON");
}

TEST_F(PipelineTest, AFailedCallIsTheEnvelopeOfItsErrorAndSkipsTheWayOut) {
  adapter->error = Code::kUpstreamUnreachable;
  take();
  fakes::Call& one = serve();
  EXPECT_EQ(journal.back(), "call");
  EXPECT_EQ(answer(one),
            "502\nContent-Type: application/json\n\n"
            R"({"code":50290,"message":"the system behind is unreachable","data":null,"timestamp":1772337600123,)"
            R"("details":{"requestId":"r-1"}})");
  EXPECT_EQ(logged(), "failed WMS get-order 502 50290  r-1 10.0.0.7:80: why");
}

TEST_F(PipelineTest, AnExceptionIsAnInternalError) {
  adapter->fails = true;
  take();
  fakes::Call& one = serve();
  EXPECT_EQ(verdict(one), "500 50090 internal");
  EXPECT_EQ(one.exchange.failure, "out of luck");
}

TEST_F(PipelineTest, AnAnswerThatNobodyWrapsCountsByItsStatus) {
  adapter->status = 503;
  take();
  fakes::Call& one = serve();
  EXPECT_EQ(one.exchange.code, 50300u);
  EXPECT_EQ(logged(), "failed WMS get-order 503 50300  r-1 the system behind failed");
}

TEST_F(PipelineTest, NoRouteAndWrongMethodsAreRefusedAndLogged) {
  take();
  EXPECT_EQ(verdict(serve("GET /nowhere?secret=1 HTTP/1.1\nHost: a\nX-Request-Id: r-1")), "404 40490 no_route");
  EXPECT_EQ(logged(), "refused GET /nowhere 404 40490 no_route  r-1");
  fakes::Call& wrong = serve("DELETE /api/v3/orders/7 HTTP/1.1\nHost: a");
  EXPECT_EQ(verdict(wrong), "405 40590 method_not_allowed");
  EXPECT_NE(answer(wrong).find("\nAllow: GET, HEAD, POST, OPTIONS\n"), std::string::npos) << answer(wrong);
  EXPECT_TRUE(journal.empty());
}

TEST_F(PipelineTest, OptionsIsAnsweredWithWhatIsAllowed) {
  take();
  EXPECT_EQ(answer(serve("OPTIONS /api/v3/orders/7 HTTP/1.1\nHost: a")), "204\nAllow: GET, HEAD, POST, OPTIONS\n\n");
  EXPECT_EQ(serve("OPTIONS * HTTP/1.1\nHost: a").exchange.response.status, 204);
}

TEST_F(PipelineTest, ADeprecatedVersionSaysSoOnErrorsToo) {
  by_name["a"]->does["head"] = [](Exchange&) -> Step { return Error(Code::kForbidden); };
  take();
  const std::string text = answer(serve("GET /api/v2/orders/7 HTTP/1.1\nHost: a"));
  EXPECT_NE(text.find("\nDeprecation: @1767225600\nSunset: Tue, 01 Jan 2030 00:00:00 GMT\nLink: </api/v3/orders/7>;"),
            std::string::npos)
      << text;
}

TEST_F(PipelineTest, AVersionPastItsSunsetIsGone) {
  take();
  fakes::Call& one = serve("GET /api/v1/orders/7 HTTP/1.1\nHost: a");
  EXPECT_EQ(verdict(one), "410 41090 sunset");
  EXPECT_NE(answer(one).find(R"("successor":"v2")"), std::string::npos) << answer(one);
  EXPECT_TRUE(journal.empty());
}

TEST_F(PipelineTest, APathThatTwoServersWouldReadDifferentlyIsMalformed) {
  take();
  for (const char* path : {"/api/v3/orders/%2e%2e/x", "/api/v3//orders/7", "/api/v3/orders/a%2fb"})
    EXPECT_EQ(verdict(serve("GET " + std::string(path) + " HTTP/1.1\nHost: a")).substr(0, 9), "400 40090") << path;
  EXPECT_TRUE(journal.empty());
}

TEST_F(PipelineTest, PluginsAndAdapterSeeTheNormalisedPath) {
  take();
  EXPECT_EQ(serve("GET /api/v3/orders/%41%7e%3a HTTP/1.1\nHost: a").exchange.request.path, "/api/v3/orders/A~%3A");
}

TEST_F(PipelineTest, TheCallersRequestIdIsKeptWhenThereIsOne) {
  take();
  EXPECT_EQ(serve("GET / HTTP/1.1\nHost: a\nX-Request-Id: mine.1").exchange.request_id.view(), "mine.1");
  EXPECT_EQ(serve("GET / HTTP/1.1\nHost: a\nX-Request-Id: a b").exchange.request_id.view().size(), 36u);
  EXPECT_EQ(serve("GET / HTTP/1.1\nHost: a\nX-Request-Id: x\nX-Request-Id: y").exchange.request_id.view().size(), 36u);
}

TEST_F(PipelineTest, TheCallersTraceIsContinuedUnderAnotherParent) {
  take();
  fakes::Call& one = serve(
      "GET / HTTP/1.1\nHost: a\nTraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\nTracestate: k=v");
  EXPECT_EQ(one.exchange.trace.trace_id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_NE(one.exchange.trace.parent_id(), "b7ad6b7169203331");
  EXPECT_EQ(one.exchange.trace.tracestate(), "k=v");
}

TEST_F(PipelineTest, ACallIsCountedByItsRouteConsumerAndOutcome) {
  by_name["a"]->does["head"] = [](Exchange& exchange) -> Step {
    static const security::ConsumerTable consumers = fakes::consumers();
    exchange.consumer = consumers.find("oms");
    exchange.authenticated = exchange.request.method() == "POST";
    return Step::next();
  };
  take();
  serve();
  serve("POST /api/v3/orders/7 HTTP/1.1\nHost: a");
  serve("BREW /odd HTTP/1.1\nHost: a");
  const std::string counted = samples("causeway_requests_total");
  for (
      const char* line :
      {R"(causeway_requests_total{route="get-order",method="GET",version="v3",consumer="",status="200",code="0"} 1)",
       R"(causeway_requests_total{route="get-order",method="POST",version="v3",consumer="oms",status="200",code="0"} 1)",
       R"(causeway_requests_total{route="none",method="other",version="",consumer="",status="404",code="40490"} 1)"})
    EXPECT_NE(counted.find(line), std::string::npos) << line << "\nin\n" << counted;
  EXPECT_EQ(logged(), "called WMS get-order 200 0  r-1 ");
}

TEST_F(PipelineTest, ACallerThatLeftIsAFailedCall) {
  take();
  fakes::Call& one = call("GET /api/v3/orders/7 HTTP/1.1\nHost: a\nX-Request-Id: r-1");
  run(pipeline.handle(one.exchange));
  pipeline.finished(one.exchange, false);
  EXPECT_EQ(logged(), "failed WMS get-order 200 0  r-1 the caller left before the answer was sent");
}

TEST_F(PipelineTest, ARequestThatCouldNotBeReadIsRefusedAndEndsTheConnection) {
  take();
  fakes::Call& one = call();
  one.exchange.request.head = nullptr;
  Error error(Code::kMalformedHttp);
  error.info().reason = "bare_cr";
  pipeline.refuse(one.exchange, std::move(error));
  pipeline.finished(one.exchange, true);
  EXPECT_EQ(verdict(one), "400 40090 bare_cr");
  EXPECT_TRUE(one.exchange.response.close);
  EXPECT_EQ(logged().substr(0, 27), "refused   400 40090 bare_cr");
}

TEST_F(PipelineTest, AnExchangeKeepsTheConfigurationThatItBeganWith) {
  take();
  fakes::Call& one = call("GET /api/v3/orders/7 HTTP/1.1\nHost: a");
  run(pipeline.handle(one.exchange));
  pipeline.take(worker, nullptr);
  EXPECT_FALSE(watched.expired());
  pipeline.finished(one.exchange, true);
  end_calls();
  EXPECT_TRUE(watched.expired());
}

class PipelineBodyTest : public PipelineTest {
 protected:
  fakes::Call& post(fakes::ScriptedBody& source, std::uint64_t limit = 1 << 20) {
    fakes::Call& one = call("POST /api/v3/orders/7 HTTP/1.1\nHost: a\nTransfer-Encoding: chunked");
    one.exchange.request.body = Body(source);
    one.exchange.body_limit = limit;
    return serve(one);
  }
};

TEST_F(PipelineBodyTest, ABodyThatIsAnnouncedAsTooLongIsNotRead) {
  take();
  fakes::ScriptedBody source({"x"}, 101);
  EXPECT_EQ(verdict(post(source, 100)), "413 41390 body_too_large");
  EXPECT_EQ(source.reads(), 0);
}

TEST_F(PipelineBodyTest, ARoutesLimitReplacesTheListeners) {
  context_.request_body = ByteSize{200};
  take();
  fakes::ScriptedBody fits({std::string(200, 'x')}, 200);
  EXPECT_EQ(post(fits, 100).exchange.response.status, 200);
  fakes::ScriptedBody longer({"x"}, 201);
  EXPECT_EQ(verdict(post(longer, 1000)), "413 41390 body_too_large");
}

TEST_F(PipelineBodyTest, ASmallBodyIsWholeBeforeAnybodyIsCalled) {
  take();
  fakes::ScriptedBody source({"hel", "lo"});
  fakes::Call& one = post(source);
  EXPECT_FALSE(one.exchange.request.body.streams());
  EXPECT_EQ(one.exchange.request.body.whole(), "hello");
}

TEST_F(PipelineBodyTest, ABodyThatHasArrivedIsTakenAsItLies) {
  take();
  fakes::ScriptedBody source({"hello"}, 5);
  source.has_come();
  fakes::Call& one = post(source);
  EXPECT_FALSE(one.exchange.request.body.streams());
  EXPECT_EQ(one.exchange.request.body.whole(), "hello");
  EXPECT_EQ(one.exchange.request.received, "hello");
  EXPECT_EQ(source.reads(), 0);
}

TEST_F(PipelineBodyTest, ABodyThatHasArrivedMalformedReachesNobody) {
  take();
  fakes::ScriptedBody source({"hello"}, 5);
  source.has_come();
  source.break_with(Code::kMalformedHttp);
  EXPECT_EQ(verdict(post(source)), "400 40090 malformed_http");
  EXPECT_EQ(journal, (Journal{"a head", "b head"}));
}

TEST_F(PipelineBodyTest, ALongBodyStreams) {
  take();
  fakes::ScriptedBody announced({"x"}, 70000);
  EXPECT_TRUE(post(announced).exchange.request.body.streams());
  EXPECT_EQ(announced.reads(), 0);
  fakes::ScriptedBody endless({std::string(40000, 'x'), std::string(40000, 'y'), "z"});
  fakes::Call& one = post(endless);
  ASSERT_TRUE(one.exchange.request.body.streams());
  EXPECT_EQ(read_all(*one.exchange.request.body.source()).size(), 80001u);
}

TEST_F(PipelineBodyTest, ALongBodyIsGatheredWhereSomebodyNeedsItWhole) {
  adapter->needs_whole = true;
  take();
  fakes::ScriptedBody source({std::string(70000, 'x')}, 70000);
  EXPECT_EQ(post(source).exchange.request.body.whole().size(), 70000u);
}

TEST_F(PipelineBodyTest, ALongBodyIsGatheredWhereTheHeadShowsThatThisCallNeedsIt) {
  by_name["a"]->does["head"] = [](Exchange& exchange) {
    exchange.request.gather = true;
    return Step::next();
  };
  take();
  fakes::ScriptedBody source({std::string(70000, 'x')}, 70000);
  EXPECT_EQ(post(source).exchange.request.body.whole().size(), 70000u);
}

TEST_F(PipelineBodyTest, ABodyThatBreaksOffReachesNobody) {
  take();
  fakes::ScriptedBody source({"half"});
  source.break_with(Code::kClientTooSlow);
  EXPECT_EQ(post(source).exchange.response.status, 408);
  EXPECT_EQ(journal, (Journal{"a head", "b head"}));
}

}  // namespace
}  // namespace causeway::pipeline
