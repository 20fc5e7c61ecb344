#include "admin/audit_table.h"

namespace causeway::admin {
namespace {

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive,
     "CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, "
     "reason TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, code INTEGER)"},
};

const store::Sql kBegin{
    "INSERT INTO audit(at, actor, action, reason, before, after) VALUES (?1, ?2, ?3, ?4, ?5, '') RETURNING id"};
const store::Sql kEnd{"UPDATE audit SET after = ?2, code = ?3 WHERE id = ?1"};
const store::Sql kRead{
    "SELECT id, at, actor, action, reason, before, after, code FROM audit WHERE ?1 = 0 OR id < ?1 "
    "ORDER BY id DESC LIMIT ?2"};

}  // namespace

const store::Schema kAdminSchema{"admin", kMigrations};

Result<> BeginAudit::apply(store::Session& session) {
  store::Rows made = session.query(kBegin, row_.at, row_.actor, row_.action, row_.reason, row_.before);
  if (!made.next()) return Error(Code::kInternal, "the audit gave no id");
  id_ = made.integer(0);
  return {};
}

Result<> EndAudit::apply(store::Session& session) {
  session.run(kEnd, id_, after_, number(code_));
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
    if (!found.is_null(7)) row.code = found.integer(7);
    rows.push_back(std::move(row));
  }
  return {};
}

}  // namespace causeway::admin
