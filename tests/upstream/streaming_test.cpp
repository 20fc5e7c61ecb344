// Long requests and their answers side by side, event streams, callers that leave, connections that go back early.
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "upstream/upstream_fixture.h"

namespace causeway::upstream {
namespace {

using std::chrono::milliseconds;

/// A body whose pieces come when the test says.
class HeldBody final : public BodySource {
 public:
  explicit HeldBody(runtime::Worker& worker) : worker_(worker) {}
  void give(std::string piece) { pieces_.push_back(std::move(piece)); }
  void end() { ended_ = true; }
  void break_with(Code code) { broken_ = code; }

  std::optional<std::uint64_t> declared_size() const override { return std::nullopt; }
  Bytes arrived() const override { return {}; }
  Task<Result<Bytes>> read() override {
    while (pieces_.empty() && !ended_ && !broken_) co_await runtime::sleep_for(worker_, milliseconds(5));
    if (broken_) co_return Error(*broken_);
    if (pieces_.empty()) co_return Bytes();
    current_ = std::move(pieces_.front());
    pieces_.pop_front();
    co_return Bytes(current_);
  }
  Task<Result<Bytes>> gather(std::uint64_t) override { co_return Error(Code::kInternal); }
  Task<Result<bool>> prefetch(std::uint64_t) override { co_return false; }

 private:
  runtime::Worker& worker_;
  std::deque<std::string> pieces_;
  std::string current_;
  bool ended_ = false;
  std::optional<Code> broken_;
};

class StreamingTest : public UpstreamFixture {
 protected:
  /// What comes next of the answer's body.
  std::string next(OneCall& call) {
    Result<Bytes> piece = fakes::run(worker, call.answer.body.source()->read());
    return piece ? std::string(*piece) : '<' + fakes::describe(piece.error()) + '>';
  }
  /// Reads at least so many bytes of the answer.
  std::string read(OneCall& call, std::size_t size) {
    std::string text;
    while (text.size() < size) {
      const std::string piece = next(call);
      if (piece.empty() || piece.front() == '<') return text + piece;
      text += piece;
    }
    return text;
  }
  static Task<> call_to(const Cluster& to, runtime::Worker& on, OneCall& call, const CallOptions& with,
                        Result<>& outcome, bool& ended) {
    outcome = co_await to.call(on, call.request, call.answer, with);
    ended = true;
  }
  std::unique_ptr<OneCall> upload(HeldBody& body) {
    auto call = std::make_unique<OneCall>(worker.chunks(), net::Method::kPost, "/");
    call->body = Body(body);
    return call;
  }
};

TEST_F(StreamingTest, AnEarlyAnswerComesThroughAndTheUploadIsDropped) {
  std::promise<std::string> seen;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_head();
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    seen.set_value(peer.rest());
  });
  HeldBody body(worker);
  body.give("first");
  auto call = upload(body);
  EXPECT_EQ(send(cluster(server), *call, options()), "413 big");
  EXPECT_FALSE(call->answer.lease);
  EXPECT_EQ(idle(server), 0u) << "half a request was sent over it";
  EXPECT_EQ(seen.get_future().get(), "5\r\nfirst\r\n") << "cut, not ended in order";
}

TEST_F(StreamingTest, AnAnswerOfASystemThatClosesBeforeItHasReadAllCounts) {
  ScriptedServer server([&](ScriptedServer& self) {
    for (int i = 0; i < 2; ++i) {
      Peer peer = self.accept();
      peer.read_head();
      peer.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
    }
  });
  const std::string large(32 << 20, 'x');
  EXPECT_EQ(send(cluster(server), net::Method::kPost, large), "413 big") << "held whole";
  fakes::ScriptedBody body({large}, large.size());
  OneCall call(worker.chunks(), net::Method::kPost, "/");
  call.body = Body(body);
  EXPECT_EQ(send(cluster(server), call, options()), "413 big") << "streamed";
}

TEST_F(StreamingTest, ASystemThatClosesInTheMiddleOfABodyWithoutAWordHasBrokenOff) {
  ScriptedServer server([&](ScriptedServer& self) {
    for (int i = 0; i < 2; ++i) self.accept().read_head();
  });
  const std::string large(32 << 20, 'x');
  EXPECT_EQ(send(cluster(server), net::Method::kPost, large), "50491: " + name(server) + ": closed before it answered");
  fakes::ScriptedBody body({large}, large.size());
  OneCall call(worker.chunks(), net::Method::kPost, "/");
  call.body = Body(body);
  EXPECT_EQ(send(cluster(server), call, options()), "50491: " + name(server) + ": closed before it answered");
  EXPECT_EQ(idle(server), 0u);
}

TEST_F(StreamingTest, AnEchoGoesBothWaysAtOnce) {
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (std::string piece = peer.some(); piece.find("0\r\n\r\n") == std::string::npos; piece += peer.some())
      if (piece.find("two") != std::string::npos) peer.send("3\r\none\r\n");
    peer.send("0\r\n\r\n");
    peer.wait_for_end();
  });
  HeldBody body(worker);
  body.give("one");
  auto call = upload(body);
  EXPECT_EQ(send(cluster(server), *call, options()), "200 (streams)");
  body.give("two");
  EXPECT_EQ(read(*call, 3), "one");
  body.end();
  EXPECT_EQ(next(*call), "");
  EXPECT_EQ(idle(server), 1u) << "sent whole, answered whole";
}

TEST_F(StreamingTest, TheTimeOfTheAnswerBeginsWithTheEndOfTheUpload) {
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_head();
    peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    peer.read_until("0\r\n\r\n");
    peer.send(kOk);
    peer.wait_for_end();
  });
  HeldBody body(worker);
  auto call = upload(body);
  body.give("a");
  bool done = false;
  Result<> outcome;
  const Cluster& oms = cluster(server);
  const CallOptions with = options(milliseconds(700));
  worker.spawn(call_to(oms, worker, *call, with, outcome, done));
  const SteadyTime late = clock.steady() + milliseconds(1000);
  fakes::run_until(worker, [&] { return clock.steady() > late; });
  EXPECT_FALSE(done) << "the upload still comes, more slowly than a call may take";
  body.end();
  fakes::run_until(worker, [&] { return done; });
  EXPECT_TRUE(outcome.ok()) << fakes::describe(outcome.error());
  EXPECT_EQ(call->answer.body.whole(), "ok");
}

TEST_F(StreamingTest, AnUploadThatBreaksOffCutsTheRequestAndItsAnswer) {
  std::promise<std::string> seen;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    seen.set_value(peer.rest());
  });
  HeldBody body(worker);
  body.give("half");
  auto call = upload(body);
  EXPECT_EQ(send(cluster(server), *call, options()), "200 (streams)");
  EXPECT_EQ(read(*call, 3), "one");
  body.break_with(Code::kClientTooSlow);
  EXPECT_EQ(next(*call), "<40890>");
  call->answer.drop();
  EXPECT_EQ(seen.get_future().get(), "4\r\nhalf\r\n");
}

TEST_F(StreamingTest, WhatIsWholeGivesItsConnectionBackAndKeepsItsBytes) {
  ScriptedServer server(answers("HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: 5\r\n\r\nhello"));
  const Cluster& oms = cluster(server);
  OneCall first(worker.chunks(), net::Method::kGet, "/");
  OneCall second(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(oms, first, options()), "200 hello");
  EXPECT_EQ(idle(server), 1u) << "while the answer is still used";
  EXPECT_EQ(send(oms, second, options()), "200 hello");
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(first.answer.head.headers.get("X-Name"), "value");
  EXPECT_EQ(first.answer.body.whole(), "hello");
}

TEST_F(StreamingTest, AStreamGivesItsConnectionBackWithItsLastPiece) {
  const std::string rest(100000, 'r');
  ScriptedServer server(answers("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + rest));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(cluster(server), call, options()), "200 (streams)");
  EXPECT_EQ(read(call, 100000), rest);
  EXPECT_EQ(idle(server), 1u) << "before its end is asked for";
  EXPECT_EQ(next(call), "");
  EXPECT_EQ(next(call), "");
}

TEST_F(StreamingTest, NobodyWantsTheRest) {
  ScriptedServer server(answers("HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: 100\r\n\r\nbegins"));
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(cluster(server), call, options()), "200 (streams)");
  call.answer.body.source()->drop();
  EXPECT_FALSE(call.answer.lease);
  EXPECT_EQ(call.answer.head.headers.get("X-Name"), "value");
  EXPECT_EQ(call.answer.first_piece, "begins");
  EXPECT_EQ(idle(server), 0u);
  EXPECT_EQ(next(call), "begins");
  EXPECT_EQ(next(call), "<50291: nobody wanted the rest of the answer>");
}

TEST_F(StreamingTest, EventsAreNotCutByTimeOrRate) {
  std::promise<void> go_on;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\ndata: 1\n\n");
    go_on.get_future().wait();
    peer.send("data: 2\n\n");
  });
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  CallOptions with = options(std::chrono::seconds(20));
  with.pace = {milliseconds(20), ByteSize{1 << 20}, milliseconds(10)};
  EXPECT_EQ(send(cluster(server), call, with), "200 (streams)");
  EXPECT_TRUE(call.answer.body.source()->endless());
  EXPECT_EQ(next(call), "data: 1\n\n");
  const SteadyTime late = clock.steady() + milliseconds(100);
  fakes::run_until(worker, [&] { return clock.steady() > late; });
  go_on.set_value();
  EXPECT_EQ(next(call), "data: 2\n\n");
  EXPECT_EQ(next(call), "");
}

TEST_F(StreamingTest, ACallerThatLeavesEndsWhatReads) {
  std::promise<void> asked;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    peer.wait_for_end();
    asked.set_value();
  });
  runtime::Cancel cancel;
  OneCall call(worker.chunks(), net::Method::kGet, "/");
  CallOptions with = options();
  with.cancel = &cancel;
  EXPECT_EQ(send(cluster(server), call, with), "200 (streams)");
  EXPECT_EQ(next(call), "half");
  worker.post([&] { cancel.request(); });
  EXPECT_EQ(next(call).substr(0, 6), "<49990");
  asked.get_future().wait();
}

TEST_F(StreamingTest, NoSystemIsCalledForACallerThatHasLeftBefore) {
  ScriptedServer server(answers(std::string(kOk)));
  runtime::Cancel cancel;
  cancel.request();
  for (const net::Method method : {net::Method::kGet, net::Method::kPost}) {
    OneCall call(worker.chunks(), method, "/");
    CallOptions with = options();
    with.cancel = &cancel;
    EXPECT_EQ(send(cluster(server), call, with).text.substr(0, 5), "49990");
    EXPECT_FALSE(call.answer.sent);
  }
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(StreamingTest, ACallerThatLeavesDoesNotEndWhatMayHaveChangedSomething) {
  std::promise<void> left;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    left.get_future().wait();
    peer.send("ending");
    peer.wait_for_end();
  });
  runtime::Cancel cancel;
  OneCall call(worker.chunks(), net::Method::kPost, "/");
  CallOptions with = options();
  with.cancel = &cancel;
  EXPECT_EQ(send(cluster(server), call, with), "200 (streams)");
  cancel.request();
  left.set_value();
  EXPECT_EQ(read(call, 10), "halfending");
  EXPECT_EQ(idle(server), 1u);
}

}  // namespace
}  // namespace causeway::upstream
