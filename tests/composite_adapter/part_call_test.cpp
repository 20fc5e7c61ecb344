// What a composite says that fails after a write.
#include "adapters/composite/part_call.h"

#include <gtest/gtest.h>

#include "composite_adapter/composite_fixture.h"

namespace causeway::adapters {
namespace {

class PartCallTest : public CompositeFixture {};

TEST_F(PartCallTest, AFailureBesideAWriteThatIsDoneIsUnknownWhateverFailed) {
  write("write", says("1"));
  part("read", fails(Code::kUpstreamUnreachable, "connection refused"));
  EXPECT_EQ(after_write(),
            R"(50491: read: connection refused; write may have been carried out {"call":"read","outcome":"unknown"})");
}

TEST_F(PartCallTest, ARefusalBehindAWriteThatIsDoneIsUnknownToo) {
  write("write", says("1"));
  part("read", says("{}", 404), {0});
  EXPECT_EQ(after_write(),
            R"(50491: read: refused with 40400; write may have been carried out {"call":"read","outcome":"unknown"})");
}

TEST_F(PartCallTest, AFailureIsUnknownWhenTheWriteBesideItEndsLater) {
  for (const System::Answer& end : {says("1"), says("", 500), says("<html>", 200, "text/html"), says("", 302, ""),
                                    fails(Code::kOutcomeUnknown), fails(Code::kInternal)}) {
    plan = CompositePlan();
    adapter_.reset();
    System& writing = write("write", end);
    part("read", fails(Code::kBreakerOpen, "the breaker is open"));
    writing.held = true;
    writing.cancellable = false;
    fakes::Call& one = call();
    begin(one);
    EXPECT_EQ(ended(one), "it has not ended");
    writing.open();
    EXPECT_EQ(ended(one), "50491: read: the breaker is open; write may have been carried out");
  }
}

TEST_F(PartCallTest, AWriteOfWhichNobodyKnowsIsUnknown) {
  write("write", fails(Code::kOutcomeUnknown, "closed"));
  EXPECT_EQ(after_write(), R"(50491: write: closed {"call":"write","outcome":"unknown"})");
}

TEST_F(PartCallTest, AFailureBesideAWriteThatWasNotSentKeepsItsCode) {
  for (const Code code : {Code::kUpstreamUnreachable, Code::kUpstreamBroke, Code::kUpstreamTimeout, Code::kBreakerOpen,
                          Code::kOverloaded}) {
    plan = CompositePlan();
    adapter_.reset();
    write("write", fails(code));
    part("read", says("1"));
    EXPECT_NE(after_write().find("\"code\":" + std::to_string(number(code))), std::string::npos) << number(code);
  }
}

TEST_F(PartCallTest, AWriteThatIsRefusedHasDoneNothing) {
  write("write", says(R"({"why":"sold"})", 409));
  part("read", says("1"));
  EXPECT_EQ(after_write(), envelope("40900", "Conflict", R"("call":"write","upstream":{"why":"sold"})"));
}

TEST_F(PartCallTest, AWriteThatIsRefusedAfterAnotherIsUnknown) {
  write("first", says("1"));
  write("second", says("{}", 409), {0});
  EXPECT_EQ(after_write(),
            "50491: second: refused with 40900; first may have been carried out "
            R"({"call":"second","outcome":"unknown"})");
}

TEST_F(PartCallTest, AMergeThatFailsAfterAWriteIsUnknown) {
  write("write", says("[]"));
  merge(".write.id");
  EXPECT_EQ(after_write(),
            "50491: merge: Cannot index array at .write with string (\"id\"); write may have been carried out "
            R"({"outcome":"unknown"})");
}

}  // namespace
}  // namespace causeway::adapters
