#include "upstream/pool.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "fakes/scripted_server.h"
#include "upstream/connecting.h"
#include "upstream/endpoint_registry.h"

namespace causeway::upstream {
namespace {

using fakes::answers;
using fakes::Peer;
using fakes::ScriptedServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class PoolTest : public ::testing::Test {
 protected:
  ~PoolTest() override {
    endpoint.reset();
    worker.io().poll();
  }

  Pool& pool(const ScriptedServer& server, const PoolLimits& limits = {}) {
    endpoint = registry.get({{"127.0.0.1", server.port()}, "wms", limits});
    return endpoint->pool(worker);
  }
  std::unique_ptr<Connection> open() {
    auto made = fakes::run(worker, make_connection(worker, *endpoint, worker.now() + seconds(20), nullptr));
    if (!made) return nullptr;
    const Result<> connected =
        fakes::run(worker, connect(**made, worker, *endpoint, worker.now() + seconds(20), nullptr));
    EXPECT_TRUE(connected.ok());
    return *std::move(made);
  }
  /// Has one request answered over it.
  void use(Connection& connection) {
    runtime::Arena arena(worker.chunks());
    net::Headers headers(&arena);
    Body body;
    CallRequest request;
    request.method_name = "GET";
    request.target = "/";
    request.headers = &headers;
    request.body = &body;
    CallOptions options;
    options.deadline = worker.now() + seconds(20);
    CallResponse answer(arena);
    EXPECT_TRUE(fakes::run(worker, connection.send(request, "wms", nullptr, answer, options.deadline)).ok());
    EXPECT_TRUE(fakes::run(worker, connection.receive(request, answer, options)).ok());
  }
  std::unique_ptr<Connection> used() {
    std::unique_ptr<Connection> connection = open();
    use(*connection);
    return connection;
  }
  void pass(Duration time) {
    clock.advance(time);
    worker.io().poll();
  }

  fakes::ManualClock clock;
  runtime::Worker worker{0, "test", clock};
  runtime::Worker* workers[1] = {&worker};
  EndpointRegistry registry{workers};
  std::shared_ptr<const Endpoint> endpoint;
};

TEST_F(PoolTest, TheWarmestIsUsedAgain) {
  ScriptedServer server(answers(std::string(kOk)));
  Pool& idle = pool(server);
  auto first = used();
  auto second = used();
  Connection* const warmest = second.get();
  idle.give(std::move(first));
  idle.give(std::move(second));
  EXPECT_EQ(idle.idle(), 2u);
  EXPECT_EQ(idle.take().get(), warmest);
  EXPECT_EQ(idle.idle(), 1u);
}

TEST_F(PoolTest, WhatHasNotServedACallWholeIsNotKept) {
  ScriptedServer server(answers(std::string(kOk)));
  Pool& idle = pool(server);
  idle.give(open());
  EXPECT_EQ(idle.idle(), 0u);
}

TEST_F(PoolTest, KeepsNoMoreThanItMay) {
  ScriptedServer server(answers(std::string(kOk)));
  PoolLimits limits;
  limits.idle = 1;
  Pool& idle = pool(server, limits);
  auto first = used();
  auto second = used();
  idle.give(std::move(first));
  idle.give(std::move(second));
  EXPECT_EQ(idle.idle(), 1u);
  EXPECT_EQ(idle.open(), 1u);
}

TEST_F(PoolTest, MayKeepNone) {
  ScriptedServer server(answers(std::string(kOk)));
  PoolLimits limits;
  limits.idle = 0;
  Pool& idle = pool(server, limits);
  idle.give(used());
  EXPECT_EQ(idle.idle(), 0u);
}

TEST_F(PoolTest, WhatWasIdleTooLongIsClosed) {
  ScriptedServer server(answers(std::string(kOk)));
  PoolLimits limits;
  limits.idle_timeout = seconds(2);
  Pool& idle = pool(server, limits);
  idle.give(used());
  pass(seconds(1));
  EXPECT_EQ(idle.idle(), 1u);
  pass(milliseconds(1500));
  pass(milliseconds(2500));
  EXPECT_EQ(idle.idle(), 0u);
  EXPECT_EQ(idle.open(), 0u);
}

TEST_F(PoolTest, WhatWasIdleTooLongIsNotTakenBeforeItIsSweptUp) {
  ScriptedServer server(answers(std::string(kOk)));
  Pool& idle = pool(server);
  idle.give(used());
  clock.advance(seconds(56));
  worker.refresh_clock();
  EXPECT_EQ(idle.take(), nullptr);
  EXPECT_EQ(idle.open(), 0u);
}

TEST_F(PoolTest, WhatTheSystemHasClosedIsNotTakenThoughNobodyHasHeardOfIt) {
  std::promise<void> closed;
  ScriptedServer server([&](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.send(kOk);
    peer.close();
    closed.set_value();
  });
  Pool& idle = pool(server);
  auto connection = used();
  closed.get_future().wait();
  while (connection->quiet()) std::this_thread::yield();  // the end is on its way through the kernel
  idle.give(std::move(connection));
  EXPECT_EQ(idle.take(), nullptr);
  EXPECT_EQ(idle.open(), 0u);
}

TEST_F(PoolTest, WhatTheLoopHasHeardToBeClosedIsNotTaken) {
  std::promise<void> close;
  ScriptedServer server([&, told = std::make_shared<std::future<void>>(close.get_future())](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.send(kOk);
    told->wait();
    peer.close();
  });
  Pool& idle = pool(server);
  auto connection = used();
  Connection& kept = *connection;
  idle.give(std::move(connection));
  worker.io().poll();
  EXPECT_TRUE(kept.heard_nothing());
  close.set_value();
  fakes::run_until(worker, [&] { return !kept.heard_nothing(); });
  EXPECT_EQ(idle.take(), nullptr);
}

TEST_F(PoolTest, WhatAProvenSystemHasClosedIsNotTakenOnceTheLoopHasHeard) {
  std::promise<void> close;
  ScriptedServer server([&, told = std::make_shared<std::future<void>>(close.get_future())](ScriptedServer& self) {
    Peer peer = self.accept();
    peer.read_request();
    peer.send(kOk);
    told->wait();
    peer.close();
  });
  Pool& idle = pool(server);
  auto connection = used();
  Connection& kept = *connection;
  for (unsigned i = 0; i < 2 * Pool::kProven; ++i) {
    idle.give(std::move(connection));
    connection = idle.take();
    ASSERT_EQ(connection.get(), &kept);
  }
  close.set_value();
  fakes::run_until(worker, [&] { return !kept.heard_nothing(); });
  idle.give(std::move(connection));
  EXPECT_EQ(idle.take(), nullptr);
}

TEST_F(PoolTest, OneThatWasIdleThroughALookOfTheLoopGoesBeforeAWarmerOne) {
  ScriptedServer server(answers(std::string(kOk)));
  Pool& idle = pool(server);
  auto first = used();
  auto second = used();
  auto third = used();
  Connection* const oldest = first.get();
  Connection* const older = second.get();
  Connection* const warmest = third.get();
  idle.give(std::move(first));
  idle.give(std::move(second));
  worker.io().poll();
  idle.give(std::move(third));
  EXPECT_EQ(idle.take().get(), older);
  EXPECT_EQ(idle.take().get(), oldest);
  EXPECT_EQ(idle.take().get(), warmest);
}

TEST_F(PoolTest, WhereTheNameLeadsElsewhereWhatLedThereIsClosed) {
  ScriptedServer server(answers(std::string(kOk)));
  ScriptedServer other(answers(std::string(kOk)));
  Pool& idle = pool(server);
  auto busy = used();
  idle.give(used());
  EXPECT_EQ(idle.idle(), 1u);
  endpoint->lead_to(std::make_shared<const AddressList>(net::resolve(net::HostPort{"127.0.0.1", other.port()})));
  worker.io().poll();
  EXPECT_EQ(idle.idle(), 0u) << "an idle one at once";
  idle.give(std::move(busy));
  EXPECT_EQ(idle.idle(), 0u) << "a busy one after its call";
  idle.give(used());
  EXPECT_EQ(idle.idle(), 1u) << "one to where it leads now is kept";
}

TEST_F(PoolTest, AnotherAddressBesidesTheOldOneEndsNothing) {
  ScriptedServer server(answers(std::string(kOk)));
  Pool& idle = pool(server);
  idle.give(used());
  AddressList both = net::resolve(net::HostPort{"127.0.0.1", server.port()});
  both.push_back(net::resolve(net::HostPort{"127.0.0.2", server.port()}).front());
  endpoint->lead_to(std::make_shared<const AddressList>(both));
  worker.io().poll();
  EXPECT_EQ(idle.idle(), 1u);
}

TEST_F(PoolTest, OpensNoMoreThanItMay) {
  ScriptedServer server(answers(std::string(kOk)));
  PoolLimits limits;
  limits.connections = 2;
  Pool& idle = pool(server, limits);
  auto first = used();
  auto second = open();
  auto refused = fakes::run(worker, make_connection(worker, *endpoint, worker.now() + seconds(20), nullptr));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::kOverloaded);
  EXPECT_EQ(refused.error().resend(), Resend::kIfUnsent);
  EXPECT_EQ(refused.error().info().internal, "no connection is free");
  second.reset();
  EXPECT_NE(open(), nullptr) << "one has ended";
  idle.give(std::move(first));
  auto third = open();
  EXPECT_NE(third, nullptr);
  EXPECT_NE(open(), nullptr) << "an idle one is closed for it";
}

TEST_F(PoolTest, AnIdleConnectionOfAnotherWorkerIsClosedWhereThereIsNoRoom) {
  ScriptedServer server(answers(std::string(kOk)));
  runtime::Worker other(1, "other", clock);
  runtime::Worker* both[2] = {&worker, &other};
  EndpointRegistry shared(both);
  PoolLimits limits;
  limits.connections = 1;
  endpoint = shared.get({{"127.0.0.1", server.port()}, "wms", limits});
  Pool& idle = endpoint->pool(worker);
  idle.give(used());
  other.start();
  std::promise<bool> made;
  static constexpr auto make = [](runtime::Worker& on, std::shared_ptr<const Endpoint> to,
                                  std::promise<bool>& told) -> Task<> {
    Result<std::unique_ptr<Connection>> connection = co_await make_connection(on, *to, on.now() + seconds(20), nullptr);
    told.set_value(connection.ok());
  };
  other.post([&] { other.spawn(make(other, endpoint, made)); });
  std::future<bool> done = made.get_future();
  fakes::run_until(worker, [&] { return done.wait_for(seconds(0)) == std::future_status::ready; });
  EXPECT_TRUE(done.get());
  EXPECT_EQ(idle.idle(), 0u);
  endpoint.reset();
  other.finish();
}

TEST_F(PoolTest, NobodyWaitsForAnotherWorkerLongerThanItMay) {
  ScriptedServer server(answers(std::string(kOk)));
  runtime::Worker other(1, "other", clock);  // `worker` does not run while it asks
  runtime::Worker* both[2] = {&worker, &other};
  EndpointRegistry shared(both);
  PoolLimits limits;
  limits.connections = 1;
  endpoint = shared.get({{"127.0.0.1", server.port()}, "wms", limits});
  endpoint->pool(worker).give(used());
  static constexpr auto make = [](runtime::Worker& on, std::shared_ptr<const Endpoint> to, SteadyTime due,
                                  runtime::Cancel* cancel, bool& ended) -> Task<> {
    Result<std::unique_ptr<Connection>> connection = co_await make_connection(on, *to, due, cancel);
    ended = !connection.ok();
  };
  bool late = false;
  bool left = false;
  runtime::Cancel cancel;
  other.spawn(make(other, endpoint, clock.steady() + seconds(1), nullptr, late));
  other.spawn(make(other, endpoint, clock.steady() + seconds(60), &cancel, left));
  other.io().poll();
  EXPECT_FALSE(late || left);
  clock.advance(milliseconds(1100));
  other.io().poll();
  EXPECT_TRUE(late);
  EXPECT_FALSE(left);
  cancel.request();
  other.io().poll();
  EXPECT_TRUE(left);
  endpoint.reset();
  worker.io().poll();
  other.io().poll();
}

}  // namespace
}  // namespace causeway::upstream
