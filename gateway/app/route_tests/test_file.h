// `*.test.yaml`: what routes are expected to do with a call. Values, without behaviour.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/offline/offline_call.h"
#include "config/keys.h"
#include "config/placed.h"

namespace causeway::app {

template <class T>
using Wanted = std::optional<config::Placed<T>>;
/// A value that is compared as JSON, null included; without a path it is not wanted.
using WantedValue = config::Deferred;
inline bool is_wanted(const WantedValue& value) { return !value.path.empty(); }
/// By name; null: the header must be absent.
using WantedHeaders = std::map<std::string, config::Placed<config::Node>>;

/// `request: {method: POST, path: /api/v2/orders, headers: {…}, body: {…}}`
struct TestRequest {
  config::Placed<std::string> method{"GET", {}, {}};
  config::Placed<std::string> path;
  std::map<std::string, config::Placed<std::string>> headers;
  WantedValue body;
  static const config::Keys<TestRequest>& keys();
};

/// `expect: {cluster: oms, method: POST, path: /internal/orders, body: {…}}`
struct WantedCall {
  Wanted<std::string> cluster;
  Wanted<std::string> method;
  Wanted<std::string> path;
  WantedHeaders headers;
  WantedValue body;
  static const config::Keys<WantedCall>& keys();
};

/// `answer: {status: 201, headers: {…}, body: {…}}` of a system.
struct SystemAnswer {
  int status = 200;
  std::map<std::string, config::Placed<std::string>> headers;
  WantedValue body;
  static const config::Keys<SystemAnswer>& keys();
};

/// One call to a system, and what it says to it.
struct SystemStep {
  config::Placed<WantedCall> expect;
  SystemAnswer answer;
  std::optional<Fault> fault;
  static const config::Keys<SystemStep>& keys();
};

/// `deliver: {subscription: wms-orders, event: {type: ORDER_CREATED, data: {…}}}`
struct TestEvent {
  std::string id;
  std::string type;
  std::string key;
  WantedValue data;
  static const config::Keys<TestEvent>& keys();
};

struct TestDelivery {
  config::Placed<std::string> subscription;
  TestEvent event;
  static const config::Keys<TestDelivery>& keys();
};

/// What the caller gets.
struct WantedAnswer {
  Wanted<int> status;
  Wanted<std::uint32_t> code;
  Wanted<std::string> message;
  WantedHeaders headers;
  WantedValue data;
  WantedValue details;
  WantedValue body;
  static const config::Keys<WantedAnswer>& keys();
};

struct WantedEvent {
  Wanted<std::string> topic;
  Wanted<std::string> type;
  Wanted<std::string> key;
  Wanted<std::string> source;
  WantedValue data;
  static const config::Keys<WantedEvent>& keys();
};

/// `event: {…}`, `event: none`; or several.
struct WantedEvents {
  std::vector<config::Placed<WantedEvent>> all;
};

struct RouteTest {
  config::Placed<std::string> name;
  config::Placed<std::string> consumer;
  std::optional<CallerScheme> by;
  std::optional<WallTime> at;
  Wanted<std::string> from;
  config::Placed<TestRequest> request;
  Wanted<TestDelivery> deliver;  ///< in place of a request
  config::Placed<std::vector<config::Placed<SystemStep>>> upstream;
  Wanted<WantedAnswer> answer;
  Wanted<WantedEvents> event;
  Wanted<DeliveryResult> delivery;
  static const config::Keys<RouteTest>& keys();
};

struct TestFile {
  std::vector<config::Placed<RouteTest>> tests;
  static const config::Keys<TestFile>& keys();
};

}  // namespace causeway::app

template <>
struct causeway::config::Value<causeway::app::WantedEvents> {
  static bool read_into(const Node& node, Reading& reading, app::WantedEvents& out, const Range*);
  static Shape shape();
  static std::string text(const app::WantedEvents&) { return {}; }
};
