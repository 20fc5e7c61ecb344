// Which calls of a composite wait for which: what their templates mention of `$calls` orders them.
#pragma once

#include <string>
#include <vector>

#include "config/reading.h"
#include "expression/variables.h"

namespace causeway::adapters {

/// `$calls.name` in a template.
struct CallMention {
  std::string name;  ///< empty: `$calls` without a name behind it
  config::Position position;
  std::string path;  ///< `routes[0].adapter.composite.calls.order.http.path`
};

/// Those in all texts below `settings`, whose path is that of `reading`. `allowed`: the variables that the templates
/// may have; one that does not compile is passed over: whoever uses it reports it.
std::vector<CallMention> mentions_in(const config::Node& settings, expression::VariableSet allowed,
                                     config::Reading& reading);

struct OrderedCall {
  std::string name;
  std::vector<CallMention> mentions;
};

/// For each call those that have to end before it, as indices, ascending. What no order satisfies goes to `errors`.
std::vector<std::vector<std::size_t>> order_calls(const std::vector<OrderedCall>& calls, config::Errors& errors);

}  // namespace causeway::adapters
