// `bus: {kafka: {brokers, properties}}`
#pragma once

#include <string>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"

namespace causeway::kafka {

struct KafkaSettings {
  std::vector<config::Placed<std::string>> brokers;  ///< host:port, to begin with
  static const config::Keys<KafkaSettings>& keys();
};

}  // namespace causeway::kafka
