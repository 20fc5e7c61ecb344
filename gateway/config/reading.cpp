#include "config/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "config/hiding.h"

namespace causeway::config {
namespace {

constexpr std::size_t kLongestSuggested = 64;

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours count one each.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before = std::exchange(last, now);
  }
  return last[b.size()];
}

}  // namespace

Reading::Reading(Errors& errors, FileKind kind, Environment environment)
    : errors_(errors), kind_(kind), environment_(std::move(environment)) {}

Reading::Step Reading::enter(std::string_view key) { return {*this, extend_path(path_, key), path_.size()}; }
Reading::Step Reading::enter(std::size_t index) { return {*this, extend_path(path_, index), name_at_}; }
Reading::Step Reading::resume(std::string_view path) { return {*this, std::string(path), std::string::npos}; }

void Reading::describe(const Shape& shape) {
  shape_ = &shape;
  name_at_ = std::string::npos;
}

bool Reading::hides() const {
  if (shape_ != nullptr && takes_secret(*shape_)) return true;
  return name_at_ < path_.size() && sounds_secret(std::string_view(path_).substr(name_at_));
}

void Reading::error(const Node& at, std::string message, std::string_view code) {
  error(at.position(), std::move(message), code);
}

void Reading::error(const Position& at, std::string message, std::string_view code) {
  errors_.add(at, path_, std::move(message), code);
}

void Reading::warn(const Node& at, std::string message, std::string_view code) {
  errors_.warn(at.position(), path_, std::move(message), code);
}

void Reading::expected(const Node& at, std::string_view what) {
  const bool hidden = at.is_scalar() && hides();
  error(at, fmt::format("expected {}, got {}", what, hidden ? "\"***\"" : shown(at)), "expected");
}

void Reading::expected_one_of(const Node& at, const std::vector<std::string_view>& names) {
  const bool hidden = at.is_scalar() && (hides() || has_reference(at.text()));
  error(at,
        fmt::format("expected one of {}; got {}{}", fmt::join(names, ", "), hidden ? "\"***\"" : shown(at),
                    hidden || !at.is_scalar() ? "" : suggestion(at.text(), names)),
        "expected");
}

std::optional<Text> Reading::text(const Node& node, std::string_view what) {
  if (!node.is_scalar()) {
    expected(node, what);
    return std::nullopt;
  }
  Text text;
  if (node.text().find("${") == std::string::npos) {
    text.value = node.text();
    return text;
  }
  if (kind_ == FileKind::kRoutes && has_reference(node.text())) {
    error(node, "route files name secrets of config/ by {{ secret:NAME }}; a literal ${ is written $${", "secret");
    return std::nullopt;
  }
  const auto about_to_read = [&](const std::filesystem::path& file) { errors_.files().note(file, node.position()); };
  Resolved resolved = resolve_references(node.text(), directory(node), environment_, about_to_read);
  if (!resolved.error.empty()) {
    error(node, std::move(resolved.error), "secret");
    return std::nullopt;
  }
  for (const Resolved::Part& part : resolved.put_in)
    errors_.hide(std::string_view(resolved.text).substr(part.offset, part.size));
  text.secret = resolved.secret;
  text.empty_default = resolved.empty_default;
  text.value = std::move(resolved.text);
  return text;
}

std::filesystem::path Reading::directory(const Node& node) const {
  const Position& at = node.position();
  std::error_code gone;  // the working directory may be: then what is relative to it is not found
  if (!at.file) return std::filesystem::current_path(gone);
  const std::filesystem::path file = std::filesystem::absolute(*at.file, gone);
  return (gone ? std::filesystem::path(*at.file) : file).lexically_normal().parent_path();
}

std::string shown(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kSequence:
      return node.items().empty() ? "an empty list" : "a list";
    case Node::Kind::kMapping:
      return node.entries().empty() ? "an empty mapping" : "a mapping";
    case Node::Kind::kScalar:
      break;
  }
  return has_reference(node.text()) ? "\"***\"" : quote(node.text());
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
  if (name.size() > kLongestSuggested) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t steps = distance(name, candidate);
    // One letter is near to every other.
    if (steps >= best_distance || steps >= std::max(name.size(), candidate.size())) continue;
    best = candidate;
    best_distance = steps;
  }
  return best;
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& candidates) {
  const std::string_view near = nearest(name, candidates);
  return near.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", near);
}

std::optional<Tagged> read_tagged(const Node& node, Reading& reading) {
  const auto tagged = [&](const Node& key, Node settings) {
    return Tagged{key.text(), key, std::move(settings), extend_path(reading.path(), key.text())};
  };
  if (node.is_scalar()) return tagged(node, Node::null(node.position()));
  if (node.is_mapping() && node.entries().size() == 1) {
    const Node::Entry& entry = node.entries().front();
    return tagged(entry.key, entry.value);
  }
  if (node.is_mapping() && node.entries().size() > 1) {
    reading.error(node.entries()[1].key,
                  fmt::format("expected one name with its settings, got {} and {}", quote(node.entries()[0].key.text()),
                              quote(node.entries()[1].key.text())),
                  "expected");
  } else {
    reading.expected(node, "one name with its settings");
  }
  return std::nullopt;
}

}  // namespace causeway::config
