// What a key stands for, and what must be the same when it comes again (correctness.md, "A call, its key, its half
// message").
#pragma once

#include <string>
#include <string_view>

#include "transactions/begin_call.h"

namespace causeway::transactions {

/// A request as its caller sent it: before any step has changed it.
struct KeyedRequest {
  std::string_view consumer;
  std::string_view token;  ///< issuer and subject of the token that was shown; empty: none was
  std::string_view method;
  std::string_view path;
  bool has_query = false;
  std::string_view query;
  std::string_view version;
  std::string_view body;
};

/// Scope: principal, method, path and key; never the route's name. Hash: method, path, query, version and raw body.
CallKey call_key(const KeyedRequest& request, std::string key, Duration retention);

}  // namespace causeway::transactions
