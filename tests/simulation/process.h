// One process of the gateway: what it has in memory is gone with it. It does what transactions.cpp, resolver.cpp and
// guarded_call.cpp do with coroutines, with the same decisions and the same changes of the store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "simulation/played_publisher.h"
#include "simulation/played_system.h"
#include "simulation/rules.h"
#include "simulation/sim_store.h"
#include "transactions/adopting.h"
#include "transactions/end_call.h"

namespace causeway::simulation {

/// What a process runs in, and what outlives it.
struct Surroundings {
  Parts parts;
  SimStore& store;
  std::vector<PlayedSystem>& systems;
  PlayedPublisher& publisher;
  std::vector<std::shared_ptr<const Rules>>& rules;  ///< by route, as of now
  int& numbers;                                      ///< given out
};

using transactions::ClockWatch;
using transactions::tables::Half;

class Process : public std::enable_shared_from_this<Process> {
 public:
  using What = transactions::CheckDecision::What;
  struct Looked {
    transactions::CheckDecision decision;
    bool sent = false;
    std::string result;
  };
  struct Settled {
    What what = What::kAgain;
    bool overtaken = false;
    std::string result;
  };
  enum class Ended : std::uint8_t { kDone, kAlready, kContradiction, kRunning, kImpossible, kAgain };

  Process(Surroundings around, std::string boot) : around_(around), boot_(std::move(boot)) {}

  /// Takes over what lies in the store.
  void start();
  void crash() { alive_ = false; }
  bool alive() const { return alive_; }
  bool idle() const { return insisted_.empty() && calls_ == 0; }
  const std::string& boot() const { return boot_; }

  /// Answers, unless it dies before.
  void serve(const Request& request, std::function<void(Reply)> answer);
  /// A system's half message. `told`: its txid; nothing where the store takes none.
  void prepare(Half half, std::function<void(std::optional<std::string>)> told);
  /// An operator, or the system itself, ends a half message.
  void end(const std::string& txid, transactions::EndWish wish, transactions::DecidedBy by, std::string result,
           std::function<void(Ended)> told);

  // For its calls.
  Surroundings& around() { return around_; }
  const Parts& parts() const { return around_.parts; }
  std::string new_txid();
  std::string render(std::string_view result);
  /// `action` happens, if this process is still there.
  void after(std::int64_t delay, std::function<void()> action);
  void commit(std::shared_ptr<store::Change> change, SimStore::Done done);
  void look(const Half& half, Moment deadline, std::function<void(Looked)> told);
  void check(const Half& half, Moment deadline, std::function<void(Settled)> told);
  void insist(std::shared_ptr<transactions::EndCall> end) { insisted_.push_back(std::move(end)); }
  /// The event of a success that was asked about; empty with a reason where none can be made.
  std::optional<events::Append> make_event(const Half& half, const std::string& result, transactions::DecidedBy by,
                                           std::string& why);
  void call_over() { --calls_; }

 private:
  std::optional<transactions::EndCall::End> prepare_end(const Half& half, transactions::Ending ending,
                                                        transactions::DecidedBy by, const std::string& result);
  void note(const Half& half, const Looked& looked, const Settled& settled, std::function<void(Settled)> told);
  void resolve();
  void insist_again();
  void sweep();
  bool clock_is_behind();

  Surroundings around_;
  const std::string boot_;
  bool alive_ = true;
  int calls_ = 0;
  Moment started_ = 0;
  ClockWatch clock_watch_;
  std::set<int> nonces_;
  std::set<std::int64_t> checking_;
  std::vector<std::shared_ptr<transactions::EndCall>> insisted_;
};

}  // namespace causeway::simulation
