#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/operate.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::app::cli {
int topics(OperateOptions options) {
  return told(options, connect(options).get("/topics"), [](Bytes data) {
    std::vector<std::vector<std::string>> rows;
    for_each_item(find_member(data, "items"), [&](Bytes item) {
      const std::string oldest = text_of(item, "oldestStoredAt");
      rows.push_back({text_of(item, "name"), text_of(item, "bus"), text_of(item, "shards"), text_of(item, "events"),
                      text_of(item, "stored"), text_of(item, "pending"), oldest.empty() ? "-" : readable_time(oldest)});
    });
    print_table({"TOPIC", "BUS", "SHARDS", "EVENTS", "EVER", "PENDING", "OLDEST (UTC)"}, rows, "no topics");
  });
}

int subscriptions(OperateOptions options) {
  return told(options, connect(options).get("/subscriptions"), [](Bytes data) {
    std::vector<std::vector<std::string>> rows;
    for_each_item(find_member(data, "items"), [&](Bytes item) {
      std::string state = text_of(item, "state");
      const std::string by = text_of(item, "pausedBy");
      if (!by.empty()) state += " (" + by + ')';
      const std::string delay = text_of(item, "delaySeconds");
      rows.push_back({text_of(item, "name"), text_of(item, "topic"), state, text_of(item, "backlog"),
                      text_of(item, "retrying"), text_of(item, "held"), text_of(item, "deadLetters"),
                      delay.substr(0, delay.find('.') + 2) + 's', text_of(item, "target")});
    });
    print_table({"SUBSCRIPTION", "TOPIC", "STATE", "BACKLOG", "RETRYING", "HELD", "DEAD", "DELAY", "TARGET"}, rows,
                "no subscriptions");
  });
}

int steer_subscription(OperateOptions options, const std::string& name, const std::string& verb,
                       const std::string& reason) {
  const std::string target = "/subscriptions/" + admin::encoded(name) + '/' + verb;
  return told(options, connect(options).post(target, JsonObject().text("reason", reason).done()),
              [&](Bytes data) { std::printf("%s is %s\n", name.c_str(), text_of(data, "state").c_str()); });
}

}  // namespace causeway::app::cli
