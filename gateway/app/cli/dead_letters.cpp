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

std::string path_of(const DeadLetterOptions& options, std::string_view verb = {}) {
  std::string path = "/dead-letters/" + admin::encoded(options.id);
  if (!verb.empty()) path.append("/").append(verb);
  return path;
}

/// `{"reason":"…"` and what else is said.
std::string body_of(const DeadLetterOptions& options, const std::string& more = {}) {
  std::string body = "{\"reason\":";
  append_json_string(body, options.reason);
  return body + more + '}';
}

/// Every page of the list.
admin::ClientAnswer read_all(admin::Client& client, const DeadLetterOptions& options, std::string& items) {
  std::string first = "/dead-letters?limit=500";
  if (!options.subscription.empty()) first += "&subscription=" + admin::encoded(options.subscription);
  if (!options.key.empty()) first += "&key=" + admin::encoded(options.key);
  std::string target = first;
  for (;;) {
    admin::ClientAnswer answer = client.get(target);
    if (!answer.ok) return answer;
    for_each_item(find_member(answer.data, "items"), [&](Bytes item) {
      if (!items.empty()) items += ',';
      items += item;
    });
    const std::string next = text(answer.data, "next");
    if (next.empty()) return answer;
    target = first;
    target.append("&cursor=").append(admin::encoded(next));
  }
}

void print_attempts(Bytes data) {
  std::vector<std::vector<std::string>> rows;
  for_each_item(find_member(data, "tried"), [&](Bytes item) {
    const std::string error = text(item, "error");
    rows.push_back({text(item, "number"), readable_time(text(item, "at")), text(item, "status"),
                    text(item, "tookMs") + "ms", error.empty() ? text(item, "body") : error});
  });
  print_table({"ATTEMPT", "AT (UTC)", "STATUS", "TOOK", "WHAT CAME BACK"}, rows, "no attempts");
}

}  // namespace

int list_dead_letters(DeadLetterOptions options) {
  admin::Client client = connect(options);
  std::string items;
  const admin::ClientAnswer answer = read_all(client, options, items);
  if (!answer.ok) return refused(answer);
  items = '[' + items + ']';
  if (options.json) {
    std::printf("{\"items\":%s,\"next\":null}\n", items.c_str());
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for_each_item(items, [&](Bytes item) {
    rows.push_back({text(item, "id"), text(item, "eventId"), text(item, "eventType"), text(item, "key"),
                    text(item, "attempts"), text(item, "heldBehind"), readable_time(text(item, "diedAt")),
                    text(item, "reason")});
  });
  print_table({"ID", "EVENT", "TYPE", "KEY", "ATTEMPTS", "HELD", "DIED (UTC)", "REASON"}, rows, "no dead letters");
  return kOk;
}

int show_dead_letter(DeadLetterOptions options) {
  const admin::ClientAnswer answer = connect(options).get(path_of(options));
  if (!answer.ok) return refused(answer);
  if (options.json) {
    std::puts(answer.data.c_str());
    return kOk;
  }
  const auto line = [&](const char* name, const std::string& value) {
    std::printf("%-13s %s\n", name, printable(value).c_str());
  };
  line("id", text(answer.data, "id"));
  line("subscription", text(answer.data, "subscription"));
  line("topic", text(answer.data, "topic"));
  line("event", text(answer.data, "eventId") + "  " + text(answer.data, "eventType"));
  line("key", text(answer.data, "key") + "  (" + text(answer.data, "heldBehind") + " wait behind it)");
  line("stored", readable_time(text(answer.data, "storedAt")) + " UTC");
  line("died", readable_time(text(answer.data, "diedAt")) + " UTC, " + text(answer.data, "reason"));
  line("body", text(answer.data, "body"));
  print_attempts(answer.data);
  return kOk;
}

int replay_dead_letters(DeadLetterOptions options) {
  admin::Client client = connect(options);
  if (options.all) {
    std::string more = ",\"dry_run\":" + std::string(options.dry_run ? "true" : "false") + ",\"subscription\":";
    append_json_string(more, options.subscription);
    more += ",\"filter\":{\"key\":";
    append_json_string(more, options.key);
    const admin::ClientAnswer answer = client.post("/dead-letters/replay", body_of(options, more + '}'));
    if (!answer.ok) return refused(answer);
    if (options.json) std::puts(answer.data.c_str());
    else
      std::printf("%s dead letters %s replayed\n", text(answer.data, "count").c_str(),
                  options.dry_run ? "would be" : "are");
    return kOk;
  }
  std::string more;
  if (!options.body.empty()) more = ",\"body\":" + read_argument(options.body);
  const admin::ClientAnswer answer = client.post(path_of(options, "replay"), body_of(options, more));
  if (!answer.ok) return refused(answer);
  if (options.json) {
    std::puts(answer.data.c_str());
    return kOk;
  }
  std::printf("%s is tried again\n", options.id.c_str());
  const std::string warning = text(answer.data, "warning");
  if (!warning.empty()) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return kOk;
}

int discard_dead_letter(DeadLetterOptions options) {
  const admin::ClientAnswer answer = connect(options).post(path_of(options, "discard"), body_of(options));
  if (!answer.ok) return refused(answer);
  if (options.json) std::puts(answer.data.c_str());
  else std::printf("%s is given up\n", options.id.c_str());
  return kOk;
}

}  // namespace causeway::app::cli
