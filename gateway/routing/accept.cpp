#include "routing/accept.h"

#include <algorithm>
#include <optional>

#include "core/ascii.h"

namespace causeway::routing {
namespace {

constexpr std::uint16_t kFullWeight = AcceptedVersions::kFullWeight;

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes what stands before the first `separator` outside quotes, and the separator with it, off the front of `rest`.
std::string_view take_until(char separator, std::string_view& rest) {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (quoted && rest[i] == '\\') ++i;
    else if (rest[i] == '"') quoted = !quoted;
    else if (rest[i] == separator && !quoted) break;
  }
  const std::string_view taken = rest.substr(0, std::min(i, rest.size()));
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return trim(taken);
}

/// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), in thousandths.
std::optional<std::uint16_t> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  unsigned value = text[0] == '1' ? kFullWeight : 0;
  unsigned place = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    value += place * static_cast<unsigned>(c - '0');
    place /= 10;
  }
  if (value > kFullWeight) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

struct Range {
  std::string_view type;  ///< `application/json`, without parameters
  std::uint16_t weight = kFullWeight;
};

/// The next range that can be read, taken off the front of `rest`.
std::optional<Range> next_range(std::string_view& rest) {
  while (!rest.empty()) {
    std::string_view item = take_until(',', rest);
    Range range{take_until(';', item)};
    bool readable = range.type.find('/') != std::string_view::npos;
    while (!item.empty()) {
      std::string_view value = take_until(';', item);
      if (!equals_ignoring_case(take_until('=', value), "q")) continue;
      const std::optional<std::uint16_t> weight = read_weight(trim(value));
      readable = readable && weight;
      range.weight = weight.value_or(0);
      break;  // what follows the weight are not parameters of the type
    }
    if (readable) return range;
  }
  return std::nullopt;
}

/// `v1` of `application/vnd.company.v1+json`; empty for every other type.
std::string_view version_of(std::string_view type, std::string_view vendor) {
  constexpr std::string_view kBefore = "application/vnd.";
  constexpr std::string_view kAfter = "+json";
  const std::size_t start = kBefore.size() + vendor.size() + 1;
  if (type.size() <= start + kAfter.size()) return {};
  if (!equals_ignoring_case(type.substr(0, kBefore.size()), kBefore) ||
      !equals_ignoring_case(type.substr(kBefore.size(), vendor.size()), vendor) || type[start - 1] != '.' ||
      !equals_ignoring_case(type.substr(type.size() - kAfter.size()), kAfter))
    return {};
  return type.substr(start, type.size() - kAfter.size() - start);
}

bool is_wider(std::string_view type) {
  return type == "*/*" || equals_ignoring_case(type, "application/*") || equals_ignoring_case(type, "application/json");
}

}  // namespace

AcceptedVersions::AcceptedVersions(std::string_view header, std::string_view vendor) {
  if (header.empty() || header == "*/*") return;
  std::uint16_t wider = 0;
  while (const std::optional<Range> range = next_range(header)) {
    const std::string_view name = version_of(range->type, vendor);
    if (!name.empty()) {
      if (size_ < kMost) named_[size_++] = {name, range->weight};
    } else if (is_wider(range->type)) {
      wider = std::max(wider, range->weight);
    }
  }
  if (any_named()) otherwise_ = wider;
}

std::uint16_t AcceptedVersions::weight(std::string_view version) const {
  for (const AcceptedVersion& accepted : named())
    if (equals_ignoring_case(accepted.name, version)) return accepted.weight;
  return otherwise_;
}

bool prefers_problem_json(std::string_view header) {
  std::uint16_t problem = 0;
  std::uint16_t json = 0;
  while (const std::optional<Range> range = next_range(header)) {
    if (equals_ignoring_case(range->type, "application/problem+json")) problem = range->weight;
    else if (equals_ignoring_case(range->type, "application/json")) json = range->weight;
  }
  return problem > 0 && problem >= json;
}

}  // namespace causeway::routing
