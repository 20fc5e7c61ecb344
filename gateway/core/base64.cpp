#include "core/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/ascii.h"

namespace causeway {
namespace {

struct Alphabet {
  constexpr Alphabet(char of_62, char of_63) {
    for (auto& value : values) value = -1;
    for (int i = 0; i < 64; ++i) {
      letters[static_cast<std::size_t>(i)] = i < 26   ? static_cast<char>('A' + i)
                                             : i < 52 ? static_cast<char>('a' + i - 26)
                                             : i < 62 ? static_cast<char>('0' + i - 52)
                                             : i < 63 ? of_62
                                                      : of_63;
      values[static_cast<unsigned char>(letters[static_cast<std::size_t>(i)])] = static_cast<std::int8_t>(i);
    }
  }
  std::array<char, 64> letters{};
  std::array<std::int8_t, 256> values{};
};

constexpr Alphabet kPlain('+', '/');
constexpr Alphabet kUrl('-', '_');

std::string encode(Bytes octets, const Alphabet& alphabet) {
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char octet : octets) {
    bits = bits << 8 | static_cast<unsigned char>(octet);
    for (count += 8; count >= 6; count -= 6) text += alphabet.letters[bits >> (count - 6) & 63];
  }
  if (count > 0) text += alphabet.letters[bits << (6 - count) & 63];
  return text;
}

std::optional<Bytes> decode(std::string_view text, std::span<char> out, const Alphabet& alphabet) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t size = 0;
  for (const char letter : text) {
    const std::int8_t value = alphabet.values[static_cast<unsigned char>(letter)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    if (size == out.size()) return std::nullopt;
    out[size++] = static_cast<char>(bits >> count & 0xff);
  }
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return Bytes(out.data(), size);
}

std::optional<std::string> with_memory(std::string_view text,
                                       std::optional<Bytes> (*decode_into)(std::string_view, std::span<char>)) {
  std::string octets(base64_octets(text.size()), '\0');
  const auto decoded = decode_into(text, octets);
  if (!decoded) return std::nullopt;
  octets.resize(decoded->size());
  return octets;
}

}  // namespace

std::string to_base64(Bytes octets) {
  std::string text = encode(octets, kPlain);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string to_base64url(Bytes octets) { return encode(octets, kUrl); }

std::optional<Bytes> from_base64(std::string_view text, std::span<char> out) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode(text, out, kPlain);
}

std::optional<Bytes> from_base64url(std::string_view text, std::span<char> out) { return decode(text, out, kUrl); }

std::optional<Bytes> from_hex(std::string_view text, std::span<char> out) {
  if (text.size() % 2 != 0 || text.size() / 2 > out.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i / 2] = static_cast<char>(high << 4 | low);
  }
  return Bytes(out.data(), text.size() / 2);
}

bool is_base64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return std::ranges::all_of(text, [](char c) { return kPlain.values[static_cast<unsigned char>(c)] >= 0; });
}

std::optional<std::string> from_base64(std::string_view text) { return with_memory(text, &from_base64); }
std::optional<std::string> from_base64url(std::string_view text) { return with_memory(text, &from_base64url); }

}  // namespace causeway
