#include <cstdio>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/operate.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::app::cli {
namespace {

std::string path_of(const TransactionOptions& options, std::string_view verb = {}) {
  std::string path = "/transactions/" + admin::encoded(options.txid);
  if (!verb.empty()) path.append("/").append(verb);
  return path;
}

/// `OMS1 of oms-producer`, or the route of a call.
std::string whose(Bytes item) {
  if (text_of(item, "kind") == "call") return text_of(item, "route");
  return text_of(item, "transactionId") + " of " + text_of(item, "group");
}

/// `committed by check`
std::string state_of(Bytes item) {
  const std::string by = text_of(item, "decidedBy");
  return text_of(item, "state") + (by.empty() ? "" : " by " + by);
}

std::string time_of(Bytes item, std::string_view name) {
  const std::string time = text_of(item, name);
  return time.empty() ? "" : readable_time(time);
}

void print_list(Bytes data) {
  std::vector<std::vector<std::string>> rows;
  for_each_item(find_member(data, "items"), [&](Bytes item) {
    rows.push_back({text_of(item, "txid"), text_of(item, "kind"), whose(item), text_of(item, "consumer"),
                    state_of(item), text_of(item, "checks"), time_of(item, "createdAt"), time_of(item, "nextCheckAt"),
                    text_of(item, "reason")});
  });
  print_table({"TXID", "KIND", "WHOSE", "CONSUMER", "STATE", "CHECKS", "CREATED (UTC)", "NEXT CHECK (UTC)", "REASON"},
              rows, "no transactions");
  if (!text_of(data, "next").empty()) std::puts("there are more: see --json and GET /transactions");
}

void print_one(Bytes data) {
  const auto line = [](const char* name, const std::string& value) {
    if (!value.empty()) std::printf("%-12s %s\n", name, printable(value).c_str());
  };
  line("txid", text_of(data, "txid"));
  line("kind", text_of(data, "kind"));
  line("state", state_of(data));
  line("reason", text_of(data, "reason"));
  line("route", text_of(data, "route"));
  line("consumer", text_of(data, "consumer"));
  line("group", text_of(data, "group"));
  line("transaction", text_of(data, "transactionId"));
  line("key", text_of(data, "key"));
  line("topic", text_of(data, "topic"));
  line("checks", text_of(data, "checks"));
  line("created", time_of(data, "createdAt"));
  line("next check", time_of(data, "nextCheckAt"));
  line("ended", time_of(data, "endedAt"));
  line("document", std::string(find_member(data, "document")));
}

}  // namespace

int list_transactions(TransactionOptions options) {
  std::string target = "/transactions?limit=500";
  if (!options.state.empty()) target += "&state=" + admin::encoded(options.state);
  return told(options, connect(options).get(target), print_list);
}

int show_transaction(TransactionOptions options) {
  return told(options, connect(options).get(path_of(options)), print_one);
}

int end_transaction(TransactionOptions options, const std::string& verb) {
  admin::Client client = connect(options);
  JsonObject said;
  std::string result;
  if (!read_argument(options.result, result)) {
    std::fprintf(stderr, "causeway: cannot read %s\n", options.result.substr(1).c_str());
    return kFailed;
  }
  if (!options.result.empty()) said.raw("result", result);
  said.text("reason", options.reason);
  return told(options, client.post(path_of(options, verb), said.done()), [&](Bytes data) {
    std::printf("%s is %s\n", text_of(data, "txid").c_str(),
                text_of(data, "state") == "committed" ? "committed" : "rolled back");
  });
}

}  // namespace causeway::app::cli
