#include "plugins/mtls/mtls_authenticator.h"

#include "security/refusal.h"

namespace causeway::plugins {

using security::Refusal;

Result<> MtlsAuthenticator::on_head(Exchange& exchange) const {
  const net::PeerCertificate& certificate = *exchange.request.certificate;
  const security::Consumer* caller = nullptr;
  for (const std::string& name : certificate.names) {
    const security::Consumer* const consumer = consumers_.find_certificate(name);
    if (consumer == nullptr || consumer == caller) continue;
    if (caller != nullptr) {
      return refuse(Refusal::kAmbiguousCertificate, "names of " + caller->name + " and of " + consumer->name);
    }
    caller = consumer;
  }
  if (caller == nullptr) {
    return refuse(Refusal::kUnknownCertificate,
                  certificate.names.empty() ? "it has no name" : "first name " + certificate.names.front());
  }
  if (exchange.worker.clock().wall() > certificate.not_after) return refuse(Refusal::kExpiredCertificate, caller->name);
  exchange.consumer = caller;
  exchange.authenticated = true;
  return {};
}

}  // namespace causeway::plugins
