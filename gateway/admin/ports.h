// What the admin API needs of the process. Implemented by app; every call may block and comes from the API's own
// threads.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "events/subscription/control.h"
#include "store/store.h"
#include "telemetry/log_thread.h"

namespace causeway::admin {

struct ReloadReport {
  bool taken = false;
  std::size_t routes = 0;
  std::string problems;  ///< a JSON array, as `causeway check --json` prints it
  std::string reason;    ///< why it was not taken although the files are right
};

class ProcessPort {
 public:
  virtual ~ProcessPort() = default;
  virtual ReloadReport reload() = 0;
  /// Begins to drain and returns.
  virtual void drain() = 0;
  /// JSON object: what runs (version, node, since when, configuration).
  virtual std::string describe() = 0;
  /// Topics of the configuration in force, by name.
  virtual std::vector<std::string> topics() = 0;
};

/// All outlive the API.
struct Ports {
  ProcessPort& process;
  events::SubscriptionControl& subscriptions;
  store::Store& store;
  const Clock& clock;
  telemetry::LogThread& log;
};

}  // namespace causeway::admin
