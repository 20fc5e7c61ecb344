#include "security/credentials.h"

#include <fmt/format.h>

#include "security/refusal.h"

namespace causeway::security {
namespace {

std::string quoted_key(std::string_view id) { return fmt::format("key {}", id); }

}  // namespace

Result<> result_of(Admit verdict) {
  switch (verdict) {
    case Admit::kAccepted:
      return {};
    case Admit::kReplayed:
      return refuse(Refusal::kReplayed);
    case Admit::kBeforeStart:
      return refuse(Refusal::kBeforeStart, "signed before this gateway started");
    case Admit::kForgotten:
      return refuse(Refusal::kTooOld, "older than the signatures that are remembered");
    case Admit::kFull:
      break;
  }
  return refuse(Refusal::kReplayMemoryFull, "signing.replay_memory is full");
}

Result<> check_window(WallTime timestamp, WallTime now, Duration window, Duration future_skew) {
  // In milliseconds: 13 digits do not fit into nanoseconds.
  const auto age = now - timestamp;
  const auto past = std::chrono::floor<std::chrono::milliseconds>(window);
  const auto future = std::chrono::floor<std::chrono::milliseconds>(future_skew);
  if (age > past) return refuse(Refusal::kTooOld, fmt::format("signed {} ms ago", age.count()));
  if (-age > future) return refuse(Refusal::kInFuture, fmt::format("signed {} ms ahead", -age.count()));
  return {};
}

SignatureCheck::SignatureCheck(const SigningKey& key, const PresentedSignature& presented, const SignedHead& head,
                               const SigningSettings& settings)
    : key_(&key), settings_(&settings), presented_(presented), head_(head), hash_(std::in_place_type<Sha256>) {
  if (presented.version == SignatureVersion::kV1)
    hash_.emplace<SignatureV1>(presented.timestamp_text, presented.key_id);
}

Result<SignatureCheck> SignatureCheck::begin(const SignatureHeaders& headers, const SignedHead& head,
                                             const ConsumerTable& table, const SigningSettings& settings,
                                             WallTime now) {
  auto presented = parse_signature(headers);
  if (!presented) return std::move(presented.error());
  const SigningKey* const key = table.find_key(presented->key_id);
  if (key == nullptr) return refuse(Refusal::kUnknownKey, quoted_key(presented->key_id));
  if (!key->takes(presented->version)) return refuse(Refusal::kVersionNotAllowed, quoted_key(key->id));
  SignatureCheck check(*key, *presented, head, settings);
  if (!check.head_proves()) return check;
  if (!verify_v2(check.parts(), *presented->body_hash, key->hmac_keys, presented->signature))
    return refuse(Refusal::kWrongSignature, quoted_key(key->id));
  auto in_window = check_window(presented->timestamp, now, settings.window, settings.future_skew);
  if (!in_window) return std::move(in_window.error());
  return check;
}

SignedParts SignatureCheck::parts() const {
  return {settings_->audience, presented_.key_id, presented_.timestamp_text, presented_.nonce, head_};
}

void SignatureCheck::expect(const ReplayTable& replays) const {
  if (presented_.version == SignatureVersion::kV1) replays.expect(presented_.signature, presented_.timestamp);
}

void SignatureCheck::update(Bytes piece) {
  std::visit([piece](auto& hash) { hash.update(piece); }, hash_);
}

Result<> SignatureCheck::check_body() {
  bool right = false;
  if (auto* const v1 = std::get_if<SignatureV1>(&hash_)) {
    right = v1->verify(key_->secrets, presented_.signature);
  } else {
    const Sha256Digest body = std::get<Sha256>(hash_).finish();
    if (head_proves()) {
      if (equal_in_constant_time(body, *presented_.body_hash)) return {};
      return refuse(Refusal::kWrongContentHash, quoted_key(key_->id));
    }
    right = verify_v2(parts(), body, key_->hmac_keys, presented_.signature);
  }
  if (right) return {};
  return refuse(Refusal::kWrongSignature, quoted_key(key_->id));
}

Result<SignatureUse> SignatureCheck::use(bool unsafe, WallTime now) const {
  auto in_window = check_window(presented_.timestamp, now, settings_->window, settings_->future_skew);
  if (!in_window) return std::move(in_window.error());
  const bool nonce = presented_.version == SignatureVersion::kV2;
  return SignatureUse{nonce ? nonce_digest(presented_.key_id, presented_.nonce) : presented_.signature,
                      presented_.timestamp, nonce, unsafe};
}

Result<const Consumer*> check_api_token(std::optional<std::string_view> token, const ConsumerTable& table) {
  if (!token) return refuse(Refusal::kNoCredentials);
  const Consumer* const consumer = table.find_token(*token);
  if (consumer == nullptr) return refuse(Refusal::kUnknownToken);
  return consumer;
}

}  // namespace causeway::security
