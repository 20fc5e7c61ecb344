// Hides the secrets that a configuration puts into calls, in texts for people.
#pragma once

#include <string>
#include <vector>

#include "app/settings.h"

namespace causeway::app {

/// Every occurrence of a secret that routes may name, as it is, percent-encoded or within JSON, becomes `***`. Holds
/// the secrets; short-lived.
class SecretMask {
 public:
  explicit SecretMask(const Settings& settings);
  ~SecretMask();
  SecretMask(const SecretMask&) = delete;
  SecretMask& operator=(const SecretMask&) = delete;

  std::string hide(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace causeway::app
