#include <map>

#include "app/route_tests/json_comparison.h"
#include "app/route_tests/judge_parts.h"
#include "config/errors.h"

namespace causeway::app {
namespace {

std::string place_of(std::size_t step) { return config::extend_path("upstream", step); }

/// `POST oms /internal/orders {"order_no":"X1"}`
std::string told(const SentCall& call) {
  std::string text = call.method + ' ' + call.cluster + ' ' + call.target;
  if (!call.body.empty()) text += ' ' + shortened(call.body, 1000);
  return text;
}

std::string_view path_to_compare(const std::string& expected, const std::string& target) {
  return expected.find('?') == std::string::npos ? std::string_view(target).substr(0, target.find('?')) : target;
}

void judge_call(const SystemStep& step, const SentCall& call, const std::string& what, Mismatches& out) {
  const WantedCall& wanted = *step.expect;
  judge_text(wanted.method, call.method, what + ".method", out);
  if (wanted.path) judge_text(wanted.path, path_to_compare(**wanted.path, call.target), what + ".path", out);
  judge_headers(wanted.headers, call.headers, what + ".headers", out);
  if (is_wanted(wanted.body)) compare_json(wanted.body.node, call.body, what + ".body", out);
}

}  // namespace

void judge_delivery(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out) {
  if (!test.delivery || !answer.delivery || **test.delivery == *answer.delivery) return;
  out.push_back({test.delivery->position,
                 "delivery",
                 std::string(config::name_of(**test.delivery)),
                 std::string(config::name_of(*answer.delivery)),
                 {}});
  if (!answer.reason.empty()) out.back().notes.push_back("because of: " + answer.reason);
}

bool judge_calls(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out) {
  const auto& steps = *test.upstream;
  const config::Position& place = test.upstream.position.line > 0 ? test.upstream.position : test.name.position;
  bool all_expected = true;
  for (const SentCall& call : answer.calls) {
    if (call.answered_by) {
      const std::size_t before = out.size();
      judge_call(*steps[*call.answered_by], call, place_of(*call.answered_by) + ".expect", out);
      if (out.size() > before) out.back().notes.push_back("the call was: " + told(call));
      continue;
    }
    all_expected = false;
    out.push_back({place, "a call to " + call.cluster + " that the test does not expect: " + told(call), {}, {}, {}});
  }
  if (!all_expected) return false;
  for (const std::size_t unused : answer.unused) {
    const SystemStep& step = *steps[unused];
    const std::string whom = step.expect->cluster ? **step.expect->cluster : std::string("any system");
    out.push_back({steps[unused].position, place_of(unused) + ": the call to " + whom + " was never made", {}, {}, {}});
  }
  return true;
}

}  // namespace causeway::app
