// MurmurHash2 as Kafka's default partitioner uses it (org.apache.kafka.common.utils.Utils), so that a key lies in the
// same place on every bus.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace causeway::events {

/// 32 bits, seed 0x9747b28c.
std::uint32_t murmur2(Bytes data);

/// Kafka's toPositive: without the sign bit.
constexpr std::uint32_t positive(std::uint32_t hash) { return hash & 0x7fffffff; }

}  // namespace causeway::events
