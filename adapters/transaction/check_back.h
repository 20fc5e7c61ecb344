// How a system is asked what became of a message that it has prepared (correctness.md, "Half messages for systems").
#pragma once

#include <memory>
#include <string>

#include "adapters/transaction/settings.h"
#include "transactions/stored_request.h"
#include "upstream/cluster.h"

namespace causeway::adapters {

/// Made once a configuration. Immutable, thread safe.
class CheckBack {
 public:
  /// `operation`: what the log calls it where the settings do not say. A header that is none, or not the
  /// configuration's to set, goes to `errors`. `cluster` null: unknown, which was reported.
  CheckBack(const TransactionSettings& settings, const std::shared_ptr<const upstream::Cluster>& cluster,
            const std::string& operation, config::Errors& errors);

  /// The stored request of one message, with the body `{"messageId","transactionId"}`.
  std::string request_of(std::string_view message_id, std::string_view transaction_id) const;
  /// ProgramTexts as JSON: COMMIT and ROLLBACK decide, at once and for good; anything else decides nothing.
  const std::string& programs() const { return programs_; }

 private:
  transactions::StoredRequest request_;
  std::string programs_;
};

}  // namespace causeway::adapters
