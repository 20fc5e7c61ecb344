// What one configuration changes in another, by name: never a value.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/reload/effective.h"

namespace causeway::app {

struct Named {
  std::string kind;
  std::string name;
};
struct Changed {
  std::string kind;
  std::string name;
  std::vector<std::string> keys;  ///< `keys[0].secrets`; of a secret `value`
  std::string was{};              ///< of a subscription: the one that it continues under another name
};

struct Difference {
  std::vector<Named> added;
  std::vector<Named> removed;
  std::vector<Changed> changed;

  static Difference between(const Effective& before, const Effective& after);
  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
  /// Members of a JSON object: `"added":[{"kind","name"}],"removed":[…],"changed":[{"kind","name","keys"}]`, of each
  /// list the first thousand, and `"counts":{"added","removed","changed"}`.
  std::string to_json() const;
  /// For the log: `+route orders/new, -consumer old, ~cluster wms (timeout)`, the first of each.
  std::string to_text() const;
};

}  // namespace causeway::app
