#include "simulation/nonces.h"

#include <gtest/gtest.h>

#include "simulation/seeds.h"
#include "store/migrations.h"

namespace causeway::simulation {
namespace {

TEST(Nonces, NoneIsAcceptedTwiceAcrossARestart) {
  store::Connection disk(":memory:", store::Connection::Use::kReadWrite);
  const store::Schema* const schemas[] = {&NonceWorld::schema()};
  store::migrate(disk, "memory", schemas, WallTime());
  const Seeds seeds = Seeds::asked();
  NonceWorld::Seen all;
  for (std::uint64_t seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
    NonceWorld world(disk, seed);
    const auto contradiction = world.run();
    ASSERT_FALSE(contradiction) << "seed " << seed << ": " << *contradiction;
    all.accepted += world.seen().accepted;
    all.replayed += world.seen().replayed;
    all.before_start += world.seen().before_start;
    all.written += world.seen().written;
    all.restored += world.seen().restored;
  }
  if (seeds.count < 1000) return;
  EXPECT_GT(all.accepted, 100);
  EXPECT_GT(all.replayed, 100);
  EXPECT_GT(all.before_start, 100);
  EXPECT_GT(all.written, 100);
  EXPECT_GT(all.restored, 100);
}

}  // namespace
}  // namespace causeway::simulation
