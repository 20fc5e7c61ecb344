#include "transactions/prepare_half.h"

namespace causeway::transactions {

Result<> PrepareHalf::apply(store::Session& session) {
  before_ = tables::find_half(session, half_.consumer, half_.group, half_.transaction_id);
  if (!before_) {
    half_.id = tables::add_half(session, half_);
    return {};
  }
  const bool same = before_->payload_hash == half_.payload_hash && before_->topic == half_.topic;
  if (!same) return Error(Code::kConflictingPayload);
  return {};
}

}  // namespace causeway::transactions
