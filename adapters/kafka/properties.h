// `properties:` of `bus.kafka`: which of librdkafka's properties may be set, and what they may say
// (https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md). Everything is checked while files are
// read, without a broker; what the gateway's promises stand on is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/secrets.h"
#include "config/values.h"

namespace causeway::kafka {

/// Which clients a property is for.
enum class PropertyUse : std::uint8_t { kBoth, kProducer, kConsumer };

struct Property {
  std::string name;
  config::Secret value;  ///< paths absolute; not necessarily secret, but never printed
  PropertyUse use = PropertyUse::kBoth;
  bool secret = false;  ///< a password, or put in by a reference: not shown in messages either
};

struct KafkaProperties {
  std::vector<Property> list;  ///< in the order of the file

  /// Empty when it is not set.
  std::string_view find(std::string_view name) const;
  KafkaProperties clone() const;
  bool operator==(const KafkaProperties& other) const;
};

}  // namespace causeway::kafka

template <>
struct causeway::config::Value<causeway::kafka::KafkaProperties> {
  static bool read_into(const Node& node, Reading& reading, kafka::KafkaProperties& out, const Range*);
  static Shape shape();
  static std::string text(const kafka::KafkaProperties&) { return {}; }
};
