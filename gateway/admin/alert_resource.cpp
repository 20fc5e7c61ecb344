#include "admin/endpoint.h"
#include "admin/page.h"
#include "alerts/alert_book.h"
#include "config/text_forms.h"

namespace causeway::admin {
namespace {

const Schema kAlert{
    "Alert",
    {{"name", JsonType::kString, "what it is about, such as version_sunset"},
     {"labels", JsonType::kObject, "whom it concerns, by name"},
     {"state", JsonType::kString, "firing or resolved"},
     {"since", JsonType::kInteger, "unix milliseconds, as all times: when it was raised"},
     {"updatedAt", JsonType::kInteger, "when it was raised, reworded or resolved"},
     {"message", JsonType::kString, "for people"},
     {"notifiedAt", JsonType::kInteger, "when people were told by a channel; null: never", Field::kNullable}}};

std::string show(const alerts::Alert& alert) {
  JsonObject object;
  object.text("name", alert.name).raw("labels", alert.labels);
  object.text("state", alert.firing ? "firing" : "resolved").number("since", alert.since);
  object.number("updatedAt", alert.updated_at).text("message", alert.message);
  if (!alert.notified_at) return object.raw("notifiedAt", "null").done();
  return object.number("notifiedAt", *alert.notified_at).done();
}

/// `<since>-<id>`.
std::optional<alerts::ReadAlerts::Place> parse_place(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto since = config::parse_signed(text.substr(0, dash));
  const auto id = config::parse_signed(text.substr(dash + 1));
  if (!since || !id) return std::nullopt;
  return alerts::ReadAlerts::Place{*since, *id};
}

Reply list(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  alerts::ReadAlerts read;
  read.limit = *limit + 1;  // one more tells whether there is a next page
  read.name = call.asked("name");
  const std::string_view state = call.asked("state");
  if (!state.empty() && state != "firing" && state != "resolved")
    return invalid("/state", "enum", "must be firing or resolved");
  if (!state.empty()) read.firing = state == "firing";
  if (const std::string_view cursor = call.asked("cursor"); !cursor.empty()) {
    read.after = parse_place(cursor);
    if (!read.after) return invalid("/cursor", "format", "must be the next of the page before");
  }
  Result<> done = ports.alerts != nullptr ? ports.alerts->list(read) : ports.store.query_blocking(read);
  if (!done) return std::move(done.error());
  const bool more = read.alerts.size() > *limit;
  if (more) read.alerts.pop_back();
  JsonArray items;
  for (const alerts::Alert& alert : read.alerts) items.raw(show(alert));
  if (!more) return page(items, "");
  return page(items, std::to_string(read.alerts.back().since) + '-' + std::to_string(read.alerts.back().id));
}

}  // namespace

void add_alert_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/alerts",
                 .summary = "What people should look at, raised last first",
                 .query = {{"state", JsonType::kString, "only these: firing or resolved"},
                           {"name", JsonType::kString, "only of this one"},
                           limit_field(),
                           cursor_field()},
                 .answer = &kAlert,
                 .pages = true,
                 .run = list});
}

}  // namespace causeway::admin
