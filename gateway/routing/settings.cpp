#include "routing/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "routing/path_characters.h"

namespace causeway::routing {
namespace {

using config::Node;
using config::Reading;

constexpr std::string_view kVersionParameter = "version";

/// The node of a key that was read, the mapping itself where the key is absent.
const Node& at(const Node& mapping, std::string_view key) {
  const Node* found = mapping.find(key);
  return found ? *found : mapping;
}

void report(Reading& reading, const Node& mapping, std::string_view key, std::string message,
            std::string_view code = "invalid") {
  auto step = reading.enter(key);
  reading.error(at(mapping, key), std::move(message), code);
}

/// A name that is safe as a path segment, a part of a media type and a label.
bool is_plain_name(std::string_view name) {
  return !name.empty() && (is_letter(name.front()) || is_digit(name.front())) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_unreserved(c) && c != '~'; });
}

/// What may stand between the angle brackets of a Link header.
bool is_web_address(std::string_view text) {
  const bool web = text.starts_with("https://") || text.starts_with("http://");
  return web && std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < '\x7f' && std::string_view("<>\"\\^`{|}").find(c) == std::string_view::npos;
         });
}

void check_base(const ApiSettings& settings, const Node& file, Reading& reading) {
  bool has_version = false;
  for (const PathTemplate::Segment& segment : settings.base.segments()) {
    if (segment.kind == PathTemplate::Kind::kLiteral) continue;
    if (segment.kind == PathTemplate::Kind::kParameter && segment.text == kVersionParameter) has_version = true;
    else report(reading, file, "base", "the only parameter that may stand in a base is {version}");
  }
  if (settings.base.ends_with_slash() && !settings.base.segments().empty())
    report(reading, file, "base", "a base other than \"/\" does not end with a slash; its routes begin with one");
  if (has_version && settings.versions.empty())
    report(reading, file, "base", "{version} needs \"versions\", which say what it may be");
}

void check_versions(const ApiSettings& settings, const Node& file, Reading& reading) {
  const Node& versions = at(file, "versions");
  auto step = reading.enter("versions");
  std::vector<std::string_view> names;
  for (const auto& [name, version] : settings.versions) names.push_back(name);

  for (const auto& [name, version] : settings.versions) {
    auto inside = reading.enter(name);
    const Node& node = at(versions, name);
    if (!is_plain_name(name))
      reading.error(node, "expected a name such as v1: letters, digits, \".\", \"_\", \"-\", the first no sign");
    for (const std::string_view other : names)
      if (other < name && equals_ignoring_case(other, name))
        reading.error(node, fmt::format("differs from \"{}\" only by case, which Accept ignores", other));
    if (version.successor.empty()) continue;
    const auto enter = reading.enter("successor");
    if (version.successor == name) reading.error(at(node, "successor"), "a version cannot succeed itself");
    else if (!settings.versions.contains(version.successor)) reading.expected_one_of(at(node, "successor"), names);
  }
}

void check_dates(const VersionSettings& settings, const Node& node, Reading& reading) {
  const auto date = [](WallTime time) { return config::TextForm<WallTime>::format(time); };
  if (settings.deprecated && *settings.deprecated <= settings.released)
    report(reading, node, "deprecated", fmt::format("must be after \"released\" ({})", date(settings.released)));
  if (settings.sunset && !settings.deprecated)
    report(reading, node, "sunset", "needs \"deprecated\": callers are told before they are refused");
  if (settings.sunset && settings.deprecated && *settings.sunset <= *settings.deprecated)
    report(reading, node, "sunset", fmt::format("must be after \"deprecated\" ({})", date(*settings.deprecated)));
  if (settings.retire == Retire::kWhenUnused && !settings.sunset)
    report(reading, node, "retire", "needs \"sunset\": before it, a version is never retired");
  if (settings.unused_for && settings.retire != Retire::kWhenUnused)
    report(reading, node, "unused_for", "needs `retire: when_unused`");
  if (!settings.guide.empty() && !is_web_address(settings.guide)) {
    auto step = reading.enter("guide");
    reading.expected(at(node, "guide"), "an address such as https://docs.example.com/orders-v2");
  }
}

void check_vendor(const VersioningSettings& settings, const Node& node, Reading& reading) {
  if (is_plain_name(settings.vendor)) return;
  auto step = reading.enter("vendor");
  reading.expected(at(node, "vendor"), "a name such as company: letters, digits, \".\", \"_\", \"-\"");
}

config::Shape method_shape() {
  config::Shape shape = config::word({});
  for (const std::string_view name : method_names()) shape.names.emplace_back(name);
  shape.names.emplace_back("any");
  return shape;
}

void check_match(const MatchSettings&, const Node& node, Reading& reading) {
  const Node* method = node.find("method");
  const Node* methods = node.find("methods");
  if (!method && !methods) reading.error(node, "\"method\" or \"methods\" is missing", "missing");
  if (method && methods) report(reading, node, "methods", "give either \"method\" or \"methods\"", "conflict");
  if (method && !method->is_scalar()) report(reading, node, "method", "several are written under \"methods\"");
}

}  // namespace

const config::Keys<VersioningSettings>& VersioningSettings::keys() {
  static const auto keys =
      config::Keys<VersioningSettings>("versioning")
          .optional("vendor", &VersioningSettings::vendor,
                    "name in the media type by which a version is asked for: application/vnd.VENDOR.v1+json")
          .optional("minimum_overlap", &VersioningSettings::minimum_overlap,
                    "how long two versions should be served side by side: a sunset sooner after the successor's "
                    "release is warned about")
          .optional(
              "notice", &VersioningSettings::notice,
              "so long before a sunset its callers become an alert; a sunset sooner after its deprecation is warned "
              "about")
          .check(check_vendor);
  return keys;
}

const config::Keys<VersionSettings>& VersionSettings::keys() {
  static const auto keys =
      config::Keys<VersionSettings>("version")
          .required("released", &VersionSettings::released, "when callers could first use it")
          .optional("deprecated", &VersionSettings::deprecated, "from this day on answers carry the header Deprecation")
          .optional("sunset", &VersionSettings::sunset, "from here on calls are answered with 410, or may be: retire")
          .optional("successor", &VersionSettings::successor, "the version to move to")
          .refers_to("version")
          .optional("guide", &VersionSettings::guide, "address of a page that says how to move")
          .optional("retire", &VersionSettings::retire,
                    "at_sunset: refused from the sunset on; when_unused: served on until nobody calls any more")
          .optional("unused_for", &VersionSettings::unused_for, "with when_unused: how long nobody may have called")
          .by_default("14d")
          .at_least(std::chrono::seconds(1))
          .check(check_dates);
  return keys;
}

const config::Keys<MatchSettings>& MatchSettings::keys() {
  static const auto keys =
      config::Keys<MatchSettings>("match")
          .optional("method", &MatchSettings::methods, "the method of the calls; GET takes HEAD, too")
          .holds(method_shape())
          .optional("methods", &MatchSettings::methods, "several methods, or any")
          .required("path", &MatchSettings::path, "below the file's base: /, /{id}/cancel, /raw/{rest...}")
          .exactly_one("method", "methods")
          .sound(&MatchSettings::sound)
          .check(check_match);
  return keys;
}

void check_api(const ApiSettings& settings, const Node& file, Reading& reading) {
  if (!is_plain_name(settings.api)) {
    auto step = reading.enter("api");
    reading.expected(at(file, "api"), "a name such as orders: letters, digits, \".\", \"_\", \"-\"");
  }
  check_base(settings, file, reading);
  check_versions(settings, file, reading);
  if (!settings.default_version.empty() && settings.versions.empty()) {
    report(reading, file, "default_version", "needs \"versions\", one of which it names");
  } else if (!settings.default_version.empty() && !settings.versions.contains(settings.default_version)) {
    std::vector<std::string_view> names;
    for (const auto& [name, version] : settings.versions) names.push_back(name);
    auto step = reading.enter("default_version");
    reading.expected_one_of(at(file, "default_version"), names);
  }
}

}  // namespace causeway::routing

namespace causeway::config {

bool Value<routing::PathTemplate>::read_into(const Node& node, Reading& reading, routing::PathTemplate& out,
                                             const Range*) {
  const std::optional<Text> text = reading.text(node, "a path such as /{id}/cancel");
  if (!text) return false;
  routing::TemplateError wrong;
  std::optional<routing::PathTemplate> path = routing::PathTemplate::parse(text->value, wrong);
  if (!path) {
    Position position = node.position();
    // Where the value is what stands in the file, the fault itself is pointed at.
    if (position.line > 0 && text->value == node.text())
      position.column += static_cast<int>(wrong.offset) + (node.quoted() ? 1 : 0);
    reading.error(position, wrong.message + ", got " + shown(node), "expected");
    return false;
  }
  out = std::move(*path);
  return true;
}

bool Value<routing::Methods>::read_into(const Node& node, Reading& reading, routing::Methods& out, const Range*) {
  using routing::Methods;
  if (node.is_scalar() && node.text() == "any") {
    out = Methods::kAny;
    return true;
  }
  Methods methods = Methods::kNone;
  const auto read_one = [&](const Node& item) {
    const std::vector<std::string_view> names = routing::method_names();
    const bool known = item.is_scalar() && std::find(names.begin(), names.end(), item.text()) != names.end();
    if (known) methods |= routing::method_bit(item.text());
    else reading.expected_one_of(item, names);
    return known;
  };
  bool ok = true;
  if (node.is_scalar()) {
    ok = read_one(node);
  } else if (!node.is_sequence() || node.items().empty()) {
    reading.expected(node, "a method such as GET, a list of methods, or any");
    ok = false;
  }
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    auto step = reading.enter(i);
    ok &= read_one(node.items()[i]);
  }
  if (ok) out = methods;
  return ok;
}

Shape Value<routing::Methods>::shape() {
  std::vector<std::string> words;
  for (const std::string_view name : routing::method_names()) words.emplace_back(name);
  Shape list = list_of(word(words));
  list.filled = true;
  words.emplace_back("any");
  return either("method, list of methods, or any", {word(std::move(words)), std::move(list)});
}

}  // namespace causeway::config
