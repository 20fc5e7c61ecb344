// HTTP/1.1 and 1.0 request heads (RFC 9112), strictly: whatever two servers could read differently is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "net/authority.h"
#include "net/field_lines.h"
#include "net/framing.h"
#include "net/header_rules.h"
#include "net/headers.h"
#include "net/method.h"

namespace causeway::net {

/// Every string views the bytes that the head was parsed from, or static text.
struct RequestHead {
  explicit RequestHead(std::pmr::memory_resource* memory = std::pmr::get_default_resource()) : headers(memory) {}

  Method method = Method::kOther;
  std::string_view method_name;
  std::string_view target;     ///< as received; for logs
  std::string_view path;       ///< raw, from `/`; `*` for OPTIONS *; an absolute form without a path gives `/`
  std::string_view query;      ///< raw, without `?`
  bool has_query = false;      ///< a `?` was there, even if nothing followed
  std::string_view authority;  ///< `host[:port]` of Host or of an absolute form; empty only in HTTP/1.0
  int minor_version = 1;       ///< 0 or 1; HTTP/1.2 to 1.9 count as 1 (RFC 9110 2.5)
  BodyFraming framing = BodyFraming::kNone;
  std::uint64_t content_length = 0;  ///< with kLength; a length of 0 is kNone
  bool keep_alive = true;
  bool expect_continue = false;  ///< the caller waits for 100 before it sends a body
  ConnectionNames connection;
  Headers headers;

  /// A body with a method for which that means nothing (GET, HEAD, OPTIONS): two servers would disagree about it.
  bool unexpected_body() const { return framing != BodyFraming::kNone && !expects_body(method); }
  void clear();
};

struct RequestLimits {
  std::size_t target = 8 * 1024;       ///< longer → kTargetTooLong
  std::size_t head = 16 * 1024;        ///< everything up to the empty line; longer → kHeadersTooLarge
  std::size_t fields = 100;            ///< more → kHeadersTooLarge; at most Headers::kMaxFields
  bool allow_unexpected_body = false;  ///< true: the caller looks at unexpected_body() once the route is known
};

/// Reads one head at a time, incrementally. The outcome does not depend on how the bytes were cut; a head is refused at
/// the first byte that shows it, not at its end. Each byte is looked at once; no allocation (Headers may grow by one
/// block). Not thread safe.
class RequestParser {
 public:
  explicit RequestParser(RequestLimits limits = {}) : limits_(limits) {}

  /// `received`: everything since the end of the previous message. Returns the length of the head once it is complete
  /// (what follows is body), 0 when more bytes are needed. Call again with the same `head` and the same bytes plus
  /// more; if they have moved meanwhile the head is read anew, so that its views are right. One CRLF before the request
  /// line is skipped (RFC 9112 2.2) and counts. Errors: kMalformedHttp, kMethodNotAllowed (TRACE, CONNECT),
  /// kTargetTooLong, kExpectationFailed, kHeadersTooLarge, each with info().reason from a fixed set. The connection
  /// cannot be read any further.
  Result<std::size_t> parse(std::string_view received, RequestHead& head);

  /// Ready for the next head.
  void reset();

 private:
  enum class State : std::uint8_t {
    kStart,
    kStartLf,
    kMethod,
    kTarget,
    kVersion,
    kVersionCr,
    kVersionLf,
    kFields,
    kDone
  };

  struct Refusal {
    Code code = Code::kMalformedHttp;
    const char* reason = nullptr;  ///< null: nothing is wrong
  };

  static Refusal malformed(const char* reason) { return {Code::kMalformedHttp, reason}; }

  Refusal step(std::string_view bytes, RequestHead& head);
  Refusal step_request_line(std::string_view bytes, RequestHead& head);
  Refusal read_method(std::string_view bytes, RequestHead& head);
  Refusal read_target(std::string_view bytes, RequestHead& head);
  Refusal split_target(RequestHead& head);
  Refusal read_version(char byte, RequestHead& head);
  Refusal step_fields(std::string_view bytes, RequestHead& head);
  Refusal add_field(std::string_view name, std::string_view value, RequestHead& head);
  Refusal end_head(RequestHead& head);

  RequestLimits limits_;
  State state_ = State::kStart;
  Refusal refusal_;
  const char* base_ = nullptr;
  std::size_t position_ = 0;  ///< bytes that are done with
  std::size_t mark_ = 0;      ///< where the current element began
  FieldLines fields_;
  FramingRules framing_;
  std::optional<Authority> target_authority_;  ///< of an absolute form
  std::uint16_t default_port_ = 0;             ///< of its scheme
};

}  // namespace causeway::net
