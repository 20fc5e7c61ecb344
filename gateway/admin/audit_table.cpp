#include "admin/audit_table.h"

namespace causeway::admin {
namespace {

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive,
     "CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, "
     "reason TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL)"},
};

const store::Sql kAdd{"INSERT INTO audit(at, actor, action, reason, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
const store::Sql kRead{
    "SELECT id, at, actor, action, reason, before, after FROM audit WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2"};

}  // namespace

const store::Schema kAdminSchema{"admin", kMigrations};

Result<> AddAudit::apply(store::Session& session) {
  session.run(kAdd, row_.at, row_.actor, row_.action, row_.reason, row_.before, row_.after);
  return {};
}

Result<> ReadAudit::run(store::Session& session) {
  rows.clear();
  store::Rows found = session.query(kRead, before_id, limit);
  while (found.next()) {
    AuditRow row;
    row.id = found.integer(0);
    row.at = found.integer(1);
    row.actor = found.text(2);
    row.action = found.text(3);
    row.reason = found.text(4);
    row.before = found.text(5);
    row.after = found.text(6);
    rows.push_back(std::move(row));
  }
  return {};
}

}  // namespace causeway::admin
