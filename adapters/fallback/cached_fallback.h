// The fallback `cached: {max_age: 6h}`: what the system answered last, while it fails. Answers are kept as the adapter
// gave them, behind authentication and access and before the steps on the way out, which run over them again.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "adapters/fallback/answer_key.h"
#include "adapters/fallback/kept_answers.h"
#include "config/keys.h"
#include "exchange/exchange.h"

namespace causeway::adapters {

struct CachedSettings {
  Duration max_age{};
  bool shared = false;
  std::uint32_t entries = 10000;
  ByteSize size{16u << 20};
  static const config::Keys<CachedSettings>& keys();
};

/// Immutable, shared by all workers.
class CachedFallback {
 public:
  /// A longer answer is not kept.
  static constexpr std::uint64_t kLargestAnswer = 1u << 20;

  /// `all_fields` as in KeyRules.
  CachedFallback(const CachedSettings& settings, std::shared_ptr<KeptAnswers> kept, bool all_fields);

  /// Keeps the exchange's answer, a success of the system, if it may be kept: of a GET without a body, 2xx and not in
  /// part. One that streams is kept when its last byte has gone by.
  void keep(Exchange& exchange) const;

  /// Makes what is kept the answer, in place of an empty one; gives its age in seconds. Nothing when there is none, or
  /// only what is older than max_age.
  std::optional<std::string_view> answer(Exchange& exchange) const;

 private:
  class Keeper;

  void keep_whole(Exchange& exchange, int status, const net::Headers& fields, Bytes body, std::string_view vary) const;

  KeptAnswers::Limits limits_;
  KeyRules rules_;
  std::shared_ptr<KeptAnswers> kept_;
};

}  // namespace causeway::adapters
