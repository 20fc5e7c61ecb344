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
    {Code::kNoCredentials, "no_credentials"},         {Code::kWrongCredentials, "missing_key"},
    {Code::kWrongCredentials, "missing_timestamp"},   {Code::kWrongCredentials, "missing_signature"},
    {Code::kWrongCredentials, "bad_key_form"},        {Code::kWrongCredentials, "bad_timestamp_form"},
    {Code::kWrongCredentials, "bad_signature_form"},  {Code::kWrongCredentials, "unknown_key"},
    {Code::kWrongCredentials, "version_not_allowed"}, {Code::kWrongCredentials, "wrong_signature"},
    {Code::kTimestampOutsideWindow, "too_old"},       {Code::kTimestampOutsideWindow, "in_future"},
    {Code::kTimestampOutsideWindow, "before_start"},  {Code::kReplayed, "replayed"},
    {Code::kOverloaded, "replay_memory_full"},        {Code::kWrongCredentials, "unknown_token"},
    {Code::kForbidden, "consumer_not_allowed"},       {Code::kAddressForbidden, "address_not_allowed"},
};
static_assert(std::size(kRows) == static_cast<std::size_t>(Refusal::kAddressNotAllowed) + 1);

const Row& row(Refusal refusal) { return kRows[static_cast<std::size_t>(refusal)]; }

}  // namespace

Code code(Refusal refusal) { return row(refusal).code; }

std::string_view reason(Refusal refusal) { return row(refusal).reason; }

Error refuse(Refusal refusal, std::string internal) {
  Error error(code(refusal), std::move(internal));
  error.info().reason = reason(refusal);
  if (refusal == Refusal::kReplayMemoryFull) error.info().retry_after_seconds = 1;
  return error;
}

}  // namespace causeway::security
