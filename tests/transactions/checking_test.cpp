// A system is asked over a real connection, and what it says is read.
#include "transactions/checking.h"

#include "fakes/scripted_server.h"
#include "transactions/table_fixture.h"

namespace causeway::transactions {
namespace {

using fakes::Peer;
using fakes::ScriptedServer;

class CheckingTest : public TableFixture {
 protected:
  CheckingTest() {
    texts.done_when = "$status == 200";
    texts.absent_when = "$status == 404";
    texts.result = "{orderId: .order_no, tx: $txid, no: $request.no}";
    request.cluster = "oms";
    request.method = "GET";
    request.target = "/orders/by-external/A";
    request.headers = {{"X-Kind", "check"}};
    request.timeout = std::chrono::seconds(5);
    request.operation = "check";
  }
  ~CheckingTest() override {
    cluster.reset();
    worker.io().poll();
  }

  static std::string json(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  std::string asked_at(std::uint16_t port, upstream::ClusterSettings settings = {}) {
    settings.name.value = "oms";
    settings.system = "OMS";
    settings.endpoints = {{{"127.0.0.1", port}, 1}};
    config::Errors errors;
    cluster = std::make_shared<const upstream::Cluster>(settings, world, errors);
    const auto programs = Programs::compile(texts.to_json());
    EXPECT_TRUE(programs.ok());
    const CheckAnswer answer =
        run(ask(context, *cluster, request, **programs, call_half("t-1"), worker.now() + std::chrono::seconds(5)));
    constexpr std::string_view kWords[] = {"done", "absent", "unclear"};
    std::string text(kWords[static_cast<std::size_t>(answer.says)]);
    if (!answer.sent) text += ", not sent";
    if (answer.unusable) text += ", unusable";
    if (!answer.result.empty()) text += ' ' + answer.result;
    return answer.why.empty() ? text : text + ": " + answer.why;
  }
  /// What a system that answers this is understood to say.
  std::string asked(const std::string& bytes, upstream::ClusterSettings settings = {}) {
    ScriptedServer server([&](ScriptedServer& self) {
      Peer peer = self.accept();
      if (!peer.is_open()) return;
      seen = peer.read_request();
      peer.send(bytes);
    });
    return asked_at(server.port(), std::move(settings));
  }

  runtime::Worker* workers[1] = {&worker};
  upstream::EndpointRegistry registry{workers};
  upstream::ClusterStates cluster_states{workers};
  const upstream::ClusterWorld world{registry, cluster_states, metrics, labels};
  std::shared_ptr<const upstream::Cluster> cluster;
  ProgramTexts texts;
  StoredRequest request;
  std::string seen;
};

TEST_F(CheckingTest, AsksWithTheTransactionOfTheCall) {
  EXPECT_EQ(asked(json(200, R"({"order_no":"O-1","n":19.90})")), R"(done {"orderId":"O-1","tx":"t-1","no":"A"})");
  EXPECT_TRUE(seen.starts_with("GET /orders/by-external/A HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("\r\nX-Kind: check\r\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("\r\nX-Causeway-Transaction: t-1\r\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("\r\nX-Request-Id: t-1\r\n"), std::string::npos) << seen;
}

TEST_F(CheckingTest, WithoutAResultItIsTheAnswerItself) {
  texts.result.clear();
  EXPECT_EQ(asked(json(200, R"({"order_no":"O-1","n":19.90})")), R"(done {"order_no":"O-1","n":19.90})");
}

TEST_F(CheckingTest, ANoIsANoWhateverItsBody) {
  EXPECT_EQ(asked(json(404, R"({"code":1})")), "absent");
  EXPECT_EQ(asked("HTTP/1.1 404 X\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>"), "absent");
  EXPECT_EQ(asked("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), "absent");
}

TEST_F(CheckingTest, WhatSaysNeitherDecidesNothing) {
  EXPECT_EQ(asked(json(500, "{}")), "unclear: the check was answered 500, which says neither");
  EXPECT_EQ(asked(json(202, "{}")), "unclear: the check was answered 202, which says neither");
  texts.absent_when.clear();
  EXPECT_EQ(asked(json(404, "{}")), "unclear: the check was answered 404, which says neither");
}

TEST_F(CheckingTest, AYesThatIsNoJsonIsNoYesWhereTheCallersAnswerIsMadeOfIt) {
  const std::string page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>";
  EXPECT_EQ(asked(page), "unclear: the check's answer is no JSON, and what the caller gets is made of it");
  texts.result = "{tx: $txid}";
  EXPECT_EQ(asked(page), R"(done {"tx":"t-1"})");
}

TEST_F(CheckingTest, AResultThatFailsIsNeverANo) {
  texts.result = ".order_no + 1";
  const std::string said = asked(json(200, R"({"order_no":"O-1"})"));
  EXPECT_TRUE(said.starts_with("done, unusable: result: ")) << said;
}

TEST_F(CheckingTest, AConditionThatFailsDecidesNothing) {
  texts.done_when = ".state.word == \"DONE\"";
  texts.absent_when = ".state.word == \"NONE\"";
  const std::string said = asked(json(200, R"({"state":7})"));
  EXPECT_TRUE(said.starts_with("unclear: ")) << said;
  EXPECT_EQ(asked(json(200, R"({"state":{"word":"NONE"}})")), "absent");
}

TEST_F(CheckingTest, ASystemThatWrapsItsAnswersIsUnwrapped) {
  upstream::ClusterSettings wraps;
  wraps.answers = upstream::Answers::kEnvelope;
  texts.done_when = ".order_no != null";
  EXPECT_EQ(asked(json(200, R"({"code":0,"message":"ok","data":{"order_no":"O-1"}})"), wraps),
            R"(done {"orderId":"O-1","tx":"t-1","no":"A"})");
}

TEST_F(CheckingTest, WhatWasNotSentDoesNotCount) {
  const std::string said = asked_at(fakes::closed_port());
  EXPECT_TRUE(said.starts_with("unclear, not sent: ")) << said;
}

TEST_F(CheckingTest, WhatWasCutOffCounts) {
  const std::string said = asked("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{");
  EXPECT_TRUE(said.starts_with("unclear: ")) << said;
}

}  // namespace
}  // namespace causeway::transactions
