#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/operate.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::app::cli {
namespace {

/// What the gateway says when the problems are all there is to say.
constexpr std::string_view kSeeProblems = "the configuration was refused";

void print(const std::string& line) { std::puts(printable(line).c_str()); }

/// As `causeway check` prints it.
std::string problem_of(Bytes problem) {
  std::string text = text_of(problem, "file");
  if (const std::string line = text_of(problem, "line"); !text.empty() && line != "0")
    text += ':' + line + ':' + text_of(problem, "column");
  if (!text.empty()) text += ": ";
  if (const std::string path = text_of(problem, "path"); !path.empty()) text += path + ": ";
  if (text_of(problem, "severity") == "warning") text += "warning: ";
  return text + text_of(problem, "message");
}

std::string change_of(const char* sign, Bytes change) {
  std::string text = sign + text_of(change, "kind") + ' ' + text_of(change, "name");
  if (const std::string was = text_of(change, "was"); !was.empty()) text += " (was " + was + ')';
  std::string keys;
  for_each_item(find_member(change, "keys"),
                [&](Bytes key) { keys += (keys.empty() ? ": " : ", ") + json_string_value(key).value_or(""); });
  return text + keys;
}

/// `diff` has counts, added, removed and changed.
void print_difference(Bytes diff) {
  const auto list = [&](const char* name, const char* sign) {
    std::int64_t shown = 0;
    for_each_item(find_member(diff, name), [&](Bytes change) {
      print(change_of(sign, change));
      ++shown;
    });
    const std::string all = text_of(find_member(diff, "counts"), name);
    if (const std::int64_t left = std::strtoll(all.c_str(), nullptr, 10) - shown; left > 0)
      std::printf("%s%lld more\n", sign, static_cast<long long>(left));
  };
  list("added", "+ ");
  list("removed", "- ");
  list("changed", "~ ");
}

void print_taken(Bytes data) {
  for_each_item(find_member(data, "problems"), [](Bytes problem) { print(problem_of(problem)); });
  print_difference(data);
  for_each_item(find_member(data, "restart"),
                [](Bytes key) { print("needs a restart: " + json_string_value(key).value_or("")); });
  const Bytes counts = find_member(data, "counts");
  const bool same = text_of(counts, "added") + text_of(counts, "removed") + text_of(counts, "changed") == "000";
  print((same ? "nothing has changed, version " : "taken as version ") + text_of(data, "version") + ": " +
        text_of(data, "routes") + " routes");
}

}  // namespace

int reload(OperateOptions options, const std::string& reason) {
  admin::Client client = connect(options);
  const std::string body = reason.empty() ? "{}" : JsonObject().text("reason", reason).done();
  const admin::ClientAnswer answer = client.post("/reload", body);
  if (answer.ok || find_member(answer.details, "problems").empty()) return told(options, answer, print_taken);
  if (options.json) {
    std::puts(answer.details.c_str());
    return kWrong;
  }
  std::size_t problems = 0;
  for_each_item(find_member(answer.details, "problems"), [&](Bytes problem) {
    print(problem_of(problem));
    ++problems;
  });
  if (problems == 0) return refused(answer);
  const std::string why = answer.problem.substr(0, answer.problem.find('\n'));  // below it the problems again
  if (!why.ends_with(kSeeProblems)) std::fprintf(stderr, "causeway: %s\n", why.c_str());
  std::fputs("refused: what ran goes on\n", stderr);
  return kWrong;
}

int show_config(OperateOptions options, const std::string& version) {
  admin::Client client = connect(options);
  const std::string target = version.empty() ? "/config" : "/config/history/" + admin::encoded(version);
  return told(options, client.get(target), [](Bytes data) {
    const std::string number = text_of(data, "configVersion");
    print("# version " + (number.empty() ? text_of(data, "version") : number) + ", taken " +
          readable_time(text_of(data, "takenAt")) + " by " + text_of(data, "author"));
    if (const std::string reason = text_of(data, "reason"); !reason.empty()) print("# " + reason);
    std::fputs(text_of(data, "yaml").c_str(), stdout);
  });
}

int config_history(OperateOptions options, std::uint32_t limit) {
  admin::Client client = connect(options);
  return told(options, client.get("/config/history?limit=" + std::to_string(limit)), [](Bytes data) {
    std::vector<std::vector<std::string>> rows;
    for_each_item(find_member(data, "items"), [&](Bytes item) {
      rows.push_back({text_of(item, "version"), readable_time(text_of(item, "takenAt")), text_of(item, "author"),
                      '+' + text_of(item, "added") + " -" + text_of(item, "removed") + " ~" + text_of(item, "changed"),
                      text_of(item, "hash").substr(0, 12), text_of(item, "reason")});
    });
    print_table({"VERSION", "TAKEN", "BY", "CHANGES", "HASH", "REASON"}, rows, "no configuration is remembered");
  });
}

}  // namespace causeway::app::cli
