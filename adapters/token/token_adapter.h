// The gateway's own token endpoint: client credentials for a token (RFC 6749, 4.4). Answers are OAuth's JSON, never the
// envelope.
#pragma once

#include <memory>

#include "adapters/token/token_request.h"
#include "exchange/adapter.h"
#include "resilience/gcra.h"
#include "security/oauth/token_clients.h"
#include "security/oauth/token_issuer.h"

namespace causeway::adapters {

/// What failed attempts of an address have used up. Lives in the process: a reload keeps it.
using TokenAttempts = resilience::GcraTable;

class TokenAdapter final : public Adapter {
 public:
  TokenAdapter(std::shared_ptr<const security::TokenIssuer> issuer, security::TokenClients clients,
               std::shared_ptr<TokenAttempts> attempts)
      : issuer_(std::move(issuer)), clients_(std::move(clients)), attempts_(std::move(attempts)) {}

  /// What is longer than any request is refused unread.
  bool needs_whole_request() const override { return false; }
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  void answer(Exchange& exchange) const;
  void grant(Exchange& exchange, const security::Consumer& consumer, const TokenRequest& request) const;
  void refuse(Exchange& exchange, const TokenRefusal& refusal) const;
  const security::Consumer* authenticate(const TokenRequest& request, std::string_view& client) const;

  std::shared_ptr<const security::TokenIssuer> issuer_;
  security::TokenClients clients_;
  std::shared_ptr<TokenAttempts> attempts_;
};

}  // namespace causeway::adapters
