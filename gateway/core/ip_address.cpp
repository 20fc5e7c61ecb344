#include "core/ip_address.h"

#include <algorithm>
#include <charconv>

namespace causeway {
namespace {

constexpr IpAddress::Octets kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// A decimal number without sign or leading zeros, at most `maximum`.
std::optional<int> decimal(std::string_view text, int maximum) {
  int value = 0;
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value <= maximum ? std::optional(value) : std::nullopt;
}

std::optional<int> hex_group(std::string_view text) {
  int value = 0;
  if (text.empty() || text.size() > 4) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size() || text[0] == '-') return std::nullopt;
  return value;
}

bool parse_v4(std::string_view text, std::span<std::uint8_t, 4> octets) {
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return false;
    const auto value = decimal(text.substr(0, dot), 255);
    if (!value) return false;
    octets[i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

// Colon-separated groups on one side of `::` (or the whole), appended to `octets` at `used`; `tail` may end dotted.
bool parse_groups(std::string_view text, bool tail, IpAddress::Octets& octets, std::size_t& used) {
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && tail && group.find('.') != std::string_view::npos) {
      if (used + 4 > octets.size()) return false;
      if (!parse_v4(group, std::span<std::uint8_t, 4>(octets.data() + used, 4))) return false;
      used += 4;
      return true;
    }
    const auto value = hex_group(group);
    if (!value || used + 2 > octets.size()) return false;
    octets[used++] = static_cast<std::uint8_t>(*value >> 8);
    octets[used++] = static_cast<std::uint8_t>(*value);
    if (last) return true;
    text.remove_prefix(colon + 1);
  }
}

bool parse_v6(std::string_view text, IpAddress::Octets& octets) {
  std::size_t head_size = 0;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, true, octets, head_size) && head_size == octets.size();

  const std::string_view head = text.substr(0, gap);
  const std::string_view rest = text.substr(gap + 2);
  IpAddress::Octets tail{};
  std::size_t tail_size = 0;
  if (!head.empty() && !parse_groups(head, false, octets, head_size)) return false;
  if (!rest.empty() && !parse_groups(rest, true, tail, tail_size)) return false;
  if (head_size + tail_size > octets.size() - 2) return false;  // `::` stands for one group at least
  std::copy_n(tail.begin(), tail_size, octets.end() - static_cast<std::ptrdiff_t>(tail_size));
  return true;
}

// All bits from `prefix` on set to `value`.
IpAddress fill(const IpAddress& address, int prefix, bool value) {
  IpAddress::Octets octets = address.octets();
  for (int bit = prefix; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> (bit % 8));
    auto& octet = octets[static_cast<std::size_t>(bit / 8)];
    octet = static_cast<std::uint8_t>(value ? octet | mask : octet & ~mask);
  }
  return IpAddress::v6(octets);
}

}  // namespace

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> octets) {
  Octets mapped = kMapped;
  std::copy(octets.begin(), octets.end(), mapped.begin() + 12);
  return IpAddress(mapped);
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    std::array<std::uint8_t, 4> octets{};
    return parse_v4(text, octets) ? std::optional(v4(octets)) : std::nullopt;
  }
  Octets octets{};
  return parse_v6(text, octets) ? std::optional(IpAddress(octets)) : std::nullopt;
}

std::string IpAddress::to_string() const {
  char text[48];
  if (is_v4()) {
    char* at = text;  // every call asks for one: no snprintf
    for (std::size_t i = 12; i < 16; ++i) {
      if (i > 12) *at++ = '.';
      at = std::to_chars(at, at + 3, static_cast<unsigned>(octets_[i])).ptr;
    }
    return {text, at};
  }
  const auto group = [this](std::size_t i) { return octets_[2 * i] << 8 | octets_[2 * i + 1]; };
  std::size_t gap = 8;
  std::size_t gap_size = 1;  // the first longest run of at least two zero groups
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t run = 0;
    while (i + run < 8 && group(i + run) == 0) ++run;
    if (run > gap_size) {
      gap = i;
      gap_size = run;
    }
    i += run;
  }
  std::string result;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      result += "::";
      i += gap_size - 1;
      continue;
    }
    if (!result.empty() && result.back() != ':') result += ':';
    const auto [end, error] = std::to_chars(text, text + sizeof text, group(i), 16);
    result.append(text, end);
  }
  return result;
}

bool IpAddress::is_v4() const { return std::equal(kMapped.begin(), kMapped.begin() + 12, octets_.begin()); }

bool IpAddress::is_loopback() const {
  if (is_v4()) return octets_[12] == 127;
  return *this == v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

AddressRange::AddressRange(const IpAddress& address, int prefix)
    : first_(fill(address, prefix, false)), last_(fill(address, prefix, true)), prefix_(prefix) {}

std::optional<AddressRange> AddressRange::masked(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return AddressRange(*address, 128);

  const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto bits = decimal(text.substr(slash + 1), dotted ? 32 : 128);
  if (!bits) return std::nullopt;
  return AddressRange(*address, dotted ? 96 + *bits : *bits);
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto range = masked(text);
  if (!range || range->first_ != IpAddress::parse(text.substr(0, text.find('/')))) return std::nullopt;
  return range;
}

std::string AddressRange::to_string() const {
  return first_.to_string() + '/' + std::to_string(is_v4() ? prefix_ - 96 : prefix_);
}

AddressSet::AddressSet(std::span<const AddressRange> ranges) {
  for (const auto& range : ranges) (range.is_v4() ? v4_ : v6_).push_back({range.first(), range.last()});
  v4_ = merged(std::move(v4_));
  v6_ = merged(std::move(v6_));
}

std::vector<AddressSet::Interval> AddressSet::merged(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Interval> result;
  for (const auto& interval : intervals) {
    if (!result.empty() && interval.first <= result.back().last) {
      result.back().last = std::max(result.back().last, interval.last);
    } else {
      result.push_back(interval);
    }
  }
  return result;
}

bool AddressSet::contains(const IpAddress& address) const {
  const auto& intervals = address.is_v4() ? v4_ : v6_;
  const auto after =
      std::upper_bound(intervals.begin(), intervals.end(), address,
                       [](const IpAddress& wanted, const Interval& interval) { return wanted < interval.first; });
  return after != intervals.begin() && address <= std::prev(after)->last;
}

}  // namespace causeway
