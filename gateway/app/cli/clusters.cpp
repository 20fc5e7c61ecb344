#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/operate.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::app::cli {
namespace {

/// `open (12 of 20 failed, 0 slow) until 08:15:32`
std::string breaker(Bytes cluster) {
  const Bytes its = find_member(cluster, "breaker");
  if (text_of(its, "enabled") == "false") return "off";
  std::string text = text_of(its, "state");
  const std::string calls = text_of(its, "calls");
  if (calls != "0") text += " (" + text_of(its, "failures") + " of " + calls + " failed";
  if (calls != "0") text += ", " + text_of(its, "slow") + " slow)";
  const std::string retry = text_of(its, "retryAt");
  if (!retry.empty()) text += " until " + readable_time(retry).substr(11);
  return text;
}

/// `well`, `unhealthy`, `ejected by failures until 2026-11-26 08:15:32`
std::string state(Bytes endpoint) {
  std::string text = text_of(endpoint, "healthy") == "true" ? "" : "unhealthy";
  if (text_of(endpoint, "ejected") == "true") {
    const std::string until = text_of(endpoint, "ejectedUntil");
    text += (text.empty() ? "" : ", ") + ("ejected by " + text_of(endpoint, "ejectedBy")) + " until ";
    text += until.empty() ? "restored" : readable_time(until);
  }
  return text.empty() ? "well" : text;
}

std::string join_addresses(Bytes endpoint) {
  std::string text;
  for_each_item(find_member(endpoint, "addresses"),
                [&](Bytes address) { text += (text.empty() ? "" : " ") + json_string_value(address).value_or(""); });
  return text.empty() ? "none" : text;
}

/// `2 of 3`
std::string well_of(Bytes cluster) {
  int all = 0;
  int well = 0;
  for_each_item(find_member(cluster, "endpoints"), [&](Bytes endpoint) {
    ++all;
    if (state(endpoint) == "well") ++well;
  });
  return std::to_string(well) + " of " + std::to_string(all);
}

void print_clusters(Bytes data) {
  std::vector<std::vector<std::string>> rows;
  for_each_item(find_member(data, "items"), [&](Bytes item) {
    rows.push_back({text_of(item, "name"), text_of(item, "system"), breaker(item), well_of(item),
                    text_of(item, "active"), text_of(item, "waiting"), text_of(item, "retries")});
  });
  print_table({"CLUSTER", "SYSTEM", "BREAKER (UTC)", "WELL", "ACTIVE", "WAITING", "RETRIES"}, rows, "no clusters");
  if (!text_of(data, "next").empty()) std::puts("there are more: see --json and GET /clusters");
}

void print_cluster(Bytes data) {
  std::printf("%s (%s, %s, %s): breaker %s\n", printable(text_of(data, "name")).c_str(),
              printable(text_of(data, "system")).c_str(), text_of(data, "kind").c_str(),
              text_of(data, "loadBalancing").c_str(), breaker(data).c_str());
  std::printf("active %s, waiting %s, retries %s\n\n", text_of(data, "active").c_str(),
              text_of(data, "waiting").c_str(), text_of(data, "retries").c_str());
  std::vector<std::vector<std::string>> rows;
  for_each_item(find_member(data, "endpoints"), [&](Bytes item) {
    rows.push_back({text_of(item, "address"), state(item), text_of(item, "weight"), text_of(item, "active"),
                    text_of(item, "idle"), join_addresses(item)});
  });
  print_table({"ENDPOINT", "STATE (UTC)", "WEIGHT", "ACTIVE", "IDLE", "ADDRESSES"}, rows, "no endpoints");
}

}  // namespace

int clusters(ClusterOptions options) {
  if (options.name.empty()) return told(options, connect(options).get("/clusters?limit=500"), print_clusters);
  return told(options, connect(options).get("/clusters/" + admin::encoded(options.name)), print_cluster);
}

int steer_cluster(ClusterOptions options, const std::string& verb) {
  JsonObject body;
  if (!options.endpoint.empty()) body.text("endpoint", options.endpoint);
  if (!options.time.empty()) body.text("for", options.time);
  body.text("reason", options.reason);
  const std::string target = "/clusters/" + admin::encoded(options.name) + '/' + verb;
  return told(options, connect(options).post(target, body.done()), print_cluster);
}

}  // namespace causeway::app::cli
