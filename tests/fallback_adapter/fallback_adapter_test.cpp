#include "adapters/fallback/fallback_adapter.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "exchange/reply.h"
#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"

namespace causeway::adapters {
namespace {

using std::chrono::seconds;

/// Does what the test says.
class ScriptedAdapter final : public Adapter {
 public:
  explicit ScriptedAdapter(std::function<Result<>(Exchange&)> script) : script_(std::move(script)) {}
  bool needs_whole_request() const override { return whole; }
  Task<Result<>> call(Exchange& exchange) const override {
    ++calls;
    co_return script_(exchange);
  }
  bool whole = false;
  mutable int calls = 0;

 private:
  std::function<Result<>(Exchange&)> script_;
};

class OtherBody final : public BodySource {
 public:
  std::optional<std::uint64_t> declared_size() const override { return std::nullopt; }
  Bytes arrived() const override { return {}; }
  Task<Result<Bytes>> read() override { co_return Error(Code::kUpstreamBroke); }
  Task<Result<Bytes>> gather(std::uint64_t) override { co_return Error(Code::kUpstreamBroke); }
  Task<Result<bool>> prefetch(std::uint64_t) override { co_return Error(Code::kUpstreamBroke); }
  void drop() noexcept override { dropped = true; }
  bool endless() const override { return events; }
  bool dropped = false;
  bool events = false;
};

class FallbackAdapterTest : public fakes::ExchangeFixture {
 protected:
  ~FallbackAdapterTest() override { end_calls(); }

  /// What the system does with the next calls.
  void system_answers(int status, std::string body, std::vector<std::pair<std::string, std::string>> fields = {}) {
    body_ = std::move(body);
    fields_ = std::move(fields);
    script_ = [this, status](Exchange& exchange) -> Result<> {
      Response& response = exchange.response;
      response.status = exchange.call.status = status;
      exchange.call_class = class_of_status(status);
      for (const auto& [name, value] : fields_) response.headers.add(name, value);
      response.body = Body(exchange.arena.copy(body_));
      return {};
    };
  }
  void system_fails(Code code, std::string internal = {}, std::string reason = {}) {
    script_ = [code, internal, reason](Exchange& exchange) -> Result<> {
      exchange.call.system = "OMS";
      Error error(code, internal);
      error.info().reason = reason;
      return error;
    };
  }

  void make(CachedSettings settings = {.max_age = seconds(60)}, net::Method method = net::Method::kOther) {
    adapter_ = std::make_unique<FallbackAdapter>(
        std::make_unique<ScriptedAdapter>([this](Exchange& exchange) { return script_(exchange); }), method);
    adapter_->add(CachedFallback(settings, kept_, false), counter("cached"));
  }
  void add_static(std::function<Result<>(Exchange&)> script) {
    adapter_->add(std::make_unique<ScriptedAdapter>(std::move(script)), counter("static"));
  }
  void add_static(int status = 200) {
    add_static([status](Exchange& exchange) -> Result<> {
      exchange.response.status = status;
      exchange.call_class = class_of_status(status);
      exchange.response.headers.add(net::HeaderId::kContentType, kJsonType);
      exchange.response.body = Body(Bytes(R"({"status":"UNKNOWN"})"));
      return {};
    });
  }
  telemetry::Counter counter(const char* kind) {
    return metrics.counter("causeway_fallbacks_total", "", {{"route", "a-route"}, {"kind", kind}});
  }

  /// The answer, or what the error says.
  std::string ask(fakes::Call& one) {
    const std::string problem = fakes::failure(run(adapter_->call(one.exchange)));
    return problem.empty() ? answer(one) : problem;
  }
  std::string ask(std::string_view head = "GET /orders HTTP/1.1\nHost: a") { return ask(call(head)); }
  fakes::Call& from(std::string_view consumer, std::string_view head = "GET /orders HTTP/1.1\nHost: a") {
    fakes::Call& one = call(head);
    one.exchange.consumer = consumers_.find(consumer);
    one.exchange.authenticated = true;
    return one;
  }

  const security::ConsumerTable consumers_ = fakes::consumers();
  std::shared_ptr<KeptMemory> memory_ = std::make_shared<KeptMemory>(8 << 20);
  std::shared_ptr<KeptAnswers> kept_ = std::make_shared<KeptAnswers>(memory_, 1);
  std::function<Result<>(Exchange&)> script_;
  std::string body_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::unique_ptr<FallbackAdapter> adapter_;
};

TEST_F(FallbackAdapterTest, ASystemThatFailsIsAnsweredForByWhatItSaidLast) {
  make();
  system_answers(200, R"({"price":19.90})", {{"Content-Type", "application/json"}, {"ETag", "\"7\""}});
  EXPECT_EQ(ask(), "200\nContent-Type: application/json\nETag: \"7\"\n\n{\"price\":19.90}");
  advance(seconds(12));
  system_fails(Code::kUpstreamUnreachable, "127.0.0.1:1: connection refused");
  fakes::Call& one = call();
  EXPECT_EQ(ask(one),
            "200\nContent-Type: application/json\nETag: \"7\"\nAge: 12\nX-Causeway-Fallback: cached; age=12\n\n"
            "{\"price\":19.90}");
  EXPECT_EQ(one.exchange.call_class, CallClass::kSystem);
  EXPECT_EQ(one.exchange.code, 0u);
  EXPECT_EQ(one.exchange.fallback, "cached");
  EXPECT_EQ(one.exchange.failure, "127.0.0.1:1: connection refused; answered by the fallback cached");
  EXPECT_EQ(samples("causeway_fallbacks_total"), "causeway_fallbacks_total{kind=\"cached\",route=\"a-route\"} 1\n");
}

TEST_F(FallbackAdapterTest, StandsInForTheSystemsFailuresOnly) {
  make();
  add_static();
  for (const Code code : {Code::kUpstreamUnreachable, Code::kUpstreamBroke, Code::kUpstreamNonsense, Code::kBreakerOpen,
                          Code::kOverloaded, Code::kUpstreamTimeout}) {
    system_fails(code);
    EXPECT_EQ(ask().substr(0, 3), "200") << number(code);
  }
  for (const Code code : {Code::kOutcomeUnknown, Code::kTransformRefused, Code::kNotJson, Code::kBodyTooLarge,
                          Code::kClientTooSlow, Code::kInternal, Code::kStoreRefused}) {
    system_fails(code);
    EXPECT_EQ(ask(), std::to_string(number(code)));
  }
  system_fails(Code::kOverloaded, "", "buffers_full");  // of the caller's own body
  EXPECT_EQ(ask(), "50391 buffers_full");
}

TEST_F(FallbackAdapterTest, AnAnswerThatSaysItFailedIsReplacedAndABusinessFailureIsNot) {
  make();
  add_static();
  system_answers(503, "down", {{"Content-Type", "text/plain"}, {"Retry-After", "5"}});
  fakes::Call& one = call();
  EXPECT_EQ(ask(one), "200\nContent-Type: application/json\nX-Causeway-Fallback: static\n\n{\"status\":\"UNKNOWN\"}");
  EXPECT_EQ(one.exchange.failure, "the system answered 503; answered by the fallback static");
  EXPECT_EQ(one.exchange.call.status, 0);  // $status is that of the answer
  system_answers(404, "none");
  EXPECT_EQ(ask(), "404\n\nnone");
  EXPECT_EQ(samples("causeway_fallbacks_total"), "causeway_fallbacks_total{kind=\"static\",route=\"a-route\"} 1\n");
}

TEST_F(FallbackAdapterTest, AWriteThatTheSystemHasSeenIsNeverHidden) {
  make();
  add_static();
  const char* const post = "POST /orders HTTP/1.1\nHost: a\nContent-Length: 0";
  system_answers(503, "down", {{"Retry-After", "5"}});
  EXPECT_EQ(ask(post), "503\nRetry-After: 5\n\ndown");
  system_fails(Code::kUpstreamNonsense, "no JSON");
  EXPECT_EQ(ask(post), "50292: no JSON");
  for (const Code code : {Code::kUpstreamUnreachable, Code::kUpstreamBroke, Code::kUpstreamTimeout, Code::kBreakerOpen,
                          Code::kOverloaded}) {  // 50491 if a byte of it was sent
    system_fails(code);
    EXPECT_EQ(ask(post).substr(0, 4), "200\n") << number(code);
  }
  script_ = [](Exchange& exchange) -> Result<> {
    exchange.call.status = 200;
    return Error(Code::kOverloaded);
  };
  EXPECT_EQ(ask(post), "50391");
}

TEST_F(FallbackAdapterTest, WhatTheSystemIsCalledWithDecidesNotWhatTheCallerSays) {
  make({.max_age = seconds(60)}, net::Method::kPost);
  system_answers(200, "done");
  ask();
  EXPECT_EQ(kept_->size(), 0u);
  add_static();
  system_answers(500, "down");
  EXPECT_EQ(ask(), "500\n\ndown");
  system_fails(Code::kUpstreamUnreachable);
  EXPECT_NE(ask().find("X-Causeway-Fallback: static"), std::string::npos);

  make({.max_age = seconds(60)}, net::Method::kGet);
  add_static();
  system_answers(500, "down");
  EXPECT_EQ(ask("POST /search HTTP/1.1\nHost: a\nContent-Length: 0").substr(0, 4), "200\n");
}

TEST_F(FallbackAdapterTest, ARefusalThatAnOutcomeMadeIsReplacedWhole) {
  make();
  add_static();
  script_ = [](Exchange& exchange) -> Result<> {
    exchange.call_class = CallClass::kSystem;
    exchange.failure = "the system said that it failed: locked";
    exchange.code_label = telemetry::LabelId{77};
    reply_refusal(exchange, {500, 50001, "locked", {}});
    return {};
  };
  fakes::Call& one = call();
  EXPECT_EQ(ask(one).substr(0, 4), "200\n");
  EXPECT_FALSE(one.exchange.refused);
  EXPECT_EQ(one.exchange.code, 0u);
  EXPECT_EQ(one.exchange.code_label, telemetry::LabelId{});
  EXPECT_EQ(one.exchange.failure, "the system said that it failed: locked; answered by the fallback static");
}

TEST_F(FallbackAdapterTest, WithNothingKeptTheFailureIsTheAnswerAsItCame) {
  make();
  system_fails(Code::kUpstreamTimeout, "no answer in time");
  EXPECT_EQ(ask(), "50490: no answer in time");
  script_ = [](Exchange& exchange) -> Result<> {
    exchange.call_class = CallClass::kSystem;
    exchange.code_label = telemetry::LabelId{77};
    reply_refusal(exchange, {500, 50001, "locked", {}});
    return {};
  };
  fakes::Call& one = call();
  const std::string text = ask(one);
  EXPECT_NE(text.find(R"({"code":50001,"message":"locked")"), std::string::npos) << text;
  EXPECT_TRUE(one.exchange.refused);
  EXPECT_EQ(one.exchange.code, 50001u);
  EXPECT_EQ(one.exchange.code_label, telemetry::LabelId{77});
  EXPECT_EQ(one.exchange.fallback, "");
}

TEST_F(FallbackAdapterTest, TheFirstThatHasSomethingAnswers) {
  make();
  add_static();
  system_fails(Code::kBreakerOpen);
  EXPECT_NE(ask().find("X-Causeway-Fallback: static"), std::string::npos);
  system_answers(200, "kept");
  ask();
  system_fails(Code::kBreakerOpen);
  EXPECT_NE(ask().find("X-Causeway-Fallback: cached; age=0"), std::string::npos);
}

TEST_F(FallbackAdapterTest, AStaticAnswerThatCannotBeMadeLeavesTheFailure) {
  make();
  add_static([](Exchange& exchange) -> Result<> {
    exchange.response.headers.add("X-Half", "made");
    return Error(Code::kTransformRefused);
  });
  system_answers(500, "down");
  EXPECT_EQ(ask(), "500\n\ndown");
  add_static();
  EXPECT_EQ(ask(), "200\nContent-Type: application/json\nX-Causeway-Fallback: static\n\n{\"status\":\"UNKNOWN\"}");
}

TEST_F(FallbackAdapterTest, CallersNeverSeeWhatAnotherWasAnswered) {
  make();
  system_answers(200, "of oms");
  ask(from("oms"));
  system_fails(Code::kUpstreamTimeout);
  EXPECT_EQ(ask(from("reporting")), "50490");
  EXPECT_EQ(ask(call()), "50490");
  EXPECT_NE(ask(from("oms")).find("of oms"), std::string::npos);
}

TEST_F(FallbackAdapterTest, SharedAnswersAreForAll) {
  make({.max_age = seconds(60), .shared = true});
  system_answers(200, "for all");
  ask(from("oms"));
  system_fails(Code::kUpstreamTimeout);
  EXPECT_NE(ask(from("reporting")).find("for all"), std::string::npos);
}

TEST_F(FallbackAdapterTest, WhatIsOlderThanMaxAgeIsNotGiven) {
  make();
  system_answers(200, "old");
  ask();
  system_fails(Code::kUpstreamTimeout);
  advance(seconds(60));
  EXPECT_NE(ask().find("cached; age=60"), std::string::npos);
  advance(std::chrono::milliseconds(1));
  EXPECT_EQ(ask(), "50490");
}

TEST_F(FallbackAdapterTest, TheLatestAnswerIsTheOneThatIsGiven) {
  make();
  system_answers(200, "first");
  ask();
  system_answers(200, "second");
  ask();
  system_fails(Code::kUpstreamTimeout);
  EXPECT_NE(ask().find("second"), std::string::npos);
}

TEST_F(FallbackAdapterTest, AHeadIsAnsweredFromWhatGetSaid) {
  make();
  system_answers(200, "12345", {{"Content-Type", "text/plain"}});
  ask();
  system_fails(Code::kUpstreamTimeout);
  fakes::Call& one = call("HEAD /orders HTTP/1.1\nHost: a");
  EXPECT_EQ(ask(one), "200\nContent-Type: text/plain\nAge: 0\nX-Causeway-Fallback: cached; age=0\n\n");
  EXPECT_EQ(one.exchange.response.head_length, 5u);
  EXPECT_EQ(kept_->size(), 1u);
}

/// Asks so, then whether a failing system would be answered for.
#define EXPECT_NOT_KEPT(head)             \
  do {                                    \
    ask(head);                            \
    system_fails(Code::kUpstreamTimeout); \
    EXPECT_EQ(ask(head), "50490");        \
    EXPECT_EQ(kept_->size(), 0u);         \
  } while (false)

constexpr const char* kGet = "GET /orders HTTP/1.1\nHost: a";

TEST_F(FallbackAdapterTest, OnlyWholeSuccessesOfGetAreKept) {
  make();
  system_answers(200, "x");
  EXPECT_NOT_KEPT("POST /orders HTTP/1.1\nHost: a\nContent-Length: 0");
  EXPECT_NOT_KEPT("HEAD /orders HTTP/1.1\nHost: a");
  for (const int status : {206, 304, 301, 404}) {
    system_answers(status, "x");
    ask();
    EXPECT_EQ(kept_->size(), 0u) << status;
  }
  system_answers(200, "x", {{"Content-Range", "bytes 0-0/5"}});
  EXPECT_NOT_KEPT(kGet);
  system_answers(200, std::string(CachedFallback::kLargestAnswer + 1, 'x'));
  EXPECT_NOT_KEPT(kGet);
}

TEST_F(FallbackAdapterTest, CacheControlIsRespected) {
  make();
  system_answers(200, "x", {{"Cache-Control", "no-store"}});
  EXPECT_NOT_KEPT(kGet);
  system_answers(200, "x", {{"Cache-Control", "private"}});
  EXPECT_NOT_KEPT(kGet);  // nobody has said who they are
  system_answers(200, "x");
  EXPECT_NOT_KEPT("GET /orders HTTP/1.1\nHost: a\nCache-Control: no-store");
  system_answers(200, "x", {{"Cache-Control", "private"}});
  ask(from("oms"));
  EXPECT_EQ(kept_->size(), 1u);
}

TEST_F(FallbackAdapterTest, PrivateAnswersAreNotShared) {
  make({.max_age = seconds(60), .shared = true});
  system_answers(200, "x", {{"Cache-Control", "max-age=1, private"}});
  ask(from("oms"));
  EXPECT_EQ(kept_->size(), 0u);
}

TEST_F(FallbackAdapterTest, AnAnswerThatVariesIsOnlyForCallsThatSayTheSame) {
  make();
  system_answers(200, "hallo", {{"Vary", "Accept-Language"}});
  ask("GET /orders HTTP/1.1\nHost: a\nAccept-Language: de");
  system_fails(Code::kUpstreamTimeout);
  EXPECT_EQ(ask("GET /orders HTTP/1.1\nHost: a\nAccept-Language: en"), "50490");
  EXPECT_NE(ask("GET /orders HTTP/1.1\nHost: a\nAccept-Language: de").find("hallo"), std::string::npos);
}

TEST_F(FallbackAdapterTest, FieldsOfTheGatewayStayWhateverAnswers) {
  make();
  add_static();
  system_fails(Code::kBreakerOpen);
  fakes::Call& one = call();
  one.exchange.response.add_extra(net::HeaderId::kDeprecation, "@1");
  EXPECT_EQ(ask(one),
            "200\nContent-Type: application/json\nX-Causeway-Fallback: static\nDeprecation: @1\n\n"
            "{\"status\":\"UNKNOWN\"}");
}

TEST_F(FallbackAdapterTest, AStreamedAnswerIsKeptWhileItGoesBy) {
  make();
  fakes::ScriptedBody streamed({"one, ", "two"});
  script_ = [&](Exchange& exchange) -> Result<> {
    exchange.response.headers.add(net::HeaderId::kContentType, "text/plain");
    exchange.response.body = Body(streamed);
    return {};
  };
  fakes::Call& one = call();
  one.route.wrapped = false;
  EXPECT_EQ(fakes::failure(run(adapter_->call(one.exchange))), "");
  EXPECT_EQ(streamed.reads(), 0);  // it is not held up
  one.exchange.response.headers.set(net::HeaderId::kContentType, "a step has changed it");
  EXPECT_EQ(kept_->size(), 0u);
  EXPECT_EQ(read_all(*one.exchange.response.body.source()), "one, two");
  system_fails(Code::kUpstreamTimeout);
  EXPECT_EQ(ask(), "200\nContent-Type: text/plain\nAge: 0\nX-Causeway-Fallback: cached; age=0\n\none, two");
}

TEST_F(FallbackAdapterTest, AStreamedAnswerThatIsTooLongOrBreaksOffIsNotKept) {
  make();
  fakes::ScriptedBody long_one({std::string(CachedFallback::kLargestAnswer, 'x'), "y"});
  fakes::ScriptedBody broken({"one"});
  broken.break_with(Code::kUpstreamBroke);
  fakes::ScriptedBody declared({"x"}, CachedFallback::kLargestAnswer + 1);
  for (fakes::ScriptedBody* body : {&long_one, &broken, &declared}) {
    script_ = [&](Exchange& exchange) -> Result<> {
      exchange.response.body = Body(*body);
      return {};
    };
    fakes::Call& one = call();
    one.route.wrapped = false;
    EXPECT_EQ(fakes::failure(run(adapter_->call(one.exchange))), "");
    read_all(*one.exchange.response.body.source());
    EXPECT_EQ(kept_->size(), 0u);
  }
}

TEST_F(FallbackAdapterTest, WithoutRoomInTheBudgetAStreamIsPassedOnAndNotKept) {
  make();
  runtime::Budget budget(4);
  fakes::ScriptedBody streamed({"one, ", "two"});
  script_ = [&](Exchange& exchange) -> Result<> {
    exchange.response.body = Body(streamed);
    return {};
  };
  fakes::Call& one = call();
  one.route.wrapped = false;
  one.exchange.budget = &budget;
  EXPECT_EQ(fakes::failure(run(adapter_->call(one.exchange))), "");
  EXPECT_EQ(read_all(*one.exchange.response.body.source()), "one, two");
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_EQ(kept_->size(), 0u);
}

TEST_F(FallbackAdapterTest, WhatDoesNotEndIsNotKept) {
  make();
  OtherBody events;
  events.events = true;
  script_ = [&](Exchange& exchange) -> Result<> {
    exchange.response.body = Body(events);
    return {};
  };
  fakes::Call& one = call();
  EXPECT_EQ(fakes::failure(run(adapter_->call(one.exchange))), "");
  EXPECT_EQ(one.exchange.response.body.source(), &events);
}

TEST_F(FallbackAdapterTest, TheConnectionOfAnAnswerThatNobodyWantsIsLetGo) {
  make();
  OtherBody body;
  script_ = [&](Exchange& exchange) -> Result<> {
    exchange.response.status = 500;
    exchange.call_class = CallClass::kSystem;
    exchange.response.body = Body(body);
    return {};
  };
  ask();
  EXPECT_FALSE(body.dropped);  // it is the answer
  add_static();
  EXPECT_EQ(ask().substr(0, 3), "200");
  EXPECT_TRUE(body.dropped);
}

TEST_F(FallbackAdapterTest, NeedsTheRequestWholeForAnyOfThem) {
  make();
  EXPECT_FALSE(adapter_->needs_whole_request());
  auto canned = std::make_unique<ScriptedAdapter>([](Exchange&) -> Result<> { return {}; });
  canned->whole = true;
  adapter_->add(std::move(canned), counter("static"));
  EXPECT_TRUE(adapter_->needs_whole_request());
}

}  // namespace
}  // namespace causeway::adapters
