// What systems are shown, beside what callers prove themselves with: the two are kept apart. Part of the compilation.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/process_state.h"
#include "app/settings.h"
#include "security/webhook_signer.h"
#include "upstream/reach.h"

namespace causeway::app {

/// What signs the checks of half messages, by route.
using CheckSigners = std::map<std::string, std::shared_ptr<const security::WebhookSigner>, std::less<>>;

/// Of one configuration. `settings` and `state` outlive it.
class SystemSecrets {
 public:
  SystemSecrets(const Settings& settings, ProcessState& state);

  /// What is wrong goes to `errors`.
  upstream::Reach reach_of(const upstream::ClusterSettings& cluster, config::Errors& errors);
  /// Names of `secrets` that clusters use.
  const std::set<std::string, std::less<>>& used() const { return used_; }
  /// Does a caller prove itself with this?
  bool is_inbound(std::string_view secret) const;
  /// Routes put theirs there.
  CheckSigners& signers() { return signers_; }
  /// What has to be fetched for those whose reach was made.
  std::vector<std::shared_ptr<upstream::TokenSource>> take_tokens() { return std::move(tokens_); }

 private:
  std::optional<std::string> find(std::string_view name);

  const Settings& settings_;
  ProcessState& state_;
  std::set<std::string, std::less<>> used_;
  std::vector<security::Sha256Digest> inbound_;
  std::vector<std::shared_ptr<upstream::TokenSource>> tokens_;
  CheckSigners signers_;
};

}  // namespace causeway::app
