#include "events/relay/settlement.h"

#include "events/bus_tables.h"
#include "events/event_tables.h"

namespace causeway::events {

Result<> WriteBusSettlement::apply(store::Session& session) {
  for (BusSettlement::Outcome& outcome : settlement_->outcomes) {
    if (outcome.refused.empty()) {
      tables::add_placed(session, outcome.lane, outcome.position, outcome.place);
      continue;
    }
    tables::add_refused(session, outcome.lane, outcome.position, outcome.refused, unix_milliseconds(now_));
    if (const auto events = tables::read_events(session, outcome.lane, outcome.position - 1, outcome.position, 1, 1);
        !events.empty())
      outcome.event_id = events.front().event_id;
  }
  for (const BusSettlement::Low& low : settlement_->lows) tables::set_relayed(session, low.lane, low.position);
  for (const BusSettlement::Facts& facts : settlement_->facts)
    tables::set_bus_facts(session, facts.topic, facts.said.partitions, facts.said.record_bytes);
  return {};
}

}  // namespace causeway::events
