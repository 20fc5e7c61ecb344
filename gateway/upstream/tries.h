// The attempts of one call, until one counts.
#pragma once

#include <optional>

#include "upstream/attempt.h"
#include "upstream/cluster.h"

namespace causeway::upstream {

/// Lives in the coroutine of its call, on its worker.
class Cluster::Tries {
 public:
  Tries(const Cluster& cluster, runtime::Worker& worker, const CallRequest& request, CallResponse& response,
        const CallOptions& options, SteadyTime deadline);
  Tries(const Tries&) = delete;
  Tries& operator=(const Tries&) = delete;
  ~Tries() { give_back_retry(); }

  Task<Result<>> run();
  /// The call ended because its system could not be shown who calls: nobody has asked it.
  bool had_nothing_to_show() const { return not_ready_; }

 private:
  struct Busy;

  Task<Result<>> once();
  /// What the system is shown in this attempt.
  Task<Result<>> prepare(AttemptOptions& mine);
  /// The system did not take what it was shown, and there is something else by now: once.
  bool shows_something_else();
  /// What the answer means: its status, or whoever asked says it.
  Task<Result<>> understand();
  EndpointSet::Verdict verdict(const Result<>& outcome) const;
  /// Not for the configuration to decide: what never left goes to another endpoint, and what went down with an idle
  /// connection goes over a fresh one, of the same endpoint: of its idle ones all may have died.
  bool goes_on_at_once(const Error& error);
  /// It broke off before a byte of the answer, the call may come twice, and there is another endpoint to ask: once.
  bool died_with_endpoint(const Error& error);
  bool may_go_again(const Result<>& outcome) const;
  /// How long the system wants to be left alone.
  std::optional<Duration> asked(const Result<>& outcome) const;
  /// Is it known what became of the attempt that is given up?
  void note(bool answered);
  Result<> last_word(Result<> outcome) const;
  /// Lets go of an answer that the call does not end with.
  void drop();
  bool take_retry();
  void give_back_retry();
  void move_on();

  const Cluster& cluster_;
  runtime::Worker& worker_;
  const CallRequest& request_;
  CallResponse& response_;
  const CallOptions& options_;
  const SteadyTime deadline_;
  Tried tried_;
  std::size_t at_;
  std::uint32_t counted_ = 0;              ///< attempts that `max_attempts` counts
  std::size_t unreachable_ = 0;            ///< endpoints in a row that could not be reached
  std::optional<CredentialFields> shown_;  ///< where the cluster has credentials
  bool shown_again_ = false;
  bool not_ready_ = false;    ///< there is nothing to show to the system: whatever endpoint is asked
  bool lost_ = false;         ///< with an idle connection, once: from then on only fresh ones
  bool sent_ = false;         ///< a byte, in the last attempt
  bool sent_before_ = false;  ///< in one before it
  bool unknown_ = false;      ///< an unsafe attempt was given up that may have been carried out
  bool moved_away_ = false;   ///< from an endpoint that broke off
  bool retrying_ = false;     ///< holds a place in the budget
};

}  // namespace causeway::upstream
