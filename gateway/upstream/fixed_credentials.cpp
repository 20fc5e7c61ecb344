#include "upstream/fixed_credentials.h"

namespace causeway::upstream {

FixedCredentials::FixedCredentials(std::string name, config::Secret value)
    : name_(std::move(name)), id_(net::header_id(name_)), value_(std::move(value)) {}

Result<> FixedCredentials::fill(runtime::Worker&, const CallRequest&, CredentialFields& out) const {
  out.add({name_, value_.reveal(), id_});
  return {};
}

}  // namespace causeway::upstream
