#include <charconv>

#include "admin/audit_table.h"
#include "admin/endpoint.h"
#include "admin/page.h"

namespace causeway::admin {
namespace {

const Schema kAudit{"Audit",
                    {{"id", JsonType::kInteger, "ascending in time"},
                     {"at", JsonType::kInteger, "unix milliseconds"},
                     {"actor", JsonType::kString, "the user"},
                     {"action", JsonType::kString, "method and path"},
                     {"reason", JsonType::kString, "as the user gave it"},
                     {"before", JsonType::kAny, "what was changed, as it was; null: nothing to tell"},
                     {"after", JsonType::kAny, "the answer; null when it failed"},
                     {"code", JsonType::kInteger, "0: done; null: the process ended meanwhile", Field::kNullable}}};

std::string show(const AuditRow& row) {
  const auto or_null = [](const std::string& json) { return json.empty() ? std::string_view("null") : json; };
  JsonObject object;
  object.number("id", row.id).number("at", row.at).text("actor", row.actor).text("action", row.action);
  object.text("reason", row.reason).raw("before", or_null(row.before)).raw("after", or_null(row.after));
  return object.raw("code", row.code ? std::to_string(*row.code) : "null").done();
}

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
  for (const AuditRow& row : read.rows) items.raw(show(row));
  return page(items, more ? std::to_string(read.rows.back().id) : "");
}

}  // namespace

void add_audit_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/audit",
                 .summary = "Every change, newest first",
                 .query = {limit_field(), cursor_field()},
                 .answer = &kAudit,
                 .pages = true,
                 .run = list});
}

}  // namespace causeway::admin
