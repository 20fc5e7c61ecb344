#include "security/oauth/key_source.h"

#include <algorithm>
#include <utility>

namespace causeway::security {
namespace {

constexpr std::chrono::seconds kBetweenRequests{30};

/// Everything that decides which keys these are. Texts are separated by a byte that none of them holds.
std::string identity_of(const ProviderSettings& provider) {
  std::string identity = provider.name.value + '\0' + provider.issuer.value + '\0';
  if (provider.jwks) {
    if (provider.jwks->url) identity += "url" + provider.jwks->url->value;
    if (provider.jwks->file) identity += "file" + provider.jwks->file->value.string();
    identity += '\0';
    if (provider.jwks->ca) identity += provider.jwks->ca->value.string();
  }
  for (const JwsAlgorithm algorithm : provider.algorithms) {
    identity += '\0';
    identity += config::name_of(algorithm);
  }
  return identity;
}

std::vector<JwsAlgorithm> algorithms_of(const ProviderSettings& provider) {
  if (!provider.algorithms.empty()) return provider.algorithms;
  return {std::begin(kDefaultAlgorithms), std::end(kDefaultAlgorithms)};
}

}  // namespace

KeySource::KeySource(const ProviderSettings& provider)
    : provider_(provider.name.value),
      identity_(identity_of(provider)),
      algorithms_(algorithms_of(provider)),
      secrets_(provider.jwks && provider.jwks->file ? PublishedSecrets::kTake : PublishedSecrets::kRefuse) {}

KeySource::~KeySource() = default;

// The pin is counted before the pointer is read, both in the one total order: whoever replaces the set and then finds
// no pins knows that every later reader sees the new one.
KeySource::Pin::Pin(const KeySource& source) : source_(source) {
  source.pins_.fetch_add(1, std::memory_order_seq_cst);
  set_ = source.current_.load(std::memory_order_seq_cst);
}

KeySource::Pin::~Pin() { source_.pins_.fetch_sub(1, std::memory_order_seq_cst); }

bool KeySource::take_request(SteadyTime now) {
  if (!asked_.load(std::memory_order_relaxed)) return false;
  const std::lock_guard lock(mutex_);
  if (taken_at_ && now - *taken_at_ < kBetweenRequests) return false;
  taken_at_ = now;
  asked_.store(false, std::memory_order_relaxed);
  return true;
}

std::string KeySource::accept(Bytes jwks, SteadyTime now, std::vector<std::string>* skipped) {
  KeySet::Read read = KeySet::from_jwks(jwks, algorithms_, secrets_);
  if (skipped != nullptr) *skipped = std::move(read.skipped);
  if (!read.ok()) {
    std::string& why = std::get<std::string>(read.set);
    failed(why, now);
    return std::move(why);
  }
  KeySet& set = std::get<KeySet>(read.set);
  const std::lock_guard lock(mutex_);
  state_ = {.fetched_at = now, .tried_at = now, .last_error = {}, .keys = set.size()};
  if (!owned_ || !owned_->same_as(set)) replace(std::move(set));
  free_retired();
  return {};
}

void KeySource::failed(std::string why, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  state_.tried_at = now;
  state_.last_error = std::move(why);
}

KeySource::State KeySource::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool KeySource::is_for(const ProviderSettings& provider) const { return identity_ == identity_of(provider); }

void KeySource::replace(KeySet set) {
  auto next = std::make_unique<const KeySet>(std::move(set));
  current_.store(next.get(), std::memory_order_seq_cst);
  version_.fetch_add(1, std::memory_order_acq_rel);
  if (owned_) retired_.push_back(std::move(owned_));
  owned_ = std::move(next);
}

void KeySource::free_retired() {
  if (pins_.load(std::memory_order_seq_cst) == 0) retired_.clear();
}

std::shared_ptr<KeySource> KeySources::obtain(const ProviderSettings& provider) {
  for (const auto& source : sources_)
    if (source->is_for(provider)) return source;
  return sources_.emplace_back(std::make_shared<KeySource>(provider));
}

void KeySources::keep(const std::vector<std::shared_ptr<KeySource>>& used) {
  std::erase_if(sources_, [&](const auto& source) { return std::ranges::find(used, source) == used.end(); });
}

}  // namespace causeway::security
