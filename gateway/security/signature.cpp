#include "security/signature.h"

#include <algorithm>

#include "security/refusal.h"

namespace causeway::security {
namespace {

constexpr std::size_t kTimestampDigits = 13;
constexpr std::size_t kMostKeyIdCharacters = 128;
constexpr std::size_t kLeastNonceCharacters = 16;
constexpr std::size_t kMostNonceCharacters = 64;
constexpr std::string_view kScheme = "apikey";
constexpr std::string_view kV2 = "v2=";

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_token_character(char c) {
  return is_letter_or_digit(c) || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

// The credentials behind `ApiKey`; nothing when the header is of another scheme.
std::optional<std::string_view> key_id_of(std::string_view authorization) {
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (!std::equal(scheme.begin(), scheme.end(), kScheme.begin(), kScheme.end(), same)) return std::nullopt;
  const std::size_t start = authorization.find_first_not_of(' ', scheme.size());
  return start == std::string_view::npos ? std::string_view() : authorization.substr(start);
}

std::optional<WallTime> parse_timestamp(std::string_view text) {
  if (text.size() != kTimestampDigits) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return WallTime(std::chrono::milliseconds(value));
}

}  // namespace

bool is_key_id(std::string_view text) {
  return !text.empty() && text.size() <= kMostKeyIdCharacters &&
         std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_nonce(std::string_view text) {
  return text.size() >= kLeastNonceCharacters && text.size() <= kMostNonceCharacters &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; });
}

bool presents_signature(const SignatureHeaders& headers) {
  return headers.signature || (headers.authorization && key_id_of(*headers.authorization));
}

SignatureVersion presented_version(const SignatureHeaders& headers) {
  return headers.signature && headers.signature->starts_with(kV2) ? SignatureVersion::kV2 : SignatureVersion::kV1;
}

Result<PresentedSignature> parse_signature(const SignatureHeaders& headers) {
  if (!presents_signature(headers)) return refuse(Refusal::kNoCredentials);
  const auto key_id = headers.authorization ? key_id_of(*headers.authorization) : std::nullopt;
  if (!key_id) return refuse(Refusal::kMissingKey);
  if (!headers.timestamp) return refuse(Refusal::kMissingTimestamp);
  if (!headers.signature) return refuse(Refusal::kMissingSignature);
  if (!is_key_id(*key_id)) return refuse(Refusal::kBadKeyForm);
  const auto timestamp = parse_timestamp(*headers.timestamp);
  if (!timestamp) return refuse(Refusal::kBadTimestampForm);
  PresentedSignature presented;
  presented.version = presented_version(headers);
  const bool v2 = presented.version == SignatureVersion::kV2;
  const auto signature = parse_sha256(headers.signature->substr(v2 ? kV2.size() : 0));
  if (!signature) return refuse(Refusal::kBadSignatureForm);
  presented.key_id = *key_id;
  presented.timestamp_text = *headers.timestamp;
  presented.timestamp = *timestamp;
  presented.signature = *signature;
  if (!v2) return presented;
  if (!headers.nonce) return refuse(Refusal::kMissingNonce);
  if (!is_nonce(*headers.nonce)) return refuse(Refusal::kBadNonceForm);
  presented.nonce = *headers.nonce;
  if (headers.body_hash) {
    presented.body_hash = parse_sha256(*headers.body_hash);
    if (!presented.body_hash) return refuse(Refusal::kBadContentHashForm);
  }
  return presented;
}

}  // namespace causeway::security
