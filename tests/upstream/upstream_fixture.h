// Calls of a cluster over real loopback connections, on the test's own thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/exchange_fixture.h"
#include "fakes/run_task.h"
#include "fakes/scripted_body.h"
#include "fakes/scripted_server.h"
#include "upstream/cluster.h"
#include "upstream/connection.h"

namespace causeway::upstream {

using fakes::answers;
using fakes::Peer;
using fakes::ScriptedServer;

/// `200 hello`, `200 (streams)`, or `50290 127.0.0.1:1: connection refused`; then ` x2` when there were two attempts.
struct Outcome {
  std::string text;
  bool operator==(std::string_view other) const { return text == other; }
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) { return out << outcome.text; }
};

/// One call with everything that has to outlive its answer.
struct OneCall {
  OneCall(runtime::ChunkPool& chunks, net::Method method, std::string_view target)
      : arena(chunks), headers(&arena), answer(arena) {
    request.method = method;
    request.method_name = net::method_name(method);
    request.target = target;
    request.headers = &headers;
    request.body = &body;
  }

  runtime::Arena arena;
  net::Headers headers;
  Body body;
  CallRequest request;
  CallResponse answer;
};

class UpstreamFixture : public ::testing::Test {
 protected:
  static constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  UpstreamFixture() : shard(metrics.add_shard()) {}
  ~UpstreamFixture() override {
    clusters.clear();
    worker.io().poll();  // the pools go home to their worker
  }

  Cluster& cluster(const std::vector<EndpointSettings>& endpoints) { return cluster(endpoints, ClusterSettings()); }
  Cluster& cluster(const std::vector<EndpointSettings>& endpoints, ClusterSettings settings) {
    settings.name.value = "wms";
    settings.system = "WMS";
    settings.endpoints = endpoints;
    config::Errors errors;
    clusters.push_back(std::make_unique<Cluster>(settings, world, errors));
    return *clusters.back();
  }
  Cluster& cluster(const ScriptedServer& server) { return cluster({at(server)}); }
  static EndpointSettings at(const ScriptedServer& server, std::uint32_t weight = 1) {
    return {{"127.0.0.1", server.port()}, weight};
  }
  /// Connections to the server that wait for another call.
  std::size_t idle(const ScriptedServer& server) {
    EndpointKey key;
    key.where = {"127.0.0.1", server.port()};
    key.cluster = "wms";
    return registry.get(key)->pool(worker).idle();
  }

  CallOptions options(Duration timeout = std::chrono::seconds(15)) {
    CallOptions result;
    worker.refresh_clock();
    result.deadline = worker.now() + timeout;
    result.connect_timeout = std::chrono::seconds(10);
    result.budget = &budget;
    result.shard = &shard;
    return result;
  }

  Outcome send(const Cluster& to, OneCall& call, const CallOptions& with) {
    const Result<> result = fakes::run(worker, to.call(worker, call.request, call.answer, with));
    std::string text;
    if (!result) text = fakes::describe(result.error());
    else
      text = std::to_string(call.answer.head.status) + ' ' +
             (call.answer.body.streams() ? "(streams)" : std::string(call.answer.body.whole()));
    if (call.answer.attempts > 1) text += " x" + std::to_string(call.answer.attempts);
    return {text};
  }
  Outcome send(const Cluster& to, net::Method method, std::string_view body = {},
               Duration timeout = std::chrono::seconds(15)) {
    OneCall call(worker.chunks(), method, "/orders");
    call.body = Body(body);
    return send(to, call, options(timeout));
  }
  Outcome get(const Cluster& to, Duration timeout = std::chrono::seconds(15)) {
    return send(to, net::Method::kGet, {}, timeout);
  }

  std::string read_all(BodySource& source) {
    std::string text;
    for (;;) {
      const Result<Bytes> piece = fakes::run(worker, source.read());
      if (!piece) return text + '<' + fakes::describe(piece.error()) + '>';
      if (piece->empty()) return text;
      text += *piece;
    }
  }

  /// Where a call goes that fails: the error's text begins with it.
  static std::string name(const ScriptedServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

  const SystemClock clock;
  telemetry::Metrics metrics;
  telemetry::StandardLabels labels{metrics};
  telemetry::Shard& shard;
  runtime::Budget budget{1 << 20};
  runtime::Worker worker{0, "test", clock};
  runtime::Worker* workers[1] = {&worker};
  EndpointRegistry registry{workers};
  ClusterStates cluster_states{workers};
  const ClusterWorld world{registry, cluster_states, metrics, labels};
  std::vector<std::unique_ptr<Cluster>> clusters;
};

}  // namespace causeway::upstream
