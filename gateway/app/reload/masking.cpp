#include "app/reload/masking.h"

#include <algorithm>
#include <optional>

#include "config/hiding.h"
#include "config/secrets.h"

namespace causeway::app {
namespace {

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

/// A number of its own, which is a literal; not the digits within a name.
bool has_number(std::string_view expression) {
  bool in_name = false;
  for (const char c : expression) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !in_name) return true;
    in_name = digit || c == '_' || c == '-' || c == ':' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  return false;
}

/// The first `${…}` or `{{ … }}` that is written by name only: a template that holds a literal is none.
struct Reference {
  std::size_t start;
  std::size_t end;  ///< behind its last brace
  bool is_template;
};
std::optional<Reference> next_reference(std::string_view text) {
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    if (at > 0 && text[at - 1] == '$' && (at < 2 || text[at - 2] != '$')) {
      const std::size_t end = text.find('}', at);
      if (end != std::string_view::npos) return Reference{at - 1, end + 1, false};
    } else if (text.substr(at, 2) == "{{") {
      const std::size_t end = text.find("}}", at);
      if (end == std::string_view::npos) continue;
      const std::string_view inner = text.substr(at + 2, end - at - 2);
      if (inner.find_first_of("\"'`{") == std::string_view::npos && !has_number(inner))
        return Reference{at, end + 2, true};
    }
  }
  return std::nullopt;
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
  return config::sounds_secret(key);
}

std::string masked(std::string_view text, bool secret) {
  if (!secret) return without_credentials(text);
  std::string result;
  const auto hide = [&](std::string_view piece) {
    if (!piece.empty() && !result.ends_with(kMask)) result += kMask;
  };
  while (!text.empty()) {
    const auto found = next_reference(text);
    if (!found) {
      hide(text);
      break;
    }
    hide(text.substr(0, found->start));
    const std::string_view written = text.substr(found->start, found->end - found->start);
    result += found->is_template ? std::string(written) : without_default(written);
    text.remove_prefix(found->end);
  }
  return result;
}

}  // namespace causeway::app
