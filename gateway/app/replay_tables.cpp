#include "app/replay_tables.h"

#include <cstring>

namespace causeway::app {
namespace {

using store::Blob;
using store::Rows;
using store::Session;
using store::Sql;

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive,
     "CREATE TABLE used_signature(digest BLOB PRIMARY KEY, signed_at INTEGER NOT NULL, is_nonce INTEGER NOT NULL, "
     "expires INTEGER NOT NULL);"
     "CREATE INDEX used_signature_expires ON used_signature(expires);"
     "CREATE TABLE clock_mark(id INTEGER PRIMARY KEY, wall INTEGER NOT NULL, since_boot INTEGER NOT NULL, "
     "boot TEXT NOT NULL, latest INTEGER NOT NULL)"},
};

const Sql kRecord{
    "INSERT INTO used_signature(digest, signed_at, is_nonce, expires) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (digest) DO NOTHING"};
const Sql kForget{
    "DELETE FROM used_signature WHERE digest IN (SELECT digest FROM used_signature WHERE expires < ?1 LIMIT ?2)"};
const Sql kUses{"SELECT digest, signed_at, is_nonce FROM used_signature"};
const Sql kMark{
    "INSERT INTO clock_mark(id, wall, since_boot, boot, latest) VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE "
    "SET wall = excluded.wall, since_boot = excluded.since_boot, boot = excluded.boot, latest = excluded.latest"};
const Sql kReadMark{"SELECT wall, since_boot, boot, latest FROM clock_mark"};

WallTime wall(std::int64_t milliseconds) { return WallTime(std::chrono::milliseconds(milliseconds)); }

Blob blob(const security::Sha256Digest& digest) {
  return {{reinterpret_cast<const char*>(digest.data()), digest.size()}};
}

}  // namespace

const store::Schema kReplaySchema{"replays", kMigrations};

Result<> RecordUse::apply(Session& session) {
  is_new_ = session.run(kRecord, blob(use_.digest), unix_milliseconds(use_.timestamp), use_.nonce ? 1 : 0,
                        unix_milliseconds(keep_until_)) == 1;
  return {};
}

Result<> WriteMark::apply(Session& session) {
  session.run(kMark, unix_milliseconds(mark_.at.wall), mark_.at.since_boot.count(), mark_.at.boot,
              unix_milliseconds(mark_.latest));
  // What is forgotten too soon, because the clock ran ahead, is covered by the mark: it was ahead in that.
  session.run(kForget, unix_milliseconds(mark_.at.wall), kSlice);
  return {};
}

Result<> ReadReplays::run(Session& session) {
  mark.reset();
  uses.clear();
  if (Rows rows = session.query(kReadMark); rows.next())
    mark = {{wall(rows.integer(0)), Duration(rows.integer(1)), std::string(rows.text(2))}, wall(rows.integer(3))};
  for (Rows rows = session.query(kUses); rows.next();) {
    const std::string_view digest = rows.blob(0);
    security::SignatureUse use;
    if (digest.size() != use.digest.size()) continue;
    std::memcpy(use.digest.data(), digest.data(), digest.size());
    use.timestamp = wall(rows.integer(1));
    use.nonce = rows.integer(2) != 0;
    uses.push_back(use);
  }
  return {};
}

}  // namespace causeway::app
