// A system behind the gateway, with a ledger of what it has really done. It hangs, breaks off, answers nonsense,
// executes late, and keeps what it has promised: to honour our key, to refuse what it has said not to know, to end in
// time.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "simulation/facts.h"
#include "simulation/world_parts.h"
#include "transactions/decision.h"

namespace causeway::simulation {

struct SystemTraits {
  bool honours_key = false;         ///< the same txid twice is one effect
  bool conflict_on_repeat = false;  ///< and its second answer is 409
  bool barrier = false;
  std::int64_t max_execution = 200;  ///< milliseconds from the request
  bool slow = false;                 ///< takes longer than it says, at times
};

/// What comes back of a call.
struct CallAnswer {
  bool sent = true;  ///< false: provably not a byte of it
  int status = 0;    ///< 0: it broke off
  bool nonsense = false;
  std::string body;
};

struct CheckAnswer {
  transactions::CheckSays says = transactions::CheckSays::kUnclear;
  bool sent = true;
  std::string result;
};

class PlayedSystem {
 public:
  PlayedSystem(Parts parts, SystemTraits traits) : parts_(parts), traits_(traits) {}

  const SystemTraits& traits() const { return traits_; }
  /// `answer` may never be called.
  void receive(const std::string& txid, const Request& request, std::function<void(CallAnswer)> answer);
  void check(const std::string& txid, std::function<void(CheckAnswer)> answer);
  /// Does well from here on.
  void heal() { well_ = true; }

 private:
  /// True: it is done, now or before.
  bool execute(const std::string& txid, const Request& request);
  CallAnswer success(const std::string& txid) const;

  Parts parts_;
  const SystemTraits traits_;
  bool well_ = false;
  std::set<std::string> refused_;   ///< was said to be unknown: will not be executed any more
  std::set<std::string> rejected_;  ///< was answered with a refusal
  std::map<std::string, int> queued_;
};

}  // namespace causeway::simulation
