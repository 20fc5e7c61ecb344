// What the admin API needs of the process. Implemented by app; every call may block and comes from the API's own
// threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/cluster_port.h"
#include "admin/route_port.h"
#include "admin/transaction_port.h"
#include "admin/version_port.h"
#include "core/result.h"
#include "events/subscription/control.h"
#include "store/store.h"
#include "telemetry/log_thread.h"

namespace causeway::alerts {
class AlertBook;
}

namespace causeway::admin {

/// Who wants a reload, and why.
struct ReloadRequest {
  std::string author;  ///< a user of the admin API, `signal` or `file`
  std::string reason;
  bool audited = false;  ///< by whoever asks
};

struct ReloadReport {
  bool taken = false;
  std::size_t routes = 0;
  std::int64_t version = 0;          ///< of the configuration in force then
  std::string hash;                  ///< likewise
  std::string difference;            ///< members of a JSON object: counts, added, removed, changed; empty if refused
  std::vector<std::string> restart;  ///< keys whose new values are in force only after one
  std::string problems;              ///< a JSON array, as `causeway check --json` prints it
  std::size_t errors = 0;            ///< of the problems
  std::string reason;                ///< why it was not taken although the files are right
};

/// A configuration that is or was in force.
struct ConfigVersion {
  std::int64_t version = 0;  ///< ascending; 0: none yet
  std::string hash;
  std::int64_t taken_at = 0;  ///< unix milliseconds
  std::string author;         ///< as ReloadRequest, or `start`
  std::string reason;
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::int64_t changed = 0;
  std::string diff;  ///< JSON object: counts, added, removed, changed
  std::string yaml;  ///< of all files, without secrets
};

class ProcessPort {
 public:
  virtual ~ProcessPort() = default;
  virtual ReloadReport reload(const ReloadRequest& request) = 0;
  /// Begins to drain and returns.
  virtual void drain() = 0;
  /// JSON object: what runs (version, node, since when, configuration).
  virtual std::string describe() = 0;
  /// The configuration in force, without diff.
  virtual ConfigVersion configuration() = 0;
  /// Newest first, those before `before` (0: from the newest), without diff and yaml.
  virtual Result<std::vector<ConfigVersion>> configurations(std::int64_t before, std::size_t limit) = 0;
  /// kNoSuchThing: it is not kept, or never was.
  virtual Result<ConfigVersion> configuration(std::int64_t version) = 0;
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
  VersionPort* versions = nullptr;            ///< there in a process that serves
  RoutePort* routes = nullptr;                ///< likewise
  const alerts::AlertBook* alerts = nullptr;  ///< null: alerts are asked of the store
  ClusterPort* clusters = nullptr;            ///< there in a process that serves
  TransactionPort* transactions = nullptr;    ///< likewise
};

}  // namespace causeway::admin
