// The lines `name: value CRLF` up to the empty line (RFC 9112 5), as they occur in heads and trailers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace causeway::net {

/// A byte-driven reader: it stops at the first byte that breaks the grammar. No obs-fold, no blank before the colon, no
/// bare CR or LF, nothing but HTAB, SP, VCHAR and obs-text in values. Holds offsets only. Not thread safe.
class FieldLines {
 public:
  enum class Event : std::uint8_t { kNeedMore, kField, kEnd, kError };

  /// Reads `bytes` from `position` on and advances it. kField: name() and value() give the field, views of `bytes`
  /// (right only if its lines lie whole in `bytes`, at the same offsets as in earlier calls); call again to go on.
  /// kEnd: the empty line was read. kError: reason() says why.
  Event read(std::string_view bytes, std::size_t& position);

  std::string_view name(std::string_view bytes) const { return bytes.substr(name_begin_, name_end_ - name_begin_); }
  std::string_view value(std::string_view bytes) const { return bytes.substr(value_begin_, value_end_ - value_begin_); }
  const char* reason() const { return reason_; }
  void reset() { *this = FieldLines(); }

 private:
  enum class State : std::uint8_t { kLineStart, kName, kBlanks, kValue, kValueLf, kEndLf };

  Event read_from(const char* data, std::size_t size, std::size_t& at);
  Event fail(const char* reason) {
    reason_ = reason;
    return Event::kError;
  }

  State state_ = State::kLineStart;
  const char* reason_ = nullptr;
  std::size_t name_begin_ = 0;
  std::size_t name_end_ = 0;
  std::size_t value_begin_ = 0;
  std::size_t value_end_ = 0;
};

}  // namespace causeway::net
