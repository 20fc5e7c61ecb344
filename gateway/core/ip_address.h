// Internet addresses and sets of them: who may call, whose X-Forwarded-For is believed. Values, immutable, thread safe.
// No name is ever resolved and no socket header is needed; whoever has a sockaddr passes its bytes.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace causeway {

/// An IPv4 or IPv6 address: 16 bytes in network order, IPv4 as the mapped `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2). A
/// mapped address and the plain IPv4 one are therefore the same value, however they were written or accepted.
class IpAddress {
 public:
  using Octets = std::array<std::uint8_t, 16>;

  /// The unspecified address `::`.
  constexpr IpAddress() = default;
  /// From 16 bytes in network order, as in `sockaddr_in6`.
  static constexpr IpAddress v6(const Octets& octets) { return IpAddress(octets); }
  /// From 4 bytes in network order, as in `sockaddr_in`.
  static IpAddress v4(std::span<const std::uint8_t, 4> octets);

  /// Strict: IPv4 is four decimal numbers without leading zeros (`010.0.0.1` is octal to some, decimal to others, and
  /// nothing here); IPv6 is RFC 4291, 2.2, with an optional dotted tail. No scope id, brackets, port or blanks.
  static std::optional<IpAddress> parse(std::string_view text);

  /// Dotted for IPv4, the canonical form of RFC 5952 for IPv6.
  std::string to_string() const;

  bool is_v4() const;
  /// 127.0.0.0/8 or ::1.
  bool is_loopback() const;
  const Octets& octets() const { return octets_; }

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  explicit constexpr IpAddress(const Octets& octets) : octets_(octets) {}

  Octets octets_{};
};

/// A CIDR range such as `10.0.0.0/8` or `2001:db8::/32`; a bare address is the range of itself. The families do not
/// mix: no IPv6 range, not even `::/0`, contains an IPv4 address.
class AddressRange {
 public:
  /// The unspecified address alone.
  AddressRange() = default;
  /// Refuses bits set beyond the prefix (`10.0.0.1/8`): either the address or the prefix is not what was meant.
  static std::optional<AddressRange> parse(std::string_view text);
  /// As `parse`, with the bits beyond the prefix cleared instead of refused.
  static std::optional<AddressRange> masked(std::string_view text);

  bool contains(const IpAddress& address) const {
    return first_ <= address && address <= last_ && address.is_v4() == is_v4();
  }
  /// `10.0.0.0/8`; also for a single address: `10.0.0.1/32`.
  std::string to_string() const;

  const IpAddress& first() const { return first_; }
  const IpAddress& last() const { return last_; }
  bool is_v4() const { return prefix_ >= 96 && first_.is_v4(); }

  friend bool operator==(const AddressRange&, const AddressRange&) = default;

 private:
  AddressRange(const IpAddress& address, int prefix);

  IpAddress first_;
  IpAddress last_;
  int prefix_ = 128;  ///< in bits of the 16-byte form
};

/// A set of ranges, made once; a look-up costs a binary search. Empty: contains nothing.
class AddressSet {
 public:
  AddressSet() = default;
  explicit AddressSet(std::span<const AddressRange> ranges);

  bool contains(const IpAddress& address) const;
  bool empty() const { return v4_.empty() && v6_.empty(); }

 private:
  struct Interval {
    IpAddress first, last;
  };
  static std::vector<Interval> merged(std::vector<Interval> intervals);

  std::vector<Interval> v4_;  // ascending, disjoint
  std::vector<Interval> v6_;  // ascending, disjoint
};

}  // namespace causeway

template <>
struct std::hash<causeway::IpAddress> {
  std::size_t operator()(const causeway::IpAddress& address) const noexcept {
    const auto& octets = address.octets();
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(octets.data()), octets.size()});
  }
};
