#include "telemetry/json_mask.h"

#include <cstddef>
#include <cstdint>

namespace causeway::telemetry {
namespace {

constexpr std::string_view kMasked = "\"***\"";

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr bool is_bare(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.';
}

/// Goes token by token and copies what lies between masked values in one piece. Lenient inside strings and bare words,
/// strict about where they stand: that decides which of them are keys. The text may end anywhere. Open brackets are
/// kept in a string, so that input cannot exhaust the stack.
class JsonMask {
 public:
  JsonMask(std::string& out, std::string_view text, const SecretKeys& secrets)
      : out_(out), text_(text), secrets_(secrets) {}

  bool run() {
    for (space(); at_ < text_.size(); space()) {
      if (!step()) return false;
    }
    copy_until(at_);
    return true;
  }

 private:
  enum class Next : std::uint8_t { kDocument, kValue, kValueOrEnd, kKey, kKeyOrEnd, kColon, kCommaOrEnd };

  bool step() {
    const char c = text_[at_];
    const bool closes = !open_.empty() && c == (open_.back() == '{' ? '}' : ']');
    const bool may_close = next_ == Next::kValueOrEnd || next_ == Next::kKeyOrEnd || next_ == Next::kCommaOrEnd;
    if (closes && may_close) {
      open_.pop_back();
      ++at_;
      return ended();
    }
    switch (next_) {
      case Next::kDocument:
        return (c == '{' || c == '[') && value();
      case Next::kValue:
      case Next::kValueOrEnd:
        return value();
      case Next::kKey:
      case Next::kKeyOrEnd:
        return c == '"' && key();
      case Next::kColon:
        next_ = Next::kValue;
        ++at_;
        return c == ':';
      case Next::kCommaOrEnd:
        next_ = open_.back() == '{' ? Next::kKey : Next::kValue;
        ++at_;
        return c == ',';
    }
    return false;
  }

  bool ended() {
    next_ = open_.empty() ? Next::kDocument : Next::kCommaOrEnd;
    return true;
  }

  bool key() {
    const String token = take_string();
    secret_ = secrets_.has(token.text) || (token.escaped && secrets_.has(decode_json_escapes(token.text)));
    next_ = Next::kColon;
    return true;
  }

  bool value() {
    const char first = text_[at_];
    if (secret_) return masked_value();
    if (first == '{' || first == '[') {
      open_ += first;
      next_ = first == '{' ? Next::kKeyOrEnd : Next::kValueOrEnd;
      ++at_;
      return true;
    }
    const std::size_t start = at_;
    if (first != '"') {
      skip_bare();
    } else if (const String token = take_string(); hides(token)) {
      mask_from(start);
    }
    return at_ > start && ended();
  }

  bool masked_value() {
    const std::size_t start = at_;
    if (text_[at_] == '{' || text_[at_] == '[') skip_brackets();
    else if (text_[at_] == '"') take_string();
    else skip_bare();
    if (at_ == start) return false;
    secret_ = false;
    mask_from(start);
    return ended();
  }

  void skip_brackets() {
    std::size_t depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        take_string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    } while (depth > 0 && at_ < text_.size());
  }

  void skip_bare() {
    while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
  }

  /// Without its quotes; cut off or not.
  struct String {
    std::string_view text;
    bool escaped = false;
    bool has_equals = false;
  };
  String take_string() {
    String token;
    const std::size_t start = ++at_;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '=') token.has_equals = true;
      if (text_[at_] != '\\') continue;
      token.escaped = true;
      ++at_;
    }
    if (at_ > text_.size()) at_ = text_.size();  // a backslash was the last that the limit left
    token.text = text_.substr(start, at_ - start);
    if (at_ < text_.size()) ++at_;
    return token;
  }

  // A string whose text is JSON or a query again (an event in an envelope) and names a secret key.
  bool hides(const String& token) const {
    if (token.escaped) return secrets_.assigned_in(decode_json_escapes(token.text));
    std::size_t first = 0;
    while (first < token.text.size() && is_space(token.text[first])) ++first;
    const bool opens = first < token.text.size() && (token.text[first] == '{' || token.text[first] == '[');
    return (opens || token.has_equals) && secrets_.assigned_in(token.text);
  }

  void space() {
    const std::size_t start = at_;
    bool line_break = false;
    for (; at_ < text_.size() && is_space(text_[at_]); ++at_) line_break |= text_[at_] == '\r' || text_[at_] == '\n';
    if (!line_break) return;
    copy_until(start);
    copied_ = at_;
  }

  void mask_from(std::size_t start) {
    copy_until(start);
    out_ += kMasked;
    copied_ = at_;
  }

  void copy_until(std::size_t end) {
    out_.append(text_, copied_, end - copied_);
    copied_ = end;
  }

  std::string& out_;
  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;  // what lies before is in out_ already
  const SecretKeys& secrets_;
  std::string open_;
  Next next_ = Next::kDocument;
  bool secret_ = false;  // the next value belongs to a secret key
};

}  // namespace

bool append_masked_json(std::string& out, std::string_view text, const SecretKeys& secrets) {
  return JsonMask(out, text, secrets).run();
}

}  // namespace causeway::telemetry
