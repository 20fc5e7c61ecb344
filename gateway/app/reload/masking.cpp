#include "app/reload/masking.h"

#include <algorithm>

#include "config/secrets.h"
#include "core/ascii.h"

namespace causeway::app {
namespace {

/// Within a key: whoever writes one of these means something that is not to be shown.
constexpr std::string_view kTelling[] = {"secret", "password",   "passwd",        "passphrase", "token",  "credential",
                                         "apikey", "privatekey", "authorization", "cookie",     "sha256", "signature"};

/// Lower case without `_`, `-` and `.`.
std::string bare(std::string_view key) {
  std::string text;
  for (const char c : key)
    if (c != '_' && c != '-' && c != '.') text += ascii_lower(c);
  return text;
}

/// `user:password@` between `://` and the host becomes `***@`.
std::string without_credentials(std::string_view text) {
  std::string result;
  for (;;) {
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) return result.append(text);
    result += text.substr(0, scheme + 3);
    text.remove_prefix(scheme + 3);
    const std::string_view authority = text.substr(0, text.find_first_of("/?# \t\n\"'"));
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) continue;
    const std::string_view user = authority.substr(0, at);
    result += config::has_reference(user) ? masked(user, true) : std::string(kMask);
    text.remove_prefix(at);
  }
}

/// `${env:N:-default}` without the default.
std::string without_default(std::string_view reference) {
  const std::size_t dash = reference.find(":-");
  if (dash == std::string_view::npos || dash + 3 >= reference.size()) return std::string(reference);
  return std::string(reference.substr(0, dash + 2)) + std::string(kMask) + '}';
}

}  // namespace

bool is_secret(std::string_view key, const config::Shape* shape) {
  if (shape != nullptr && shape->form == config::Shape::Form::kEither)
    return std::ranges::any_of(shape->element, [&](const config::Shape& each) { return is_secret(key, &each); });
  if (shape != nullptr && shape->secret) return true;
  // A path, a number, a duration, a word of a few: what is described is what it says.
  const bool described = shape != nullptr && shape->form != config::Shape::Form::kAny && shape->type != "text" &&
                         shape->meaning != config::Meaning::kTemplate;
  if (described && shape->type.find("SHA-256") == std::string::npos) return false;
  const std::string name = bare(key);
  return std::ranges::any_of(kTelling, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::string masked(std::string_view text, bool secret) {
  if (!secret) return without_credentials(text);
  std::string result;
  const auto hide = [&](std::string_view piece) {
    if (!piece.empty() && !result.ends_with(kMask)) result += kMask;
  };
  while (!text.empty()) {
    std::size_t start = text.find("${");
    while (start != std::string_view::npos && start > 0 && text[start - 1] == '$') start = text.find("${", start + 2);
    const std::size_t end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) {
      hide(text);
      break;
    }
    hide(text.substr(0, start));
    result += without_default(text.substr(start, end + 1 - start));
    text.remove_prefix(end + 1);
  }
  return result;
}

}  // namespace causeway::app
