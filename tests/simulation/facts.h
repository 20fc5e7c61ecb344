// What is known outside of the gateway: who asked for what, what systems have really done, who was told what. Facts are
// held against each other and against what lies in the store, at every step (correctness.md, "How it is proved").
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/timeline.h"
#include "store/session.h"

namespace causeway::simulation {

/// What a caller asks for. The same `consumer`, `route` and `key` stand for one order.
struct Request {
  int route = 0;
  std::string consumer;
  std::string key;  ///< empty: it has none, and every request is an order of its own
  int item = 0;     ///< what is ordered: another one is another body
  int number = 0;   ///< of this request
  int nonce = 0;
  Moment signed_at = 0;

  std::string order() const {
    return std::to_string(route) + '/' + consumer + '/' + (key.empty() ? '#' + std::to_string(number) : key);
  }
};

/// What a caller gets: a status of the system's, or a code of the gateway's.
struct Reply {
  int code = 0;
  std::string bytes;  ///< headers and body
  bool replayed = false;
  std::string txid;  ///< of the call that it is about
};

/// What a system has really done.
struct Effect {
  std::string txid;
  Request request;
  int number = 0;
  bool odd = false;  ///< no event can be made of its answer, if the route is strict
  std::string result() const;
};

/// One world's. Keeps the first contradiction that it finds.
class Facts {
 public:
  const std::optional<std::string>& failure() const { return failure_; }
  void fail(std::string what) {
    if (!failure_) failure_ = std::move(what);
  }

  // Told by those who did it.
  /// A call reaches a system. `may_repeat`: it honours our key.
  void forwarded(const std::string& txid, const Request& request, bool may_repeat);
  void executed(Effect effect);
  void replied(const Request& request, const Reply& reply);
  /// A success is answered although the store takes nothing: what was told may get lost.
  void told_without_store(const std::string& txid) { untold_.insert(txid); }
  /// A person has decided otherwise than the system did, or nobody can know any more (no barrier, and the clock was set
  /// or the system is slower than it says).
  void excuse(const std::string& txid) { excused_.insert(txid); }
  void excuse_route(int route) { excused_routes_.insert(route); }
  /// A person says that it was done.
  void committed_by_hand(const std::string& txid) { by_hand_.insert(txid); }
  void rolled_back_by_hand(const std::string& txid) { rolled_back_by_hand_.insert(txid); }
  void prepared(const std::string& txid, const Request& request) { orders_.emplace(txid, request); }

  /// As it is set, before and after: what has expired by the latest that it has shown may be gone.
  void clock_shows(WallTime wall) { latest_ = std::max(latest_, unix_milliseconds(wall)); }
  /// What is old is taken away with the change that comes now.
  void sweeping() { sweeping_ = true; }

  /// What has changed in the store since it was last looked at.
  void look(store::Session& session, WallTime now);
  /// Everything had its time, and `boot` is idle.
  void settle(store::Session& session, WallTime now, const std::string& boot);

  const std::map<std::string, Effect>& effects() const { return effects_; }

 private:
  struct RecordRow {
    std::string txid;
    int state = 0;
    bool inner = false;
    std::string boot;
    std::string answer;
    std::int64_t expires = 0;  ///< unix milliseconds; 0: it is not done
    bool operator==(const RecordRow&) const = default;
  };
  struct HalfRow {
    int state = 0;
    int decided_by = 0;
    std::string topic;
    bool operator==(const HalfRow&) const = default;
  };
  void look_at_records(store::Session& session);
  void look_at_halves(store::Session& session, bool swept);
  void compare();
  void look_at_events(store::Session& session);
  void check_event(const std::string& txid, const std::string& body);
  void released(const std::string& txid);
  bool excused(const std::string& txid) const;
  bool known(const std::string& txid) const { return orders_.contains(txid); }

  std::optional<std::string> failure_;
  bool sweeping_ = false;
  std::int64_t latest_ = 0;
  std::map<std::string, Request> orders_;  ///< by txid
  std::map<std::string, int> forwards_;
  std::map<std::string, Effect> effects_;         ///< by txid
  std::map<std::string, std::string> effect_of_;  ///< by order: the txid
  std::map<std::string, std::string> told_;       ///< by txid: a success, byte for byte
  std::set<std::string> never_;                   ///< txids that were said not to be done
  std::set<std::string> untold_;
  std::set<std::string> excused_, by_hand_, rolled_back_by_hand_;
  std::set<int> excused_routes_;
  std::map<std::string, RecordRow> records_;   ///< by scope
  std::map<std::string, HalfRow> halves_;      ///< by txid
  std::map<std::string, std::string> events_;  ///< by eventId
};

}  // namespace causeway::simulation
