// Who changed what: a row is durable before a change is made, and completed before the answer says that it was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/schema.h"
#include "store/store.h"

namespace causeway::admin {

/// Pass it to the store when it opens.
extern const store::Schema kAdminSchema;

struct AuditRow {
  std::int64_t id = 0;
  std::int64_t at = 0;  ///< unix milliseconds
  std::string actor;
  std::string action;  ///< `POST /subscriptions/wms-orders/pause`
  std::string reason;
  std::string before;                ///< JSON, or empty
  std::string after;                 ///< JSON of the answer; empty when it failed
  std::optional<std::int64_t> code;  ///< 0: done; absent: the process ended meanwhile, nobody knows
};

/// Upkeep: operators act on a store that is short of space, too.
class BeginAudit final : public store::Change {
 public:
  /// `row` outlives it; its id, after and code are not looked at.
  explicit BeginAudit(const AuditRow& row) : row_(row) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  std::int64_t id() const { return id_; }

 private:
  const AuditRow& row_;
  std::int64_t id_ = 0;
};

class EndAudit final : public store::Change {
 public:
  EndAudit(std::int64_t id, Code code, std::string after) : id_(id), code_(code), after_(std::move(after)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  const std::int64_t id_;
  const Code code_;
  const std::string after_;
};

/// Newest first, those before `before_id` (0: from the newest).
class ReadAudit final : public store::Query {
 public:
  std::int64_t before_id = 0;
  std::size_t limit = 50;
  std::vector<AuditRow> rows;  ///< the answer

  Result<> run(store::Session& session) override;
};

}  // namespace causeway::admin
