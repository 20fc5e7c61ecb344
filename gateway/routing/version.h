// The life of one version of an API: released, deprecated, sunset, retired; and what callers are told about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/keys.h"
#include "core/clock.h"
#include "routing/path_template.h"
#include "routing/version_state.h"

namespace causeway::routing {

/// `versioning:` of causeway.yaml.
struct VersioningSettings {
  std::string vendor = "company";                           ///< `application/vnd.<vendor>.<version>+json`
  Duration minimum_overlap = std::chrono::hours(24 * 180);  ///< between a successor's release and a sunset
  /// Between deprecation and sunset at least; so long before a sunset its callers are an alert.
  Duration notice = std::chrono::hours(24 * 90);
  static const config::Keys<VersioningSettings>& keys();
};

enum class Retire : std::uint8_t {
  kAtSunset,    ///< on the day
  kWhenUnused,  ///< on the first day after it on which nobody has called for `unused_for`
};
constexpr auto names(Retire) {
  return config::table<Retire>({{"at_sunset", Retire::kAtSunset}, {"when_unused", Retire::kWhenUnused}});
}

/// One entry of `versions:` of a route file. Dates without a time are midnight UTC.
struct VersionSettings {
  WallTime released{};
  std::optional<WallTime> deprecated;  ///< from here on callers are told
  std::optional<WallTime> sunset;      ///< from here on calls are refused, or may be; needs `deprecated`
  std::string successor;               ///< another version of the same file
  std::string guide;                   ///< http(s) address of a page that says how to move on
  Retire retire = Retire::kAtSunset;
  std::optional<Duration> unused_for;  ///< of kWhenUnused
  static constexpr Duration kUnusedFor = std::chrono::hours(24 * 14);
  static const config::Keys<VersionSettings>& keys();
};

enum class Lifecycle : std::uint8_t {
  kCurrent,
  kDeprecated,
  kSunset,   ///< past its sunset and still served, as deprecated: kWhenUnused, and somebody called lately
  kRetired,  ///< answered with 41090
};
constexpr auto names(Lifecycle) {
  return config::table<Lifecycle>({{"current", Lifecycle::kCurrent},
                                   {"deprecated", Lifecycle::kDeprecated},
                                   {"sunset", Lifecycle::kSunset},
                                   {"retired", Lifecycle::kRetired}});
}

/// Header values of a deprecated or sunset version; the empty ones are not sent. Views of the Version.
struct LifecycleHeaders {
  std::string_view deprecation;  ///< `@1788220800`, RFC 9745
  std::string_view sunset;       ///< `Fri, 05 Mar 2027 00:00:00 GMT`, RFC 8594
};

/// A base with the version's name in the place of {version}: `/api/v2/orders`. For an empty name the segment goes as
/// well: `/api/orders`. Empty for `/`.
std::string base_path(const PathTemplate& base, std::string_view version);

/// One version, ready to answer with: every text is made when the configuration is read. Immutable but for its state,
/// thread safe; lives in the RouteTable.
class Version {
 public:
  /// Without a state (a configuration that is only looked at) one that is retired when unused never is.
  Version(std::string name, const VersionSettings& settings, const PathTemplate& base, std::string_view vendor,
          std::shared_ptr<const VersionState> state = nullptr);

  const std::string& name() const { return name_; }

  Lifecycle lifecycle(WallTime now) const {
    if (now < deprecated_) return Lifecycle::kCurrent;
    if (now < sunset_) return Lifecycle::kDeprecated;
    const bool retired = retire_ == Retire::kAtSunset || (state_ && state_->retired_since(sunset_));
    return retired ? Lifecycle::kRetired : Lifecycle::kSunset;
  }
  /// Can it ever come to kRetired?
  bool has_sunset() const { return sunset_ != WallTime::max(); }

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
  Retire retire_;
  std::shared_ptr<const VersionState> state_;
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
