// From the body of a request to events that can be stored: one of ours, an array of ours, or CloudEvents.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "events/intake/draft.h"
#include "events/topic.h"
#include "net/headers.h"

namespace causeway::events {

/// Immutable; thread safe.
class Intake {
 public:
  static constexpr std::size_t kMostEvents = 1000;  ///< of one array
  static constexpr std::size_t kDepth = 64;         ///< how deep an event may be nested

  struct Taken {
    bool list = false;  ///< an array or a batch: the answer says something about each
    std::vector<EventDraft> drafts;
  };

  /// `type`: of every event, whatever it says (another one is a violation); empty: the event says it. `key`: over the
  /// event's data, before the topic's; the event's own wins over both.
  Intake(std::shared_ptr<const Topic> topic, std::string type, expression::Template key);

  /// Errors: kNotJson (what and where in the message), kInvalid with `details.violations`, kUnsupportedMediaType,
  /// kTransformRefused where the route's key fails, kBodyTooLarge where the topic's bus takes no such record; of an
  /// array kItemsRefused with `details.items`, one for each event that cannot be taken.
  Result<Taken> read(const net::Headers& headers, Bytes body, const Stamp& stamp) const;

  /// The same of one event whose form somebody else has read, its data apart from its own members in every shape.
  /// `violations`: what is wrong with the form. Errors: kInvalid with those and its own, and as above.
  Result<EventDraft> take(SaidEvent said, Violations violations, const Stamp& stamp) const;

 private:
  struct Refusal;

  Result<Taken> read_list(Bytes body, bool cloud, const Stamp& stamp) const;
  std::optional<Refusal> read_one(Bytes event, bool cloud, const Stamp& stamp, std::vector<EventDraft>& out) const;
  void settle(SaidEvent& said, std::string_view type_member, bool data_apart, Violations& violations) const;
  void settle_cloud(SaidEvent& said, Violations& violations) const { settle(said, "type", true, violations); }
  Result<EventDraft> draft(SaidEvent said, const Stamp& stamp) const;

  std::shared_ptr<const Topic> topic_;
  std::string type_;
  expression::Template key_;
};

struct RefusedItem {
  std::size_t index = 0;
  Code code = Code::kInvalid;
  std::string_view message;
};

/// kItemsRefused with `details.items`.
Error refuse_items(const std::vector<RefusedItem>& items);

}  // namespace causeway::events
