#include "simulation/facts.h"

#include <fmt/format.h>

#include <utility>

#include "core/json_object.h"
#include "core/json_scan.h"
#include "transactions/states.h"

namespace causeway::simulation {
namespace {

using store::Rows;
using store::Sql;
using transactions::DecidedBy;
using transactions::HalfState;
using transactions::RecordState;

const Sql kRecords{"SELECT scope, txid, state, inner, boot_id, status, headers, body, expires FROM idem"};
const Sql kHalves{"SELECT txid, state, decided_by, topic FROM half"};
const Sql kEvents{"SELECT event_id, data FROM event ORDER BY place"};

constexpr int kOf(RecordState state) { return static_cast<int>(state); }
constexpr int kOf(HalfState state) { return static_cast<int>(state); }
constexpr int kOf(DecidedBy by) { return static_cast<int>(by); }

bool is_terminal(int state) { return state == kOf(HalfState::kCommitted) || state == kOf(HalfState::kRolledBack); }

}  // namespace

std::string Effect::result() const {
  return JsonObject()
      .number("order", number)
      .number("item", request.item)
      .text("for", request.consumer)
      .flag("odd", odd)
      .done();
}

bool Facts::excused(const std::string& txid) const {
  if (excused_.contains(txid)) return true;
  const auto order = orders_.find(txid);
  return order != orders_.end() && excused_routes_.contains(order->second.route);
}

void Facts::forwarded(const std::string& txid, const Request& request, bool may_repeat) {
  orders_.emplace(txid, request);
  if (never_.contains(txid) && !excused(txid)) fail(txid + " is forwarded after it was given up");
  if (++forwards_[txid] > 1 && !may_repeat) fail(txid + " is forwarded twice to a system that does not honour keys");
}

void Facts::executed(Effect effect) {
  const std::string txid = effect.txid;
  const std::string order = effect.request.order();
  if (never_.contains(txid) && !excused(txid)) fail(txid + " is executed after it was said not to be");
  if (!effects_.emplace(txid, std::move(effect)).second && !excused(txid)) fail(txid + " is executed twice");
  const auto [first, is_first] = effect_of_.emplace(order, txid);
  if (!is_first && !excused(txid) && !excused(first->second))
    fail(fmt::format("{} is executed twice: {} and {}", order, first->second, txid));
}

void Facts::released(const std::string& txid) {
  never_.insert(txid);
  if (effects_.contains(txid) && !excused(txid)) fail(txid + " is given up although it was executed");
}

void Facts::replied(const Request& request, const Reply& reply) {
  if (reply.code == 201 || reply.code == 200) {
    const auto effect = effects_.find(reply.txid);
    if (effect == effects_.end() && by_hand_.contains(reply.txid)) return;
    if (effect == effects_.end()) return fail(reply.txid + " is said to be done and was not: " + reply.bytes);
    if (effect->second.request.consumer != request.consumer || effect->second.request.key != request.key)
      return fail("an answer of " + effect->second.request.order() + " goes to " + request.order());
    if (effect->second.request.item != request.item) return fail("an answer goes to another body: " + reply.txid);
    if (reply.bytes.find(effect->second.result()) == std::string::npos && !by_hand_.contains(reply.txid))
      return fail("an answer is wrong: " + reply.bytes);
    const auto [told, is_first] = told_.emplace(reply.txid, reply.bytes);
    if (!is_first && told->second != reply.bytes && !untold_.contains(reply.txid))
      fail(fmt::format("{} was answered\n  {}\nand then\n  {}", reply.txid, told->second, reply.bytes));
    return;
  }
  const bool refused = reply.code >= 400 && reply.code < 500;
  if (untold_.contains(reply.txid)) return;  // nothing was done, and that is not written down either
  if ((refused || reply.code == 50490) && !reply.txid.empty()) {
    never_.insert(reply.txid);
    if (effects_.contains(reply.txid) && !excused(reply.txid))
      fail(fmt::format("{} was executed, and its caller is answered {}", reply.txid, reply.code));
  }
}

void Facts::look(store::Session& session, WallTime now) {
  const bool swept = std::exchange(sweeping_, false);
  clock_shows(now);
  look_at_records(session);
  look_at_halves(session, swept);
  look_at_events(session);
  compare();
}

/// Record and half message end together.
void Facts::compare() {
  for (const auto& [scope, record] : records_) {
    const auto half = halves_.find(record.txid);
    if (half == halves_.end()) continue;
    const bool done = record.state == kOf(RecordState::kDone);
    if (!done && is_terminal(half->second.state)) fail(record.txid + " has an ended half message and is not done");
    if (done && half->second.state == kOf(HalfState::kPrepared)) fail(record.txid + " is done and still prepared");
  }
  for (const auto& [txid, half] : halves_)
    if (half.state == kOf(HalfState::kCommitted) && !half.topic.empty() && !events_.contains(txid))
      fail(txid + " is committed without an event");
}

void Facts::look_at_records(store::Session& session) {
  std::map<std::string, RecordRow> now;
  for (Rows rows = session.query(kRecords); rows.next();)
    now.emplace(rows.blob(0),
                RecordRow{std::string(rows.text(1)), static_cast<int>(rows.integer(2)), rows.integer(3) != 0,
                          std::string(rows.text(4)),
                          fmt::format("{} {}{}", rows.integer(5), rows.text(6), rows.blob(7)), rows.integer(8)});
  for (const auto& [scope, before] : records_) {
    const auto found = now.find(scope);
    const bool same = found != now.end() && found->second.txid == before.txid;
    if (before.state != kOf(RecordState::kDone)) {
      if (!same) released(before.txid);
    } else if (!same) {
      if (before.expires > latest_) fail(before.txid + " was done, and its record goes");
      // From here on its key stands for another order.
      if (const auto order = orders_.find(before.txid); order != orders_.end()) effect_of_.erase(order->second.order());
    } else if (found->second != before && !(before.inner && !found->second.inner)) {
      fail(before.txid + " was done, and its record changes");
    }
  }
  records_ = std::move(now);
}

void Facts::look_at_halves(store::Session& session, bool swept) {
  std::map<std::string, HalfRow> now;
  for (Rows rows = session.query(kHalves); rows.next();)
    now.emplace(rows.text(0), HalfRow{static_cast<int>(rows.integer(1)), static_cast<int>(rows.integer(2)),
                                      std::string(rows.text(3))});
  for (const auto& [txid, before] : halves_) {
    const auto found = now.find(txid);
    if (found == now.end()) {
      if (is_terminal(before.state) ? !swept : forwards_.contains(txid)) fail("the half message of " + txid + " goes");
      continue;
    }
    if (found->second == before) continue;
    if (is_terminal(before.state)) fail(fmt::format("{} was {} and is {}", txid, before.state, found->second.state));
    if (found->second.state == kOf(HalfState::kRolledBack)) {
      if (found->second.decided_by != kOf(DecidedBy::kOperator)) released(txid);
    }
  }
  halves_ = std::move(now);
}

void Facts::look_at_events(store::Session& session) {
  std::map<std::string, std::string> now;
  for (Rows rows = session.query(kEvents); rows.next();)
    if (!now.emplace(rows.text(0), rows.blob(1)).second) fail("an event twice: " + std::string(rows.text(0)));
  for (const auto& [txid, body] : now)
    if (!events_.contains(txid)) check_event(txid, body);
  events_ = std::move(now);
}

void Facts::check_event(const std::string& txid, const std::string& body) {
  const auto half = halves_.find(txid);
  if (half != halves_.end() && half->second.state != kOf(HalfState::kCommitted))
    fail("an event of " + txid + ", whose half message is not committed");
  const auto effect = effects_.find(txid);
  if (effect == effects_.end()) {
    if (!by_hand_.contains(txid)) fail("an event of " + txid + ", which was not executed");
    return;
  }
  const Effect& done = effect->second;
  const std::string data = JsonObject()
                               .number("order", done.number)
                               .number("item", done.request.item)
                               .text("by", done.request.consumer)
                               .text("txid", txid)
                               .done();
  if (find_member(body, "data") != data && !by_hand_.contains(txid)) fail("an event is wrong: " + body);
}

void Facts::settle(store::Session& session, WallTime now, const std::string& boot) {
  look(session, now);
  for (const auto& [scope, record] : records_)
    if (record.state == kOf(RecordState::kRunning) && record.boot == boot) fail(record.txid + " is running for ever");
  for (const auto& [txid, half] : halves_) {
    if (half.state == kOf(HalfState::kPrepared)) fail(txid + " is prepared for ever");
    if (excused(txid) || half.topic.empty()) continue;
    const bool executed = effects_.contains(txid);
    if (half.state == kOf(HalfState::kCommitted) && !executed && !by_hand_.contains(txid))
      fail(txid + " is committed and was not executed");
    if (half.state == kOf(HalfState::kRolledBack) && executed && !rolled_back_by_hand_.contains(txid))
      fail(txid + " is rolled back and was executed");
  }
  for (const auto& [txid, effect] : effects_) {
    const auto half = halves_.find(txid);
    if (half == halves_.end() || half->second.topic.empty() || excused(txid)) continue;
    const bool open = half->second.state == kOf(HalfState::kUnresolved) || rolled_back_by_hand_.contains(txid);
    if (!events_.contains(txid) && !open) fail(txid + " was executed and has no event");
  }
}

}  // namespace causeway::simulation
