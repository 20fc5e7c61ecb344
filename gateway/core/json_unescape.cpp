#include "core/json_unescape.h"

#include <algorithm>
#include <cstring>

namespace causeway::json {
namespace {

void put_utf8(Unescaped& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out.bytes[out.size++] = static_cast<char>(byte); };
  const auto tail = [&](int shift) { put(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    put(0xe0 | (point >> 12));
    tail(6), tail(0);
  } else {
    put(0xf0 | (point >> 18));
    tail(12), tail(6), tail(0);
  }
}

// The four hex digits at `at`, 0xfffd when they are not there.
std::uint32_t hex4(const char* at, const char* end) {
  if (end - at < 4) return 0xfffd;
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char byte = at[i];
    const char letter = static_cast<char>(byte | 0x20);
    if (byte >= '0' && byte <= '9') value = value * 16 + static_cast<std::uint32_t>(byte - '0');
    else if (letter >= 'a' && letter <= 'f') value = value * 16 + static_cast<std::uint32_t>(letter - 'a' + 10);
    else return 0xfffd;
  }
  return value;
}

constexpr bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
constexpr bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

/// A string piece by piece: what stands as it is, and what escapes say.
class Pieces {
 public:
  explicit Pieces(Bytes inner) : at_(inner.data()), end_(at_ + inner.size()) {}
  /// Empty at the end.
  Bytes next() {
    if (at_ == end_) return {};
    if (*at_ == '\\') {
      escape_ = unescape(at_, end_);
      at_ = escape_.behind;
      return escape_.text();
    }
    const char* const begin = at_;
    at_ = std::find(at_, end_, '\\');
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

 private:
  const char* at_;
  const char* end_;
  Unescaped escape_;
};

}  // namespace

Unescaped unescape(const char* at, const char* end) {
  constexpr std::string_view kLetters = "nrtbf";
  constexpr std::string_view kMeanings = "\n\r\t\b\f";
  Unescaped out;
  if (++at == end) {
    out.behind = end;
    return out;
  }
  if (*at != 'u') {
    const std::size_t i = kLetters.find(*at);
    out.bytes[out.size++] = i == std::string_view::npos ? *at : kMeanings[i];
    out.behind = at + 1;
    return out;
  }
  const std::uint32_t unit = hex4(at + 1, end);
  at += std::min<std::ptrdiff_t>(5, end - at);
  out.behind = at;
  if (is_high(unit) && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
    if (const std::uint32_t low = hex4(at + 2, end); is_low(low)) {
      put_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
      out.behind = at + 6;
      return out;
    }
  }
  put_utf8(out, is_high(unit) || is_low(unit) ? 0xfffd : unit);
  return out;
}

void append_unescaped(Bytes inner, std::string& out) {
  Pieces pieces(inner);
  for (Bytes piece = pieces.next(); !piece.empty(); piece = pieces.next()) out.append(piece);
}

bool same_text(Bytes left, Bytes right) {
  if (left.find('\\') == Bytes::npos && right.find('\\') == Bytes::npos) return left == right;
  Pieces of_left(left);
  Pieces of_right(right);
  Bytes a = of_left.next();
  Bytes b = of_right.next();
  while (!a.empty() && !b.empty()) {
    const std::size_t common = std::min(a.size(), b.size());
    if (a.substr(0, common) != b.substr(0, common)) return false;
    a.remove_prefix(common);
    b.remove_prefix(common);
    if (a.empty()) a = of_left.next();
    if (b.empty()) b = of_right.next();
  }
  return a.empty() && b.empty();
}

bool says(Bytes inner, Bytes text) {
  Pieces pieces(inner);
  for (Bytes piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (!text.starts_with(piece)) return false;
    text.remove_prefix(piece.size());
  }
  return text.empty();
}

}  // namespace causeway::json
