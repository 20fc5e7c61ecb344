#include "app/explain/read_call.h"

#include "core/json_scan.h"
#include "core/json_text.h"

namespace causeway::app {
namespace {

/// `["Accept", "*/*"]`.
std::optional<std::pair<std::string, std::string>> read_pair(Bytes item) {
  std::vector<std::string> texts;
  bool all_texts = true;
  for_each_item(item, [&](Bytes raw) {
    const auto text = json_string_value(raw);
    all_texts = all_texts && text.has_value();
    texts.push_back(text.value_or(""));
  });
  if (!all_texts || texts.size() != 2) return std::nullopt;
  return std::pair(texts[0], texts[1]);
}

}  // namespace

std::optional<CallText> read_call(Bytes line, std::string& problem) {
  if (check_json(line) || json_kind(line) != JsonKind::kObject) {
    problem = "expected a JSON object";
    return std::nullopt;
  }
  CallText call;
  bool right = true;
  const auto take_headers = [&](Bytes list) {
    for_each_item(list, [&](Bytes item) {
      const auto pair = read_pair(item);
      right = right && pair.has_value();
      if (pair) call.headers.push_back(*pair);
    });
  };
  for_each_member(line, [&](std::string_view name, Bytes raw) {
    const auto text = json_string_value(raw);
    if (name == "method" && text) call.method = *text;
    else if (name == "target" && text) call.target = *text;
    else if (name == "body" && text) call.body = *text;
    else if (name == "headers" && json_kind(raw) == JsonKind::kArray) take_headers(raw);
    else right = false;
  });
  right = right && !find_member(line, "target").empty();
  problem = right ? call.problem() : "expected {method, target, headers: [[name, value]], body}";
  if (!problem.empty()) return std::nullopt;
  return call;
}

}  // namespace causeway::app
