// Alerts as they are kept: one row for a name and its labels, with what became of it last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "store/schema.h"
#include "store/session.h"
#include "store/store.h"

namespace causeway::alerts {

/// Pass it to the store when it opens.
extern const store::Schema kAlertSchema;

/// All times are unix milliseconds.
struct Alert {
  std::int64_t id = 0;
  std::string name;
  std::string labels;  ///< a JSON object of texts, ascending by name
  bool firing = false;
  std::int64_t since = 0;       ///< when it was raised last
  std::int64_t updated_at = 0;  ///< when it was raised, reworded or resolved
  std::string message;
  std::optional<std::int64_t> notified_at;  ///< when people were told; null: they were not
};

namespace tables {

/// How long what is resolved is remembered.
constexpr Duration kMemory = std::chrono::hours(24 * 90);

void fire(store::Session& session, std::string_view name, std::string_view labels, std::int64_t since,
          std::int64_t updated_at, std::string_view message);
void resolve(store::Session& session, std::string_view name, std::string_view labels, std::int64_t at);
/// Those that were resolved before `before`.
void forget_resolved(store::Session& session, std::int64_t before);

}  // namespace tables

/// Every alert that fires.
class ReadFiring final : public store::Query {
 public:
  std::vector<Alert> alerts;  ///< the answer
  Result<> run(store::Session& session) override;
};

/// A page, the one raised last first.
class ReadAlerts final : public store::Query {
 public:
  std::optional<bool> firing;  ///< only these; absent: all
  std::string name;            ///< only of this one; empty: all
  /// Behind this one; absent: from the first.
  struct Place {
    std::int64_t since = 0;
    std::int64_t id = 0;
  };
  std::optional<Place> after;
  std::size_t limit = 50;
  std::vector<Alert> alerts;  ///< the answer
  Result<> run(store::Session& session) override;
};

}  // namespace causeway::alerts
