// `clusters:` of the operators' configuration.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "core/clock.h"
#include "net/address_form.h"

namespace causeway::upstream {

enum class SystemKind : std::uint8_t { kInternal, kThirdParty };
constexpr auto names(SystemKind) {
  return config::table<SystemKind>({{"internal", SystemKind::kInternal}, {"third_party", SystemKind::kThirdParty}});
}

enum class LoadBalancing : std::uint8_t { kRoundRobin };
constexpr auto names(LoadBalancing) {
  return config::table<LoadBalancing>({{"round_robin", LoadBalancing::kRoundRobin}});
}

/// `"10.0.0.11:8080"` or `{address: "10.0.0.12:8080", weight: 2}`.
struct EndpointSettings {
  net::HostPort address;
  std::uint32_t weight = 1;
  static const config::Keys<EndpointSettings>& keys();
};

struct ClusterSettings {
  config::Placed<std::string> name;
  std::string system;  ///< as people call it; empty: the name in capitals
  SystemKind kind = SystemKind::kInternal;
  std::vector<EndpointSettings> endpoints;
  LoadBalancing load_balancing = LoadBalancing::kRoundRobin;
  Duration connect_timeout = std::chrono::milliseconds(500);
  Duration timeout = std::chrono::seconds(3);
  static const config::Keys<ClusterSettings>& keys();
};

}  // namespace causeway::upstream

template <>
struct causeway::config::Value<causeway::upstream::EndpointSettings> {
  static bool read_into(const Node& node, Reading& reading, upstream::EndpointSettings& out, const Range*);
  static Shape shape() { return {Shape::Form::kAny, "address"}; }
  static std::string text(const upstream::EndpointSettings&) { return {}; }
};
