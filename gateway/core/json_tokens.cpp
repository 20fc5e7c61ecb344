#include "core/json_tokens.h"

#include <string_view>

#include "core/ascii.h"

namespace causeway::json {
namespace {

/// Behind one digit and more.
const char* pass_digits(const char* at, const char* end) {
  const char* const begin = at;
#if defined(__SSE2__)
  while (end - at >= 16) {
    const std::uint32_t others = others_than_digits(at);
    if (others != 0) {
      at += std::countr_zero(others);
      return at == begin ? nullptr : at;
    }
    at += 16;
  }
#endif
  while (at != end && *at >= '0' && *at <= '9') ++at;
  return at == begin ? nullptr : at;
}

}  // namespace

const char* pass_long_number(const char* at, const char* end) {
  if (at != end && *at == '-') ++at;
  const char* const begin = at;
  at = pass_digits(at, end);
  if (!at || (*begin == '0' && at - begin > 1)) return nullptr;
  if (at != end && *at == '.')
    if (at = pass_digits(at + 1, end); !at) return nullptr;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    return pass_digits(at, end);
  }
  return at;
}

bool escapes_are_valid(const char* inner, const char* end) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  while (true) {
    inner = static_cast<const char*>(std::memchr(inner, '\\', static_cast<std::size_t>(end - inner)));
    if (!inner) return true;
    if (++inner == end) return false;
    if (*inner != 'u') {
      if (kEscapes.find(*inner) == std::string_view::npos) return false;
      ++inner;
      continue;
    }
    if (end - inner < 5) return false;
    for (int i = 1; i <= 4; ++i)
      if (hex_digit(inner[i]) < 0) return false;
    inner += 5;
  }
}

}  // namespace causeway::json
