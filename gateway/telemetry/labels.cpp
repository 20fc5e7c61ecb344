#include "telemetry/labels.h"

#include <algorithm>
#include <array>

#include "core/code.h"
#include "telemetry/metrics.h"

namespace causeway::telemetry {
namespace {

constexpr std::array<std::string_view, 9> kMethods{"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                   "CONNECT", "OPTIONS", "TRACE", "PATCH"};

// https://www.iana.org/assignments/http-status-codes
constexpr int kRegistered[] = {100, 101, 102, 103, 104, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300,
                               301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408,
                               409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 425, 426, 428,
                               429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511};

}  // namespace

StandardLabels::StandardLabels(Metrics& metrics) {
  std::transform(kMethods.begin(), kMethods.end(), methods_.begin(), [&](auto name) { return metrics.intern(name); });
  for (const int status : kRegistered) {
    statuses_[status] = metrics.intern(std::to_string(status));
    plain_codes_[status] = metrics.intern(std::to_string(status * 100));
  }
  success_ = metrics.intern("0");
  for (const CodeInfo& info : all_codes()) {
    if (info.code == Code::kSuccess) continue;
    const std::uint32_t code = number(info.code);
    statuses_[code / 100] = metrics.intern(std::to_string(code / 100));  // 499 is nobody's but ours
    gateway_codes_[code / 100][code % 100 - kFirstGatewayCode] = metrics.intern(std::to_string(code));
  }
}

LabelId StandardLabels::method(std::string_view name) const {
  const auto* found = std::find(kMethods.begin(), kMethods.end(), name);
  return found == kMethods.end() ? LabelId::kOther : methods_[static_cast<std::size_t>(found - kMethods.begin())];
}

LabelId StandardLabels::code(std::uint32_t code) const {
  if (code == 0) return success_;
  const std::uint32_t status = code / 100;
  const std::uint32_t rest = code % 100;
  if (status >= kStatuses) return LabelId::kOther;
  if (rest == 0) return plain_codes_[status];
  return rest >= kFirstGatewayCode ? gateway_codes_[status][rest - kFirstGatewayCode] : LabelId::kOther;
}

}  // namespace causeway::telemetry
