#include "security/forwarded.h"

#include <algorithm>
#include <optional>

namespace causeway::security {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<IpAddress> hop(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    const std::string_view inside = text.substr(1, close - 1);
    if (inside.find(':') == std::string_view::npos) return std::nullopt;
    if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return IpAddress::parse(inside);
  }
  const auto colon = text.find(':');
  const bool with_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  if (!with_port) return IpAddress::parse(text);
  if (!is_port(text.substr(colon + 1))) return std::nullopt;
  return IpAddress::parse(text.substr(0, colon));
}

}  // namespace

IpAddress client_address(const IpAddress& peer, std::span<const std::string_view> forwarded_for,
                         const AddressSet& trusted) {
  IpAddress client = peer;
  for (auto line = forwarded_for.rbegin(); line != forwarded_for.rend(); ++line) {
    std::string_view rest = *line;
    while (true) {
      if (!trusted.contains(client)) return client;
      const auto comma = rest.rfind(',');
      const auto address = hop(trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
      if (!address) return client;
      client = *address;
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return client;
}

}  // namespace causeway::security
