// Credentials that are the same for every call: `bearer`, `basic` and `header`.
#pragma once

#include <string>

#include "config/secrets.h"
#include "upstream/credentials.h"

namespace causeway::upstream {

class FixedCredentials final : public Credentials {
 public:
  FixedCredentials(std::string name, config::Secret value);
  Result<> fill(runtime::Worker& worker, const CallRequest& request, CredentialFields& out) const override;

 private:
  const std::string name_;
  const net::HeaderId id_;
  const config::Secret value_;
};

}  // namespace causeway::upstream
