// What a connection makes of the answers of systems that are late, wrong or gone.
#include "upstream/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <future>
#include <string>

#include "upstream/upstream_fixture.h"

namespace causeway::upstream {
namespace {

using std::chrono::milliseconds;

class ConnectionTest : public UpstreamFixture {
 protected:
  /// A system that answers one request with these bytes and then closes.
  static ScriptedServer::Script once(std::string bytes) {
    return [bytes](ScriptedServer& self) {
      Peer peer = self.accept();
      peer.read_request();
      peer.send(bytes);
    };
  }
  /// The same, but it waits for the gateway to close.
  static ScriptedServer::Script once_and_stay(std::string bytes) {
    return [bytes](ScriptedServer& self) {
      Peer peer = self.accept();
      peer.read_request();
      peer.send(bytes);
      peer.wait_for_end();
    };
  }
  /// What comes of a call to a system that sends these bytes and closes.
  std::string outcome(const std::string& bytes, net::Method method = net::Method::kGet) {
    ScriptedServer server(once(bytes));
    std::string text = send(cluster(server), method).text;
    const std::string where = name(server) + ": ";
    if (const std::size_t at = text.find(where); at != std::string::npos) text.erase(at, where.size());
    return text;
  }
  /// Does a connection that has answered so serve another call?
  bool kept(const std::string& bytes) {
    ScriptedServer server(once_and_stay(bytes));
    {
      OneCall call(worker.chunks(), net::Method::kGet, "/");
      send(cluster(server), call, options());
      if (call.answer.body.streams()) read_all(*call.answer.body.source());
    }
    const bool result = idle(server) == 1;
    clusters.clear();
    return result;
  }
};

TEST_F(ConnectionTest, ALateAnswerNeverReachesTheNextCall) {
  std::promise<void> timed_out;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer first = self.accept();
    first.read_request();
    first.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
    first.read_request();
    timed_out.get_future().wait();
    first.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
    Peer second = self.accept();
    second.read_request();
    second.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown");
    second.wait_for_end();
  });
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 first");
  EXPECT_EQ(get(wms, milliseconds(300)), "50490: " + name(server) + ": no answer in time");
  EXPECT_EQ(idle(server), 0u);
  timed_out.set_value();
  EXPECT_EQ(get(wms), "200 own");
}

TEST_F(ConnectionTest, ACallThatIsLateWhileItSendsIsNotFollowedByAnother) {
  ScriptedServer server([&](ScriptedServer& self) {
    Peer first = self.accept();
    first.read_request();
    first.send(kOk);
    first.wait_without_reading();
  });
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  const std::string large(32 << 20, 'x');
  EXPECT_EQ(send(wms, net::Method::kPost, large, milliseconds(500)), "50491: " + name(server) + ": no answer in time");
  EXPECT_EQ(idle(server), 0u);
}

TEST_F(ConnectionTest, AnUnsafeCallThatIsLateHasAnUnknownOutcome) {
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.wait_for_end();
  });
  EXPECT_EQ(send(cluster(server), net::Method::kPost, "x", milliseconds(300)),
            "50491: " + name(server) + ": no answer in time");
}

TEST_F(ConnectionTest, GarbageIsNonsense) {
  EXPECT_EQ(outcome("SMTP ready\r\n\r\n").substr(0, 5), "50292");
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab").substr(0, 5), "50292");
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").substr(0, 5), "50292");
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n").substr(0, 5), "50292");
  EXPECT_EQ(outcome("garbage\r\n\r\n", net::Method::kPost).substr(0, 5), "50292");
}

TEST_F(ConnectionTest, ALogLineSaysWhatWasNonsense) {
  EXPECT_EQ(outcome("HTTP/2 200 OK\r\n\r\n").find("answered nonsense: ") != std::string::npos, true);
}

TEST_F(ConnectionTest, AnAnswerThatEndsInItsHeadOrBodyBrokeOff) {
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nContent-Le"), "50291: closed in the middle of its answer");
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nContent-Le", net::Method::kPost), "50491: closed in the middle of its answer");
  EXPECT_EQ(outcome(""), "50291: closed before it answered");
  EXPECT_EQ(outcome("", net::Method::kPost), "50491: closed before it answered");
}

TEST_F(ConnectionTest, ABodyThatBreaksOffIsAnErrorOfItsReader) {
  ScriptedServer server(once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  OneCall call(worker.chunks(), net::Method::kPost, "/");
  EXPECT_EQ(send(cluster(server), call, options()), "200 (streams)");
  EXPECT_EQ(read_all(*call.answer.body.source()), "half<50491: closed in the middle of its answer>");
  call.answer.drop();
  EXPECT_EQ(idle(server), 0u);
}

TEST_F(ConnectionTest, ABodyThatIsGatheredHasTheCallsDeadline) {
  ScriptedServer server(once_and_stay("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(cluster(server), call, options(milliseconds(1500))), "200 (streams)");
  EXPECT_EQ(fakes::describe(fakes::run(worker, call.answer.body.gather(100)).error()), "50490: no answer in time");
  call.answer.drop();
}

TEST_F(ConnectionTest, AStreamedBodyHasThePaceOfBodies) {
  ScriptedServer server(once_and_stay("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  CallOptions with = options();
  with.pace = {milliseconds(30), ByteSize{0}, milliseconds(10)};
  EXPECT_EQ(send(cluster(server), call, with), "200 (streams)");
  EXPECT_EQ(read_all(*call.answer.body.source()), "half<50490: no answer in time>");
  call.answer.drop();
}

TEST_F(ConnectionTest, InterimAnswersAreSkippedUpToALimit) {
  std::string interim;
  for (int i = 0; i < 8; ++i) interim += "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
  EXPECT_EQ(outcome(interim + std::string(kOk)), "200 ok");
  EXPECT_EQ(outcome(interim + "HTTP/1.1 103 Early Hints\r\n\r\n" + std::string(kOk)).substr(0, 5), "50292");
  EXPECT_EQ(outcome("HTTP/1.1 101 Switching Protocols\r\n\r\n").substr(0, 5), "50292");
}

TEST_F(ConnectionTest, FieldsOfInterimAnswersAreForgotten) {
  ScriptedServer server(once_and_stay("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" + std::string(kOk)));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(cluster(server), call, options()), "200 ok");
  EXPECT_FALSE(call.answer.head.headers.get("X-Early"));
  call.answer.drop();
  EXPECT_EQ(idle(server), 1u);
}

TEST_F(ConnectionTest, AHeadLargerThanTheFirstBufferIsRead) {
  const std::string large(40000, 'v');
  ScriptedServer server(once_and_stay("HTTP/1.1 200 OK\r\nX-Large: " + large + "\r\nContent-Length: 2\r\n\r\nok"));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(cluster(server), call, options()), "200 ok");
  EXPECT_EQ(call.answer.head.headers.get("X-Large"), large);
  call.answer.drop();
}

TEST_F(ConnectionTest, OnlyAnAnswerThatEndedInOrderLeavesAConnectionToUse) {
  EXPECT_TRUE(kept(std::string(kOk)));
  EXPECT_TRUE(kept("HTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_TRUE(kept("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n"));
  EXPECT_TRUE(kept("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
  EXPECT_FALSE(kept("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"));
}

TEST_F(ConnectionTest, BytesBehindTheAnswerEndTheConnection) {
  EXPECT_FALSE(kept(std::string(kOk) + "HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1 204 No Content\r\n\r\nbody of a 204"));
  EXPECT_FALSE(kept("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nmore"));
}

TEST_F(ConnectionTest, AnAnswerThatNobodyReadToItsEndEndsTheConnection) {
  ScriptedServer server(once_and_stay("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  {
    OneCall call(worker.chunks(), net::Method::kGet, "/");
    EXPECT_EQ(send(cluster(server), call, options()), "200 (streams)");
  }
  EXPECT_EQ(idle(server), 0u);
}

TEST_F(ConnectionTest, AnswersToHeadHaveNoBody) {
  ScriptedServer server(once_and_stay("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  EXPECT_EQ(send(cluster(server), net::Method::kHead), "200 ");
  EXPECT_EQ(idle(server), 1u);
}

TEST_F(ConnectionTest, ABodyMayEndWithTheConnection) {
  ScriptedServer server(once("HTTP/1.1 200 OK\r\n\r\nuntil the end"));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(cluster(server), call, options()), "200 (streams)");
  EXPECT_EQ(*fakes::run(worker, call.answer.body.gather(1000)), "until the end");
  call.answer.drop();
  EXPECT_EQ(idle(server), 0u);
}

/// Bytes that show where a piece is missing or doubled.
std::string counting(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ',';
  text.resize(size);
  return text;
}

std::string chunked(std::string_view body, std::size_t chunk) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  char size[20];
  for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size()))) {
    std::snprintf(size, sizeof size, "%zx\r\n", std::min(chunk, body.size()));
    text.append(size).append(body.substr(0, chunk)).append("\r\n");
  }
  return text + "0\r\n\r\n";
}

TEST_F(ConnectionTest, GathersBodiesOfEverySizeAndFraming) {
  for (const std::size_t size : {1u, 1000u, 16384u, 40000u, 70000u, 200000u}) {
    const std::string body = counting(size);
    const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + body;
    for (const std::string& bytes : {with_length, chunked(body, 7), chunked(body, 5000), chunked(body, 100000)}) {
      ScriptedServer server(once_and_stay(bytes));
      {
        OneCall call(worker.chunks(), net::Method::kGet, "/");
        ASSERT_EQ(send(cluster(server), call, options()).text.substr(0, 3), "200");
        const Result<Bytes> whole = fakes::run(worker, call.answer.body.gather(size));
        ASSERT_TRUE(whole.ok()) << size << ' ' << bytes.substr(0, 60);
        EXPECT_EQ(*whole, body);
      }
      EXPECT_EQ(idle(server), 1u) << size;
      EXPECT_EQ(budget.used(), 0u);
      clusters.clear();
    }
  }
}

TEST_F(ConnectionTest, ABodyOverTheLimitStreamsOnWithNothingLost) {
  const std::string body = counting(200000);
  const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body;
  for (const std::string& bytes : {with_length, chunked(body, 7), chunked(body, 5000), chunked(body, 150000),
                                   "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body}) {
    for (const std::uint64_t limit : {1u, 1024u, 32768u, 40000u, 199999u}) {
      const bool ends = bytes.find("close") != std::string::npos;
      ScriptedServer server(ends ? once(bytes) : once_and_stay(bytes));
      {
        OneCall call(worker.chunks(), net::Method::kGet, "/");
        ASSERT_EQ(send(cluster(server), call, options()), "200 (streams)");
        const Result<Bytes> whole = fakes::run(worker, call.answer.body.gather(limit));
        ASSERT_FALSE(whole.ok()) << limit << ' ' << bytes.substr(0, 60);
        EXPECT_EQ(whole.error().code(), Code::kBodyTooLarge);
        ASSERT_TRUE(call.answer.body.streams());
        EXPECT_EQ(read_all(*call.answer.body.source()), body) << limit << ' ' << bytes.substr(0, 60);
      }
      EXPECT_EQ(idle(server), ends ? 0u : 1u);
      EXPECT_EQ(budget.used(), 0u);
      clusters.clear();
    }
  }
}

TEST_F(ConnectionTest, ABodyThatTheBudgetHasNoRoomForStreamsOnWithNothingLost) {
  budget.set_limit(100000);
  const std::string body = counting(300000);
  ScriptedServer server(once_and_stay(chunked(body, 5000)));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  ASSERT_EQ(send(cluster(server), call, options()), "200 (streams)");
  EXPECT_EQ(fakes::run(worker, call.answer.body.gather(1 << 20)).error().code(), Code::kBodyTooLarge);
  EXPECT_EQ(read_all(*call.answer.body.source()), body);
  call.answer.drop();
  EXPECT_EQ(budget.used(), 0u);
}

TEST_F(ConnectionTest, PrefetchingLosesNothing) {
  const std::string body = counting(100000);
  for (const std::uint64_t amount : {1000u, 50000u, 100000u, 200000u}) {
    ScriptedServer server(once_and_stay(chunked(body, 3000)));
    {
      OneCall call(worker.chunks(), net::Method::kGet, "/");
      ASSERT_EQ(send(cluster(server), call, options()), "200 (streams)");
      const Result<bool> whole = fakes::run(worker, call.answer.body.source()->prefetch(amount));
      ASSERT_TRUE(whole.ok());
      EXPECT_EQ(*whole, amount >= body.size());
      EXPECT_EQ(read_all(*call.answer.body.source()), body);
    }
    clusters.clear();
  }
}

TEST_F(ConnectionTest, PrefetchedBodiesCanBeGathered) {
  const std::string body = counting(50000);
  ScriptedServer server(once_and_stay(chunked(body, 3000)));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  ASSERT_EQ(send(cluster(server), call, options()), "200 (streams)");
  EXPECT_TRUE(*fakes::run(worker, call.answer.body.source()->prefetch(50000)));
  EXPECT_EQ(*fakes::run(worker, call.answer.body.gather(50000)), body);
  call.answer.drop();
}

TEST_F(ConnectionTest, TheFirstPieceOfABodyIsThereForTheLog) {
  ScriptedServer server(once_and_stay("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(cluster(server), call, options()), "200 (streams)");
  EXPECT_EQ(call.answer.first_piece, "half");
  EXPECT_EQ(call.answer.body.source()->declared_size(), 10u);
  call.answer.drop();
}

TEST_F(ConnectionTest, ATargetThatCannotBeWrittenIsNotSent) {
  ScriptedServer server([](ScriptedServer& self) { self.accept().read_request(); });
  OneCall call(worker.chunks(), net::Method::kGet, "/a b");
  EXPECT_EQ(send(cluster(server), call, options()).text.substr(0, 5), "50090");
}

}  // namespace
}  // namespace causeway::upstream
