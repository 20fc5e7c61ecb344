#include "app/explain/secret_mask.h"

#include "net/percent.h"

namespace causeway::app {

SecretMask::SecretMask(const Settings& settings) {
  for (const auto& [name, secret] : settings.secrets) {
    if (secret.empty()) continue;
    std::string encoded;
    net::append_query_value(encoded, secret.reveal());
    secrets_.emplace_back(secret.reveal());
    secrets_.push_back(std::move(encoded));
  }
}

SecretMask::~SecretMask() {
  for (std::string& secret : secrets_) config::wipe(secret);
}

std::string SecretMask::hide(std::string_view text) const {
  std::string result(text);
  for (const std::string& secret : secrets_)
    for (std::size_t at = result.find(secret); at != std::string::npos; at = result.find(secret, at))
      result.replace(at, secret.size(), "***");
  return result;
}

}  // namespace causeway::app
