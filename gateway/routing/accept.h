// What a caller's Accept header (RFC 9110, 12.5.1) says about versions: `application/vnd.company.v1+json`, alone or
// among others with weights. Media types are compared without regard to case; what cannot be read is skipped, as a
// header that only states wishes deserves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace causeway::routing {

/// One `application/vnd.<vendor>.<name>+json` of the header. `name` is a view of the header.
struct AcceptedVersion {
  std::string_view name;
  std::uint16_t weight = 0;  ///< q in thousandths; 0 = "not this one"
};

/// The versions that a header asks for. A value; no allocation.
class AcceptedVersions {
 public:
  static constexpr std::size_t kMost = 8;  ///< further ones are ignored
  static constexpr std::uint16_t kFullWeight = 1000;

  /// No header, or one that is happy with anything.
  AcceptedVersions() = default;
  AcceptedVersions(std::string_view header, std::string_view vendor);

  /// Does the header name a version at all? Otherwise every version will do.
  bool any_named() const { return size_ != 0; }

  /// The weight of `version`: its own where it is named; else 0 if others are, unless something wider (`*/*`,
  /// `application/json`) leaves it open; 1000 when the header names none.
  std::uint16_t weight(std::string_view version) const;

  /// In the order of the header.
  std::span<const AcceptedVersion> named() const& { return {named_.data(), size_}; }
  std::span<const AcceptedVersion> named() const&& = delete;

  /// The weight of the ranges that are wider than one version; 0 when there are none.
  std::uint16_t otherwise() const { return otherwise_; }

 private:
  std::array<AcceptedVersion, kMost> named_;
  std::size_t size_ = 0;
  std::uint16_t otherwise_ = kFullWeight;
};

/// Does the caller want errors as RFC 9457 problems: is `application/problem+json` named, with a weight above 0 and not
/// below that of a named `application/json`?
bool prefers_problem_json(std::string_view header);

}  // namespace causeway::routing
