// Deliveries that an older version has written.
#include "subscription_fixture.h"

namespace causeway::events {
namespace {

const store::Sql kInsert{
    "INSERT INTO delivery (grp, topic, shard, pos, state, attempts, next_at, since, stored_at, event_id, key, type, "
    "headers, body) VALUES ('s', 't', 0, ?1, ?2, 0, 0, ?3, ?3, ?4, ?5, 'X', '{}', ?6)"};
const store::Sql kCursor{"INSERT INTO cursor (grp, topic, shard, low_pos, start_pos) VALUES ('s', 't', 0, 2, 0)"};

/// What the first version of the tables held: one that was replayed, and one that waits.
class OldRows final : public store::Change {
 public:
  explicit OldRows(WallTime now) : now_(unix_milliseconds(now)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override {
    session.run(kInsert, 1, "retrying", now_, "e1", "a", store::Blob{R"({"data":1.0})"});
    session.run(kInsert, 2, "held", now_, "e2", "b", store::Blob{R"({"data":2.0})"});
    session.run(kCursor);
    return {};
  }

 private:
  const std::int64_t now_;
};

TEST(MigrationOfDeliveries, WhatMayHaveBeenSentStaysAsItIsAndWhatWaitsIsTransformed) {
  TemporaryFolder folder;
  Receiver receiver;
  {
    Process old(folder.database(), 1);
    old.cluster("wms", receiver.port());
    OldRows rows(old.clock.wall());
    ASSERT_TRUE(old.store.commit_blocking(rows).ok());
  }
  Process process(folder.database());
  process.cluster("wms", receiver.port());
  ASSERT_EQ(process.take("[{name: s, topic: t, transform: '{of: .data}', deliver: {http: {cluster: wms}}}]", 1), "");
  receiver.wait_for(2);
  std::map<std::string, std::string> bodies;
  for (const Got& got : receiver.got()) bodies[got.event_id()] = got.body();
  EXPECT_EQ(bodies["e1"], R"({"data":1.0})");
  EXPECT_EQ(bodies["e2"], R"({"of":2.0})");
}

}  // namespace
}  // namespace causeway::events
