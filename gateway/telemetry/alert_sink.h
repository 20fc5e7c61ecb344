// Where rooms say that people should look at something. What an alert comes to (a record, a line of the log, a metric)
// is the room alerts' business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "telemetry/labels.h"

namespace causeway::telemetry {

/// An alert is a name and its labels, which come only from the configuration; in any order. It fires from the first
/// `raise` to the next `resolve`, over restarts too: to raise what fires already, or to resolve what does not, changes
/// nothing. Thread safe, never blocks on the store.
class AlertSink {
 public:
  virtual ~AlertSink() = default;

  /// `message` is for people and holds nothing secret; a new one replaces the one of an alert that fires.
  virtual void raise(std::string_view name, Labels labels, std::string message) = 0;
  virtual void resolve(std::string_view name, Labels labels) = 0;
  /// Labels, ascending by name, of the alerts of this name that fire: for those who resolve what no longer holds.
  virtual std::vector<Labels> firing(std::string_view name) const = 0;
};

}  // namespace causeway::telemetry
