// Asks a system what became of a call and reads what it says.
#pragma once

#include <string>

#include "exchange/worker_context.h"
#include "transactions/programs.h"
#include "transactions/stored_request.h"
#include "transactions/transaction_tables.h"
#include "upstream/cluster.h"

namespace causeway::transactions {

struct CheckAnswer {
  CheckSays says = CheckSays::kUnclear;
  bool sent = false;      ///< the system was asked: it counts
  bool unusable = false;  ///< it says that it was done, and `result` fails over its answer
  std::string result;     ///< JSON: what the caller gets
  std::string why;        ///< for people: what an unclear one was
};

/// One call through the cluster (its limits, breaker, credentials), with X-Causeway-Transaction. On the worker of
/// `context`; everything outlives it.
Task<CheckAnswer> ask(WorkerContext& context, const upstream::Cluster& cluster, const StoredRequest& request,
                      const Programs& programs, const tables::Half& half, SteadyTime deadline);

}  // namespace causeway::transactions
