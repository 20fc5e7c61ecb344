#include "events/subscription/subscription_tables.h"

namespace causeway::events {
namespace {

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive, R"(
CREATE TABLE cursor (
  grp TEXT NOT NULL,
  topic TEXT NOT NULL,
  shard INTEGER NOT NULL,
  low_pos INTEGER NOT NULL,            -- this and those before are finished, or have a row in delivery
  start_pos INTEGER NOT NULL,          -- where the group began
  seek_epoch INTEGER NOT NULL DEFAULT 0,
  paused_by TEXT NOT NULL DEFAULT '',  -- the same in all shards; empty: it runs
  orphaned_at INTEGER,                 -- milliseconds; null while a configuration has the group
  PRIMARY KEY (grp, topic, shard)
) WITHOUT ROWID;
CREATE TABLE delivery (
  grp TEXT NOT NULL,
  topic TEXT NOT NULL,
  shard INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  state TEXT NOT NULL,                 -- retrying, held, dead, discarded
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,            -- milliseconds, of retrying
  since INTEGER NOT NULL,              -- milliseconds: stored or replayed
  died_at INTEGER NOT NULL DEFAULT 0,
  stored_at INTEGER NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0, -- how often it was edited
  reason TEXT NOT NULL DEFAULT '',
  event_id TEXT NOT NULL,
  key TEXT NOT NULL,
  type TEXT NOT NULL,
  headers TEXT NOT NULL,
  body BLOB NOT NULL,                  -- the event
  event BLOB,                          -- as it was stored, where an operator has edited it
  PRIMARY KEY (grp, topic, shard, pos)
);
CREATE INDEX delivery_key ON delivery (grp, topic, key, shard, pos);
CREATE INDEX delivery_stored ON delivery (grp, topic, stored_at);
CREATE INDEX delivery_dead ON delivery (grp, topic, shard, pos) WHERE state = 'dead';
CREATE TABLE attempt (
  grp TEXT NOT NULL,
  topic TEXT NOT NULL,
  shard INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  status INTEGER NOT NULL,             -- 0: no answer
  took INTEGER NOT NULL,               -- milliseconds
  error TEXT NOT NULL,
  body_start BLOB NOT NULL,
  PRIMARY KEY (grp, topic, shard, pos, n)
) WITHOUT ROWID;
)"},
    {2, store::Migration::Kind::kAdditive, R"(
ALTER TABLE delivery ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;  -- 1: an attempt was begun, what is sent stays
ALTER TABLE delivery ADD COLUMN sent BLOB;                          -- what is sent; null: body
UPDATE delivery SET frozen = 1 WHERE state <> 'held';
CREATE INDEX delivery_event ON delivery (topic, event_id);
ALTER TABLE attempt ADD COLUMN code INTEGER NOT NULL DEFAULT 0;     -- of a failure that the system named; 0: none
ALTER TABLE attempt ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN details TEXT NOT NULL DEFAULT '';    -- JSON; empty: none
)"},
    {3, store::Migration::Kind::kAdditive, R"(
-- What carries the topic: of a broker shard is its partition, and a position its offset + 1.
ALTER TABLE cursor ADD COLUMN carrier TEXT NOT NULL DEFAULT 'log';
CREATE TABLE group_start (             -- groups that have no cursors before the bus has told where they begin
  grp TEXT NOT NULL,
  topic TEXT NOT NULL,
  start TEXT NOT NULL,                 -- earliest, latest
  at INTEGER NOT NULL,                 -- milliseconds: what latest means
  carrier TEXT NOT NULL,
  paused_by TEXT NOT NULL DEFAULT '',
  orphaned_at INTEGER,                 -- as of cursor
  PRIMARY KEY (grp, topic)
) WITHOUT ROWID;
CREATE TABLE seen_pos (                -- what a group has of a store's shard by a partition, at or below its cursor
  grp TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  store_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  PRIMARY KEY (grp, topic, partition, store_id, shard)
) WITHOUT ROWID;
CREATE TABLE lost (                    -- what left the bus before the group had it
  grp TEXT NOT NULL,
  topic TEXT NOT NULL,
  shard INTEGER NOT NULL,
  from_pos INTEGER NOT NULL,
  to_pos INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,                 -- milliseconds
  PRIMARY KEY (grp, topic, shard, from_pos)
) WITHOUT ROWID;
)"},
};

}  // namespace

const store::Schema kSubscriptionSchema{"subscriptions", kMigrations};

}  // namespace causeway::events
