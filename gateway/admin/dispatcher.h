// From method, path and user to an answer: finds the endpoint, checks the role, runs it, writes the audit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/endpoint.h"

namespace causeway::admin {

/// Thread safe.
class Dispatcher {
 public:
  /// What the ports refer to outlives it.
  explicit Dispatcher(Ports ports) : Dispatcher(ports, builtin_endpoints()) {}
  Dispatcher(Ports ports, std::vector<Endpoint> endpoints) : ports_(ports), endpoints_(std::move(endpoints)) {}

  struct Found {
    const Endpoint* endpoint = nullptr;
    Call call;  ///< without its body
    std::string path;
  };
  /// Before the body is read; does not block. kNoRoute, kMethodNotAllowed (then `allow` says what is), kForbidden,
  /// kMalformedHttp, kInvalid.
  Result<Found> route(std::string_view method, std::string_view path, std::string_view query, const User& user,
                      std::string& allow) const;

  /// Is there anything at this path? The table is no secret: what is not there is 404 for everybody.
  bool knows(std::string_view path) const;

  /// Blocks. A change that is ok is in the audit, durably.
  Reply run(Found found, std::string_view content_type, std::string_view body);

 private:
  Reply change(const Found& found);
  Reply attempt(const Endpoint& endpoint, const Call& call);

  Ports ports_;
  const std::vector<Endpoint> endpoints_;
};

}  // namespace causeway::admin
