// Makes addresses and ranges readable from configuration: `addresses: [10.0.0.0/8, 2001:db8::1]`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/text_forms.h"
#include "core/ip_address.h"

template <>
struct causeway::config::TextForm<causeway::AddressRange> {
  static constexpr std::string_view kType = "address range";
  static constexpr std::string_view kExpected =
      "an address or a range such as 10.0.0.0/8 (no bits set beyond the prefix)";
  static std::optional<AddressRange> parse(std::string_view text) { return AddressRange::parse(text); }
  static std::string format(const AddressRange& range) { return range.to_string(); }
};
