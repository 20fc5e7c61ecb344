// The life of one version of an API: released, deprecated, sunset; and what callers are told about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/keys.h"
#include "core/clock.h"
#include "routing/path_template.h"

namespace causeway::routing {

/// `versioning:` of causeway.yaml.
struct VersioningSettings {
  std::string vendor = "company";                           ///< `application/vnd.<vendor>.<version>+json`
  Duration minimum_overlap = std::chrono::hours(24 * 180);  ///< between a successor's release and a sunset
  Duration notice = std::chrono::hours(24 * 90);            ///< between deprecation and sunset
  static const config::Keys<VersioningSettings>& keys();
};

/// One entry of `versions:` of a route file. Dates without a time are midnight UTC.
struct VersionSettings {
  WallTime released{};
  std::optional<WallTime> deprecated;  ///< from here on callers are told
  std::optional<WallTime> sunset;      ///< from here on calls are refused; needs `deprecated`
  std::string successor;               ///< another version of the same file
  std::string guide;                   ///< http(s) address of a page that says how to move on
  static const config::Keys<VersionSettings>& keys();
};

enum class Lifecycle : std::uint8_t { kCurrent, kDeprecated, kSunset };

/// Header values of a deprecated or sunset version; the empty ones are not sent. Views of the Version.
struct LifecycleHeaders {
  std::string_view deprecation;  ///< `@1788220800`, RFC 9745
  std::string_view sunset;       ///< `Fri, 05 Mar 2027 00:00:00 GMT`, RFC 8594
};

/// A base with the version's name in the place of {version}: `/api/v2/orders`. For an empty name the segment goes as
/// well: `/api/orders`. Empty for `/`.
std::string base_path(const PathTemplate& base, std::string_view version);

/// One version, ready to answer with: every text is made when the configuration is read. Immutable, thread safe; lives
/// in the RouteTable.
class Version {
 public:
  Version(std::string name, const VersionSettings& settings, const PathTemplate& base, std::string_view vendor);

  const std::string& name() const { return name_; }

  Lifecycle lifecycle(WallTime now) const {
    if (now < deprecated_) return Lifecycle::kCurrent;
    return now < sunset_ ? Lifecycle::kDeprecated : Lifecycle::kSunset;
  }

  /// Nothing while the version is current: RFC 9745 permits a date in the future, but tools take the header's presence
  /// for "is deprecated".
  LifecycleHeaders headers(WallTime now) const {
    if (now < deprecated_) return {};
    return {deprecation_text_, sunset_text_};
  }

  /// Appends the value of Link (RFC 8288) that goes with headers(): the successor-version (RFC 5829) of the resource at
  /// `path`, a call that this version answers, and the guide as `deprecation` (RFC 9745). Nothing, so no header, when
  /// the version is current or has neither. `String` is std::string or std::pmr::string.
  template <class String>
  void append_link(WallTime now, std::string_view path, String& out) const;

  /// Members for the `details` of a 41090: `"successor":"v2"`; empty without one.
  const std::string& sunset_details() const { return sunset_details_; }

 private:
  std::string name_;
  WallTime deprecated_;
  WallTime sunset_;
  std::string deprecation_text_;
  std::string sunset_text_;
  std::string sunset_details_;
  std::string prefix_;            ///< `/api/v1`, what of a path names this version; empty when paths do not
  std::string successor_prefix_;  ///< `/api/v2`
  std::string successor_base_;    ///< `/api/v2/orders`, for calls whose path names no version; empty: no successor
  std::string successor_rest_;    ///< the successor's link behind its path
  std::string guide_link_;
};

}  // namespace causeway::routing
