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
};

}  // namespace

const store::Schema kSubscriptionSchema{"subscriptions", kMigrations};

}  // namespace causeway::events
