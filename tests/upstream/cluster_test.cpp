#include "upstream/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <list>
#include <optional>
#include <string>

#include "upstream/upstream_fixture.h"

namespace causeway::upstream {
namespace {

using std::chrono::milliseconds;

class ClusterTest : public UpstreamFixture {
 protected:
  std::string samples(std::string_view family) {
    std::string found;
    std::string text = metrics.text();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      if (line.starts_with(family) && !line.ends_with(" 0")) found += line + '\n';
      at = end + 1;
    }
    return found;
  }
};

TEST_F(ClusterTest, WritesTheRequestAsItShouldArrive) {
  std::promise<std::string> seen;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    seen.set_value(peer.read_request());
    peer.send(kOk);
    peer.wait_for_end();
  });
  OneCall call(worker.chunks(), net::Method::kPost, "/orders?page=2");
  call.headers.add("Content-Type", "application/json");
  call.body = Body(Bytes("{\"price\":19.90}"));
  EXPECT_EQ(send(cluster(server), call, options()), "200 ok");
  std::string request = seen.get_future().get();
  const std::size_t timeout = request.find("X-Request-Timeout-Ms: ") + 22;
  const int milliseconds_left = std::stoi(request.substr(timeout));
  EXPECT_GT(milliseconds_left, 0);
  EXPECT_LE(milliseconds_left, 15000);
  request.erase(timeout, request.find('\r', timeout) - timeout);
  EXPECT_EQ(request, "POST /orders?page=2 HTTP/1.1\r\nHost: " + name(server) +
                         "\r\nContent-Type: application/json\r\nX-Request-Timeout-Ms: \r\nContent-Length: 15\r\n\r\n"
                         "{\"price\":19.90}");
}

TEST_F(ClusterTest, AnEmptyBodyIsAnnouncedOnlyWhereOneIsExpected) {
  std::promise<std::string> seen;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    std::string both = peer.read_request();
    peer.send(kOk);
    both += peer.read_request();
    peer.send(kOk);
    seen.set_value(both);
    peer.wait_for_end();
  });
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  EXPECT_EQ(send(wms, net::Method::kPost), "200 ok");
  const std::string both = seen.get_future().get();
  EXPECT_LT(both.find("GET"), both.find("POST"));
  EXPECT_GT(both.find("Content-Length: 0"), both.find("POST"));
}

TEST_F(ClusterTest, ABodyOfUnknownLengthGoesInChunks) {
  std::promise<std::string> seen;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    seen.set_value(peer.read_request());
    peer.send(kOk);
    peer.wait_for_end();
  });
  fakes::ScriptedBody source({"hello ", "wonderful ", "world"});
  OneCall call(worker.chunks(), net::Method::kPost, "/");
  call.body = Body(source);
  EXPECT_EQ(send(cluster(server), call, options()), "200 ok");
  const std::string request = seen.get_future().get();
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), "6\r\nhello \r\na\r\nwonderful \r\n5\r\nworld\r\n0\r\n\r\n");
  call.answer.drop();
  EXPECT_EQ(idle(server), 1u);
}

TEST_F(ClusterTest, ACallersBrokenBodyIsTheCallersFaultAndTheConnectionIsNotUsedAgain) {
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.wait_for_end();
  });
  fakes::ScriptedBody source({"half"}, 8);
  source.break_with(Code::kClientTooSlow);
  OneCall call(worker.chunks(), net::Method::kPost, "/");
  call.body = Body(source);
  const Cluster& wms = cluster(server);
  EXPECT_EQ(send(wms, call, options()), "40890");
  EXPECT_EQ(samples("causeway_upstream_requests_total"), "");
  call.answer.drop();
  EXPECT_EQ(idle(server), 0u);
}

TEST_F(ClusterTest, ConnectionsAreKeptForTheNextCall) {
  ScriptedServer server(answers(std::string(kOk)));
  const Cluster& wms = cluster(server);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(wms), "200 ok");
  EXPECT_EQ(idle(server), 1u);
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(samples("causeway_upstream_requests_total"),
            "causeway_upstream_requests_total{cluster=\"wms\",endpoint=\"" + name(server) + "\",status=\"200\"} 5\n");
}

TEST_F(ClusterTest, AReloadedClusterFindsTheConnectionsOfTheOneBefore) {
  ScriptedServer server(answers(std::string(kOk)));
  EXPECT_EQ(get(cluster(server)), "200 ok");
  const Cluster& next = cluster(server);
  clusters.erase(clusters.begin());
  EXPECT_EQ(get(next), "200 ok");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClusterTest, EndpointsTakeTurnsByWeightWithoutRuns) {
  ScriptedServer a(answers("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"));
  ScriptedServer b(answers("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nb"));
  ScriptedServer c(answers("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nc"));
  const Cluster& wms = cluster({at(a, 5), at(b, 1), at(c, 1)});
  std::string order;
  for (int i = 0; i < 14; ++i) order += get(wms).text.substr(4);
  EXPECT_EQ(order, "aabacaaaabacaa");  // nginx's smooth weighted round robin
}

TEST_F(ClusterTest, NobodyListensIsUnreachable) {
  const std::uint16_t port = fakes::closed_port();
  const Cluster& wms = cluster({{{"127.0.0.1", port}, 1}});
  const std::string where = "127.0.0.1:" + std::to_string(port);
  EXPECT_EQ(get(wms), "50290: " + where + ": connection refused");
  EXPECT_EQ(send(wms, net::Method::kPost, "x"), "50290: " + where + ": connection refused");
}

TEST_F(ClusterTest, ADeadEndpointIsSteppedOver) {
  ScriptedServer alive(answers(std::string(kOk)));
  const Cluster& wms = cluster({{{"127.0.0.1", fakes::closed_port()}, 1}, at(alive)});
  EXPECT_EQ(send(wms, net::Method::kPost, "x"), "200 ok x2");
  EXPECT_EQ(send(wms, net::Method::kPost, "x"), "200 ok");  // its own turn
  EXPECT_EQ(send(wms, net::Method::kPost, "x"), "200 ok x2");
  EXPECT_EQ(samples("causeway_upstream_retries_total"),
            "causeway_upstream_retries_total{cluster=\"wms\",reason=\"connect_failure\"} 2\n");
}

TEST_F(ClusterTest, StandingInForADeadEndpointNeedsNoNewConnections) {
  ScriptedServer alive(answers(std::string(kOk)));
  const Cluster& wms = cluster({{{"127.0.0.1", fakes::closed_port()}, 1}, at(alive)});
  for (int i = 0; i < 6; ++i) EXPECT_EQ(get(wms).text.substr(0, 6), "200 ok");
  EXPECT_EQ(alive.accepted(), 1);
}

TEST_F(ClusterTest, ADeadEndpointIsSteppedOverWhateverItsWeight) {
  ScriptedServer alive(answers(std::string(kOk)));
  const Cluster& wms = cluster({{{"127.0.0.1", fakes::closed_port()}, 3}, at(alive)});
  for (int i = 0; i < 8; ++i) EXPECT_EQ(send(wms, net::Method::kPost, "x").text.substr(0, 6), "200 ok") << i;
}

TEST_F(ClusterTest, ADeadEndpointIsSteppedOverByCallsAtTheSameTime) {
  ScriptedServer alive(answers(std::string(kOk)));
  const Cluster& wms = cluster({{{"127.0.0.1", fakes::closed_port()}, 1}, at(alive)});
  const CallOptions with = options();
  std::list<OneCall> calls;
  std::list<std::optional<Result<>>> results;
  for (int i = 0; i < 8; ++i) {
    OneCall& call = calls.emplace_back(worker.chunks(), net::Method::kPost, "/");
    worker.spawn(fakes::keep(wms.call(worker, call.request, call.answer, with), results.emplace_back()));
  }
  fakes::run_until(worker, [&] {
    return std::all_of(results.begin(), results.end(), [](const auto& each) { return each.has_value(); });
  });
  for (const auto& each : results) EXPECT_EQ(fakes::failure(*each), "");
}

TEST_F(ClusterTest, ANameThatHasSeveralAddressesIsReachedAtTheOneThatAnswers) {
  ScriptedServer server(answers(std::string(kOk)));  // on 127.0.0.1 only
  if (net::resolve(net::EndpointName{"localhost", server.port()}).size() < 2)
    GTEST_SKIP() << "localhost has one address here";
  EXPECT_EQ(get(cluster({{{"localhost", server.port()}, 1}})).text.substr(0, 6), "200 ok");
}

TEST_F(ClusterTest, ANameWithoutAnAddressIsUnreachable) {
  const Cluster& wms = cluster({{{"no-such-host.invalid", 80}, 1}});
  EXPECT_EQ(wms.unresolved(), std::vector<std::string>{"no-such-host.invalid:80"});
  EXPECT_EQ(get(wms), "50290: no-such-host.invalid:80: the name has no address");
}

TEST_F(ClusterTest, APooledConnectionThatTheSystemClosedMeanwhileIsNotUsed) {
  std::promise<void> closed;
  ScriptedServer server([&](ScriptedServer& self) {
    {
      Peer peer = self.accept();
      peer.read_request();
      peer.send(kOk);
    }
    closed.set_value();
    Peer peer = self.accept();
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");
    peer.wait_for_end();
  });
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  closed.get_future().wait();
  EXPECT_EQ(send(wms, net::Method::kPost, "x"), "200 second");
}

/// Answers the first request of its first connection, takes the second and closes without a word; answers the others.
ScriptedServer::Script dies_unnoticed() {
  return [](ScriptedServer& self) {
    {
      Peer peer = self.accept();
      peer.read_request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      peer.read_request();
    }
    answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain")(self);
  };
}

TEST_F(ClusterTest, ASafeCallOnAPooledConnectionThatDiedUnnoticedIsSentOnceMore) {
  ScriptedServer server(dies_unnoticed());
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  EXPECT_EQ(get(wms), "200 again x2");
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClusterTest, AnIdempotentCallOnAPooledConnectionThatDiedUnnoticedIsSentOnceMore) {
  ScriptedServer server(dies_unnoticed());
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  EXPECT_EQ(send(wms, net::Method::kPut, "x"), "200 again x2");
}

TEST_F(ClusterTest, APostOnAPooledConnectionThatDiedUnnoticedIsNeverSentAgain) {
  ScriptedServer server(dies_unnoticed());
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  EXPECT_EQ(send(wms, net::Method::kPost, "x"), "50491: " + name(server) + ": closed before it answered");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClusterTest, APostWithAKeyThatStaysIsSentOnceMoreOnAConnectionThatDiedUnnoticed) {
  ScriptedServer server(dies_unnoticed());
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  OneCall call(worker.chunks(), net::Method::kPost, "/orders");
  call.body = Body("x");
  call.request.repeatable = true;
  EXPECT_EQ(send(wms, call, options(std::chrono::seconds(15))), "200 again x2");
}

TEST_F(ClusterTest, AStreamedBodyIsNeverSentAgain) {
  ScriptedServer server(dies_unnoticed());
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  fakes::ScriptedBody source({"x"}, 1);
  OneCall call(worker.chunks(), net::Method::kPut, "/");
  call.body = Body(source);
  EXPECT_EQ(send(wms, call, options()), "50491: " + name(server) + ": closed before it answered");
}

TEST_F(ClusterTest, ANewConnectionThatIsClosedWithoutAnAnswerIsNoReasonToAskAgain) {
  ScriptedServer server([](ScriptedServer& self) {
    for (int i = 0; i < 2; ++i) self.accept().read_request();
  });
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "50291: " + name(server) + ": closed before it answered");
  EXPECT_EQ(send(wms, net::Method::kPut, "x"), "50491: " + name(server) + ": closed before it answered");
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClusterTest, AnUnsafeCallThatMayHaveArrivedStaysUnknownWhenItsSecondTryFindsNobody) {
  ScriptedServer server([](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    peer.read_request();
    self.stop_listening();
  });
  const Cluster& wms = cluster(server);
  EXPECT_EQ(get(wms), "200 ok");
  EXPECT_EQ(send(wms, net::Method::kDelete), "50491: " + name(server) + ": connection refused x2");
}

}  // namespace
}  // namespace causeway::upstream
