// The configuration in force, how it came, and those before it. What changes from one to the next is found here and
// written down here; what it means for what runs is the gateway's matter.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "admin/ports.h"
#include "app/late_store.h"
#include "app/reload/config_table.h"
#include "app/reload/difference.h"
#include "app/reload/effective.h"

namespace causeway::app {

/// Thread safe; `offer` and `take` are one reload's at a time.
class Configurations {
 public:
  /// Both outlive it.
  Configurations(LateStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// A configuration that compiles, beside the one in force.
  struct Offer {
    Effective effective;
    Difference difference;
    admin::ConfigVersion row;              ///< as it would be written
    bool fresh = false;                    ///< another than the one in force
    std::optional<RecordConfig> record{};  ///< to be committed with what else the configuration changes in the store
  };
  /// `offer` is filled, not returned: its record refers to its row. With an open store the first one is compared with
  /// the last that the store knows. Blocks on the store and on files. Errors: the store cannot be read.
  Result<> make_offer(const config::Documents& documents, const config::FilesRead& files, std::string_view author,
                      std::string_view reason, Offer& offer);
  /// It is in force, and its record, if there was one to commit, is durable.
  void take(Offer offer);

  /// Of the configuration in force, without diff.
  admin::ConfigVersion current() const;
  /// As admin::ProcessPort.
  Result<std::vector<admin::ConfigVersion>> history(std::int64_t before, std::size_t limit) const;
  Result<admin::ConfigVersion> version(std::int64_t number) const;

 private:
  /// The configuration that ran last, as far as the store remembers it.
  Result<std::optional<admin::ConfigVersion>> last_stored() const;

  LateStore& store_;
  const Clock& clock_;
  const Fingerprints fingerprints_;
  std::optional<Effective> effective_;  // of the reload
  mutable std::mutex mutex_;            // of what follows
  admin::ConfigVersion current_;
  std::deque<admin::ConfigVersion> remembered_;  // without a store, newest first
};

}  // namespace causeway::app
