// Which of librdkafka's properties may be set, and why the others may not.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "adapters/kafka/properties.h"

namespace causeway::kafka {

enum class PropertyKind : std::uint8_t { kPlain, kSecret, kPath };

struct AllowedProperty {
  std::string_view name;
  std::string_view prose;
  PropertyUse use = PropertyUse::kBoth;
  PropertyKind kind = PropertyKind::kPlain;
};

std::span<const AllowedProperty> allowed_properties();

/// Null when it is not allowed.
const AllowedProperty* find_allowed(std::string_view name);

/// What the gateway needs it for; empty when the gateway does not care about the name.
std::string_view why_reserved(std::string_view name);

}  // namespace causeway::kafka
