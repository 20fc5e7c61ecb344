#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "app/cli/operate.h"
#include "core/json_scan.h"

namespace causeway::app::cli {
namespace {

std::int64_t number_of(Bytes object, std::string_view name) {
  return std::strtoll(text_of(object, name).c_str(), nullptr, 10);
}

std::int64_t now_in_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

constexpr std::int64_t kDay = 24 * 60 * 60;

std::string days(std::int64_t count) { return std::to_string(count) + (count == 1 ? " day" : " days"); }

/// `2027-03-05, in 99 days`
std::string sunset(Bytes version) {
  const std::string at = text_of(version, "sunset");
  if (at.empty()) return "-";
  const std::int64_t left = number_of(version, "sunset") / 1000 - now_in_seconds();
  const std::string day = readable_time(at).substr(0, 10);
  if (left >= 0) return day + ", in " + days((left + kDay - 1) / kDay);
  return day + ", " + days(-left / kDay) + " ago";
}

/// `sunset (2 refused) (unused 3 of 14 days)`
std::string state(Bytes version) {
  std::string text = text_of(version, "state");
  const bool ended = text == "sunset";
  const std::int64_t refused = number_of(version, "refused");
  if (refused > 0) text += " (" + std::to_string(refused) + " refused)";
  const std::int64_t wanted = number_of(version, "unusedForSeconds");
  const std::int64_t since = std::max(number_of(version, "unusedSince"), number_of(version, "sunset")) / 1000;
  if (ended && since > 0) {
    const std::int64_t unused = std::max<std::int64_t>(0, now_in_seconds() - since);
    if (wanted >= kDay) text += " (unused " + std::to_string(unused / kDay) + " of " + days(wanted / kDay) + ')';
    else text += " (unused " + std::to_string(unused) + " of " + std::to_string(wanted) + " s)";
  }
  return text;
}

/// Who has called within the days asked for: `oms (oms-team@example.com) 1204, nobody in particular 3`
std::string callers(Bytes version) {
  std::string text;
  for_each_item(find_member(version, "consumers"), [&](Bytes consumer) {
    if (number_of(consumer, "calls") == 0) return;
    if (!text.empty()) text += ", ";
    const std::string name = text_of(consumer, "name");
    text += name.empty() ? "without credentials" : name;
    const std::string contact = text_of(consumer, "contact");
    if (!contact.empty()) text += " (" + contact + ')';
    text += ' ' + text_of(consumer, "calls");
  });
  return text.empty() ? "-" : text;
}

}  // namespace

int versions(VersionOptions options) {
  std::string target = "/versions?days=" + std::to_string(options.days);
  if (!options.api.empty()) target += "&api=" + admin::encoded(options.api);
  return told(options, connect(options).get(target), [&](Bytes data) {
    std::vector<std::vector<std::string>> rows;
    for_each_item(find_member(data, "items"), [&](Bytes item) {
      const std::string last = text_of(item, "lastCalledAt");
      rows.push_back({text_of(item, "api"), text_of(item, "version"), state(item), sunset(item), text_of(item, "calls"),
                      last.empty() ? "-" : readable_time(last), callers(item)});
    });
    print_table(
        {"API", "VERSION", "STATE", "SUNSET", "CALLS " + std::to_string(options.days) + 'd', "LAST CALL (UTC)", "WHO"},
        rows, "no versions");
  });
}

int alerts(AlertOptions options) {
  const std::string target = options.all ? "/alerts?limit=500" : "/alerts?state=firing&limit=500";
  return told(options, connect(options).get(target), [&](Bytes data) {
    std::vector<std::vector<std::string>> rows;
    for_each_item(find_member(data, "items"), [&](Bytes item) {
      rows.push_back({text_of(item, "state"), readable_time(text_of(item, "since")), text_of(item, "name"),
                      text_of(item, "message")});
    });
    print_table({"STATE", "SINCE (UTC)", "ALERT", "MESSAGE"}, rows, options.all ? "no alerts" : "nothing fires");
    if (!text_of(data, "next").empty()) std::puts("there are more: see --json and GET /alerts");
  });
}

}  // namespace causeway::app::cli
