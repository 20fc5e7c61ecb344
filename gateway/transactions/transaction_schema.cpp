#include "transactions/transaction_tables.h"

namespace causeway::transactions {
namespace {

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive, R"(
CREATE TABLE idem (
  id INTEGER PRIMARY KEY,
  scope BLOB NOT NULL UNIQUE,          -- SHA-256 of principal, method, path and key
  txid TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  state INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  started INTEGER NOT NULL,
  retention INTEGER NOT NULL,          -- milliseconds
  consumer TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  expires INTEGER,                     -- null: not done
  status INTEGER NOT NULL DEFAULT 0,
  kept INTEGER NOT NULL DEFAULT 1,     -- 0: the answer was too long
  inner INTEGER NOT NULL DEFAULT 0,    -- 1: without what the route's steps add
  headers TEXT NOT NULL DEFAULT '',
  body BLOB
);
CREATE INDEX idem_expires ON idem (expires) WHERE expires IS NOT NULL;
CREATE TABLE half (
  id INTEGER PRIMARY KEY,
  txid TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  record INTEGER NOT NULL,             -- idem.id; 0: none
  attempt INTEGER NOT NULL,
  state INTEGER NOT NULL,
  decided_by INTEGER NOT NULL,
  route TEXT NOT NULL,
  consumer TEXT NOT NULL,
  grp TEXT NOT NULL,
  transaction_id TEXT,                 -- null: a call's
  topic TEXT NOT NULL,
  document BLOB NOT NULL,
  check_request BLOB NOT NULL,
  programs TEXT NOT NULL,
  traceparent TEXT NOT NULL,
  reason TEXT NOT NULL,
  payload_hash BLOB NOT NULL,
  checks INTEGER NOT NULL,
  absences INTEGER NOT NULL,
  next_check INTEGER,                  -- null: in somebody's hand, or not asked any more
  created INTEGER NOT NULL,
  attempt_began INTEGER NOT NULL,
  ended INTEGER NOT NULL               -- 0: open
);
CREATE UNIQUE INDEX half_named ON half (consumer, grp, transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX half_open ON half (state, next_check) WHERE state IN (0, 3);
)"},
};

}  // namespace

const store::Schema kTransactionSchema{"transactions", kMigrations};

}  // namespace causeway::transactions
