#include "security/oauth/key_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/errors.h"
#include "core/json_document.h"

namespace causeway::security {
namespace {

constexpr std::size_t kDepth = 16;

KeySet::Read refused(std::string why, std::vector<std::string> skipped = {}) {
  return {std::move(why), std::move(skipped)};
}

std::string label(std::size_t number, std::string_view kid) {
  return kid.empty() ? fmt::format("key {}", number) : fmt::format("key {} ({})", number, config::quote(kid));
}

std::string kid_of(const JsonDocument& document, JsonDocument::Index jwk) {
  if (document.kind(jwk) != JsonKind::kObject) return {};
  const auto kid = document.find(jwk, "kid");
  if (kid == JsonDocument::kNone) return {};
  return json_string_value(document.raw(kid)).value_or("");
}

bool holds_secret(const KeySet::Entry& entry) { return traits(entry.key.algorithm()).family == KeyFamily::kSecret; }

/// False: one kid stands for two keys. The same key twice is one.
bool add(std::vector<KeySet::Entry>& entries, Jwk jwk) {
  for (const KeySet::Entry& entry : entries)
    if (entry.kid == jwk.kid) {
      if (entry.key.same_as(jwk.key)) return true;
      if (!jwk.kid.empty()) return false;
    }
  entries.push_back({std::move(jwk.kid), std::move(jwk.key)});
  return true;
}

}  // namespace

KeySet::KeySet(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::ranges::stable_sort(entries_, {}, &Entry::kid);
}

KeySet::Read KeySet::from_jwks(Bytes text, std::span<const JwsAlgorithm> allowed, PublishedSecrets secrets) {
  if (text.size() > kMostBytes) return refused("the JWKS is larger than 1 MiB");
  const auto read = JsonDocument::read(text, {.depth = kDepth});
  if (const auto* problem = std::get_if<JsonProblem>(&read))
    return refused(fmt::format("the JWKS is no JSON: {} at byte {}", problem->what, problem->offset));
  const auto& document = std::get<JsonDocument>(read);
  const auto keys = document.find(0, "keys");
  if (document.kind(0) != JsonKind::kObject || keys == JsonDocument::kNone || document.kind(keys) != JsonKind::kArray)
    return refused("the JWKS is no object with an array `keys`");
  if (document.size(keys) > kMostKeys) return refused(fmt::format("the JWKS has more than {} keys", kMostKeys));

  std::vector<Entry> entries;
  std::vector<std::string> skipped;
  std::size_t number = 0;
  for (auto each = document.first(keys); each != JsonDocument::kNone; each = document.next(each)) {
    const std::string name = label(++number, kid_of(document, each));
    auto jwk = read_jwk(document, each, allowed, secrets);
    if (const auto* problem = std::get_if<JwkProblem>(&jwk)) {
      std::string why = fmt::format("{}: {}", name, problem->why);
      if (problem->suspect) return refused(std::move(why), std::move(skipped));
      skipped.push_back(std::move(why));
    } else if (!add(entries, std::move(std::get<Jwk>(jwk)))) {
      return refused(fmt::format("{}: another key has this kid", name), std::move(skipped));
    }
  }
  if (entries.empty()) return refused("the JWKS has no key that can be used", std::move(skipped));
  const auto secret_count = std::ranges::count_if(entries, holds_secret);
  if (secret_count != 0 && static_cast<std::size_t>(secret_count) != entries.size())
    return refused("the JWKS mixes secrets and public keys", std::move(skipped));
  return {KeySet(std::move(entries)), std::move(skipped)};
}

const VerificationKey* KeySet::find(std::string_view kid) const {
  if (kid.empty()) return nullptr;
  const auto found =
      std::ranges::lower_bound(entries_, kid, {}, [](const Entry& entry) -> std::string_view { return entry.kid; });
  return found != entries_.end() && found->kid == kid ? &found->key : nullptr;
}

bool KeySet::same_as(const KeySet& other) const {
  return std::ranges::equal(entries_, other.entries_,
                            [](const Entry& a, const Entry& b) { return a.kid == b.kid && a.key.same_as(b.key); });
}

}  // namespace causeway::security
