#include "security/oauth/token_claims.h"

#include <algorithm>
#include <utility>

#include "core/json_scan.h"
#include "security/oauth/numeric_date.h"
#include "security/oauth/settings.h"
#include "security/refusal.h"

namespace causeway::security {
namespace {

constexpr std::size_t kPayloadDepth = 32;

void append_words(std::string_view text, std::vector<std::string>& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Error bad_claim(std::string_view name, std::string_view what) {
  return refuse(Refusal::kBadClaims, std::string(name) + ' ' + std::string(what));
}

}  // namespace

Result<TokenClaims> TokenClaims::parse(Bytes payload, TokenScratch& scratch) {
  auto read = JsonDocument::read(payload, {.depth = kPayloadDepth}, scratch.memory());
  auto* const document = std::get_if<JsonDocument>(&read);
  if (document == nullptr || document->kind(0) != JsonKind::kObject)
    return refuse(Refusal::kBadTokenForm, "the payload is no JSON object with each name once");
  return TokenClaims(std::move(*document));
}

std::optional<std::string> TokenClaims::text(std::string_view name) const {
  const auto claim = document_.find(0, name);
  if (claim == JsonDocument::kNone) return std::nullopt;
  return json_string_value(document_.raw(claim));
}

std::string_view TokenClaims::raw(std::string_view name) const {
  const auto claim = document_.find(0, name);
  return claim == JsonDocument::kNone ? std::string_view() : document_.raw(claim);
}

bool TokenClaims::is_for(std::span<const std::string> audiences) const {
  const auto named = [&](JsonDocument::Index value) {
    const auto audience = json_string_value(document_.raw(value));
    return audience && std::ranges::find(audiences, *audience) != audiences.end();
  };
  const auto aud = document_.find(0, "aud");
  if (aud == JsonDocument::kNone) return false;
  if (document_.kind(aud) != JsonKind::kArray) return named(aud);
  for (auto each = document_.first(aud); each != JsonDocument::kNone; each = document_.next(each))
    if (named(each)) return true;
  return false;
}

Result<std::optional<WallTime>> TokenClaims::date(std::string_view name) const {
  const auto claim = document_.find(0, name);
  if (claim == JsonDocument::kNone) return std::optional<WallTime>();
  if (document_.kind(claim) != JsonKind::kNumber) return bad_claim(name, "is no number");
  const auto date = parse_numeric_date(document_.raw(claim));
  if (!date) return bad_claim(name, "is no date");
  return date;
}

Result<WallTime> TokenClaims::check_times(WallTime now) const {
  const Result<std::optional<WallTime>> claims[] = {date("exp"), date("nbf"), date("iat")};
  for (const auto& claim : claims)
    if (!claim) return refuse(Refusal::kBadClaims, claim.error().info_if()->internal);
  const auto& [exp, nbf, iat] = claims;
  if (!exp->has_value()) return bad_claim("exp", "is missing");
  for (const auto& begin : {*nbf, *iat})
    if (begin && now + kTokenLeeway < *begin) return refuse(Refusal::kNotYetValid);
  if (now >= **exp + kTokenLeeway) return refuse(Refusal::kTokenExpired);
  return **exp;
}

Result<std::optional<std::vector<std::string>>> TokenClaims::scopes() const {
  auto claim = document_.find(0, "scope");
  if (claim == JsonDocument::kNone) claim = document_.find(0, "scp");
  if (claim == JsonDocument::kNone) return std::optional<std::vector<std::string>>();

  std::vector<std::string> scopes;
  if (const auto text = json_string_value(document_.raw(claim))) {
    append_words(*text, scopes);
  } else if (document_.kind(claim) == JsonKind::kArray) {
    for (auto each = document_.first(claim); each != JsonDocument::kNone; each = document_.next(each)) {
      auto scope = json_string_value(document_.raw(each));
      if (!scope) return bad_claim("scope", "holds what is no text");
      scopes.push_back(std::move(*scope));
    }
  } else {
    return bad_claim("scope", "is neither a text nor an array");
  }
  return std::optional(std::move(scopes));
}

}  // namespace causeway::security
