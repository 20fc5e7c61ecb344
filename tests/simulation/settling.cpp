// What a process does about half messages that nobody has in hand, as transactions.cpp does.
#include <fmt/format.h>

#include "simulation/process.h"
#include "transactions/load_half.h"
#include "transactions/making_event.h"

namespace causeway::simulation {

using namespace transactions;

namespace {

constexpr std::int64_t kCheckTimeout = 150;

WallTime wall_of(std::int64_t milliseconds) { return WallTime(std::chrono::milliseconds(milliseconds)); }

/// A system is asked: it answers in time, or not.
struct Asking {
  bool over = false;
};

}  // namespace

void Process::look(const Half& half, Moment deadline, std::function<void(Looked)> told) {
  const WallTime asked = parts().timeline.wall();
  const auto asking = std::make_shared<Asking>();
  const auto answered = [half, asked, asking, told = std::move(told)](const CheckAnswer& answer) {
    if (std::exchange(asking->over, true)) return;
    CheckRules rules = compiled(half.programs)->rules;
    if (!answer.sent) rules.times = 0;
    const CheckState state{half.checks, half.absences, wall_of(half.attempt_began), wall_of(half.created)};
    told({decide_check(answer.says, rules, state, asked), answer.sent, answer.result});
  };
  const auto heard = [self = shared_from_this(), answered](const CheckAnswer& answer) {
    if (self->alive()) answered(answer);
  };
  if (half.kind == HalfKind::kSystem) around_.publisher.check(half.txid, heard);
  else around_.systems[static_cast<std::size_t>(std::stoi(half.route))].check(half.txid, heard);
  const std::int64_t patience = std::max<std::int64_t>(0, std::min(kCheckTimeout, deadline - parts().timeline.now()));
  after(patience, [answered] { answered({}); });
}

void Process::check(const Half& half, Moment deadline, std::function<void(Settled)> told) {
  look(half, deadline, [this, half, told = std::move(told)](Looked looked) {
    Settled settled{.what = looked.decision.what, .overtaken = false, .result = looked.result};
    if (settled.what != What::kDone && settled.what != What::kAbsent) return note(half, looked, settled, told);
    const bool done = settled.what == What::kDone;
    auto prepared = prepare_end(half, decide_ending(done ? Outcome::kSucceeded : Outcome::kUnsent, false, false),
                                DecidedBy::kCheck, looked.result);
    if (!prepared) {
      settled.what = looked.decision.what = What::kUnresolved;
      return note(half, looked, settled, told);
    }
    const auto end = std::make_shared<EndCall>(std::move(*prepared));
    commit(end, [this, end, settled, told](const Result<>& result) mutable {
      if (!result) settled.what = What::kAgain;
      settled.overtaken = end->overtaken();
      parts().note([&] {
        return fmt::format("{} check of half {} ends it: {}{}{}", boot_, end->end().half,
                           static_cast<int>(settled.what), settled.overtaken ? " overtaken" : "",
                           result ? "" : " refused");
      });
      told(settled);
    });
  });
}

void Process::note(const Half& half, const Looked& looked, const Settled& settled, std::function<void(Settled)> told) {
  const auto noted = std::make_shared<NoteCheck>(half.id, half.attempt, half.checks + (looked.sent ? 1 : 0),
                                                 looked.decision, "nobody could say");
  commit(noted, [told = std::move(told), settled](const Result<>&) { told(settled); });
}

std::optional<events::Append> Process::make_event(const Half& half, const std::string& result, DecidedBy by,
                                                  std::string& why) {
  const WallTime now = parts().timeline.wall();
  auto draft = transactions::make_event(half, *compiled(half.programs), *orders_topic(), result, by, now);
  if (!draft) {
    why = "no event can be made";
    return std::nullopt;
  }
  std::vector<events::EventDraft> drafts;
  drafts.push_back(std::move(*draft));
  return events::Append(orders_topic(), half.route, std::move(drafts), now, nobody_listens());
}

std::optional<EndCall::End> Process::prepare_end(const Half& half, Ending ending, DecidedBy by,
                                                 const std::string& result) {
  EndCall::End end;
  end.boot_id = boot_;
  end.route = half.route;
  end.record = half.record;
  end.half = half.id;
  end.attempt = half.attempt;
  end.running = false;
  end.ending = ending;
  end.by = by;
  end.now = parts().timeline.wall();
  end.answer = {200, true, {}, result};
  if (ending.half != HalfEnd::kCommit || half.topic.empty()) return end;
  if (auto event = make_event(half, result, by, end.reason)) {
    end.event.emplace(std::move(*event));
    return end;
  }
  if (by != DecidedBy::kCheck) return std::nullopt;
  end.ending.half = HalfEnd::kUnresolved;
  return end;
}

void Process::end(const std::string& txid, EndWish wish, DecidedBy by, std::string result,
                  std::function<void(Ended)> told) {
  LoadHalf loaded(txid);
  around_.store.read([&](store::Session& session) { return loaded.run(session).ok(); });
  if (!loaded.half) return told(Ended::kImpossible);
  Half half = *loaded.half;
  const EndVerdict verdict = decide_end(half.state, wish);
  if (verdict != EndVerdict::kEnd)
    return told(verdict == EndVerdict::kAlready ? Ended::kAlready : Ended::kContradiction);
  if (half.kind == HalfKind::kCall && half.state == HalfState::kPrepared && !half.next_check)
    return told(Ended::kRunning);
  if (!loaded.record || loaded.record->state == RecordState::kDone) half.record = 0;
  const bool commits = wish == EndWish::kCommit;
  auto prepared = prepare_end(
      half, {commits ? RecordEnd::kDone : RecordEnd::kReleased, commits ? HalfEnd::kCommit : HalfEnd::kRollBack, false},
      by, result);
  if (!prepared) return told(Ended::kImpossible);
  const auto change = std::make_shared<EndCall>(std::move(*prepared));
  commit(change, [change, told = std::move(told)](const Result<>& ended) {
    told(ended && !change->overtaken() ? Ended::kDone : Ended::kAgain);
  });
}

}  // namespace causeway::simulation
