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
#include "admin/schema.h"

namespace causeway::admin {

/// One call of an endpoint, by a user who may make it.
struct Call {
  using Texts = std::map<std::string, std::string, std::less<>>;

  User user;
  Texts parameters;         ///< of the path, decoded
  Texts query;              ///< decoded; only names that the endpoint knows
  std::string body = "{}";  ///< a JSON object with members that the endpoint knows, each of its type or null

  bool sees_bodies() const { return user.role != Role::kViewer; }
  /// Empty when there is none.
  std::string_view parameter(std::string_view name) const { return find(parameters, name); }
  std::string_view asked(std::string_view name) const { return find(query, name); }
  /// A member of the body as it stands there; nothing when it is absent or null.
  std::optional<Bytes> member(std::string_view name) const;
  /// A member that is a string; empty when it is absent or null.
  std::string text(std::string_view name) const;
  bool flag(std::string_view name) const;

 private:
  static std::string_view find(const Texts& texts, std::string_view name) {
    const auto it = texts.find(name);
    return it == texts.end() ? std::string_view() : it->second;
  }
};

/// `data` of the envelope as JSON, or an error.
using Reply = Result<std::string>;

struct Endpoint {
  std::string_view method;
  std::string_view path;  ///< `/dead-letters/{id}/replay`
  Role role = Role::kViewer;
  std::string_view summary;
  std::vector<Field> query = {};
  std::vector<Field> body = {};
  const Schema* answer = nullptr;  ///< of `data`; null: the document itself, without an envelope
  bool pages = false;              ///< `data` is {items, next}
  std::function<Reply(Ports&, const Call&)> run = {};
  /// What is about to be changed, for the audit's `before`; holds no bodies. May be empty.
  std::function<std::string(Ports&, const Call&)> before = {};
  /// What of the answer, or of the error, the audit keeps as `after`. May be empty: the answer, nothing of an error.
  std::function<std::string(const Reply&)> after = {};
  /// A call that changes nothing after all, so that there is nothing to audit. May be empty: every call changes.
  std::function<bool(const Call&)> only_looks = {};

  bool changes() const { return method != "GET"; }
};

/// All of them, in the order of the document.
std::vector<Endpoint> builtin_endpoints();

// One file a resource.
void add_process_endpoints(std::vector<Endpoint>& out);
void add_config_endpoints(std::vector<Endpoint>& out);
void add_event_endpoints(std::vector<Endpoint>& out);
void add_subscription_endpoints(std::vector<Endpoint>& out);
void add_dead_letter_endpoints(std::vector<Endpoint>& out);
void add_audit_endpoints(std::vector<Endpoint>& out);
void add_version_endpoints(std::vector<Endpoint>& out);
void add_route_endpoints(std::vector<Endpoint>& out);
void add_cluster_endpoints(std::vector<Endpoint>& out);
void add_transaction_endpoints(std::vector<Endpoint>& out);
void add_alert_endpoints(std::vector<Endpoint>& out);

/// OpenAPI 3.1 of the table.
std::string openapi(const std::vector<Endpoint>& endpoints);

/// What lists have in common.
Field limit_field();
Field cursor_field();
/// A list's `limit` (1 … 500, else kInvalid); absent: 50.
Result<std::size_t> read_limit(const Call& call);
/// A list's `cursor` where it is the number (≥ 1) of the last item, else kInvalid; absent: 0.
Result<std::int64_t> read_cursor(const Call& call);
/// Why a change is made; kept by the audit.
Field reason_field(unsigned flags = 0);

/// kInvalid with one violation.
Error invalid(std::string_view path, std::string_view keyword, std::string_view message);

/// Members that are not among `known` (`path` is where the object stands: `/filter`), of another type, or missing.
Result<> check_members(Bytes object, const std::vector<Field>& known, std::string_view path);

}  // namespace causeway::admin
