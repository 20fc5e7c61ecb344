#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/operate.h"
#include "core/json_scan.h"
#include "core/json_text.h"

namespace causeway::app::cli {
namespace {

std::string text(Bytes object, std::string_view name) {
  const Bytes raw = find_member(object, name);
  return json_string_value(raw).value_or(std::string(raw == "null" ? "" : raw));
}

}  // namespace

int topics(OperateOptions options) {
  const admin::ClientAnswer answer = connect(options).get("/topics");
  if (!answer.ok) return refused(answer);
  if (options.json) {
    std::puts(answer.data.c_str());
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for_each_item(find_member(answer.data, "items"), [&](Bytes item) {
    const std::string oldest = text(item, "oldestStoredAt");
    rows.push_back({text(item, "name"), text(item, "shards"), text(item, "events"), text(item, "published"),
                    oldest.empty() ? "-" : readable_time(oldest)});
  });
  print_table({"TOPIC", "SHARDS", "EVENTS", "EVER", "OLDEST (UTC)"}, rows, "no topics");
  return kOk;
}

int subscriptions(OperateOptions options) {
  const admin::ClientAnswer answer = connect(options).get("/subscriptions");
  if (!answer.ok) return refused(answer);
  if (options.json) {
    std::puts(answer.data.c_str());
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for_each_item(find_member(answer.data, "items"), [&](Bytes item) {
    std::string state = text(item, "state");
    const std::string by = text(item, "pausedBy");
    if (!by.empty()) state += " (" + by + ')';
    const std::string delay = text(item, "delaySeconds");
    rows.push_back({text(item, "name"), text(item, "topic"), state, text(item, "backlog"), text(item, "retrying"),
                    text(item, "held"), text(item, "deadLetters"), delay.substr(0, delay.find('.') + 2) + 's',
                    text(item, "target")});
  });
  print_table({"SUBSCRIPTION", "TOPIC", "STATE", "BACKLOG", "RETRYING", "HELD", "DEAD", "DELAY", "TARGET"}, rows,
              "no subscriptions");
  return kOk;
}

int steer_subscription(OperateOptions options, const std::string& name, const std::string& verb,
                       const std::string& reason) {
  std::string body = "{\"reason\":";
  append_json_string(body, reason);
  const admin::ClientAnswer answer =
      connect(options).post("/subscriptions/" + admin::encoded(name) + '/' + verb, body + '}');
  if (!answer.ok) return refused(answer);
  if (options.json) std::puts(answer.data.c_str());
  else std::printf("%s is %s\n", name.c_str(), text(answer.data, "state").c_str());
  return kOk;
}

}  // namespace causeway::app::cli
