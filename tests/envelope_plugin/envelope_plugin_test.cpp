#include "plugins/envelope/envelope_plugin.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"

namespace causeway::plugins {
namespace {

class EnvelopePluginTest : public fakes::ExchangeFixture {
 protected:
  static constexpr std::string_view kGet = "GET /orders HTTP/1.1\nHost: a";

  /// An answer of a system, as the adapter leaves it.
  fakes::Call& answered(int status, std::string_view type, std::string_view body, std::string_view request = kGet) {
    fakes::Call& one = call(request);
    one.exchange.response.status = status;
    if (!type.empty()) one.exchange.response.headers.add("Content-Type", type);
    one.exchange.response.body = Body(body);
    return one;
  }

  /// The step's verdict: empty when it goes on, else the error.
  std::string wrap(fakes::Call& one) {
    Step step = plugin.on_response(one.exchange);
    if (step.verdict() == nullptr) step = verdict_of(run(std::move(step.task())));
    const Result<Flow>& verdict = *step.verdict();
    if (verdict) EXPECT_EQ(*verdict, Flow::kContinue);
    return verdict ? "" : fakes::describe(verdict.error());
  }

  /// What the caller gets.
  std::string wrapped(fakes::Call& one) {
    const std::string problem = wrap(one);
    return problem.empty() ? answer(one) : problem;
  }

  static std::string enveloped(std::string_view data) {
    return "200\nContent-Type: application/json\n\n"
           R"({"code":0,"message":"success","data":)" +
           std::string(data) + R"(,"timestamp":1772337600123})";
  }
  static std::string refused(int status, std::string_view phrase, std::string_view details = {}) {
    return std::to_string(status) +
           "\nContent-Type: application/json\n\n"
           R"({"code":)" +
           std::to_string(status * 100) + R"(,"message":")" + std::string(phrase) +
           R"(","data":null,"timestamp":1772337600123,"details":{"requestId":"r-1")" + std::string(details) + "}}";
  }

  const EnvelopePlugin plugin{EnvelopeSettings{ByteSize{1024}}};

 private:
  static Step verdict_of(Result<Flow> result) {
    if (result) return *result;
    return std::move(result.error());
  }
};

TEST_F(EnvelopePluginTest, TakesPartOnTheWayOutOnly) {
  const Needs needs = plugin.needs();
  EXPECT_TRUE(needs.response);
  EXPECT_FALSE(needs.head || needs.body || needs.whole_request);
}

TEST_F(EnvelopePluginTest, EveryDigitOfAJsonAnswerArrivesAsItWasSent) {
  const std::string body = R"({"price": 19.90, "id": 4781320682406083640, "big": 1e400, "text": "\u4f60"})";
  EXPECT_EQ(wrapped(answered(200, "application/json", body)), enveloped(body));
}

TEST_F(EnvelopePluginTest, JsonHasManyNames) {
  for (const char* type : {"application/json; charset=utf-8", "Application/JSON", "application/json ;x=1",
                           "application/problem+json", "application/vnd.wms.v2+JSON; a=b"})
    EXPECT_EQ(wrapped(answered(200, type, "[1]")), enveloped("[1]")) << type;
}

TEST_F(EnvelopePluginTest, AnUnnamedTypeIsWrappedWhenItIsJson) {
  EXPECT_EQ(wrapped(answered(200, "", "[1]")), enveloped("[1]"));
  EXPECT_EQ(wrapped(answered(200, "", "hello")), "200\nX-Causeway-Envelope: none; reason=type\n\nhello");
}

TEST_F(EnvelopePluginTest, AScalarAnswerIsData) {
  EXPECT_EQ(wrapped(answered(200, "application/json", " null\n")), enveloped(" null\n"));
  EXPECT_EQ(wrapped(answered(200, "application/json", "\"x\"")), enveloped("\"x\""));
}

TEST_F(EnvelopePluginTest, AnEmptyAnswerIsNull) {
  EXPECT_EQ(wrapped(answered(200, "application/json", "")), enveloped("null"));
  EXPECT_EQ(wrapped(answered(200, "", "")), enveloped("null"));
}

TEST_F(EnvelopePluginTest, AStatusThatNeverHasABodyBecomes200) {
  EXPECT_EQ(wrapped(answered(204, "", "")), enveloped("null"));
  EXPECT_EQ(wrapped(answered(205, "", "")), enveloped("null"));
}

TEST_F(EnvelopePluginTest, OtherSuccessesKeepTheirStatus) {
  fakes::Call& one = answered(201, "application/json", "{}");
  EXPECT_EQ(wrap(one), "");
  EXPECT_EQ(one.exchange.response.status, 201);
  EXPECT_EQ(one.exchange.code, 0u);
}

TEST_F(EnvelopePluginTest, WhatIsNotTheJsonThatItSaysIsNonsense) {
  EXPECT_EQ(wrapped(answered(200, "application/json", "<html>")).substr(0, 47),
            "50292: the answer is not the JSON that it says:");
  EXPECT_EQ(wrapped(answered(200, "application/json", R"({"a":1}{"b":2})")).substr(0, 5), "50292");
  EXPECT_EQ(wrapped(answered(200, "application/json", "\"\xff\"")).substr(0, 5), "50292");
}

TEST_F(EnvelopePluginTest, JsonTooDeepForAReaderIsNonsense) {
  EXPECT_EQ(wrapped(answered(200, "application/json", std::string(100000, '['))).substr(0, 5), "50292");
}

TEST_F(EnvelopePluginTest, WhatIsNotJsonPassesAndSaysSo) {
  fakes::Call& one = answered(200, "text/html", "<html>");
  EXPECT_EQ(wrapped(one), "200\nContent-Type: text/html\nX-Causeway-Envelope: none; reason=type\n\n<html>");
  EXPECT_EQ(one.exchange.code, 0u);
}

TEST_F(EnvelopePluginTest, AnEncodedBodyPassesAsItIs) {
  fakes::Call& one = answered(200, "application/json", "\x1f\x8b");
  one.exchange.response.headers.add("Content-Encoding", "gzip");
  EXPECT_EQ(wrapped(one),
            "200\nContent-Type: application/json\nContent-Encoding: gzip\nX-Causeway-Envelope: none; "
            "reason=type\n\n\x1f\x8b");
  fakes::Call& plain = answered(200, "application/json", "[1]");
  plain.exchange.response.headers.add("Content-Encoding", "identity");
  EXPECT_EQ(wrapped(plain), enveloped("[1]"));
}

TEST_F(EnvelopePluginTest, ARedirectionPasses) {
  fakes::Call& one = answered(302, "text/html", "moved");
  one.exchange.response.headers.add("Location", "/x");
  EXPECT_EQ(wrapped(one), "302\nContent-Type: text/html\nLocation: /x\n\nmoved");
  EXPECT_EQ(wrapped(answered(304, "", "")), "304\n\n");
}

TEST_F(EnvelopePluginTest, AnAnswerToHeadHasNeitherBodyNorLength) {
  fakes::Call& one = answered(200, "application/json", "", "HEAD /orders HTTP/1.1\nHost: a");
  one.exchange.response.head_length = 1234;
  EXPECT_EQ(wrapped(one), "200\nContent-Type: application/json\n\n");
  EXPECT_FALSE(one.exchange.response.head_length.has_value());
}

TEST_F(EnvelopePluginTest, ASystems4xxPassesOnWhatItSays) {
  fakes::Call& one = answered(404, "application/json", R"({"error":"no order 7"})");
  EXPECT_EQ(wrapped(one), refused(404, "Not Found", R"(,"upstream":{"error":"no order 7"})"));
  EXPECT_EQ(one.exchange.code, 40400u);
  EXPECT_EQ(one.exchange.reason, "upstream_status");
  EXPECT_EQ(one.exchange.failure, "");
}

TEST_F(EnvelopePluginTest, ASystems4xxWithoutJsonKeepsItsStatusOnly) {
  EXPECT_EQ(wrapped(answered(404, "text/html", "<html>10.0.0.7</html>")), refused(404, "Not Found"));
  EXPECT_EQ(wrapped(answered(404, "application/json", "{broken")), refused(404, "Not Found"));
  EXPECT_EQ(wrapped(answered(404, "application/json", "")), refused(404, "Not Found"));
  EXPECT_EQ(wrapped(answered(404, "", R"({"a":1})")), refused(404, "Not Found", R"(,"upstream":{"a":1})"));
}

TEST_F(EnvelopePluginTest, ASystems5xxSaysNothingOfItsInside) {
  fakes::Call& one = answered(503, "application/json", R"({"stack":"at com.wms.Secret"})");
  EXPECT_EQ(wrapped(one), refused(503, "Service Unavailable"));
  EXPECT_EQ(one.exchange.code, 50300u);
  EXPECT_EQ(one.exchange.failure, "the system behind failed");
}

TEST_F(EnvelopePluginTest, AnUnknownStatusHasAMessageAllTheSame) {
  EXPECT_EQ(wrapped(answered(499, "", "")), refused(499, "refused"));
}

TEST_F(EnvelopePluginTest, ARefusalIsNotEncodedAnyMore) {
  fakes::Call& one = answered(404, "application/json", "\x1f\x8b");
  one.exchange.response.headers.add("Content-Encoding", "gzip");
  EXPECT_EQ(wrapped(one), refused(404, "Not Found"));
}

TEST_F(EnvelopePluginTest, AnExpectedFieldOfARefusalPasses) {
  fakes::Call& one = answered(429, "application/json", "{}");
  one.exchange.response.headers.add("Retry-After", "7");
  EXPECT_EQ(wrap(one), "");
  EXPECT_EQ(one.exchange.response.headers.get("Retry-After"), "7");
}

class StreamedEnvelopeTest : public EnvelopePluginTest {
 protected:
  fakes::Call& streamed(int status, std::string_view type, fakes::ScriptedBody& source) {
    fakes::Call& one = answered(status, type, "");
    one.exchange.response.body = Body(source);
    return one;
  }
};

TEST_F(StreamedEnvelopeTest, AStreamedAnswerIsGatheredAndWrapped) {
  fakes::ScriptedBody source({"[1,", "2]"});
  fakes::Call& one = streamed(200, "application/json", source);
  EXPECT_EQ(wrapped(one), enveloped("[1,2]"));
  EXPECT_EQ(one.exchange.call.response_body, "[1,2]");
  EXPECT_EQ(one.exchange.call.response_size, 5u);
}

TEST_F(StreamedEnvelopeTest, AnAnswerOfTheLimitIsWrappedAndOneByteMoreStreams) {
  const std::string body = '"' + std::string(1022, 'x') + '"';
  fakes::ScriptedBody fits({body});
  EXPECT_EQ(wrapped(streamed(200, "application/json", fits)), enveloped(body));
  fakes::ScriptedBody longer({body, " "});
  fakes::Call& one = streamed(200, "application/json", longer);
  EXPECT_EQ(wrapped(one),
            "200\nContent-Type: application/json\nX-Causeway-Envelope: none; reason=size\n\n" + body + ' ');
  EXPECT_EQ(one.exchange.code, 0u);
}

TEST_F(StreamedEnvelopeTest, AnAnswerThatIsAnnouncedAsTooLongIsNotReadFirst) {
  fakes::ScriptedBody source({"abc"}, 1025);
  fakes::Call& one = streamed(200, "application/json", source);
  EXPECT_EQ(wrap(one), "");
  EXPECT_EQ(source.reads(), 0);
  EXPECT_EQ(answer(one), "200\nContent-Type: application/json\nX-Causeway-Envelope: none; reason=size\n\nabc");
}

TEST_F(StreamedEnvelopeTest, WhatIsNotJsonStreams) {
  fakes::ScriptedBody source({"<html>", "</html>"});
  fakes::Call& one = streamed(200, "text/html", source);
  EXPECT_EQ(wrap(one), "");
  EXPECT_EQ(source.reads(), 0);
}

TEST_F(StreamedEnvelopeTest, ALongErrorIsRefusedWithoutItsBody) {
  fakes::ScriptedBody announced({"x"}, 5000);
  EXPECT_EQ(wrapped(streamed(400, "application/json", announced)), refused(400, "Bad Request"));
  fakes::ScriptedBody endless({std::string(2000, 'x')});
  EXPECT_EQ(wrapped(streamed(500, "text/html", endless)), refused(500, "Internal Server Error"));
}

TEST_F(StreamedEnvelopeTest, AShortErrorIsGathered) {
  fakes::ScriptedBody source({R"({"why":)", "1}"});
  EXPECT_EQ(wrapped(streamed(409, "application/json", source)), refused(409, "Conflict", R"(,"upstream":{"why":1})"));
}

TEST_F(StreamedEnvelopeTest, AnAnswerThatBreaksOffIsAnError) {
  fakes::ScriptedBody source({"[1,"});
  source.break_with(Code::kUpstreamBroke);
  EXPECT_EQ(wrapped(streamed(200, "application/json", source)), "50291");
}

}  // namespace
}  // namespace causeway::plugins
