// The request that asks a system what became of a call, as it is kept until it is settled: rendered while the call was
// there, so that a reload, a restart or another process can still send it (correctness.md). What the system is shown of
// us (credentials) is not in it: that comes from its cluster when it is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace causeway::transactions {

struct StoredRequest {
  std::string cluster;
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Duration timeout{};
  std::string operation;  ///< what the log calls it
  bool webhook = false;   ///< signed when it is sent (check_signature.h)

  std::string to_json() const;
  /// Empty for what is none.
  static std::optional<StoredRequest> from_json(std::string_view json);
};

}  // namespace causeway::transactions
