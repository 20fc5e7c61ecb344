// What librdkafka says about itself every few seconds
// (https://github.com/confluentinc/librdkafka/blob/v2.0.2/STATISTICS.md), as numbers.
#pragma once

#include <cstdint>
#include <string_view>

namespace causeway::kafka {

struct Statistics {
  std::int64_t brokers_connected = 0;
  std::int64_t request_latency = 0;   ///< microseconds, the average of the slowest broker
  std::int64_t requests_waiting = 0;  ///< to be sent
  std::int64_t requests_in_flight = 0;
  std::int64_t queued_messages = 0;  ///< not acknowledged yet
  std::int64_t queued_bytes = 0;
  std::int64_t messages_sent = 0;  ///< since the client was made, as the three below
  std::int64_t request_errors = 0;
  std::int64_t request_timeouts = 0;
  std::int64_t request_retries = 0;
  std::int64_t consumer_lag = 0;  ///< of all partitions that are read
};

/// False: it is not what it should be. Pure.
bool read_statistics(std::string_view json, Statistics& out);

}  // namespace causeway::kafka
