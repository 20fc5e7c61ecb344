#include <cstdio>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/operate.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::app::cli {
namespace {

std::string path_of(const DeadLetterOptions& options, std::string_view verb = {}) {
  std::string path = "/dead-letters/" + admin::encoded(options.id);
  if (!verb.empty()) path.append("/").append(verb);
  return path;
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
    const std::string next = text_of(answer.data, "next");
    if (next.empty()) return answer;
    target = first;
    target.append("&cursor=").append(admin::encoded(next));
  }
}

/// Why an attempt failed, as far as anybody said.
std::string came_back(Bytes attempt) {
  const std::string error = text_of(attempt, "error");
  if (!error.empty()) return error;
  const std::string code = text_of(attempt, "code");
  if (code != "0" && !code.empty()) return code + " " + text_of(attempt, "message") + " " + text_of(attempt, "details");
  return text_of(attempt, "body");
}

void print_attempts(Bytes data) {
  std::vector<std::vector<std::string>> rows;
  for_each_item(find_member(data, "tried"), [&](Bytes item) {
    rows.push_back({text_of(item, "number"), readable_time(text_of(item, "at")), text_of(item, "status"),
                    text_of(item, "tookMs") + "ms", came_back(item)});
  });
  print_table({"ATTEMPT", "AT (UTC)", "STATUS", "TOOK", "WHAT CAME BACK"}, rows, "no attempts");
}

}  // namespace

int list_dead_letters(DeadLetterOptions options) {
  admin::Client client = connect(options);
  std::string items;
  admin::ClientAnswer answer = read_all(client, options, items);
  items = '[' + items + ']';
  answer.data = JsonObject().raw("items", items).raw("next", "null").done();
  return told(options, answer, [&](Bytes) {
    std::vector<std::vector<std::string>> rows;
    for_each_item(items, [&](Bytes item) {
      rows.push_back({text_of(item, "id"), text_of(item, "eventId"), text_of(item, "eventType"), text_of(item, "key"),
                      text_of(item, "attempts"), text_of(item, "heldBehind"), readable_time(text_of(item, "diedAt")),
                      text_of(item, "reason")});
    });
    print_table({"ID", "EVENT", "TYPE", "KEY", "ATTEMPTS", "HELD", "DIED (UTC)", "REASON"}, rows, "no dead letters");
  });
}

int show_dead_letter(DeadLetterOptions options) {
  return told(options, connect(options).get(path_of(options)), [](Bytes data) {
    const auto line = [](const char* name, const std::string& value) {
      std::printf("%-13s %s\n", name, printable(value).c_str());
    };
    line("id", text_of(data, "id"));
    line("subscription", text_of(data, "subscription"));
    line("topic", text_of(data, "topic"));
    line("event", text_of(data, "eventId") + "  " + text_of(data, "eventType"));
    line("key", text_of(data, "key") + "  (" + text_of(data, "heldBehind") + " wait behind it)");
    line("stored", readable_time(text_of(data, "storedAt")) + " UTC");
    line("died", readable_time(text_of(data, "diedAt")) + " UTC, " + text_of(data, "reason"));
    line("body", text_of(data, "body"));
    print_attempts(data);
  });
}

int replay_dead_letters(DeadLetterOptions options) {
  admin::Client client = connect(options);
  JsonObject said;
  said.text("reason", options.reason);
  if (options.all) {
    said.flag("dry_run", options.dry_run).text("subscription", options.subscription);
    said.raw("filter", JsonObject().text("key", options.key).done());
    return told(options, client.post("/dead-letters/replay", said.done()), [&](Bytes data) {
      std::printf("%s dead letters %s replayed\n", text_of(data, "count").c_str(),
                  options.dry_run ? "would be" : "are");
    });
  }
  std::string body;
  if (!read_argument(options.body, body)) {
    std::fprintf(stderr, "causeway: cannot read %s\n", options.body.substr(1).c_str());
    return kFailed;
  }
  if (!options.body.empty()) said.raw("body", body);
  return told(options, client.post(path_of(options, "replay"), said.done()), [&](Bytes data) {
    std::printf("%s is tried again\n", options.id.c_str());
    const std::string warning = text_of(data, "warning");
    if (!warning.empty()) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  });
}

int discard_dead_letter(DeadLetterOptions options) {
  const std::string said = JsonObject().text("reason", options.reason).done();
  return told(options, connect(options).post(path_of(options, "discard"), said),
              [&](Bytes) { std::printf("%s is given up\n", options.id.c_str()); });
}

}  // namespace causeway::app::cli
