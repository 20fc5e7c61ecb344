#include "app/route_tests/json_comparison.h"
#include "app/route_tests/judge_parts.h"
#include "config/errors.h"

namespace causeway::app {
namespace {

std::string told(const OfflineEvent& event) {
  std::string text = event.topic + ' ' + event.type;
  if (!event.key.empty()) text += " key " + event.key;
  return text + ' ' + shortened(event.data, 1000);
}

void judge_event(const WantedEvent& wanted, const OfflineEvent& event, const std::string& what, Mismatches& out) {
  const std::size_t before = out.size();
  judge_text(wanted.topic, event.topic, what + ".topic", out);
  judge_text(wanted.type, event.type, what + ".type", out);
  judge_text(wanted.key, event.key, what + ".key", out);
  judge_text(wanted.source, event.source, what + ".source", out);
  if (is_wanted(wanted.data)) compare_json(wanted.data.node, event.data, what + ".data", out);
  if (out.size() > before) out.back().notes.push_back("the event was: " + told(event));
}

}  // namespace

void judge_events(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out) {
  if (!test.event) return;
  const auto& wanted = test.event->value.all;
  const bool several = test.event->node.is_sequence();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string what = several ? config::extend_path("event", i) : "event";
    if (i < answer.events.size()) judge_event(*wanted[i], answer.events[i], what, out);
    else out.push_back({wanted[i].position, what + ": there was no such event", {}, {}, {}});
  }
  for (std::size_t i = wanted.size(); i < answer.events.size(); ++i)
    out.push_back(
        {test.event->position, "an event that the test does not expect: " + told(answer.events[i]), {}, {}, {}});
}

}  // namespace causeway::app
