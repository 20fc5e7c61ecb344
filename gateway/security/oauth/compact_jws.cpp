#include "security/oauth/compact_jws.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/ascii.h"
#include "core/base64.h"
#include "core/json_document.h"
#include "security/refusal.h"

namespace causeway::security {
namespace {

constexpr std::size_t kHeaderDepth = 8;

/// RFC 7519, 5.1 and RFC 9068, 2.1; RFC 7515, 4.1.9 lets `application/` be left out.
bool is_token_type(std::string_view typ) {
  constexpr std::string_view kPrefix = "application/";
  if (equals_ignoring_case(typ.substr(0, kPrefix.size()), kPrefix)) typ.remove_prefix(kPrefix.size());
  return equals_ignoring_case(typ, "jwt") || equals_ignoring_case(typ, "at+jwt");
}

bool brings_key(const JsonDocument& header, JsonDocument::Index member) {
  for (const std::string_view name : {"jwk", "jku", "x5c", "x5u"})
    if (header.is_named(member, name)) return true;
  return false;
}

Result<> read_header(const JsonDocument& header, CompactJws& jws) {
  bool has_algorithm = false;
  for (auto each = header.first(0); each != JsonDocument::kNone; each = header.next(each)) {
    if (header.is_named(each, "crit")) return refuse(Refusal::kCriticalHeader);
    if (brings_key(header, each)) return refuse(Refusal::kKeyInHeader);
    const bool alg = header.is_named(each, "alg");
    const bool kid = header.is_named(each, "kid");
    if (!alg && !kid && !header.is_named(each, "typ")) continue;
    auto text = json_string_value(header.raw(each));
    if (!text) return refuse(Refusal::kBadTokenForm, "a member of the header is no text");
    if (kid) {
      jws.kid = std::move(*text);
    } else if (!alg) {
      if (!is_token_type(*text)) return refuse(Refusal::kWrongTokenType);
    } else if (const auto algorithm = parse_algorithm(*text)) {
      jws.algorithm = *algorithm;
      has_algorithm = true;
    } else {
      return refuse(Refusal::kAlgorithmNotAllowed, "an algorithm that is not known");
    }
  }
  if (!has_algorithm) return refuse(Refusal::kBadTokenForm, "the header has no alg");
  return {};
}

}  // namespace

Result<CompactJws> CompactJws::parse(std::string_view token, TokenScratch& scratch) {
  if (token.size() > kMostTokenBytes) return refuse(Refusal::kTokenTooLong);
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return refuse(Refusal::kBadTokenForm, "it has not three parts");

  std::span<char> room(scratch.octets());
  const auto decode = [&room](std::string_view part) {
    const auto octets = from_base64url(part, room);
    if (octets) room = room.subspan(octets->size());
    return octets;
  };
  const auto header = decode(token.substr(0, first));
  const auto payload = decode(token.substr(first + 1, second - first - 1));
  const auto signature = decode(token.substr(second + 1));  // a fourth part's dot is no base64url
  if (!header || !payload || !signature) return refuse(Refusal::kBadTokenForm, "a part is not base64url");

  const auto read = JsonDocument::read(*header, {.depth = kHeaderDepth}, scratch.memory());
  const auto* const document = std::get_if<JsonDocument>(&read);
  if (document == nullptr || document->kind(0) != JsonKind::kObject)
    return refuse(Refusal::kBadTokenForm, "the header is no JSON object with each name once");
  CompactJws jws;
  jws.signing_input = token.substr(0, second);
  jws.payload = *payload;
  jws.signature = *signature;
  Result<> verdict = read_header(*document, jws);
  if (!verdict) return std::move(verdict.error());
  return jws;
}

}  // namespace causeway::security
