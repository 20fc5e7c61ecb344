#include "net/target.h"

#include <cstring>

#include "net/characters.h"
#include "net/refuse.h"

namespace causeway::net {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";

bool is_dots(std::string_view segment) {
  segment = segment.substr(0, segment.find(';'));
  return segment == "." || segment == "..";
}

// Builds the normalised path; as long as it equals the raw one it is only a length. The functions that return a reason
// return null when nothing is wrong.
class Normaliser {
 public:
  Normaliser(std::string_view raw, std::pmr::memory_resource& memory, PathRules rules)
      : raw_(raw), memory_(memory), rules_(rules) {}

  const char* read() {
    if (raw_.empty() || raw_.front() != '/') return "path_form";
    append(1, "/");
    segment_ = size_;
    while (place_ < raw_.size()) {
      const std::size_t run = plain_run();
      if (run > 0) append(run, raw_.substr(place_, run));
      if (place_ == raw_.size()) break;
      if (const char* reason = read_special(raw_[place_])) return reason;
    }
    return is_dots(segment()) ? "dot_segment" : nullptr;
  }

  std::string_view path() const { return {copy_ != nullptr ? copy_ : raw_.data(), size_}; }

 private:
  std::size_t plain_run() const {
    std::size_t end = place_;
    while (end < raw_.size() && is(raw_[end], kPathByte) && !one_of(raw_[end], "%/;")) ++end;
    return end - place_;
  }

  const char* read_special(char byte) {
    switch (byte) {
      case '%':
        return read_escape();
      case ';':
        if (!rules_.semicolons) return "semicolon";
        append(1, ";");
        return nullptr;
      case '/':
        if (is_dots(segment())) return "dot_segment";
        if (segment().empty() && !rules_.empty_segments) return "empty_segment";
        append(1, "/");
        segment_ = size_;
        return nullptr;
      default:
        return "target_byte";
    }
  }

  const char* read_escape() {
    const int high = place_ + 2 < raw_.size() ? hex_digit(raw_[place_ + 1]) : -1;
    const int low = high >= 0 ? hex_digit(raw_[place_ + 2]) : -1;
    if (low < 0) return "target_escape";
    const char byte = static_cast<char>(high * 16 + low);
    if (is(byte, kUnreserved)) {
      append(3, {&byte, 1});
      return nullptr;
    }
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) return "escaped_control";
    if (one_of(byte, "/\\#?%") && !rules_.encoded_separators) return "escaped_separator";
    // Some system behind may yet take it for a separator, and dots around it for a way upwards.
    const bool separates = byte == '/' || byte == '\\';
    if (separates && is_dots(segment())) return "dot_segment";
    const char escape[] = {'%', kUpperHex[static_cast<std::size_t>(high)], kUpperHex[static_cast<std::size_t>(low)]};
    append(3, {escape, sizeof escape});
    if (separates) segment_ = size_;
    return nullptr;
  }

  // `text` stands for the next `taken` raw bytes.
  void append(std::size_t taken, std::string_view text) {
    if (copy_ == nullptr && raw_.substr(place_, taken) != text) {
      copy_ = static_cast<char*>(memory_.allocate(raw_.size(), 1));
      std::memcpy(copy_, raw_.data(), size_);
    }
    if (copy_ != nullptr) std::memcpy(copy_ + size_, text.data(), text.size());
    size_ += text.size();
    place_ += taken;
  }

  std::string_view segment() const { return path().substr(segment_); }

  std::string_view raw_;
  std::pmr::memory_resource& memory_;
  PathRules rules_;
  char* copy_ = nullptr;
  std::size_t place_ = 0;    // in raw_
  std::size_t size_ = 0;     // of the normalised path so far
  std::size_t segment_ = 0;  // where its last segment began
};

}  // namespace

Result<std::string_view> normalise_path(std::string_view raw, std::pmr::memory_resource& memory, PathRules rules) {
  if (raw == "*") return raw;
  Normaliser normaliser(raw, memory, rules);
  if (const char* reason = normaliser.read()) return refuse(Code::kMalformedHttp, reason);
  return normaliser.path();
}

Result<Target> read_target(const RequestHead& head, std::pmr::memory_resource& memory, PathRules rules) {
  Result<std::string_view> path = normalise_path(head.path, memory, rules);
  if (!path) return std::move(path.error());
  return Target{*path, head.path, head.query, head.has_query};
}

}  // namespace causeway::net
