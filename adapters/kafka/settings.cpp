#include "adapters/kafka/settings.h"

namespace causeway::kafka {

const config::Keys<KafkaSettings>& KafkaSettings::keys() {
  static const auto keys = config::Keys<KafkaSettings>("topics on Kafka")
                               .required("brokers", &KafkaSettings::brokers, "host:port of some of the brokers");
  return keys;
}

}  // namespace causeway::kafka
