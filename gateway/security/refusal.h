// Why a call was not let in: one list, each with the code that the caller sees and the slug that the log and the
// metric's label `reason` know. Before the secret is proved the caller learns only 40191, whichever part was wrong
// (design: http.md, Authentication); 40193 and 40194 come only after a right signature.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace causeway::security {

enum class Refusal : std::uint8_t {
  kNoCredentials,       ///< nothing was presented
  kMissingKey,          ///< a signature or timestamp without `Authorization: ApiKey`
  kMissingTimestamp,    ///< no X-Timestamp
  kMissingSignature,    ///< no X-Signature
  kBadKeyForm,          ///< the key id is empty or not of visible token characters
  kBadTimestampForm,    ///< X-Timestamp is not 13 digits
  kBadSignatureForm,    ///< X-Signature is not 64 lower-case hex digits
  kUnknownKey,          ///< no consumer has this key
  kVersionNotAllowed,   ///< the key does not take this version of the signature
  kWrongSignature,      ///< none of the key's secrets gives this signature
  kTooOld,              ///< right signature, timestamp before the window
  kInFuture,            ///< right signature, timestamp too far ahead
  kBeforeStart,         ///< right signature of an unsafe call, signed before what this process remembers
  kReplayed,            ///< right signature that was seen before
  kReplayMemoryFull,    ///< nothing was wrong, but it could not be remembered: 503
  kUnknownToken,        ///< no consumer has this API token
  kConsumerNotAllowed,  ///< roles and names of the route do not admit this consumer
  kAddressNotAllowed,   ///< the route does not admit this address
};

Code code(Refusal refusal);
/// `missing_timestamp`, `wrong_signature` …: static, a bounded set of label values.
std::string_view reason(Refusal refusal);
/// The Error of `refusal`: its code, its reason, `internal` for the log (never a secret or a token).
Error refuse(Refusal refusal, std::string internal = {});

}  // namespace causeway::security
