#include "security/certificate_name.h"

#include <algorithm>

namespace causeway::security {
namespace {

constexpr std::size_t kMostCharacters = 1024;

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

}  // namespace

std::optional<std::string> certificate_name(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size() || text.size() > kMostCharacters) return std::nullopt;
  const std::string_view kind = text.substr(0, colon);
  std::string name(text);
  const auto value = std::string_view(name).substr(colon + 1);
  if (!std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < '\x7f'; })) return std::nullopt;
  if (kind == "dns") {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool good = std::all_of(name.begin() + 4, name.end(), is_host_character);
    return good ? std::optional(std::move(name)) : std::nullopt;
  }
  if (kind == "uri") return value.find(':') != std::string_view::npos ? std::optional(std::move(name)) : std::nullopt;
  if (kind == "email") return value.find('@') != std::string_view::npos ? std::optional(std::move(name)) : std::nullopt;
  return std::nullopt;
}

}  // namespace causeway::security
