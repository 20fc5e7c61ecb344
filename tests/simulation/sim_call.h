// One call through a process: CallFlow driven by a seed, as guarded_call.cpp drives it with coroutines.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "simulation/process.h"
#include "transactions/begin_call.h"
#include "transactions/call_flow.h"

namespace causeway::simulation {

/// What the code under test was seen to do, over all worlds of a run.
struct Reached {
  int answers[10] = {};     ///< by CallFlow::Answer
  int record_ends[3] = {};  ///< by RecordEnd
  int half_ends[4] = {};    ///< by HalfEnd
  int decisions[4] = {};    ///< by CheckDecision::What
  int hidden = 0, overtaken_checks = 0, resumed = 0, insisted = 0, unmade_events = 0, kept_by_others = 0;
  int contradictions = 0, by_hand = 0, crashes = 0, reloads = 0, clock_steps = 0;
};
Reached& reached();

class SimCall : public std::enable_shared_from_this<SimCall> {
 public:
  using Step = transactions::CallFlow::Step;
  using Answer = transactions::CallFlow::Answer;
  using What = transactions::CheckDecision::What;

  SimCall(std::shared_ptr<Process> process, std::shared_ptr<const Rules> rules, Request request, bool seen_before,
          std::function<void(Reply)> answer);
  void begin() { go(flow_.start()); }

 private:
  void go(Step step);
  void commit_begin(bool resume);
  void begun(transactions::BeginCall::Begun begun);
  void forward();
  void forwarded(const CallAnswer& answer);
  void over(transactions::Outcome outcome, bool full_answer, int code);
  void check();
  void check_own(Half half, int times);
  void check_kept(Half half, int times);
  void end();
  void ended(const std::shared_ptr<transactions::EndCall>& end, const Result<>& result);
  void answer();
  void answer_with_result(const std::string& result);
  void reply(Reply reply);

  const Parts& parts() const { return process_->parts(); }
  Moment now() const { return parts().timeline.now(); }

  const std::shared_ptr<Process> process_;
  const std::shared_ptr<const Rules> rules_;
  const Request request_;
  const bool seen_before_;
  const std::function<void(Reply)> answer_;
  const Moment deadline_;
  transactions::CallFlow flow_;
  transactions::BeginCall::Begun begun_;
  std::optional<Half> half_;  ///< of this call, as it lies in the store
  Reply own_;                 ///< what is at hand
  std::string success_;       ///< the system's answer
  std::string result_;        ///< of a check
  bool never_called_ = false;
  bool told_ = false;   ///< what the system said is known
  bool ended_ = false;  ///< it is written down, or insisted upon
  bool answered_ = false;
  std::string why_;
};

}  // namespace causeway::simulation
