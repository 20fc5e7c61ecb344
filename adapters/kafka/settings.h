// `bus: {kafka: {brokers, properties}}`
#pragma once

#include <string>
#include <vector>

#include "adapters/kafka/properties.h"
#include "config/keys.h"
#include "net/address_form.h"

namespace causeway::kafka {

struct KafkaSettings {
  std::vector<net::HostPort> brokers;  ///< some of them, to begin with
  KafkaProperties properties;

  KafkaSettings clone() const { return {brokers, properties.clone()}; }
  /// Secrets too.
  bool operator==(const KafkaSettings& other) const;
  static const config::Keys<KafkaSettings>& keys();
};

/// As `bootstrap.servers` has it.
std::string broker_list(const KafkaSettings& settings);

}  // namespace causeway::kafka
