// What callers are answered, byte for byte, and what is left of the connection.
#include "server/connection.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "server/server_fixture.h"

namespace causeway::server {
namespace {

TEST_F(ServerTest, AConnectionServesOneRequestAfterTheOther) {
  Caller caller = connect();
  caller.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(without_date(caller.until("GET /1 ")), ok("GET /1 "));
  caller.send("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(without_date(caller.until("hello")), ok("POST /2 hello"));
  EXPECT_FALSE(caller.ended());
  caller.close();
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  const std::string get = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string post = "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunks =
      "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
  const std::string last = "GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(exchange(get + post + chunks + last),
            ok("GET /1 ") + ok("POST /2 hello") + ok("POST /3 abc") + ok("GET /4 ", "Connection: close\r\n"));
}

TEST_F(ServerTest, WhereTheBytesAreCutMakesNoDifference) {
  const std::string all =
      "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nxyz\r\n0\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"
      "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const std::string expected = ok("POST /1 helloxyz") + ok("POST /2 abcd") + ok("GET /3 ", "Connection: close\r\n");
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    Caller caller = connect();
    caller.send(all.substr(0, cut));
    for (int i = 0; i < 20; ++i) worker.io().poll_one();
    caller.send(all.substr(cut));
    ASSERT_EQ(without_date(caller.until_end()), expected) << cut;
  }
}

TEST_F(ServerTest, AChunkedBodyOfExactlyTheLimitIsReadToItsEnd) {
  limits.request_body = ByteSize{10};
  Caller caller = connect();
  caller.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n");
  for (int i = 0; i < 50; ++i) worker.io().poll_one();
  caller.send("0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(without_date(caller.until("GET /2 ")), ok("POST / 0123456789") + ok("GET /2 "));
  caller.close();
}

TEST_F(ServerTest, AChunkedBodyOverTheLimitIsRefusedHoweverItIsCut) {
  limits.request_body = ByteSize{10};
  Caller caller = connect();
  caller.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n");
  for (int i = 0; i < 50; ++i) worker.io().poll_one();
  caller.send("1\r\nx\r\n0\r\n\r\n");
  EXPECT_EQ(caller.until_end().substr(0, 12), "HTTP/1.1 413");
}

TEST_F(ServerTest, BodiesOfEverySizeArriveWhole) {
  for (const std::size_t size : {0u, 1u, 8000u, 8192u, 40000u, 200000u}) {
    const std::string body(size, 'x');
    Caller caller = connect();
    std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + body +
                          "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    std::thread sender([&] { caller.send(request); });
    const std::string both = without_date(caller.until("GET /next "));
    sender.join();
    EXPECT_EQ(both, ok("POST / " + body) + ok("GET /next ")) << size;
  }
}

TEST_F(ServerTest, ACallerWhoWaitsForContinueGetsIt) {
  Caller caller = connect();
  caller.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(caller.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  caller.send("hi");
  EXPECT_EQ(without_date(caller.until("hi")), ok("POST / hi"));
  caller.close();
}

TEST_F(ServerTest, ACallerWhoseBodyNobodyWantsIsNotAskedForIt) {
  handler.ignores_bodies = true;
  Caller caller = connect();
  caller.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(without_date(caller.until_end()), ok("POST /", "Connection: close\r\n"));
}

TEST_F(ServerTest, ABodyThatNobodyWantedButHasComeIsSkipped) {
  handler.ignores_bodies = true;
  EXPECT_EQ(exchange("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                     "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            ok("POST /1") + ok("GET /2 ", "Connection: close\r\n"));
}

TEST_F(ServerTest, AnAnswerToHeadHasTheHeadOnly) {
  EXPECT_EQ(
      exchange("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
      "HTTP/1.1 200 OK\r\nX-Request-Id: r-1\r\nContent-Length: 8\r\n\r\n" + ok("GET /2 ", "Connection: close\r\n"));
}

TEST_F(ServerTest, AStatusWithoutABodyHasNoLengthEither) {
  handler.answers = [](Exchange& exchange) { exchange.response.status = 204; };
  EXPECT_EQ(exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 204 No Content\r\nX-Request-Id: r-1\r\nConnection: close\r\n\r\n");
}

TEST_F(ServerTest, PrefixBodyAndSuffixAreOneBody) {
  for (const std::size_t size : {3u, 100000u}) {
    const std::string body(size, 'x');
    handler.answers = [&](Exchange& exchange) {
      exchange.response.prefix = "<";
      exchange.response.body = Body(body);
      exchange.response.suffix = ">";
    };
    EXPECT_EQ(exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              ok('<' + body + '>', "Connection: close\r\n"));
  }
}

TEST_F(ServerTest, AStreamedAnswerOfUnknownLengthIsChunked) {
  handler.answers = [](Exchange& exchange) {
    exchange.response.body =
        Body(exchange.own<fakes::ScriptedBody>(std::vector<std::string>{"hello ", std::string(9000, 'x'), "!"}));
  };
  EXPECT_EQ(exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-Request-Id: r-1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            "6\r\nhello \r\n2328\r\n" +
                std::string(9000, 'x') + "\r\n1\r\n!\r\n0\r\n\r\n");
  EXPECT_EQ(handler.ends, "complete ");
}

TEST_F(ServerTest, AStreamedAnswerOfKnownLengthIsNot) {
  handler.answers = [](Exchange& exchange) {
    exchange.response.body = Body(exchange.own<fakes::ScriptedBody>(std::vector<std::string>{"hello ", "world"}, 11));
  };
  EXPECT_EQ(exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            ok("hello world", "Connection: close\r\n"));
}

TEST_F(ServerTest, AnAnswerThatBreaksOffCannotBeTakenForAWholeOne) {
  handler.answers = [](Exchange& exchange) {
    auto& source = exchange.own<fakes::ScriptedBody>(std::vector<std::string>{"half"});
    source.break_with(Code::kUpstreamBroke);
    exchange.response.body = Body(source);
  };
  Caller caller = connect();
  caller.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(caller.until_end().find("0\r\n\r\n"), std::string::npos);
  EXPECT_EQ(handler.ends, "cut ");
}

TEST_F(ServerTest, AnOldCallerIsServedInItsOwnWay) {
  EXPECT_EQ(exchange("GET /1 HTTP/1.0\r\n\r\n"), ok("GET /1 ", "Connection: close\r\n"));
  EXPECT_EQ(exchange("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"),
            ok("GET /1 ", "Connection: keep-alive\r\n") + ok("GET /2 ", "Connection: close\r\n"));
  handler.answers = [](Exchange& exchange) {
    exchange.response.body = Body(exchange.own<fakes::ScriptedBody>(std::vector<std::string>{"hello ", "world"}));
  };
  EXPECT_EQ(exchange("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-Request-Id: r-1\r\nConnection: close\r\n\r\nhello world");
}

TEST_F(ServerTest, AMalformedRequestIsAnsweredAndEndsTheConnection) {
  const std::string answer =
      exchange("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.substr(0, 26), "HTTP/1.1 400 Bad Request\r\n");
  EXPECT_NE(answer.find(R"("code":40090)"), std::string::npos);
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_EQ(handler.ends, "complete ");
}

}  // namespace
}  // namespace causeway::server
