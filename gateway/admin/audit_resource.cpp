#include <charconv>

#include "admin/audit_table.h"
#include "admin/endpoint.h"
#include "admin/json_object.h"

namespace causeway::admin {
namespace {

Reply list(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  ReadAudit read;
  read.limit = *limit + 1;  // one more tells whether there is a next page
  const std::string_view cursor = call.asked("cursor");
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), read.before_id);
  if (!cursor.empty() && (error != std::errc() || end != cursor.data() + cursor.size() || read.before_id < 1))
    return invalid("/cursor", "format", "must be the next of the page before");
  Result<> done = ports.store.query_blocking(read);
  if (!done) return std::move(done.error());
  const bool more = read.rows.size() > *limit;
  if (more) read.rows.pop_back();
  JsonArray items;
  for (const AuditRow& row : read.rows) {
    JsonObject object;
    object.number("id", row.id).number("at", row.at).text("actor", row.actor).text("action", row.action);
    object.text("reason", row.reason);
    // Before and after may hold bodies.
    const bool shown = call.sees_bodies();
    object.raw("before", shown && !row.before.empty() ? std::string_view(row.before) : "null");
    object.raw("after", shown && !row.after.empty() ? std::string_view(row.after) : "null");
    items.raw(object.done());
  }
  return page(items, more ? std::to_string(read.rows.back().id) : "");
}

}  // namespace

void add_audit_endpoints(std::vector<Endpoint>& out) {
  out.push_back({"GET", "/audit", Role::kViewer, "Every change, newest first", {"limit", "cursor"}, {}, list, {}});
}

}  // namespace causeway::admin
