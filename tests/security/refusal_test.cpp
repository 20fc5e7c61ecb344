#include "security/refusal.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::security {
namespace {

TEST(Refusal, HasAFixedCodeAndReasonEach) {
  std::string list;
  for (int i = 0; i <= static_cast<int>(Refusal::kAddressNotAllowed); ++i) {
    const auto refusal = static_cast<Refusal>(i);
    list += std::to_string(number(code(refusal))) + ' ' + std::string(reason(refusal)) + '\n';
  }
  EXPECT_EQ(list,
            "40190 no_credentials\n"
            "40191 missing_key\n"
            "40191 missing_timestamp\n"
            "40191 missing_signature\n"
            "40191 bad_key_form\n"
            "40191 bad_timestamp_form\n"
            "40191 bad_signature_form\n"
            "40191 missing_nonce\n"
            "40191 bad_nonce_form\n"
            "40191 bad_content_hash_form\n"
            "40090 doubled_signed_header\n"
            "40191 unknown_key\n"
            "40191 version_not_allowed\n"
            "40191 wrong_signature\n"
            "40191 wrong_content_hash\n"
            "40193 too_old\n"
            "40193 in_future\n"
            "40193 before_start\n"
            "40194 replayed\n"
            "50391 replay_memory_full\n"
            "40191 unknown_token\n"
            "40191 token_too_long\n"
            "40191 bad_token_form\n"
            "40191 wrong_token_type\n"
            "40191 critical_header\n"
            "40191 key_in_header\n"
            "40191 algorithm_not_allowed\n"
            "40191 unknown_issuer\n"
            "40191 unknown_key_id\n"
            "50391 keys_unavailable\n"
            "40191 wrong_audience\n"
            "40191 bad_claims\n"
            "40191 not_yet_valid\n"
            "40191 unknown_client\n"
            "40192 token_expired\n"
            "40191 missing_message_id\n"
            "40191 bad_message_id\n"
            "40191 unknown_certificate\n"
            "40191 ambiguous_certificate\n"
            "40192 expired_certificate\n"
            "40390 consumer_not_allowed\n"
            "40390 scope_missing\n"
            "40391 address_not_allowed\n");
}

TEST(Refusal, TellsTheCallerOnlyTheTablesMessage) {
  const Error error = refuse(Refusal::kUnknownKey, "key x");
  EXPECT_EQ(error.code(), Code::kWrongCredentials);
  EXPECT_EQ(error.info_if()->reason, "unknown_key");
  EXPECT_EQ(error.info_if()->internal, "key x");
  EXPECT_EQ(error.info_if()->public_message, "");
  EXPECT_EQ(error.info_if()->details, "");
}

TEST(Refusal, AsksToComeBackWhenMemoryIsFull) {
  EXPECT_EQ(refuse(Refusal::kReplayMemoryFull).info_if()->retry_after_seconds, 1);
  EXPECT_EQ(refuse(Refusal::kReplayed).info_if()->retry_after_seconds, 0);
}

}  // namespace
}  // namespace causeway::security
