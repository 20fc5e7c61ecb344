// A clock that is set: what it says about attempts that are under way.
#include "transactions/adopting.h"

#include "transactions/table_fixture.h"

namespace causeway::transactions {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class AdoptingTest : public TableFixture {};

TEST_F(AdoptingTest, AClockThatIsPutForwardMakesNoOpenAttemptOlder) {
  const std::int64_t open = change([](store::Session& session) { return tables::add_half(session, call_half("t-1")); });
  const std::int64_t ended =
      change([](store::Session& session) { return tables::add_half(session, call_half("t-2")); });
  change([&](store::Session& session) {
    return tables::end_half(session, ended, 1, HalfState::kRolledBack, DecidedBy::kCheck, "", kStart + 5);
  });
  const tables::Half before = *find("t-1");
  const tables::Half done = *find("t-2");
  ShiftAttempts shift(milliseconds(900'000));
  ASSERT_TRUE(sqlite.commit_blocking(shift).ok());
  EXPECT_EQ(find("t-1")->id, open);
  EXPECT_EQ(find("t-1")->attempt_began, before.attempt_began + 900'000);
  EXPECT_EQ(find("t-1")->created, before.created + 900'000);
  EXPECT_EQ(find("t-2")->attempt_began, done.attempt_began);
}

TEST(ClockWatchTest, TellsAClockThatIsPutForwardUntilItIsSeenTo) {
  ClockWatch watch;
  const WallTime wall(hours(500'000));
  const SteadyTime steady(hours(5));
  EXPECT_FALSE(watch.runs_ahead(wall + hours(1), steady));  // nothing to compare it with
  watch.look(wall, steady);
  EXPECT_FALSE(watch.runs_ahead(wall + hours(1), steady + hours(1)));
  EXPECT_FALSE(watch.runs_ahead(wall + milliseconds(1000), steady));
  EXPECT_TRUE(watch.runs_ahead(wall + milliseconds(1001), steady)) << "at once, not only when it is looked at";
  watch.look(wall + hours(2), steady + hours(1));
  EXPECT_EQ(watch.gained(), hours(1));
  EXPECT_TRUE(watch.runs_ahead(wall + hours(2), steady + hours(1)));
  watch.look(wall + hours(3), steady + hours(1));
  EXPECT_EQ(watch.gained(), hours(2));
  watch.shifted(hours(2));
  EXPECT_FALSE(watch.runs_ahead(wall + hours(3), steady + hours(1)));
  EXPECT_FALSE(watch.is_behind());
}

TEST(ClockWatchTest, TellsAClockThatGoesBackUntilItIsCaughtUp) {
  ClockWatch watch;
  const WallTime wall(hours(500'000));
  const SteadyTime steady(hours(5));
  watch.look(wall, steady);
  watch.look(wall - hours(1), steady);
  EXPECT_TRUE(watch.is_behind());
  watch.look(wall - hours(1), steady);
  EXPECT_TRUE(watch.is_behind());
  watch.caught_up();
  watch.look(wall - hours(1), steady);
  EXPECT_FALSE(watch.is_behind());
  EXPECT_EQ(watch.gained(), Duration::zero());
}

}  // namespace
}  // namespace causeway::transactions
