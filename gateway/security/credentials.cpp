#include "security/credentials.h"

#include <fmt/format.h>

#include "security/refusal.h"

namespace causeway::security {
namespace {

std::string quoted_key(std::string_view id) { return fmt::format("key {}", id); }

Result<> remember(const Sha256Digest& signature, WallTime timestamp, bool unsafe, ReplayTable& replays) {
  switch (replays.admit(signature, timestamp, unsafe)) {
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

}  // namespace

Result<> check_window(WallTime timestamp, WallTime now, Duration window, Duration future_skew) {
  // In milliseconds: 13 digits do not fit into nanoseconds.
  const auto age = now - timestamp;
  const auto past = std::chrono::floor<std::chrono::milliseconds>(window);
  const auto future = std::chrono::floor<std::chrono::milliseconds>(future_skew);
  if (age > past) return refuse(Refusal::kTooOld, fmt::format("signed {} ms ago", age.count()));
  if (-age > future) return refuse(Refusal::kInFuture, fmt::format("signed {} ms ahead", -age.count()));
  return {};
}

Result<SignatureCheck> SignatureCheck::begin(const SignatureHeaders& headers, const ConsumerTable& table) {
  auto presented = parse_signature(headers);
  if (!presented) return std::move(presented.error());
  const SigningKey* const key = table.find_key(presented->key_id);
  if (key == nullptr) return refuse(Refusal::kUnknownKey, quoted_key(presented->key_id));
  if (!key->takes_v1) return refuse(Refusal::kVersionNotAllowed, quoted_key(key->id));
  return SignatureCheck(*key, *presented);
}

Result<const Consumer*> SignatureCheck::finish(const SigningSettings& settings, ReplayTable& replays, bool unsafe,
                                               WallTime now) {
  if (!hash_.verify(key_->secrets, presented_.signature)) {
    return refuse(Refusal::kWrongSignature, quoted_key(key_->id));
  }
  auto in_window = check_window(presented_.timestamp, now, settings.window, settings.future_skew);
  if (!in_window) return std::move(in_window.error());
  auto remembered = remember(presented_.signature, presented_.timestamp, unsafe, replays);
  if (!remembered) return std::move(remembered.error());
  return key_->consumer;
}

Result<const Consumer*> check_api_token(std::optional<std::string_view> token, const ConsumerTable& table) {
  if (!token) return refuse(Refusal::kNoCredentials);
  const Consumer* const consumer = table.find_token(*token);
  if (consumer == nullptr) return refuse(Refusal::kUnknownToken);
  return consumer;
}

}  // namespace causeway::security
