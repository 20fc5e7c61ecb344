// An exchange with everything that the connection keeps for it.
#pragma once

#include <optional>

#include "exchange/exchange.h"
#include "server/request_body.h"

namespace causeway::server {

struct ActiveExchange {
  explicit ActiveExchange(WorkerContext& context) : exchange(context), head(&exchange.arena) {}
  Exchange exchange;
  net::RequestHead head;
  std::optional<RequestBody> body;  ///< empty when the head was refused
  bool closed = false;              ///< the answer said that it is the last of the connection
};
static_assert(sizeof(ActiveExchange) <= runtime::ChunkPool::kChunk);

}  // namespace causeway::server
