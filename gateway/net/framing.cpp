#include "net/framing.h"

#include "net/characters.h"

namespace causeway::net {

const char* FramingRules::add(const HeaderField& field, int minor_version) {
  if (field.id == HeaderId::kContentLength) {
    if (chunked_) return "length_and_chunked";
    if (length_) return "several_lengths";
    length_ = parse_content_length(field.value);
    return length_ ? nullptr : "content_length";
  }
  if (field.id == HeaderId::kTransferEncoding) {
    if (length_) return "length_and_chunked";
    if (chunked_) return "several_transfer_encodings";
    if (minor_version == 0 || !equals_ignoring_case(field.value, "chunked")) return "transfer_encoding";
    chunked_ = true;
  }
  return nullptr;
}

std::optional<std::uint64_t> parse_content_length(std::string_view value) {
  constexpr std::uint64_t kMost = INT64_MAX;
  if (value.empty()) return std::nullopt;
  std::uint64_t length = 0;
  for (const char byte : value) {
    if (!is(byte, kDigit)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(byte - '0');
    if (length > (kMost - digit) / 10) return std::nullopt;
    length = length * 10 + digit;
  }
  return length;
}

}  // namespace causeway::net
