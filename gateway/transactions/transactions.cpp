#include "transactions/transactions.h"

#include <algorithm>

#include "core/crash_point.h"
#include "core/error_words.h"
#include "core/json_object.h"
#include "core/json_scan.h"
#include "transactions/adopting.h"
#include "transactions/check_signature.h"
#include "transactions/checking.h"
#include "transactions/guarded_call.h"
#include "transactions/load_half.h"
#include "transactions/making_event.h"
#include "transactions/resolver.h"

namespace causeway::transactions {
namespace {

constexpr std::size_t kAroundResult = 1024;  // what the envelope will add
constexpr int kTries = 8;                    // to end what others end at the same time

Error settled_by_others() { return Error(Code::kConflict, "it is being settled by others"); }

/// What the half keeps, with the result beside it, from which its event could not be made.
std::string with_result(const std::string& document, const std::string& result) {
  JsonObject object;
  for (JsonMembers members(document); members.next();)
    if (members.key() != "result") object.raw(members.key(), members.value());
  return object.raw("result", result).done();
}

}  // namespace

Transactions::Transactions(events::EventLog& log, std::span<WorkerContext* const> workers, telemetry::Metrics& metrics,
                           telemetry::LogThread* lines)
    : log_(log), targets_(std::make_shared<const Targets>()) {
  if (!workers.empty()) resolver_ = std::make_shared<Resolver>(*this, *workers.back(), metrics, lines);
}

Transactions::~Transactions() { stop(); }

void Transactions::use(telemetry::AlertSink* alerts) {
  alerts_ = alerts;
  if (resolver_) resolver_->use(alerts);
}

void Transactions::take(std::shared_ptr<const Targets> targets) {
  {
    const std::lock_guard lock(mutex_);
    targets_.swap(targets);
  }
  wake();
}

std::shared_ptr<const Targets> Transactions::targets() const {
  const std::lock_guard lock(mutex_);
  return targets_;
}

Result<> Transactions::start() {
  AdoptHalves adopt(log_.clock().wall());
  Result<> adopted = store().commit_blocking(adopt);
  if (adopted && resolver_) resolver_->start();
  return adopted;
}

void Transactions::drain() {
  if (resolver_) resolver_->drain();
}

bool Transactions::idle() const { return !resolver_ || resolver_->idle(); }

void Transactions::stop() {
  if (resolver_) resolver_->stop();
  take(std::make_shared<const Targets>());  // the clusters go while the workers can still close their connections
}

void Transactions::wake() noexcept {
  if (resolver_) resolver_->wake();
}

void Transactions::insist(std::unique_ptr<EndCall> end) noexcept {
  if (resolver_) resolver_->insist(std::move(end));
}

Task<Looked> Transactions::look(WorkerContext& context, const tables::Half& half, SteadyTime deadline) {
  Looked looked;
  Result<std::shared_ptr<const Programs>> programs = programs_.get(half.programs);
  if (!programs) {
    looked.unusable = true;
    looked.why = words_of(programs.error());
    co_return looked;
  }
  auto request = StoredRequest::from_json(half.check_request);
  const std::shared_ptr<const Targets> whom = targets();
  std::shared_ptr<const upstream::Cluster> cluster;
  if (request)
    if (const auto found = whom->clusters.find(request->cluster); found != whom->clusters.end())
      cluster = found->second;
  const WallTime asked = context.worker.clock().wall();
  CheckAnswer answer;
  if (!cluster) {
    answer.why = "there is nobody to ask: no cluster is called " + (request ? request->cluster : std::string("that"));
  } else if (Result<> signature = sign_check(*request, *whom, half, asked); !signature) {
    answer.why = words_of(signature.error());
  }
  if (answer.why.empty()) answer = co_await ask(context, *cluster, *request, **programs, half, deadline);
  else if (resolver_) resolver_->tell_unasked(half, answer.why);
  if (answer.says == CheckSays::kAbsent && !(*programs)->rules.barrier && resolver_ && resolver_->clock_runs_ahead()) {
    answer.says = CheckSays::kUnclear;  // whether the attempt can be over is not known by this clock
    answer.why = "the clock was put forward";
    resolver_->wake();
  }
  CheckRules rules = (*programs)->rules;
  CheckState state{half.checks, half.absences, WallTime(std::chrono::milliseconds(half.attempt_began)),
                   WallTime(std::chrono::milliseconds(half.created))};
  if (!answer.sent) rules.times = 0;  // only those that were sent count
  looked.decision = decide_check(answer.says, rules, state, asked);
  if (!answer.sent) {  // does not count, and comes less and less often all the same: twice as late each time
    const Duration so_long =
        std::clamp<Duration>(asked - state.attempt_began, {}, std::max(rules.first, rules.max_delay));
    looked.decision.next =
        std::max(looked.decision.next, asked + std::chrono::duration_cast<WallTime::duration>(so_long));
  }
  looked.sent = answer.sent;
  looked.unusable = answer.unusable;
  looked.result = std::move(answer.result);
  looked.why = std::move(answer.why);
  co_return looked;
}

Task<Settled> Transactions::check(WorkerContext& context, tables::Half half, SteadyTime deadline) {
  using What = CheckDecision::What;
  Looked looked = co_await look(context, half, deadline);
  CAUSEWAY_CRASH_POINT("resolver-asked");
  Settled settled;
  settled.what = looked.decision.what;
  if (looked.unusable) settled.what = looked.decision.what = What::kUnresolved;
  if (settled.what == What::kDone || settled.what == What::kAbsent) {
    const bool done = settled.what == What::kDone;
    const Ending ending = decide_ending(done ? Outcome::kSucceeded : Outcome::kUnsent, false, false);
    Result<End> prepared = prepare_end(half, ending, DecidedBy::kCheck, {}, looked.result);
    if (prepared) {
      EndCall& end = **prepared;
      Result<> committed = co_await commit(context, end);
      settled.unwritten = !committed;
      if (!committed) settled.what = What::kAgain;
      settled.overtaken = end.overtaken();
      settled.published = committed && end.end().event.has_value();
      const EndWish said = done ? EndWish::kCommit : EndWish::kRollBack;
      if (settled.overtaken && half.kind == HalfKind::kSystem) co_await compare(context, half.txid, said);
      settled.result = std::move(looked.result);
      co_return settled;
    }
    settled.what = looked.decision.what = What::kUnresolved;
    looked.why = words_of(prepared.error());
  }
  NoteCheck note(half.id, half.attempt, half.checks + (looked.sent ? 1 : 0), looked.decision, looked.why);
  Result<> noted = co_await store().commit(context.worker, note);
  settled.unwritten = !noted;
  if (noted && settled.what == What::kUnresolved && resolver_) resolver_->tell_unresolved(half.route, looked.why);
  co_return settled;
}

Task<> Transactions::compare(WorkerContext& context, std::string txid, EndWish said) {
  LoadHalf loaded(std::move(txid));
  Result<> found = co_await store().query(context.worker, loaded);
  if (found && loaded.half && decide_end(loaded.half->state, said) == EndVerdict::kContradiction)
    tell_contradiction(*loaded.half, said);
}

Result<Transactions::End> Transactions::prepare_end(const tables::Half& half, Ending ending, DecidedBy by,
                                                    std::string reason, std::string result) {
  EndCall::End end;
  end.boot_id = store().boot_id();
  end.route = half.route;
  end.record = half.record;
  end.half = half.id;
  end.attempt = half.attempt;
  end.running = false;
  end.ending = ending;
  end.by = by;
  end.reason = std::move(reason);
  end.now = log_.clock().wall();
  end.answer_kept = result.size() <= GuardedCall::kKeptAnswer - kAroundResult;
  end.answer = {200, true, {}, end.answer_kept ? result : std::string()};
  if (ending.half == HalfEnd::kCommit && !half.topic.empty()) {
    const std::shared_ptr<const Targets> where = targets();
    const auto topic = where->topics.find(half.topic);
    if (topic == where->topics.end()) return Error(Code::kConflict, "no topic is called " + half.topic);
    Result<std::shared_ptr<const Programs>> programs = programs_.get(half.programs);
    if (!programs) return std::move(programs.error());
    Result<events::EventDraft> draft = make_event(half, **programs, *topic->second, result, by, end.now);
    if (draft) {
      std::vector<events::EventDraft> drafts;
      drafts.push_back(std::move(*draft));
      end.event.emplace(topic->second, source_of(half), std::move(drafts), end.now, log_.signal());
    } else if (by == DecidedBy::kCheck) {  // it was done: that is written down, and a person sees to the event
      end.ending.half = HalfEnd::kUnresolved;
      end.reason = "no event can be made of the answer: " + words_of(draft.error());
      end.document = with_result(half.document, result);
    } else {
      return std::move(draft.error());
    }
  }
  return std::make_unique<EndCall>(std::move(end));
}

Result<Transactions::End> Transactions::decide(const LoadHalf& loaded, EndWish wish, DecidedBy by, std::string reason,
                                               std::string result) {
  if (!loaded.half) return Error(Code::kNoSuchThing);
  const EndVerdict verdict = decide_end(loaded.half->state, wish);
  if (verdict == EndVerdict::kAlready) return End();
  if (verdict == EndVerdict::kContradiction) {
    tell_contradiction(*loaded.half, wish);
    return Error(Code::kConflict, "it was " + std::string(word_of(loaded.half->state)) + " before");
  }
  tables::Half half = *loaded.half;
  if (half.kind == HalfKind::kCall && half.state == HalfState::kPrepared && !half.next_check)
    return Error(Code::kConflict, "its call is still running");
  // Only its event is open: the record is done, or was done so long ago that it is gone.
  if (!loaded.record || loaded.record->state == RecordState::kDone) half.record = 0;
  if (result.empty()) result = find_member(half.document, "result");
  if (result.empty()) result = "null";
  const HalfEnd end = wish == EndWish::kCommit ? HalfEnd::kCommit : HalfEnd::kRollBack;
  const RecordEnd record = wish == EndWish::kCommit ? RecordEnd::kDone : RecordEnd::kReleased;
  return prepare_end(half, {record, end, false}, by, std::move(reason), std::move(result));
}

Result<tables::Half> Transactions::end(const std::string& txid, EndWish wish, DecidedBy by, std::string reason,
                                       std::string result) {
  for (int i = 0; i < kTries; ++i) {
    LoadHalf loaded(txid);
    if (Result<> found = store().query_blocking(loaded); !found) return std::move(found.error());
    Result<End> end = decide(loaded, wish, by, reason, result);
    if (!end) return std::move(end.error());
    if (!*end) return std::move(*loaded.half);
    if (Result<> committed = store().commit_blocking(**end); !committed) return std::move(committed.error());
    if (!(*end)->overtaken()) ended(nullptr, **end);
  }
  return settled_by_others();
}

Task<Result<tables::Half>> Transactions::end(WorkerContext& context, std::string txid, EndWish wish, DecidedBy by) {
  for (int i = 0; i < kTries; ++i) {
    LoadHalf loaded(txid);
    Result<> found = co_await store().query(context.worker, loaded);
    if (!found) co_return std::move(found.error());
    Result<End> end = decide(loaded, wish, by, {}, {});
    if (!end) co_return std::move(end.error());
    if (!*end) co_return std::move(*loaded.half);
    Result<> committed = co_await commit(context, **end);
    if (!committed) co_return std::move(committed.error());
  }
  co_return settled_by_others();
}

Task<Result<>> Transactions::commit(WorkerContext& context, EndCall& end) {
  Result<> committed = co_await store().commit(context.worker, end);
  if (!committed && committed.error().code() == Code::kConflictingPayload) {
    end.give_up_event("another event has its id: " + words_of(committed.error()));
    committed = co_await store().commit(context.worker, end);
  }
  if (end.overtaken()) co_return Result<>();
  if (committed) ended(&context.shard, end);
  co_return committed;
}

void Transactions::ended(telemetry::Shard* shard, const EndCall& change) {
  const EndCall::End& end = change.end();
  if (end.event && shard != nullptr) log_.appended(*shard, *end.event);
  else if (end.event && resolver_) resolver_->count(*end.event);
  if (!resolver_) return;
  const bool open = end.half != 0 || (end.record != 0 && end.ending.record == RecordEnd::kUnknown);
  const bool unresolved =
      open && (end.ending.half == HalfEnd::kUnresolved || (end.ending.half == HalfEnd::kStay && !end.next));
  if (unresolved) resolver_->tell_unresolved(end.route, end.reason);
  if (end.next) resolver_->wake();
}

void Transactions::tell_contradiction(const tables::Half& half, EndWish wish) {
  if (alerts_ == nullptr) return;
  alerts_->raise("transaction_contradiction", {{"route", half.route}},
                 half.txid + " was " + std::string(word_of(half.state)) + " and was asked to be " +
                     (wish == EndWish::kCommit ? "committed" : "rolled back"));
  if (resolver_) resolver_->note_contradiction(half.route);
}

}  // namespace causeway::transactions
