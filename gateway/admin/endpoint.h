// The endpoint table: what the admin API can do, one row each. The dispatcher and the OpenAPI document come from it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/access.h"
#include "admin/ports.h"

namespace causeway::admin {

/// One call of an endpoint, by a user who may make it.
struct Call {
  User user;
  std::map<std::string, std::string, std::less<>> parameters;  ///< of the path, decoded
  std::map<std::string, std::string, std::less<>> query;       ///< decoded
  std::string body;                                            ///< a JSON object; `{}` when none was sent
  bool sees_bodies() const { return user.role != Role::kViewer; }
  std::string_view parameter(std::string_view name) const {
    const auto it = parameters.find(name);
    return it == parameters.end() ? std::string_view() : it->second;
  }
  std::string_view asked(std::string_view name) const {
    const auto it = query.find(name);
    return it == query.end() ? std::string_view() : it->second;
  }
};

/// `data` of the envelope as JSON, or an error.
using Reply = Result<std::string>;

struct Endpoint {
  std::string method;
  std::string path;  ///< `/dead-letters/{id}/replay`
  Role role = Role::kViewer;
  std::string summary;
  std::vector<std::string> query;  ///< names of its parameters
  std::vector<std::string> body;   ///< names of the body's members, required ones end with `!`
  std::function<Reply(Ports&, const Call&)> run;
  /// For changes: what is about to be changed, for the audit's `before`. May be empty.
  std::function<std::string(Ports&, const Call&)> before;
  bool changes() const { return method != "GET"; }
};

/// All of them, in the order of the document.
std::vector<Endpoint> builtin_endpoints();

// One file a resource.
void add_process_endpoints(std::vector<Endpoint>& out);
void add_event_endpoints(std::vector<Endpoint>& out);
void add_subscription_endpoints(std::vector<Endpoint>& out);
void add_dead_letter_endpoints(std::vector<Endpoint>& out);
void add_audit_endpoints(std::vector<Endpoint>& out);

/// OpenAPI 3.1 of the table.
std::string openapi(const std::vector<Endpoint>& endpoints);

/// A list's `limit` (1 … 500, else kInvalid); absent: 50.
Result<std::size_t> read_limit(const Call& call);

/// kInvalid with one violation.
Error invalid(std::string_view path, std::string_view keyword, std::string_view message);

}  // namespace causeway::admin
