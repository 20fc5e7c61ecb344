#include "security/signature.h"

#include <algorithm>

#include "security/refusal.h"

namespace causeway::security {
namespace {

constexpr std::size_t kTimestampDigits = 13;
constexpr std::size_t kMostKeyIdCharacters = 128;
constexpr std::string_view kScheme = "apikey";

bool is_token_character(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
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

bool presents_signature(const SignatureHeaders& headers) {
  return headers.signature || (headers.authorization && key_id_of(*headers.authorization));
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
  const auto signature = parse_sha256(*headers.signature);
  if (!signature) return refuse(Refusal::kBadSignatureForm);
  return PresentedSignature{*key_id, *headers.timestamp, *timestamp, *signature};
}

SignatureV1::SignatureV1(std::string_view timestamp, std::string_view key_id) {
  content_.update(timestamp);
  content_.update(key_id);
}

bool SignatureV1::verify(std::span<const config::Secret> secrets, const Sha256Digest& expected) {
  bool fits = false;
  for (const auto& secret : secrets) {
    const bool last = &secret == &secrets.back();
    Sha256 hash = last ? std::move(content_) : content_.fork();
    hash.update(secret.reveal());
    const bool same = equal_in_constant_time(hash.finish(), expected);
    fits = fits | same;
  }
  return fits;
}

std::string SignatureV1::sign(std::string_view timestamp, std::string_view key_id, Bytes body,
                              std::string_view secret) {
  SignatureV1 signature(timestamp, key_id);
  signature.update(body);
  signature.content_.update(secret);
  return to_hex(signature.content_.finish());
}

}  // namespace causeway::security
