// HTTP/1.1 and 1.0 response heads of the systems behind us, held to the same rules as requests (design: "Framing").
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>

#include "core/result.h"
#include "net/field_lines.h"
#include "net/framing.h"
#include "net/header_rules.h"
#include "net/headers.h"
#include "net/method.h"

namespace causeway::net {

/// Every string views the bytes that the head was parsed from.
struct ResponseHead {
  explicit ResponseHead(std::pmr::memory_resource* memory = std::pmr::get_default_resource()) : headers(memory) {}

  int status = 0;           ///< 100 to 599; below 200 an interim answer: the caller skips it
  std::string_view reason;  ///< may be empty
  int minor_version = 1;    ///< 0 or 1
  BodyFraming framing = BodyFraming::kNone;
  std::uint64_t content_length = 0;  ///< with kLength; a length of 0 is kNone
  bool keep_alive = true;            ///< false also for kUntilClose
  ConnectionNames connection;
  Headers headers;

  bool interim() const { return status < 200; }
  void clear();
};

struct ResponseLimits {
  std::size_t head = 64 * 1024;
  std::size_t fields = Headers::kMaxFields;
  int interim = 8;  ///< answers 1xx before the final one
};

/// As RequestParser. Every error is kUpstreamNonsense with info().reason from a fixed set. Not thread safe.
class ResponseParser {
 public:
  explicit ResponseParser(ResponseLimits limits = {}) : limits_(limits) {}

  /// `request` is the method that is being answered: it decides whether a body follows. Returns the length of the head
  /// once it is complete, 0 when more bytes are needed. After an interim head take its bytes away, call next() and go
  /// on. 101 is refused.
  Result<std::size_t> parse(std::string_view received, Method request, ResponseHead& head);

  /// Ready for the next head of the same answer; remembers how many interim ones there were.
  void next();
  /// Ready for the next answer.
  void reset();

 private:
  enum class State : std::uint8_t { kVersion, kStatus, kStatusEnd, kReason, kLineLf, kFields, kDone };

  /// These return null or the reason to refuse.
  const char* step(std::string_view bytes, Method request, ResponseHead& head);
  const char* step_status_line(std::string_view bytes, ResponseHead& head);
  const char* step_fields(std::string_view bytes, Method request, ResponseHead& head);
  const char* add_field(std::string_view name, std::string_view value, ResponseHead& head);
  const char* end_head(Method request, ResponseHead& head);

  ResponseLimits limits_;
  State state_ = State::kVersion;
  int interim_ = 0;
  const char* refusal_ = nullptr;
  const char* base_ = nullptr;
  std::size_t position_ = 0;  ///< bytes that are done with
  std::size_t mark_ = 0;      ///< where the current element began
  FieldLines fields_;
  FramingRules framing_;
};

}  // namespace causeway::net
