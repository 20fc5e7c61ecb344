// What the process knows of calls that must be neither lost nor doubled: where their records lie, which systems can be
// asked, and the loop that asks for those that nobody has in hand.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "events/event_log.h"
#include "exchange/worker_context.h"
#include "security/webhook_signer.h"
#include "telemetry/alert_sink.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"
#include "transactions/end_call.h"
#include "transactions/programs.h"
#include "transactions/transaction_tables.h"
#include "upstream/cluster.h"

namespace causeway::transactions {

/// Whom a configuration can ask, and where it can publish. Immutable.
struct Targets {
  std::map<std::string, std::shared_ptr<const upstream::Cluster>, std::less<>> clusters;
  std::map<std::string, std::shared_ptr<const events::Topic>, std::less<>> topics;
  /// By route: of those whose checks are signed as webhooks.
  std::map<std::string, std::shared_ptr<const security::WebhookSigner>, std::less<>> signers;
};

/// What a system has said about a call, and what follows from it.
struct Looked {
  CheckDecision decision;
  bool sent = false;      ///< the system was asked
  bool unusable = false;  ///< it was done, and its result cannot be made
  std::string result;     ///< of kDone: JSON, what the caller gets
  std::string why;        ///< for people, where it is not settled
};

/// What a check has come to.
struct Settled {
  CheckDecision::What what = CheckDecision::What::kAgain;
  bool overtaken = false;  ///< somebody else has settled it meanwhile
  bool unwritten = false;  ///< the store took nothing: as if nobody had asked
  bool published = false;  ///< of kDone: its event is stored
  std::string result;      ///< as in Looked
};

class LoadHalf;
class Resolver;

/// One a process. Thread safe, but for `take`, `start`, `stop`: one at a time.
class Transactions {
 public:
  /// Everything outlives it. kTransactionSchema is among the store's schemas.
  Transactions(events::EventLog& log, std::span<WorkerContext* const> workers, telemetry::Metrics& metrics,
               telemetry::LogThread* lines);
  ~Transactions();
  Transactions(const Transactions&) = delete;
  Transactions& operator=(const Transactions&) = delete;

  /// Null: alerts go nowhere. Before `start`.
  void use(telemetry::AlertSink* alerts);
  /// At start and at every reload: whom to ask from now on.
  void take(std::shared_ptr<const Targets> targets);
  /// The store is open: adopts what the last process has left, and begins to ask. Blocks on the store.
  Result<> start();
  /// Asks nobody any more; what is asked goes on.
  void drain();
  bool idle() const;
  void stop();

  events::EventLog& log() { return log_; }
  store::Store& store() { return log_.store(); }
  std::shared_ptr<const Targets> targets() const;
  Result<std::shared_ptr<const Programs>> programs(const std::string& json) { return programs_.get(json); }

  /// Asks what became of a call, at most until `deadline`, and decides; writes nothing. On the worker of `context`.
  Task<Looked> look(WorkerContext& context, const tables::Half& half, SteadyTime deadline);
  /// The same for an open half that nobody has in hand, and writes it down. kAgain when nothing was found out.
  Task<Settled> check(WorkerContext& context, tables::Half half, SteadyTime deadline);

  /// A person, or the system itself, ends an open half: blocks. `result` (JSON; empty: null) is for a call's record and
  /// event. The half as it is afterwards. Errors: kNoSuchThing; kConflict where it has ended the other way (an alert),
  /// or its call is still running; kTransformRefused where no event can be made of `result`; kStoreRefused.
  Result<tables::Half> end(const std::string& txid, EndWish wish, DecidedBy by, std::string reason, std::string result);
  /// The same for a system's own half, on a worker.
  Task<Result<tables::Half>> end(WorkerContext& context, std::string txid, EndWish wish, DecidedBy by);

  /// Commits an end. One whose event meets another of its id is unresolved. Ok and not overtaken: `ended` was told.
  Task<Result<>> commit(WorkerContext& context, EndCall& end);
  /// After an EndCall is durable: counts and announces its event, and the alerts of what is unresolved.
  void ended(telemetry::Shard* shard, const EndCall& end);
  /// There may be something to ask sooner than was thought.
  void wake() noexcept;
  /// Writes down an end that the store has refused, again and again until it takes it.
  void insist(std::unique_ptr<EndCall> end) noexcept;

  /// A system's half has ended one way and was asked to end the other: an alert.
  void tell_contradiction(const tables::Half& half, EndWish wish);

 private:
  using End = std::unique_ptr<EndCall>;

  /// The end of an open half that nobody has in hand; `result` as the caller would get it.
  Result<End> prepare_end(const tables::Half& half, Ending ending, DecidedBy by, std::string reason,
                          std::string result);
  /// A system has said so while its half message was ended by others: an alert if they do not agree.
  Task<> compare(WorkerContext& context, std::string txid, EndWish said);
  /// The same for whoever wishes it; null where it has ended so before. Errors: those of `end`.
  Result<End> decide(const LoadHalf& loaded, EndWish wish, DecidedBy by, std::string reason, std::string result);

  events::EventLog& log_;
  telemetry::AlertSink* alerts_ = nullptr;
  ProgramCache programs_;
  mutable std::mutex mutex_;  // of targets_
  std::shared_ptr<const Targets> targets_;
  std::shared_ptr<Resolver> resolver_;
};

}  // namespace causeway::transactions
