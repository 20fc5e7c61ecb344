// Request targets: one spelling of a path for matching, signing, logging and forwarding (design: "Framing"; RFC
// 3986 6.2.2).
#pragma once

#include <memory_resource>
#include <string_view>

#include "core/result.h"
#include "net/http1_request.h"

namespace causeway::net {

struct Target {
  std::string_view path;      ///< normalised: unreserved characters decoded, other escapes in upper case
  std::string_view raw_path;  ///< as received
  std::string_view query;     ///< as received, without `?`
  bool has_query = false;
};

/// What a route may opt into. Everything is refused by default.
struct PathRules {
  bool encoded_separators = false;  ///< %2f %5c %23 %3f %25 stay as they are; %00 and controls never
  bool semicolons = false;
  bool empty_segments = false;  ///< `//`
};

/// Decodes unreserved characters once and refuses what systems read differently: `%2f %5c %00 %23 %3f %25`, escaped
/// controls,
/// `;`, `//`, `.` and `..` segments however they are written, broken escapes (kMalformedHttp, info().reason from a
/// fixed set). The result is `raw` itself unless something changed; then it lies in `memory`, an arena that frees it
/// with everything else.
Result<std::string_view> normalise_path(std::string_view raw, std::pmr::memory_resource& memory, PathRules rules = {});

Result<Target> read_target(const RequestHead& head, std::pmr::memory_resource& memory, PathRules rules = {});

}  // namespace causeway::net
