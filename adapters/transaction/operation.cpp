#include "adapters/transaction/operation.h"

namespace causeway::adapters {

Result<TransactionOperation> read_operation(net::Method method, std::string_view rest, std::string_view& allow) {
  using Kind = TransactionOperation::Kind;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const bool posts = method == net::Method::kPost;
  TransactionOperation operation;
  if (rest.empty()) {
    allow = "POST, OPTIONS";
    if (!posts) return Error(Code::kMethodNotAllowed);
    return operation;
  }
  const std::size_t slash = rest.find('/');
  operation.message_id = rest.substr(0, slash);
  if (slash == std::string_view::npos) {
    allow = "GET, HEAD, OPTIONS";
    operation.kind = Kind::kShow;
    if (method != net::Method::kGet && method != net::Method::kHead) return Error(Code::kMethodNotAllowed);
    return operation;
  }
  const std::string_view verb = rest.substr(slash + 1);
  if (verb != "commit" && verb != "rollback") return Error(Code::kNoRoute);
  allow = "POST, OPTIONS";
  operation.kind = verb == "commit" ? Kind::kCommit : Kind::kRollBack;
  if (!posts) return Error(Code::kMethodNotAllowed);
  return operation;
}

std::string_view name_of(TransactionOperation::Kind kind) {
  static constexpr std::string_view kNames[] = {"transaction prepare", "transaction commit", "transaction rollback",
                                                "transaction show"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace causeway::adapters
