// Thousands of worlds, each from its seed. One that fails is played again with a journal:
//
//   test_simulation --seeds 1 --first 4711 [--journal]      or  CAUSEWAY_SIM_SEEDS, CAUSEWAY_SIM_FIRST
#include <gtest/gtest.h>

#include "simulation/seeds.h"
#include "simulation/world.h"

namespace causeway::simulation {
namespace {

TEST(Simulation, NoCallIsLostOrDoubled) {
  Disk disk;
  const Seeds seeds = Seeds::asked();
  int failures = 0;
  for (std::uint64_t seed = seeds.first; seed < seeds.first + seeds.count && failures < seeds.failures; ++seed) {
    const auto contradiction = World(disk, seed, false).run();
    if (!contradiction) continue;
    ++failures;
    World again(disk, seed, true);
    again.run();
    ADD_FAILURE() << "seed " << seed << ": " << *contradiction << '\n' << again.journal();
  }
}

/// What happens seldom has happened: else the worlds above would prove less than they seem to.
TEST(Simulation, ReachesWhatIsRare) {
  if (Seeds::asked().count < 2000) GTEST_SKIP() << "too few worlds";
  const Reached& all = reached();
  using Answer = transactions::CallFlow::Answer;
  for (int answer = 0; answer <= static_cast<int>(Answer::kNotExecuted); ++answer)
    EXPECT_GT(all.answers[answer], 20) << "answer " << answer;
  for (const int ends : all.record_ends) EXPECT_GT(ends, 20);
  for (const int ends : all.half_ends) EXPECT_GT(ends, 20);
  for (const int decisions : all.decisions) EXPECT_GT(decisions, 20);
  EXPECT_GT(all.hidden, 20);
  EXPECT_GT(all.overtaken_checks, 20);
  EXPECT_GT(all.resumed, 20);
  EXPECT_GT(all.insisted, 20);
  EXPECT_GT(all.unmade_events, 20);
  EXPECT_GT(all.kept_by_others, 2);
  EXPECT_GT(all.contradictions, 2);
  EXPECT_GT(all.by_hand, 20);
  EXPECT_GT(all.crashes, 20);
  EXPECT_GT(all.reloads, 20);
  EXPECT_GT(all.clock_steps, 20);
}

}  // namespace
}  // namespace causeway::simulation
