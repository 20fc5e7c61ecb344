// `credentials: {signature: …}`: each attempt is signed as a caller of another Causeway signs (docs/signing.md).
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "config/secrets.h"
#include "security/hmac.h"
#include "security/signature_version.h"
#include "telemetry/random.h"
#include "upstream/credentials.h"

namespace causeway::upstream {

class SignatureCredentials final : public Credentials {
 public:
  struct Options {
    std::string key;
    std::string audience;  ///< of version 2
    security::SignatureVersion version = security::SignatureVersion::kV2;
  };
  SignatureCredentials(Options options, config::Secret secret, std::size_t workers);

  /// The body is part of what is signed.
  bool needs_body() const override { return true; }
  Result<> fill(runtime::Worker& worker, const CallRequest& request, CredentialFields& out) const override;

 private:
  /// Ids that must not repeat and need not be secret.
  struct alignas(64) Nonces {
    telemetry::Random random = telemetry::Random::from_system();
  };

  std::int64_t timestamp(const runtime::Worker& worker) const;
  std::string_view nonce(const runtime::Worker& worker, CredentialFields& out) const;
  void sign_v1(const CallRequest& request, std::string_view timestamp, CredentialFields& out) const;
  void sign_v2(const CallRequest& request, std::string_view timestamp, std::string_view nonce,
               CredentialFields& out) const;

  const Options options_;
  const std::string authorization_;  ///< `ApiKey <id>`
  const config::Secret secret_;
  const security::HmacKey key_;
  mutable std::vector<Nonces> nonces_;              // one a worker
  mutable std::atomic<std::int64_t> last_time_{0};  // of version 1
};

}  // namespace causeway::upstream
