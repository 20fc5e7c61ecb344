#include "upstream/endpoint.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "fakes/scripted_server.h"
#include "upstream/connecting.h"
#include "upstream/endpoint_registry.h"

namespace causeway::upstream {
namespace {

using fakes::ScriptedServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

AddressList at(const std::vector<std::string>& hosts, std::uint16_t port) {
  AddressList all;
  for (const std::string& host : hosts) all.push_back(net::resolve(net::HostPort{host, port}).front());
  return all;
}

class EndpointTest : public ::testing::Test {
 protected:
  EndpointTest() {
    registry.resolve_by([this](const net::EndpointName&) { return addresses; });
  }
  ~EndpointTest() override {
    known.clear();
    worker.io().poll();
  }

  const Endpoint& endpoint(EndpointKey key = {{"wms.internal", 80}, "wms"}) {
    known.push_back(registry.get(key));
    return *known.back();
  }
  /// `127.0.0.2:80`, or why there is no connection.
  std::string connected(const Endpoint& to, Duration timeout = seconds(20), const runtime::Cancel* cancel = nullptr) {
    auto made = fakes::run(worker, make_connection(worker, to, worker.now() + seconds(20), nullptr));
    Result<> done = fakes::run(worker, connect(**made, worker, to, worker.now() + timeout, cancel));
    if (!done) return std::to_string(number(done.error().code())) + ' ' + done.error().info().internal;
    for (const net::SocketAddress& each : *to.addresses())
      if (key_of(each) == (*made)->origin().address) return text_of({each});
    return "nowhere";
  }

  AddressList addresses;
  fakes::ManualClock clock;
  runtime::Worker worker{0, "test", clock};
  runtime::Worker* workers[1] = {&worker};
  EndpointRegistry registry{workers};
  std::vector<std::shared_ptr<const Endpoint>> known;
};

TEST_F(EndpointTest, IsFoundAgainByWhatItsConnectionsDependOn) {
  const EndpointKey key{{"wms.internal", 80}, "wms"};
  const Endpoint& first = endpoint(key);
  EXPECT_EQ(&endpoint(key), &first);
  EndpointKey other = key;
  other.cluster = "oms";
  EXPECT_NE(&endpoint(other), &first) << "a cluster's connections are its own";
  other = key;
  other.limits.connections = 5;
  EXPECT_NE(&endpoint(other), &first);
  other = key;
  other.where.port = 81;
  EXPECT_NE(&endpoint(other), &first);
  EXPECT_EQ(first.name(), "wms.internal:80");
  EXPECT_EQ(first.tls(), nullptr);
}

TEST_F(EndpointTest, ConnectionsTakeTurnsOverTheAddressesOfAName) {
  ScriptedServer one(fakes::answers(""));
  ScriptedServer two(fakes::answers(""));
  addresses = at({"127.0.0.1"}, one.port());
  addresses.push_back(at({"127.0.0.1"}, two.port()).front());
  const Endpoint& wms = endpoint();
  std::vector<std::string> seen;
  for (int i = 0; i < 4; ++i) seen.push_back(connected(wms));
  const std::string first = "127.0.0.1:" + std::to_string(one.port());
  const std::string second = "127.0.0.1:" + std::to_string(two.port());
  EXPECT_EQ(seen, (std::vector{first, second, first, second}));
}

TEST_F(EndpointTest, AnAddressThatRefusesIsPassedOver) {
  ScriptedServer server([](ScriptedServer& self) { self.accept().wait_for_end(); });
  AddressList both = at({"127.0.0.1"}, fakes::closed_port());
  both.push_back(at({"127.0.0.1"}, server.port()).front());
  addresses = both;
  EXPECT_EQ(connected(endpoint()), "127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(EndpointTest, WhereAllRefuseTheNameIsDoubted) {
  addresses = at({"127.0.0.1"}, fakes::closed_port());
  const Endpoint& wms = endpoint();
  EXPECT_FALSE(wms.take_doubt());
  EXPECT_EQ(connected(wms), "50290 connection refused");
  EXPECT_TRUE(wms.take_doubt());
  EXPECT_FALSE(wms.take_doubt());
}

TEST_F(EndpointTest, ANameWithoutAnAddressIsUnreachable) {
  EXPECT_EQ(connected(endpoint()), "50290 the name has no address");
}

TEST_F(EndpointTest, NobodyConnectsForSomebodyWhoHasLeft) {
  AddressList both = at({"127.0.0.1"}, fakes::closed_port());
  ScriptedServer server([](ScriptedServer& self) { self.accept().wait_for_end(); });
  both.push_back(at({"127.0.0.1"}, server.port()).front());
  addresses = both;
  runtime::Cancel cancel;
  cancel.request();
  EXPECT_EQ(connected(endpoint(), seconds(20), &cancel), "50290 connection refused");
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(EndpointTest, CountsTheConnectionsOfAllWorkers) {
  ScriptedServer server([](ScriptedServer& self) { self.accept().wait_for_end(); });
  addresses = at({"127.0.0.1"}, server.port());
  const Endpoint& wms = endpoint();
  EXPECT_EQ(wms.open(), 0u);
  auto made = fakes::run(worker, make_connection(worker, wms, worker.now() + seconds(20), nullptr));
  EXPECT_EQ(wms.open(), 1u);
  EXPECT_EQ(wms.idle(), 0u);
  made->reset();
  EXPECT_EQ(wms.open(), 0u);
}

TEST_F(EndpointTest, ANameThatLeadsElsewhereLeadsNewConnectionsThere) {
  EndpointRegistry looked_up(workers);
  known.push_back(looked_up.get({{"localhost", 80}, "wms"}));
  const Endpoint& wms = *known.back();
  EXPECT_FALSE(wms.addresses()->empty());
  SteadyTime now = clock.steady();
  EXPECT_TRUE(looked_up.refresh(now).empty());
  looked_up.resolve_by([](const net::EndpointName& where) { return at({"127.0.0.2"}, where.port); });
  now += seconds(31);
  std::vector<NameBook::News> news;
  fakes::run_until(worker, [&] {
    news = looked_up.refresh(now);
    return !news.empty();
  });
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].name, "localhost:80");
  EXPECT_EQ(text_of(*wms.addresses()), "127.0.0.2:80");
  worker.io().poll();
  EXPECT_EQ(text_of(*wms.pool(worker).addresses()), "127.0.0.2:80");
}

TEST_F(EndpointTest, AddressesAreToldAsPeopleWriteThem) {
  AddressList all = at({"10.0.0.1", "::1"}, 8080);
  all.push_back(net::resolve(net::EndpointName{.host = {}, .path = "/run/app.sock"}).front());
  EXPECT_EQ(text_of(all), "10.0.0.1:8080 [::1]:8080 unix");
  EXPECT_TRUE(same_addresses({all[0], all[1]}, {all[1], all[0]}));
  EXPECT_FALSE(same_addresses({all[0], all[1]}, {all[0]}));
  EXPECT_NE(key_of(all[0]), key_of(all[1]));
}

}  // namespace
}  // namespace causeway::upstream
