// `credentials: {oauth: …}`: a token that somebody fetches beside the calls (token_source.h).
#pragma once

#include "upstream/credentials.h"
#include "upstream/token_source.h"

namespace causeway::upstream {

class TokenCredentials final : public Credentials {
 public:
  explicit TokenCredentials(std::shared_ptr<TokenSource> source) : source_(std::move(source)) {}

  bool waits(const runtime::Worker& worker) const override { return source_->current(worker) == nullptr; }
  Task<Result<>> wait(runtime::Worker& worker, SteadyTime until, runtime::Cancel* cancel) const override {
    return source_->wait(worker, until, cancel);
  }
  Result<> fill(runtime::Worker& worker, const CallRequest& request, CredentialFields& out) const override;
  bool refused(runtime::Worker& worker, const CredentialFields& used) const override {
    return used.token != nullptr && source_->refused(worker, *used.token);
  }

 private:
  std::shared_ptr<TokenSource> source_;
};

}  // namespace causeway::upstream
