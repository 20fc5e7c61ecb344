#include <gtest/gtest.h>

#include "events/subscription/verdict.h"
#include "fakes/manual_clock.h"

namespace causeway::events {
namespace {

using namespace std::chrono_literals;

class Verdicts : public ::testing::Test {
 protected:
  /// `done`, `dead 422`, or how many milliseconds to wait.
  std::string of(int status, std::uint32_t attempts = 1, std::string_view retry_after = {}, Duration age = 0s) const {
    const WallTime since = clock.wall() - std::chrono::duration_cast<std::chrono::milliseconds>(age);
    return of(Answer{status, retry_after}, {attempts, since, 0});
  }
  std::string of(const Answer& answer, const Tried& tried) const {
    const Verdict verdict = judge(answer, tried, retry, clock.wall());
    if (verdict.kind == Verdict::Kind::kDone) return "done";
    if (verdict.kind == Verdict::Kind::kDead) return "dead " + verdict.reason;
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(verdict.wait).count());
  }

  /// Of a first attempt, by what was said besides the status.
  std::string said(int status, std::optional<CallClass> outcome, std::optional<bool> done = {}, std::uint32_t code = 0,
                   std::string_view message = {}) const {
    return of({status, {}, outcome, done, code, message}, {1, clock.wall(), 0});
  }

  fakes::ManualClock clock;  // 2026-03-01T04:00:00.123Z
  RetrySettings retry;
};

TEST_F(Verdicts, EveryStatusHasOne) {
  for (int status = 200; status < 300; ++status) EXPECT_EQ(of(status), "done") << status;
  for (int status = 300; status < 400; ++status) EXPECT_EQ(of(status), "1000") << status;
  const std::set<int> again{401, 403, 404, 405, 408, 409, 425, 429};
  for (int status = 400; status < 500; ++status)
    EXPECT_EQ(of(status), again.contains(status) ? "1000" : "dead " + std::to_string(status)) << status;
  for (int status = 500; status < 600; ++status) EXPECT_EQ(of(status), "1000") << status;
  EXPECT_EQ(of(0), "1000");
}

TEST_F(Verdicts, AnOutcomeDecidesWhateverTheStatus) {
  EXPECT_EQ(said(200, CallClass::kBusiness, {}, 40001, "out of stock"), "dead 40001 out of stock");
  EXPECT_EQ(said(200, CallClass::kBusiness, {}, 40001), "dead 40001");
  EXPECT_EQ(said(409, CallClass::kBusiness), "dead 409");
  EXPECT_EQ(said(200, CallClass::kSystem, {}, 50301), "1000");
  EXPECT_EQ(said(422, CallClass::kSystem), "1000");
  EXPECT_EQ(said(409, CallClass::kSuccess), "done");
}

TEST_F(Verdicts, DoneWhenDecidesBeforeEverythingElse) {
  EXPECT_EQ(said(409, {}, true), "done");
  EXPECT_EQ(said(0, {}, true), "done");
  EXPECT_EQ(said(200, CallClass::kBusiness, true, 40001), "done");
  EXPECT_EQ(said(200, {}, false), "1000");
  EXPECT_EQ(said(200, CallClass::kSuccess, false), "1000");
  EXPECT_EQ(said(422, {}, false), "dead 422");
  EXPECT_EQ(said(409, {}, false), "1000");
  EXPECT_EQ(said(200, CallClass::kBusiness, false, 40001), "dead 40001");
}

TEST_F(Verdicts, WaitsGrowUntilTheAttemptsAreUsedUp) {
  std::string waits;
  for (std::uint32_t attempt = 1; attempt <= 8; ++attempt) waits += of(503, attempt) + " ";
  EXPECT_EQ(waits, "1000 2000 4000 8000 16000 32000 64000 dead attempts exhausted ");
  EXPECT_EQ(of(200, 8), "done");
  EXPECT_EQ(of(422, 8), "dead 422");
}

TEST_F(Verdicts, AnEventThatIsTooOldIsNotTriedAgain) {
  EXPECT_EQ(of(500, 1, "", 72h - 1ms), "1000");
  EXPECT_EQ(of(500, 1, "", 72h), "dead max_age");
  EXPECT_EQ(of(204, 1, "", 100h), "done");
  EXPECT_EQ(of(0, 8, "", 100h), "dead attempts exhausted");
}

TEST_F(Verdicts, RetryAfterOf429And503MakesTheWaitLongerButNotLongerThanTheLongest) {
  EXPECT_EQ(of(429, 1, "30"), "30000");
  EXPECT_EQ(of(503, 1, "30"), "30000");
  EXPECT_EQ(of(503, 1, "0"), "1000");
  EXPECT_EQ(of(503, 1, "86400"), "600000");
  EXPECT_EQ(of(503, 1, "99999999999999999999"), "1000");
  EXPECT_EQ(of(500, 1, "30"), "1000");
  EXPECT_EQ(of(503, 1, "Sun, 01 Mar 2026 04:00:40 GMT"), "39877");
  EXPECT_EQ(of(503, 1, "Sun, 01 Mar 2026 03:00:40 GMT"), "1000");
}

}  // namespace
}  // namespace causeway::events
