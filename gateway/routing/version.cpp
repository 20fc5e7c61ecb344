#include "routing/version.h"

#include <fmt/format.h>

#include <memory_resource>

#include "core/http_date.h"

namespace causeway::routing {
namespace {

using Kind = PathTemplate::Kind;

/// The base up to and with its version: `/api/v2` of `/api/{version}/orders`. Empty when no version stands in it.
std::string version_prefix(const PathTemplate& base, std::string_view version) {
  std::string path;
  for (const PathTemplate::Segment& segment : base.segments()) {
    if (segment.kind != Kind::kLiteral) return path.append("/").append(version);
    path.append("/").append(segment.text);
  }
  return {};
}

bool is_below(std::string_view path, std::string_view prefix) {
  return !prefix.empty() && path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

std::string base_path(const PathTemplate& base, std::string_view version) {
  std::string path;
  for (const PathTemplate::Segment& segment : base.segments()) {
    const std::string_view text = segment.kind == Kind::kLiteral ? std::string_view(segment.text) : version;
    if (!text.empty()) path.append("/").append(text);
  }
  return path;
}

Version::Version(std::string name, const VersionSettings& settings, const PathTemplate& base, std::string_view vendor,
                 std::shared_ptr<const VersionState> state)
    : name_(std::move(name)),
      deprecated_(settings.deprecated.value_or(WallTime::max())),
      sunset_(settings.sunset.value_or(WallTime::max())),
      retire_(settings.retire),
      state_(std::move(state)),
      prefix_(version_prefix(base, name_)) {
  if (settings.deprecated) {
    const auto second = std::chrono::floor<std::chrono::seconds>(*settings.deprecated);
    deprecation_text_ = fmt::format("@{}", second.time_since_epoch().count());
  }
  if (settings.sunset) sunset_text_ = HttpDate(*settings.sunset).text();
  if (!settings.successor.empty()) {
    sunset_details_ = fmt::format("\"successor\":\"{}\"", settings.successor);
    successor_prefix_ = version_prefix(base, settings.successor);
    successor_base_ = base_path(base, settings.successor);
    if (successor_base_.empty()) successor_base_ = "/";
    successor_rest_ = ">; rel=\"successor-version\"";
    // Where only Accept tells versions apart, the link has to say which one it means.
    if (prefix_.empty())
      successor_rest_ += fmt::format("; type=\"application/vnd.{}.{}+json\"", vendor, settings.successor);
  }
  if (!settings.guide.empty())
    guide_link_ = fmt::format("<{}>; rel=\"deprecation\"; type=\"text/html\"", settings.guide);
}

template <class String>
void Version::append_link(WallTime now, std::string_view path, String& out) const {
  if (lifecycle(now) == Lifecycle::kCurrent) return;
  if (!successor_base_.empty()) {
    out += '<';
    if (is_below(path, prefix_)) out.append(successor_prefix_).append(path.substr(prefix_.size()));
    else out += successor_base_;
    out += successor_rest_;
    if (!guide_link_.empty()) out += ", ";
  }
  out += guide_link_;
}

template void Version::append_link(WallTime, std::string_view, std::string&) const;
template void Version::append_link(WallTime, std::string_view, std::pmr::string&) const;

}  // namespace causeway::routing
