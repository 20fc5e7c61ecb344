// What a caller may use up, and how its connection ends.
#include "server/listener.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/server_fixture.h"

namespace causeway::server {
namespace {

TEST_F(ServerTest, AHeadOverTheLimitIsRefused) {
  limits.request_headers = ByteSize{1024};
  EXPECT_EQ(exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'x') + "\r\n\r\n").substr(0, 12),
            "HTTP/1.1 431");
}

TEST_F(ServerTest, ASlowHeadIsRefusedInTime) {
  limits.header_timeout = milliseconds(30);
  Caller caller = connect();
  caller.send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(caller.until_end().substr(0, 12), "HTTP/1.1 408");
}

TEST_F(ServerTest, ASlowBodyIsRefusedInTime) {
  limits.body_timeout = milliseconds(30);
  Caller caller = connect();
  caller.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(caller.until_end().substr(0, 12), "HTTP/1.1 408");
}

TEST_F(ServerTest, AnIdleConnectionEndsWithoutAWord) {
  limits.idle_timeout = milliseconds(30);
  Caller caller = connect();
  EXPECT_EQ(caller.until_end(), "");
  EXPECT_EQ(handler.ends, "");
}

TEST_F(ServerTest, ACallerWhoLeavesInTheMiddleIsForgotten) {
  {
    Caller caller = connect();
    caller.send("GET / HT");
    fakes::run_until(worker, [&] { return listener->connections() == 1; });
  }
  fakes::run_until(worker, [&] { return listener->connections() == 0; });
  EXPECT_EQ(handler.ends, "");
}

TEST_F(ServerTest, ConnectionsOverTheLimitAreRefusedAndOthersGoOn) {
  limits.connections = 1;
  Caller first = connect();
  first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  first.until("GET /1 ");
  Caller second = connect();
  const std::string refused = second.until_end();
  EXPECT_EQ(refused.substr(0, 12), "HTTP/1.1 503");
  EXPECT_NE(refused.find(R"("code":50391)"), std::string::npos);
  first.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  first.until("GET /2 ");
  EXPECT_EQ(sample("causeway_connections_refused_total"), "1");
  first.close();
  fakes::run_until(worker, [&] { return listener->connections() == 0; });
  Caller third = connect();
  third.send("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  third.until("GET /3 ");
  third.close();
}

TEST_F(ServerTest, ConnectionsOfOneAddressAreLimited) {
  limits.connections_per_address = 2;
  Caller first = connect();
  Caller second = connect();
  Caller third = connect();
  EXPECT_EQ(third.until_end().substr(0, 12), "HTTP/1.1 503");
  EXPECT_EQ(listener->connections(), 2);
  first.close();
  second.close();
}

TEST_F(ServerTest, DrainingEndsIdleConnectionsAndLetsCallsEnd) {
  Caller idle = connect();
  idle.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.until("GET /1 ");
  Caller busy = connect();
  busy.send("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha");
  fakes::run_until(worker, [&] {
    return listener->connections() == 2 && sample("causeway_active_requests") == "1" &&
           sample("causeway_connections{state=\"idle\"}") == "1";
  });
  listener->drain();
  EXPECT_EQ(idle.until_end(), "");
  busy.send("lf");
  EXPECT_EQ(without_date(busy.until_end()), ok("POST /2 half", "Connection: close\r\n"));
  busy.close();
  fakes::run_until(worker, [&] { return listener->connections() == 0; });
}

TEST_F(ServerTest, ARequestThatIsOnItsWayWhenDrainingBeginsIsAnswered) {
  Caller caller = connect();
  caller.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  caller.until("GET /1 ");
  listener->drain();
  worker.io().poll();
  caller.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(without_date(caller.until_end()), ok("GET /2 ", "Connection: close\r\n"));
}

TEST_F(ServerTest, WhoHasConnectedBeforeDrainingBeginsIsServed) {
  listen();
  worker.io().poll();
  Caller caller(worker, listener->address());  // in the system's queue: nobody has accepted it
  caller.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  listener->drain();
  EXPECT_EQ(without_date(caller.until_end()), ok("GET /1 ", "Connection: close\r\n"));
}

TEST_F(ServerTest, ActiveAndIdleConnectionsAreCounted) {
  Caller caller = connect();
  caller.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  caller.until("GET /1 ");
  fakes::run_until(worker, [&] { return sample("causeway_connections{state=\"idle\"}") == "1"; });
  EXPECT_EQ(sample("causeway_connections{state=\"active\"}"), "0");
  caller.close();
  fakes::run_until(worker, [&] { return listener->connections() == 0; });
  EXPECT_EQ(sample("causeway_connections{state=\"idle\"}"), "0");
  EXPECT_EQ(sample("causeway_connections{state=\"active\"}"), "0");
  EXPECT_EQ(sample("causeway_active_requests"), "0");
}

TEST_F(ServerTest, BytesAreCountedBothWays) {
  const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
  Caller caller = connect();
  caller.send(request);
  const std::string answer = caller.until_end();
  EXPECT_EQ(handler.request_bytes, request.size());
  EXPECT_EQ(handler.response_bytes, answer.size());
}

TEST_F(ServerTest, ForwardedAddressesAreBelievedFromTrustedProxiesOnly) {
  std::string seen;
  handler.answers = [&](Exchange& exchange) {
    seen = exchange.request.client.to_string() + (exchange.request.peer_trusted ? " trusted" : "");
  };
  constexpr std::string_view kRequest =
      "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n";
  exchange(kRequest);
  EXPECT_EQ(seen, "127.0.0.1");
  auto view = std::make_shared<ListenerView>();
  view->trusted_proxies = AddressSet(std::vector{*AddressRange::parse("127.0.0.0/8")});
  listener->take(std::move(view));  // from the next connection on
  worker.io().poll();
  exchange(kRequest);
  EXPECT_EQ(seen, "203.0.113.9 trusted");
}

TEST_F(ServerTest, AnAddressInUseIsSaidInWords) {
  listen();
  const Listener& first = *listener;
  Listener second("second", worker, contexts, handler, server_metrics, std::make_shared<ListenerView>());
  EXPECT_EQ(second.open(*net::parse_host_port(first.address())),
            "cannot listen on " + first.address() + ": Address already in use");
}

}  // namespace
}  // namespace causeway::server
