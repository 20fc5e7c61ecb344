// What a call of the adapter `transaction` asks for, by its method and by what stands behind the route's path.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"
#include "net/method.h"

namespace causeway::adapters {

struct TransactionOperation {
  enum class Kind : std::uint8_t { kPrepare, kCommit, kRollBack, kShow };
  Kind kind = Kind::kPrepare;
  std::string_view message_id;  ///< of all but kPrepare: as it stands in `rest`
};

/// `rest`: "", "{messageId}", "{messageId}/commit", "{messageId}/rollback", a slash around it or not. Errors: kNoRoute,
/// kMethodNotAllowed (`allow`: what is allowed there).
Result<TransactionOperation> read_operation(net::Method method, std::string_view rest, std::string_view& allow);

/// For the log; static.
std::string_view name_of(TransactionOperation::Kind kind);

}  // namespace causeway::adapters
