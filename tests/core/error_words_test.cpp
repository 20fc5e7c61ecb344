// What an error says to an operator.
#include "core/error_words.h"

#include <gtest/gtest.h>

namespace causeway {
namespace {

TEST(ErrorWordsTest, TheReasonForTheLogGoesBeforeWhatTheCallerReads) {
  Error error(Code::kStoreRefused, "the disk is full");
  error.info().public_message = "try again later";
  EXPECT_EQ(words_of(error), "the disk is full");
}

TEST(ErrorWordsTest, WithoutAReasonItIsWhatTheCallerReads) {
  Error error(Code::kConflict);
  error.info().public_message = "it was committed before";
  EXPECT_EQ(words_of(error), "it was committed before");
}

TEST(ErrorWordsTest, WithoutWordsItIsTheNameOfTheCode) {
  EXPECT_EQ(words_of(Error(Code::kUpstreamTimeout)), "upstream_timeout");
  Error error(Code::kUpstreamTimeout);
  error.info().details = R"("outcome":"absent")";
  EXPECT_EQ(words_of(error), "upstream_timeout");
}

}  // namespace
}  // namespace causeway
