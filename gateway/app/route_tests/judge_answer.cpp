#include "app/route_tests/json_comparison.h"
#include "app/route_tests/judge_parts.h"
#include "core/json_scan.h"
#include "core/json_text.h"

namespace causeway::app {
namespace {

/// The member of the envelope; empty where the answer is none, or lacks it.
Bytes member(const OfflineAnswer& answer, std::string_view name) {
  if (check_json(answer.body) || json_kind(answer.body) != JsonKind::kObject) return {};
  return find_member(answer.body, name);
}

template <class T>
void judge_number(const Wanted<T>& expected, std::string_view actual, const std::string& what, Mismatches& out) {
  if (!expected) return;
  const std::string wanted = std::to_string(**expected);
  if (wanted != actual)
    out.push_back({expected->position, what, wanted, actual.empty() ? "nothing" : std::string(actual), {}});
}

void judge_member(const WantedValue& expected, const OfflineAnswer& answer, std::string_view name, Mismatches& out) {
  if (is_wanted(expected)) compare_json(expected.node, member(answer, name), "answer." + std::string(name), out);
}

}  // namespace

void judge_answer(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out) {
  if (!test.answer) return;
  const WantedAnswer& wanted = **test.answer;
  const std::size_t before = out.size();
  judge_number(wanted.status, std::to_string(answer.status), "answer.status", out);
  judge_number(wanted.code, member(answer, "code"), "answer.code", out);
  if (wanted.message)
    judge_text(wanted.message, json_string_value(member(answer, "message")).value_or(""), "answer.message", out);
  judge_headers(wanted.headers, answer.headers, "answer.headers", out);
  judge_member(wanted.data, answer, "data", out);
  judge_member(wanted.details, answer, "details", out);
  if (is_wanted(wanted.body)) compare_json(wanted.body.node, answer.body, "answer.body", out);
  if (out.size() == before) return;
  std::string all = "the answer was: " + std::to_string(answer.status) + ' ' + shortened(answer.body, 1000);
  out.back().notes.push_back(std::move(all));
  if (!answer.reason.empty()) out.back().notes.push_back("because of: " + answer.reason);
}

}  // namespace causeway::app
