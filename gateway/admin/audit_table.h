// Who changed what: a row is durable before the answer says that it happened.
#pragma once

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
  std::string before;  ///< JSON, or empty
  std::string after;   ///< JSON of the answer
};

class AddAudit final : public store::Change {
 public:
  explicit AddAudit(AuditRow row) : row_(std::move(row)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  AuditRow row_;
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
