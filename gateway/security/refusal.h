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
  kNoCredentials,         ///< nothing was presented
  kMissingKey,            ///< a signature or timestamp without `Authorization: ApiKey`
  kMissingTimestamp,      ///< no X-Timestamp
  kMissingSignature,      ///< no X-Signature
  kBadKeyForm,            ///< the key id is empty or not of visible token characters
  kBadTimestampForm,      ///< X-Timestamp is not 13 digits
  kBadSignatureForm,      ///< X-Signature is not 64 lower-case hex digits, behind `v2=` or not
  kMissingNonce,          ///< a signature of version 2 without X-Nonce
  kBadNonceForm,          ///< X-Nonce is not 16 to 64 of A-Z a-z 0-9 _ -
  kBadContentHashForm,    ///< X-Content-SHA256 is not 64 lower-case hex digits
  kDoubledSignedHeader,   ///< a header that version 2 signs occurs twice: 40090
  kUnknownKey,            ///< no consumer has this key
  kVersionNotAllowed,     ///< the key does not take this version of the signature
  kWrongSignature,        ///< none of the key's secrets gives this signature
  kWrongContentHash,      ///< right signature of a head, but the body is not the one that X-Content-SHA256 announced
  kTooOld,                ///< right signature, timestamp before the window
  kInFuture,              ///< right signature, timestamp too far ahead
  kBeforeStart,           ///< right signature that must not repeat, made before what this process remembers
  kReplayed,              ///< right signature that was seen before
  kReplayMemoryFull,      ///< nothing was wrong, but it could not be remembered: 503
  kUnknownToken,          ///< no consumer has this API token
  kTokenTooLong,          ///< a bearer token of more than 8 KiB
  kBadTokenForm,          ///< it is no JWT: not three parts, or not the JSON that it must hold
  kWrongTokenType,        ///< its typ is neither JWT nor at+jwt
  kCriticalHeader,        ///< its header names extensions that must be known (`crit`)
  kKeyInHeader,           ///< its header brings a key or says where to get one
  kAlgorithmNotAllowed,   ///< its alg is not the one of its key, or `none`
  kUnknownIssuer,         ///< no provider has its iss
  kUnknownKeyId,          ///< its provider has no such key, or several and it names none
  kKeysUnavailable,       ///< its provider's keys have never been fetched: 503
  kWrongAudience,         ///< right signature, for somebody else
  kBadClaims,             ///< right signature, but a claim is missing or of the wrong kind
  kNotYetValid,           ///< right signature, nbf or iat ahead of the present
  kUnknownClient,         ///< right token, but no consumer is this client
  kTokenExpired,          ///< right token, exp in the past: 40192
  kMissingMessageId,      ///< a partner's webhook without the header of its id
  kBadMessageId,          ///< the id of a partner's webhook is not 1 to 256 of A-Z a-z 0-9 _ -
  kUnknownCertificate,    ///< no consumer has a name of this client certificate
  kAmbiguousCertificate,  ///< its names belong to several consumers
  kExpiredCertificate,    ///< it was valid when the connection was made
  kConsumerNotAllowed,    ///< roles and names of the route do not admit this consumer
  kScopeMissing,          ///< it may call, but not with the scopes that it has or came with
  kAddressNotAllowed,     ///< the route does not admit this address
};

Code code(Refusal refusal);
/// `missing_timestamp`, `wrong_signature` …: static, a bounded set of label values.
std::string_view reason(Refusal refusal);
/// The Error of `refusal`: its code, its reason, `internal` for the log (never a secret or a token).
Error refuse(Refusal refusal, std::string internal = {});

}  // namespace causeway::security
