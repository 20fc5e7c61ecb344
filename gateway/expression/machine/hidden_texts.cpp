#include "expression/machine/hidden_texts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/ascii.h"
#include "core/base64.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

/// So many characters tell what a text is.
constexpr std::size_t kTelling = 6;
constexpr std::size_t kHashes = std::size_t{1} << 16;
constexpr std::uint8_t kMost = 255;

std::optional<std::uint32_t> hex(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits) {
    if (hex_digit(c) < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(hex_digit(c));
  }
  return value;
}

/// The code point of `XXXX` or `XXXX\uYYYY` at `at`, which goes behind it.
std::optional<std::uint32_t> code_point(std::string_view text, std::size_t& at) {
  if (text.size() - at < 4) return std::nullopt;
  const auto first = hex(text.substr(at, 4));
  if (!first) return std::nullopt;
  at += 4;
  if (*first < 0xd800 || *first > 0xdbff) return first;
  std::size_t next = at;
  while (next < text.size() && text[next] == '\\') ++next;
  if (next == at || text.size() - next < 5 || text[next] != 'u') return first;
  const auto second = hex(text.substr(next + 1, 4));
  if (!second || *second < 0xdc00 || *second > 0xdfff) return first;
  at = next + 5;
  return 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00);
}

template <class Take>
void take_utf8(std::uint32_t code, std::size_t begin, Take& take) {
  if (code < 0x80) return take(ascii_lower(static_cast<char>(code)), begin);
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr std::array<std::uint32_t, 4> kLead = {0, 0xc0, 0xe0, 0xf0};
  take(static_cast<char>(kLead[static_cast<std::size_t>(more)] | code >> (6 * more)), begin);
  for (int i = more - 1; i >= 0; --i) take(static_cast<char>(0x80 | (code >> (6 * i) & 0x3f)), begin);
}

/// Gives `take(char, begin)` the characters of a text in their simple form: what any number of backslashes or a percent
/// sign stands for, in lower case. A text and its escaped forms come to the same, but for a backslash at the end.
template <class Take>
void simplify(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    char c = text[at++];
    if (c == '%' && text.size() - at >= 2) {
      if (const auto code = hex(text.substr(at, 2))) {
        c = static_cast<char>(*code);
        at += 2;
      }
    } else if (c == '\\') {
      while (at < text.size() && text[at] == '\\') ++at;
      if (at == text.size()) return;
      c = text[at++];
      constexpr std::string_view kEscapes = "bfnrt";
      constexpr std::string_view kMeant = "\b\f\n\r\t";
      const std::size_t known = kEscapes.find(c);
      if (known != std::string_view::npos) c = kMeant[known];
      if (c == 'u') {
        if (const auto code = code_point(text, at)) {
          take_utf8(*code, begin, take);
          continue;
        }
      }
    }
    take(ascii_lower(c), begin);
  }
}

/// The last six characters and how many they are, in one number.
class Window {
 public:
  void push(char c) { characters_ = (characters_ << 8 | static_cast<unsigned char>(c)) & 0xffff'ffff'ffff; }
  std::uint64_t key(std::size_t size) const { return characters_ | static_cast<std::uint64_t>(size) << 48; }

 private:
  std::uint64_t characters_ = 0;
};

std::size_t hash_of(std::uint64_t key) { return (key * 0x9e37'79b9'7f4a'7c15) >> 48; }

}  // namespace

HiddenTexts::HiddenTexts(std::string message) : message_(std::move(message)), left_(kHashes) {
  simplify(message_, [&](char c, std::size_t begin) {
    simple_ += c;
    from_.push_back(static_cast<std::uint32_t>(begin));
  });
  from_.push_back(static_cast<std::uint32_t>(message_.size()));
  hidden_.resize(simple_.size());

  Window window;
  for (std::size_t end = 1; end <= simple_.size(); ++end) {
    window.push(simple_[end - 1]);
    if (end >= kTelling) add(window.key(kTelling), end - kTelling);
    if (end < simple_.size() && is_word(simple_[end])) continue;
    for (std::size_t size = 1; size < kTelling && size <= end; ++size) {
      Window word;
      const std::size_t begin = end - size;
      if (begin > 0 && is_word(simple_[begin - 1])) continue;
      for (std::size_t at = begin; at < end; ++at) word.push(simple_[at]);
      add(word.key(size), begin);
    }
  }
  std::ranges::sort(runs_, {}, &Run::key);
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (i > 0 && runs_[i].key == runs_[i - 1].key) continue;
    std::uint8_t& left = left_[hash_of(runs_[i].key)];
    if (left < kMost) ++left;
  }
}

void HiddenTexts::add(std::uint64_t key, std::size_t at) {
  runs_.push_back({key, static_cast<std::uint32_t>(at), false});
}

void HiddenTexts::find(std::uint64_t key) {
  std::uint8_t& left = left_[hash_of(key)];
  if (left == 0) return;
  const auto found = std::ranges::equal_range(runs_, key, {}, &Run::key);
  if (found.empty() || found.front().found) return;
  found.front().found = true;
  if (left < kMost) --left;
  for (const Run& run : found) hidden_[run.at] = std::max(hidden_[run.at], static_cast<std::uint8_t>(key >> 48));
}

void HiddenTexts::hide(std::string_view text) {
  const auto look = [&](std::string_view form) {
    Window window;
    std::size_t size = 0;
    simplify(form, [&](char c, std::size_t) {
      window.push(c);
      if (++size >= kTelling) find(window.key(kTelling));
    });
    if (size > 0 && size < kTelling) find(window.key(size));
  };
  look(text);
  // Three octets are four characters: what stands before the last of them does not depend on what follows.
  if (text.size() > kTelling && simple_.size() > kTelling) look(to_base64(text.substr(0, message_.size())));
}

std::string HiddenTexts::shown() const {
  std::string out;
  std::size_t kept = 0;  // in the message
  std::size_t at = 0;
  while (at < simple_.size()) {
    if (hidden_[at] == 0) {
      ++at;
      continue;
    }
    out.append(message_, kept, from_[at] - kept);
    // Runs that overlap or meet are one.
    std::size_t end = at;
    for (; at < simple_.size() && (at < end || hidden_[at] != 0); ++at) end = std::max(end, at + hidden_[at]);
    out += "***";
    kept = from_[at];
  }
  return out.append(message_, kept);
}

}  // namespace causeway::expression
