// The expressions of one subscription (design: config.md, "Subscriptions"): `filter` and `transform` see the event as
// `.` and $event; `done_when` sees the JSON body of the answer as `.`, or null, beside $status, $answer and $event.
#pragma once

#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "config/errors.h"
#include "core/result.h"
#include "events/subscription/settings.h"
#include "expression/program.h"

namespace causeway::events {

/// Immutable, thread safe. Events and answers are valid JSON; runs work in `memory`, where their results lie. Errors
/// have kTransformRefused and, as `internal`, the key and what went wrong: `transform: null has no keys`.
class EventRules {
 public:
  /// Every event is sent as it is, and the answer's status and outcome decide.
  EventRules() = default;
  /// What does not compile goes to `errors`.
  EventRules(const SubscriptionSettings& settings, config::Errors& errors,
             std::shared_ptr<const expression::Surroundings> expressions = nullptr);

  bool filters() const { return filter_.has_value(); }
  /// Is the subscription told of it? False and null: no.
  Result<bool> wants(Bytes event, std::pmr::memory_resource* memory) const;
  /// What is sent: the event itself where nothing transforms it.
  Result<Bytes> transform(Bytes event, std::pmr::memory_resource* memory) const;

  bool judges() const { return done_when_.has_value(); }
  /// Does done_when look at more than the status?
  bool asks_words() const {
    return done_when_ && (done_when_->uses_input() || done_when_->uses().has(expression::Variable::kAnswer));
  }
  /// Does done_when take this answer for a success? `body` and `answer` are empty where there is no JSON.
  Result<bool> is_done(int status, Bytes body, Bytes answer, Bytes event, std::pmr::memory_resource* memory) const;

 private:
  std::optional<expression::Program> filter_;
  std::optional<expression::Program> transform_;
  std::optional<expression::Program> done_when_;
  std::shared_ptr<const expression::Surroundings> expressions_;
};

/// An expression's error with the key of the configuration that it stands under.
Error under_key(std::string_view key, const Error& error);
/// The first `most` bytes at most, without half a character of UTF-8 at the end.
std::string_view cut_text(std::string_view text, std::size_t most);

}  // namespace causeway::events
