#include <algorithm>

#include "admin/endpoint.h"
#include "admin/page.h"
#include "config/text_forms.h"

namespace causeway::admin {
namespace {

constexpr int kUsualDays = 30;
constexpr int kMostDays = 400;

const Schema kConsumer{"VersionConsumer",
                       {{"name", JsonType::kString, "empty: callers who need not say who they are"},
                        {"contact", JsonType::kString, "of the configuration; null: none", Field::kNullable},
                        {"calls", JsonType::kInteger, "within the days asked for"},
                        {"lastCalledAt", JsonType::kInteger, "unix milliseconds"}}};

const Schema kVersion{
    "Version",
    {{"api", JsonType::kString, ""},
     {"version", JsonType::kString, ""},
     {"state", JsonType::kString, "current; deprecated; sunset: past it and still served; retired: answered with 410"},
     {"released", JsonType::kInteger, "unix milliseconds, as all times"},
     {"deprecated", JsonType::kInteger, "null: not planned", Field::kNullable},
     {"sunset", JsonType::kInteger, "null: not planned", Field::kNullable},
     {"successor", JsonType::kString, "null: none", Field::kNullable},
     {"guide", JsonType::kString, "null: none", Field::kNullable},
     {"retire", JsonType::kString, "at_sunset or when_unused"},
     {"unusedForSeconds", JsonType::kInteger, "with when_unused: how long nobody may have called", Field::kSometimes},
     {"unusedSince", JsonType::kInteger, "what that counts from; null: there is no store",
      Field::kSometimes | Field::kNullable},
     {"retiredAt", JsonType::kInteger, "with when_unused; null: it is not", Field::kSometimes | Field::kNullable},
     {"calls", JsonType::kInteger, "within the days asked for"},
     {"refused", JsonType::kInteger, "calls answered with 410 within these days"},
     {"lastCalledAt", JsonType::kInteger, "null: nobody has", Field::kNullable},
     {"consumers", JsonType::kArray, "who has called, the last one first", 0, &kConsumer}}};

const Schema kUsage{"VersionUsage",
                    {{"api", JsonType::kString, ""},
                     {"version", JsonType::kString, ""},
                     {"route", JsonType::kString, ""},
                     {"consumer", JsonType::kString, "empty: nobody had to say, or the call was refused"},
                     {"day", JsonType::kString, "UTC, such as 2026-11-26"},
                     {"calls", JsonType::kInteger, ""},
                     {"refused", JsonType::kInteger, "answered with 410"},
                     {"lastCalledAt", JsonType::kInteger, "null: only refused calls", Field::kNullable}}};

JsonObject& or_null(JsonObject& object, std::string_view name, const std::optional<std::int64_t>& value) {
  return value ? object.number(name, *value) : object.raw(name, "null");
}

JsonObject& or_null(JsonObject& object, std::string_view name, const std::string& text) {
  return text.empty() ? object.raw(name, "null") : object.text(name, text);
}

std::string show(const VersionConsumer& consumer) {
  JsonObject object;
  object.text("name", consumer.name);
  or_null(object, "contact", consumer.contact).number("calls", consumer.calls);
  return object.number("lastCalledAt", consumer.last_called_at).done();
}

std::string show(const VersionView& view) {
  JsonObject object;
  object.text("api", view.api).text("version", view.version).text("state", view.state);
  object.number("released", view.released);
  or_null(object, "deprecated", view.deprecated);
  or_null(object, "sunset", view.sunset);
  or_null(object, "successor", view.successor);
  or_null(object, "guide", view.guide);
  object.text("retire", view.retire);
  if (view.retire == "when_unused") {
    object.number("unusedForSeconds", view.unused_for.count());
    or_null(object, "unusedSince", view.unused_since);
    or_null(object, "retiredAt", view.retired_at);
  }
  object.number("calls", view.calls).number("refused", view.refused);
  std::optional<std::int64_t> last;
  JsonArray consumers;
  for (const VersionConsumer& consumer : view.consumers) {
    last = std::max(last.value_or(0), consumer.last_called_at);
    consumers.raw(show(consumer));
  }
  return or_null(object, "lastCalledAt", last).raw("consumers", consumers.done()).done();
}

std::string show(const UsageRow& row) {
  JsonObject object;
  object.text("api", row.api).text("version", row.version).text("route", row.route).text("consumer", row.consumer);
  object.text("day", config::TextForm<WallTime>::format(WallTime(row.day)));
  object.number("calls", row.calls).number("refused", row.refused);
  if (row.last_at == 0) return object.raw("lastCalledAt", "null").done();
  return object.number("lastCalledAt", row.last_at).done();
}

Reply list(Ports& ports, const Call& call) {
  int days = kUsualDays;
  if (const std::string_view asked = call.asked("days"); !asked.empty()) {
    const auto number = config::parse_unsigned(asked);
    if (!number || *number < 1 || *number > kMostDays) return invalid("/days", "maximum", "must be 1 to 400");
    days = static_cast<int>(*number);
  }
  Result<std::vector<VersionView>> views = ports.versions->versions(days);
  if (!views) return std::move(views.error());
  JsonArray items;
  for (const VersionView& view : *views)
    if (call.asked("api").empty() || call.asked("api") == view.api) items.raw(show(view));
  return page(items, "");
}

/// Midnight where no time stands in it.
Result<> read_day(const Call& call, std::string_view name, std::chrono::sys_days& day) {
  const std::string_view text = call.asked(name);
  if (text.empty()) return {};
  const auto time = config::TextForm<WallTime>::parse(text);
  if (!time) return invalid('/' + std::string(name), "format", "must be a date such as 2026-11-26");
  day = std::chrono::floor<std::chrono::days>(*time);
  return {};
}

Reply usage(Ports& ports, const Call& call) {
  UsageQuestion question;
  question.api = call.asked("api");
  question.version = call.asked("version");
  question.route = call.asked("route");
  question.consumer = call.asked("consumer");
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  question.limit = *limit + 1;  // one more tells whether there is a next page
  for (const auto& [name, day] : {std::pair("from", &question.from), std::pair("to", &question.to)})
    if (Result<> read = read_day(call, name, *day); !read) return std::move(read.error());
  Result<std::int64_t> before = read_cursor(call);
  if (!before) return std::move(before.error());
  question.before_id = *before;
  Result<std::vector<UsageRow>> rows = ports.versions->usage(question);
  if (!rows) return std::move(rows.error());
  const bool more = rows->size() > *limit;
  if (more) rows->pop_back();
  JsonArray items;
  for (const UsageRow& row : *rows) items.raw(show(row));
  return page(items, more ? std::to_string(rows->back().id) : "");
}

}  // namespace

void add_version_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/versions",
                 .summary = "Versions of APIs, what becomes of them and who calls them",
                 .query = {{"api", JsonType::kString, "only of this one"},
                           {"days", JsonType::kInteger, "whose calls: 1 to 400, 30 unless told; today is one"}},
                 .answer = &kVersion,
                 .pages = true,
                 .run = list});
  out.push_back({.method = "GET",
                 .path = "/versions/usage",
                 .summary = "Calls by version, route, consumer and day, newest first",
                 .query = {{"api", JsonType::kString, "only of this one"},
                           {"version", JsonType::kString, "only of this one"},
                           {"route", JsonType::kString, "only of this one"},
                           {"consumer", JsonType::kString, "only of this one"},
                           {"from", JsonType::kString, "the first day, such as 2026-11-01"},
                           {"to", JsonType::kString, "the last day"},
                           limit_field(),
                           cursor_field()},
                 .answer = &kUsage,
                 .pages = true,
                 .run = usage});
}

}  // namespace causeway::admin
