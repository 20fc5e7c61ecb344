#include "transactions/check_signature.h"

#include "security/webhook_signer.h"

namespace causeway::transactions {

Result<> sign_check(StoredRequest& request, const Targets& targets, const tables::Half& half, WallTime now) {
  if (!request.webhook) return {};
  const auto signer = targets.signers.find(half.route);
  if (signer == targets.signers.end())
    return Error(Code::kInternal, "the route " + half.route + " has no webhook secret any more to sign the check with");
  const std::string timestamp = std::to_string(unix_milliseconds(now) / 1000);
  std::string signature = signer->second->sign(half.txid, timestamp, request.body);
  request.headers.emplace_back("webhook-id", half.txid);
  request.headers.emplace_back("webhook-timestamp", timestamp);
  request.headers.emplace_back("webhook-signature", std::move(signature));
  return {};
}

}  // namespace causeway::transactions
