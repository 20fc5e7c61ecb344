// A configuration in a folder of its own, with two versions, defaults and most kinds of steps, for tests of what is
// said about routes.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "app/explain/inspection.h"
#include "config/config_fixture.h"

namespace causeway::app {

inline constexpr std::string_view kShopMain = R"(listeners: [{name: public, address: "127.0.0.1:0"}]
secrets: {OMS_TOKEN: "${env:CAUSEWAY_TEST_SECRET}"}
consumers:
  - {name: oms, roles: [internal], keys: [{id: oms-key, secrets: ["${env:CAUSEWAY_TEST_SECRET}"]}]}
  - {name: shop, roles: [partner], scopes: ["orders:read"], keys: [{id: shop-key, secrets: ["${env:CAUSEWAY_TEST_SECRET}"]}]}
clusters: [{name: oms, endpoints: ["127.0.0.1:9"]}, {name: wms, endpoints: ["127.0.0.1:9"]}]
topics: [{name: order-topic, owner: OMS, key: "{{ .id }}"}]
include: [routes/*.yaml]
)";

inline constexpr std::string_view kShopRoutes = R"(api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29, deprecated: 2026-03-01, sunset: 2027-03-05, successor: v2}
  v2: {released: 2026-03-01}
defaults:
  auth: {any: [signature]}
  access: {roles: [internal, partner]}
  plugins:
    - rate_limit: {rate: 100/s, per: consumer}
    - headers: {request: {set: {X-Shop: a, X-Token: "Bearer {{ secret:OMS_TOKEN }}"}, remove: [X-Debug]}}
  http: {cluster: oms, timeout: 2s}
routes:
  - name: create
    match: {method: POST, path: /}
    access: {scopes: {partner: ["orders:write"]}}
    limits: {request_body: 1KiB}
    from: {v1: {request: '.items = .goods | del(.goods)', response: '.'}}
    plugins:
      - validate: {schema: {type: object, required: [items]}}
      - transform: {request: '{lines: .items}'}
    adapter: {http: {path: /internal/orders, query: {token: "{{ secret:OMS_TOKEN }}"}}}
    publish: {topic: order-topic, type: ORDER_CREATED, when: after_success}
  - name: get
    match: {method: GET, path: "/{id}"}
    without: [rate_limit]
    reply: as_is
    adapter: {http: {cluster: wms, path: "/orders/{id}"}}
  - name: newest
    match: {method: GET, path: /newest}
    auth: none
    access: {addresses: [127.0.0.0/8]}
    plugins: [{envelope: {limit: 1MiB}}]
    without: [rate_limit, headers]
    adapter: {static: {body: ok}}
)";

class InspectedFiles : public ::testing::Test {
 protected:
  static constexpr const char* kSecret = "a secret of many bytes";

  InspectedFiles() {
    setenv("CAUSEWAY_TEST_SECRET", kSecret, 1);
    write(kShopMain, kShopRoutes);
  }
  ~InspectedFiles() override { unsetenv("CAUSEWAY_TEST_SECRET"); }

  void write(std::string_view main, std::string_view routes) {
    folder.write("causeway.yaml", main);
    folder.write("routes/orders.yaml", routes);
  }

  /// What is wrong, or nothing.
  std::string open() {
    config::Errors errors;
    inspection = Inspection::open({"causeway.yaml"}, at, errors);
    return inspection ? "" : errors.to_text();
  }

  static WallTime date(const char* text) { return config::TextForm<WallTime>::parse(text).value(); }

  const config::TemporaryFolder folder;
  WallTime at = date("2026-11-26");
  std::unique_ptr<Inspection> inspection;
};

}  // namespace causeway::app
