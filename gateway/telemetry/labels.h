// Label values of metrics as small numbers, so that counting a call compares and stores integers and never touches
// text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace causeway::telemetry {

class Metrics;

/// A label value that Metrics::intern has seen. The two values below exist without interning.
enum class LabelId : std::uint16_t {
  kOther = 0,  ///< "other": everything that is not worth a time series of its own
  kEmpty = 1,  ///< "": to Prometheus the same as no label (a call without a consumer)
};

/// The values of a CounterTable's labels, in the order of its label names; unused places at the end stay kOther.
inline constexpr std::size_t kMaxTableLabels = 6;
using LabelIds = std::array<LabelId, kMaxTableLabels>;

/// The labels of one time series that is known at configuration time.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// The ids of label values whose set is closed: methods, statuses, codes. Immutable after construction, thread safe.
class StandardLabels {
 public:
  explicit StandardLabels(Metrics& metrics);

  /// The methods of RFC 9110 and PATCH, case-sensitive; any other is kOther.
  LabelId method(std::string_view name) const;
  /// A status registered with IANA; any other number is kOther.
  LabelId status(int status) const { return status >= 0 && status < kStatuses ? statuses_[status] : LabelId::kOther; }
  /// A code of the gateway's table or a registered status times 100; any other is kOther. Codes that a configuration
  /// declares are interned by whoever reads the declaration.
  LabelId code(std::uint32_t code) const;

 private:
  static constexpr int kStatuses = 600;
  static constexpr std::uint32_t kFirstGatewayCode = 90;  // x90–x99 belong to the gateway

  std::array<LabelId, kStatuses> statuses_{};
  std::array<LabelId, kStatuses> plain_codes_{};
  std::array<std::array<LabelId, 10>, kStatuses> gateway_codes_{};
  std::array<LabelId, 9> methods_{};
  LabelId success_{};
};

}  // namespace causeway::telemetry
