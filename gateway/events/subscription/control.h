// What an operator may see and do of subscriptions and dead letters: the port of the admin API and the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace causeway::events {

struct SubscriptionView {
  std::string name;
  std::string topic;
  std::string group;
  std::string state;         ///< running | paused
  std::string paused_by;     ///< operator | dead_letters (20 dead keys in a row) | bus (the topic was made anew there);
                             ///< empty while running
  std::string target;        ///< what is called: "POST wms /outbound-orders"
  std::int64_t backlog = 0;  ///< events stored and not finished: behind the cursor, retrying, held; not dead ones
  std::int64_t retrying = 0;
  std::int64_t held = 0;  ///< wait behind a dead letter of their key
  std::int64_t dead_letters = 0;
  double delay_seconds = 0;  ///< age of the oldest that is not finished
  std::int64_t lost = 0;     ///< left the bus before they were read
};

struct AttemptView {
  int number = 0;
  std::int64_t at = 0;  ///< unix milliseconds
  int status = 0;       ///< HTTP; 0: no answer
  std::int64_t took_ms = 0;
  std::string error;      ///< empty when an answer came
  std::string body;       ///< how the answer began
  std::int64_t code = 0;  ///< of a failure that the system named in its own words; 0: none
  std::string message{};
  std::string details{};  ///< JSON; empty: none
};

struct DeadLetterView {
  std::string id;  ///< `<subscription>:<shard>:<position>`
  std::string subscription;
  std::string topic;
  std::string event_id;
  std::string event_type;
  std::string key;
  int attempts = 0;
  std::string reason;  ///< `422`, `40001 out of stock`, `transform: …`, `attempts exhausted`, `max_age`
  std::int64_t stored_at = 0;
  std::int64_t died_at = 0;
  std::int64_t held_behind = 0;  ///< events of its key that wait
  // Only of one that is shown alone:
  std::string event;  ///< JSON as it was stored
  std::string body;   ///< what was sent, frozen at the first attempt
  std::vector<AttemptView> tried;
};

struct DeadLetterFilter {
  std::string subscription;  ///< empty: of all
  std::string key;           ///< empty: any
  std::size_t limit = 50;
  std::string cursor;  ///< of the page before; empty: from the start
};

struct DeadLetterPage {
  std::vector<DeadLetterView> items;
  std::string next;  ///< empty: the end
};

/// Thread safe; blocks on the store, so never on a worker. Unknown names and ids are kNoSuchThing (40491).
class SubscriptionControl {
 public:
  virtual ~SubscriptionControl() = default;
  virtual std::vector<SubscriptionView> subscriptions() = 0;
  virtual Result<SubscriptionView> pause(std::string_view name) = 0;
  virtual Result<SubscriptionView> resume(std::string_view name) = 0;
  virtual Result<DeadLetterPage> dead_letters(const DeadLetterFilter& filter) = 0;
  virtual Result<DeadLetterView> dead_letter(std::string_view id) = 0;
  /// Tries again from the first attempt, now. With `body` the edited event data: a new eventId, `replayOf` the old one.
  virtual Result<DeadLetterView> replay(std::string_view id, const std::optional<std::string>& body) = 0;
  /// Gives it up for good; the next event of its key goes on.
  virtual Result<DeadLetterView> discard(std::string_view id, std::string_view reason) = 0;
  /// Replays every dead letter that the filter names (its page is ignored); how many there are, or were replayed.
  virtual Result<std::int64_t> replay_all(const DeadLetterFilter& filter, bool dry_run) = 0;
};

}  // namespace causeway::events
