#include "security/refusal.h"

#include <iterator>
#include <utility>

namespace causeway::security {
namespace {

struct Row {
  Code code;
  std::string_view reason;
};

// In the order of the enumerators.
constexpr Row kRows[] = {
    {Code::kNoCredentials, "no_credentials"},
    {Code::kWrongCredentials, "missing_key"},
    {Code::kWrongCredentials, "missing_timestamp"},
    {Code::kWrongCredentials, "missing_signature"},
    {Code::kWrongCredentials, "bad_key_form"},
    {Code::kWrongCredentials, "bad_timestamp_form"},
    {Code::kWrongCredentials, "bad_signature_form"},
    {Code::kWrongCredentials, "missing_nonce"},
    {Code::kWrongCredentials, "bad_nonce_form"},
    {Code::kWrongCredentials, "bad_content_hash_form"},
    {Code::kMalformedHttp, "doubled_signed_header"},
    {Code::kWrongCredentials, "unknown_key"},
    {Code::kWrongCredentials, "version_not_allowed"},
    {Code::kWrongCredentials, "wrong_signature"},
    {Code::kWrongCredentials, "wrong_content_hash"},
    {Code::kTimestampOutsideWindow, "too_old"},
    {Code::kTimestampOutsideWindow, "in_future"},
    {Code::kTimestampOutsideWindow, "before_start"},
    {Code::kReplayed, "replayed"},
    {Code::kOverloaded, "replay_memory_full"},
    {Code::kWrongCredentials, "unknown_token"},
    {Code::kWrongCredentials, "token_too_long"},
    {Code::kWrongCredentials, "bad_token_form"},
    {Code::kWrongCredentials, "wrong_token_type"},
    {Code::kWrongCredentials, "critical_header"},
    {Code::kWrongCredentials, "key_in_header"},
    {Code::kWrongCredentials, "algorithm_not_allowed"},
    {Code::kWrongCredentials, "unknown_issuer"},
    {Code::kWrongCredentials, "unknown_key_id"},
    {Code::kOverloaded, "keys_unavailable"},
    {Code::kWrongCredentials, "wrong_audience"},
    {Code::kWrongCredentials, "bad_claims"},
    {Code::kWrongCredentials, "not_yet_valid"},
    {Code::kWrongCredentials, "unknown_client"},
    {Code::kExpiredCredentials, "token_expired"},
    {Code::kWrongCredentials, "missing_message_id"},
    {Code::kWrongCredentials, "bad_message_id"},
    {Code::kWrongCredentials, "unknown_certificate"},
    {Code::kWrongCredentials, "ambiguous_certificate"},
    {Code::kExpiredCredentials, "expired_certificate"},
    {Code::kForbidden, "consumer_not_allowed"},
    {Code::kForbidden, "scope_missing"},
    {Code::kAddressForbidden, "address_not_allowed"},
};
static_assert(std::size(kRows) == static_cast<std::size_t>(Refusal::kAddressNotAllowed) + 1);

const Row& row(Refusal refusal) { return kRows[static_cast<std::size_t>(refusal)]; }

}  // namespace

Code code(Refusal refusal) { return row(refusal).code; }

std::string_view reason(Refusal refusal) { return row(refusal).reason; }

Error refuse(Refusal refusal, std::string internal) {
  Error error(code(refusal), std::move(internal));
  error.info().reason = reason(refusal);
  if (refusal == Refusal::kReplayMemoryFull || refusal == Refusal::kKeysUnavailable)
    error.info().retry_after_seconds = 1;
  return error;
}

}  // namespace causeway::security
