#include "app/explain/secret_mask.h"

#include <algorithm>
#include <utility>

#include "core/json_text.h"
#include "net/percent.h"

namespace causeway::app {

SecretMask::SecretMask(const Settings& settings) {
  for (const auto& [name, secret] : settings.secrets) {
    if (secret.empty()) continue;
    std::string encoded;
    net::append_query_value(encoded, secret.reveal());
    std::string escaped;
    append_json_string(escaped, secret.reveal());
    secrets_.push_back(escaped.substr(1, escaped.size() - 2));
    config::wipe(escaped);
    secrets_.emplace_back(secret.reveal());
    secrets_.push_back(std::move(encoded));
  }
}

SecretMask::~SecretMask() {
  for (std::string& secret : secrets_) config::wipe(secret);
}

std::string SecretMask::hide(std::string_view text) const {
  // By place, because one secret may hold another, or overlap it.
  std::vector<std::pair<std::size_t, std::size_t>> found;  // from, to
  for (const std::string& secret : secrets_)
    for (std::size_t at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + secret.size()))
      found.emplace_back(at, at + secret.size());
  std::ranges::sort(found);
  std::string result;
  std::size_t copied = 0;
  bool first = true;
  for (const auto& [from, to] : found) {
    if (first || from >= copied) result.append(text.substr(copied, from - copied)).append("***");
    copied = std::max(copied, to);
    first = false;
  }
  return result.append(text.substr(copied));
}

}  // namespace causeway::app
