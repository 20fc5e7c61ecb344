// From `adapter: {transaction: {…}}` to the adapter.
#pragma once

#include <memory>

#include "adapters/transaction/settings.h"
#include "app/compilation.h"
#include "exchange/adapter.h"

namespace causeway::app {

/// Null when `context.reading` says why.
std::unique_ptr<const Adapter> build_transaction(const config::Tagged& tagged, const BuildContext& context);

}  // namespace causeway::app
