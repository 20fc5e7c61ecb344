#include "simulation/sim_call.h"

#include <fmt/format.h>

#include "transactions/call_key.h"

namespace causeway::simulation {

using namespace transactions;

namespace {

constexpr std::int64_t kPatience = 300;
constexpr std::int64_t kReserve = 30;

CallKey key_of(const Request& request, Duration retention) {
  const std::string path = "/orders/" + std::to_string(request.route);
  const std::string body = std::to_string(request.item);
  return call_key({.consumer = request.consumer, .method = "POST", .path = path, .body = body}, request.key, retention);
}

}  // namespace

Reached& reached() {
  static Reached all;
  return all;
}

SimCall::SimCall(std::shared_ptr<Process> process, std::shared_ptr<const Rules> rules, Request request,
                 bool seen_before, std::function<void(Reply)> answer)
    : process_(std::move(process)),
      rules_(std::move(rules)),
      request_(std::move(request)),
      seen_before_(seen_before),
      answer_(std::move(answer)),
      deadline_(process_->parts().timeline.now() + kPatience),
      flow_({rules_->check, rules_->resend, seen_before}) {}

void SimCall::go(Step step) {
  switch (step) {
    case Step::kBegin:
      return commit_begin(false);
    case Step::kResume:
      ++reached().resumed;
      return commit_begin(true);
    case Step::kForward:
      return forward();
    case Step::kCheck:
      return check();
    case Step::kEnd:
      return end();
    case Step::kAnswer:
      return answer();
  }
}

void SimCall::commit_begin(bool resume) {
  BeginCall::Call call;
  if (rules_->keyed && !request_.key.empty()) call.key = key_of(request_, rules_->retention);
  if (rules_->half()) call.half = half_of(*rules_, request_);
  call.txid = process_->new_txid();
  call.route = std::to_string(request_.route);
  call.consumer = request_.consumer;
  call.boot_id = process_->boot();
  call.now = parts().timeline.wall();
  call.resume = resume;
  call.must_exist = seen_before_;
  if (call.half) half_ = call.half;
  const auto change = std::make_shared<BeginCall>(std::move(call));
  process_->commit(change, [self = shared_from_this(), change](const Result<>& result) {
    if (!result) return self->reply({.code = 50392});
    self->begun(change->take());
  });
}

void SimCall::begun(BeginCall::Begun begun) {
  begun_ = std::move(begun);
  parts().note([&] {
    return fmt::format("{} request {} ({}) begun: arrival {} forward {} txid {} attempt {}", process_->boot(),
                       request_.number, request_.order(), static_cast<int>(begun_.arrival), begun_.forward, begun_.txid,
                       begun_.attempt);
  });
  if (begun_.forward && begun_.unknown_before) {
    half_ = begun_.kept;
  } else if (begun_.forward && half_) {
    half_->id = begun_.half;
    half_->txid = begun_.txid;
    half_->record = begun_.record;
    half_->created = half_->attempt_began = unix_milliseconds(parts().timeline.wall());
  }
  go(flow_.begun(begun_.arrival, begun_.forward, begun_.unknown_before, begun_.can_check()));
}

void SimCall::forward() {
  parts().facts.prepared(begun_.txid, request_);
  // Turns and rates of its cluster; or a later step of its route refuses it.
  const bool refused = parts().dice.chance(0.04);
  const std::int64_t delay = parts().dice.chance(0.05) ? parts().dice.between(100, 400) : parts().dice.between(0, 15);
  process_->after(delay, [self = shared_from_this(), refused] {
    if (refused || self->now() >= self->deadline_) {
      self->never_called_ = true;
      return self->over(Outcome::kUnsent, false, 50391);
    }
    auto& system = self->process_->around().systems[static_cast<std::size_t>(self->request_.route)];
    system.receive(self->begun_.txid, self->request_, [self](const CallAnswer& answer) {
      if (self->process_->alive()) self->forwarded(answer);
    });
    self->process_->after(self->deadline_ - kReserve * 3 - self->now(),
                          [self] { self->over(Outcome::kUnknown, false, 50491); });
  });
}

void SimCall::forwarded(const CallAnswer& answer) {
  if (told_) return;  // too late: its connection is closed
  if (!answer.sent) return over(Outcome::kUnsent, false, 50290);
  if (answer.status == 0) return over(Outcome::kUnknown, false, 50491);
  if (answer.nonsense) return over(Outcome::kUnknown, false, 50292);
  if (answer.status >= 500) return over(Outcome::kUnknown, true, answer.status);
  if (answer.status < 300) success_ = answer.body;
  own_.bytes = process_->render(answer.body);
  over(answer.status < 300 ? Outcome::kSucceeded : Outcome::kRefused, true, answer.status);
}

void SimCall::over(Outcome outcome, bool full_answer, int code) {
  if (std::exchange(told_, true)) return;
  own_.code = code;
  if (half_) half_->attempt_began = unix_milliseconds(parts().timeline.wall());
  parts().note([&] {
    return fmt::format("{} request {} {} came to {} ({})", process_->boot(), request_.number, begun_.txid,
                       static_cast<int>(outcome), code);
  });
  go(flow_.forwarded(outcome, full_answer));
}

void SimCall::check() {
  if (flow_.forwards()) return half_ ? check_own(*half_, 1) : go(flow_.checked(What::kAgain));
  if (!begun_.kept) return go(flow_.checked(What::kAgain));
  check_kept(*begun_.kept, 1);
}

void SimCall::check_own(Half half, int times) {
  const Moment end = deadline_ - kReserve;
  if (now() >= end) return go(flow_.checked(What::kAgain));
  process_->look(half, end, [self = shared_from_this(), half, times, end](Process::Looked looked) mutable {
    const What what = looked.decision.what;
    ++reached().decisions[static_cast<int>(what)];
    if (what == What::kDone || what == What::kAbsent) {
      self->result_ = looked.result;
      return self->go(self->flow_.checked(what));
    }
    half.absences = looked.decision.absences;
    if (self->now() + 20 * times >= end) return self->go(self->flow_.checked(What::kAgain));
    self->process_->after(20 * times, [self, half, times] { self->check_own(half, times + 1); });
  });
}

void SimCall::check_kept(Half half, int times) {
  const Moment end = now() + kPatience / 2;
  process_->check(half, end, [self = shared_from_this(), half, times](const Process::Settled& settled) {
    ++reached().decisions[static_cast<int>(settled.what)];
    reached().overtaken_checks += settled.overtaken ? 1 : 0;
    self->result_ = settled.result;
    if (settled.overtaken || settled.what != What::kAgain || times > 2)
      return self->go(self->flow_.checked(settled.what, settled.overtaken));
    self->process_->after(20 * times, [self, half, times] {
      const auto again = self->process_->around().store.read(
          [&](store::Session& session) { return tables::find_half(session, half.id); });
      if (!again || !is_open(again->state) || again->attempt != half.attempt)
        return self->go(self->flow_.checked(What::kAgain, true));
      self->check_kept(*again, times + 1);
    });
  });
}

void SimCall::end() {
  EndCall::End end;
  end.boot_id = process_->boot();
  end.route = std::to_string(request_.route);
  end.record = begun_.record;
  end.half = begun_.half;
  end.attempt = begun_.attempt;
  end.now = parts().timeline.wall();
  const std::string& result = flow_.decided_by() == DecidedBy::kCheck ? result_ : success_;
  if (flow_.ending().half == HalfEnd::kCommit && half_ && !half_->topic.empty()) {
    if (auto event = process_->make_event(*half_, result, flow_.decided_by(), end.reason)) {
      end.event.emplace(std::move(*event));
    } else {
      ++reached().unmade_events;
      flow_.event_failed();
    }
  }
  end.ending = flow_.ending();
  end.by = flow_.decided_by();
  end.never_called = never_called_;
  if (end.ending.record == RecordEnd::kDone) {
    const bool checked = flow_.planned() == Answer::kFromCheck;
    if (checked) own_ = {.code = 200, .bytes = process_->render(result_)};
    end.answer = {own_.code, false, {}, own_.bytes};
    end.answer_kept = !parts().dice.chance(0.03);
  }
  if (half_ && !half_->check_request.empty())
    end.next = end.now + std::chrono::duration_cast<WallTime::duration>(delay_after(rules_->asking, 0));
  ++reached().record_ends[static_cast<int>(end.ending.record)];
  ++reached().half_ends[static_cast<int>(end.ending.half)];
  reached().hidden += end.ending.hidden ? 1 : 0;
  const auto change = std::make_shared<EndCall>(std::move(end));
  process_->commit(change, [self = shared_from_this(), change](const Result<>& ended) { self->ended(change, ended); });
}

void SimCall::ended(const std::shared_ptr<EndCall>& end, const Result<>& result) {
  ended_ = true;
  parts().note([&] {
    return fmt::format("{} request {} {} ended: record {} half {}{}{}", process_->boot(), request_.number, begun_.txid,
                       static_cast<int>(end->end().ending.record), static_cast<int>(end->end().ending.half),
                       end->overtaken() ? " overtaken" : "", result ? "" : " refused");
  });
  if (!result && !end->overtaken()) {
    ++reached().insisted;
    parts().facts.told_without_store(begun_.txid);
    process_->insist(end);
  }
  const Step next = flow_.ended(end->overtaken());
  if (!answered_) go(next);
}

void SimCall::answer() {
  ++reached().answers[static_cast<int>(flow_.answer())];
  answered_ = true;
  switch (flow_.answer()) {
    case Answer::kOwn:
      reply(own_);
      break;
    case Answer::kStored:
      if (begun_.answer && begun_.answer->inner) return answer_with_result(begun_.answer->body);
      if (!begun_.answer) return reply({.code = 40992});
      return reply({.code = begun_.answer->status, .bytes = begun_.answer->body, .replayed = true});
    case Answer::kFromCheck:
      if (!flow_.forwards()) return answer_with_result(result_);
      reply(own_);
      break;
    case Answer::kRunning:
      return reply({.code = 40990});
    case Answer::kUnknownStill:
      return reply({.code = 40991});
    case Answer::kTooLong:
      return reply({.code = 40992});
    case Answer::kConflict:
      return reply({.code = 42290});
    case Answer::kSeenBefore:
      return reply({.code = 40194});
    case Answer::kOutcomeUnknown:
      reply({.code = 50491});
      break;
    case Answer::kNotExecuted:
      reply({.code = 50490});
      break;
  }
  if (flow_.forwards() && !ended_) end();  // what was answered first is written down afterwards
}

void SimCall::answer_with_result(const std::string& result) {
  const StoredAnswer rendered{200, false, {}, process_->render(result)};
  const auto keep = std::make_shared<KeepAnswer>(begun_.record, begun_.txid, rendered);
  process_->commit(keep, [self = shared_from_this(), keep, rendered](const Result<>& kept) {
    if (!kept) return self->reply({.code = 50392});
    const auto& before = keep->kept_before();
    reached().kept_by_others += before ? 1 : 0;
    self->reply(
        {.code = before ? before->status : 200, .bytes = before ? before->body : rendered.body, .replayed = true});
  });
}

void SimCall::reply(Reply reply) {
  if (reply.txid.empty()) reply.txid = begun_.txid;
  process_->call_over();
  parts().note([&] {
    return fmt::format("{} request {} {} is answered {}{} {}", process_->boot(), request_.number, reply.txid,
                       reply.code, reply.replayed ? " replayed" : "", reply.bytes);
  });
  answer_(std::move(reply));
}

}  // namespace causeway::simulation
