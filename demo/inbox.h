// Where a demo system takes events: each delivery is done once, however often it comes, because its key is remembered
// with the answer. Not thread safe: the lock of the system that owns it covers it.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>

#include "demo/ledger.h"
#include "demo/service.h"

namespace causeway::demo {

/// What one type of event makes a system do. Both functions may throw what nlohmann throws for a member that is missing
/// or of the wrong type; `decide` must find every such fault, because `apply` follows the ledger's entry.
struct Work {
  std::string effect;  ///< what the ledger calls it: `outbound_created`
  /// The id of what will be made or changed; or an answer, when nothing is to be done.
  std::function<std::variant<std::string, Answer>(const nlohmann::json& event)> decide;
  /// Does it, now or again after a restart, and gives the answer.
  std::function<Answer(const Entry& entry, const nlohmann::json& event)> apply;
};

class Inbox {
 public:
  /// `works` by event type. Applies the entries that the ledger already has. `ledger` outlives the inbox.
  Inbox(Ledger& ledger, std::map<std::string, Work> works);

  /// The same key and body: the first answer again. The same key and another body: 422. A type of event that is not
  /// known here: 200, and nothing is done. No key: 400; not an event: 422.
  Answer take(const Call& call);

 private:
  struct Done {
    std::string body;
    Answer answer;
  };

  Answer work(const Call& call);
  Answer apply(const Work& work, const Entry& entry, const nlohmann::json& event);

  Ledger& ledger_;
  std::map<std::string, Work> works_;
  std::map<std::string, Done> done_;  // by Idempotency-Key
};

/// `OUT000007`
std::string numbered(const std::string& prefix, std::size_t number);

}  // namespace causeway::demo
