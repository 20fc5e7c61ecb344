#include "upstream/token_credentials.h"

namespace causeway::upstream {

Result<> TokenCredentials::fill(runtime::Worker& worker, const CallRequest&, CredentialFields& out) const {
  out.token = source_->current(worker);
  if (!out.token) return Error(Code::kUpstreamUnreachable, "no token", Resend::kIfUnsent);
  constexpr auto kId = net::HeaderId::kAuthorization;
  out.add({net::header_name(kId), out.token->field.reveal(), kId});
  return {};
}

}  // namespace causeway::upstream
