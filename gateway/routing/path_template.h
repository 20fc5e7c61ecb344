// Paths with parameters, as configuration writes them: `/orders/{id}/cancel`, `/raw/{rest...}`. One grammar for the
// paths that routes match and for the paths that are called behind the gateway.
//
//   template  = "/" [ segment *( "/" segment ) ] [ "/" ]
//   segment   = literal | "{" name "}" | "{" name "...}"         the last form only at the end
//   name      = [A-Za-z_][A-Za-z0-9_]*                           each at most once
//   literal   = 1*( unreserved | sub-delims | ":" | "@" | pct )  RFC 3986 pchar, not "." or ".."; no ";", which the
//                                                                gateway refuses in calls
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/parameters.h"

namespace causeway::routing {

/// Why a template was refused and where: `offset` counts bytes from the start of its text.
struct TemplateError {
  std::size_t offset = 0;
  std::string message;
};

/// Immutable after parsing; thread safe.
class PathTemplate {
 public:
  enum class Kind { kLiteral, kParameter, kRest };

  struct Segment {
    Kind kind = Kind::kLiteral;
    std::string text;  ///< the literal as it is matched (percent-encodings in capitals), or the parameter's name
    bool operator==(const Segment&) const = default;
  };

  /// `/`.
  PathTemplate() = default;

  /// Stands for the path of a route that could not be read: no parameter is known to be missing from it.
  static PathTemplate unknown();

  /// Empty, with `error` filled in, when `text` is not a template.
  static std::optional<PathTemplate> parse(std::string_view text, TemplateError& error);

  const std::string& text() const { return text_; }
  bool is_unknown() const { return unknown_; }

  /// Without the slashes; `/` has none.
  std::span<const Segment> segments() const { return segments_; }

  /// `/orders/` and `/`, but not `/orders`.
  bool ends_with_slash() const { return ends_with_slash_; }

  /// The parameters that the template uses, in order.
  std::vector<std::string> parameters() const;
  bool uses(std::string_view name) const;

  /// Appends the path with every parameter replaced. `{name}` becomes one segment: whatever would end or change a
  /// segment is percent-encoded, a slash too; `{name...}` keeps its slashes, and where it is empty the slash before it
  /// goes as well (`/files/{rest...}` gives `/files`). A value's own percent-encodings are kept, so that what the
  /// caller sent arrives once encoded, never twice. Memory: only what `out` needs to grow.
  ///
  /// False, with `out` as it was, when a parameter is missing, or when a value is or contains a segment `.` or `..`,
  /// which the system behind would resolve to another path: nobody may call that. `String` is std::string or
  /// std::pmr::string.
  template <class String>
  [[nodiscard]] bool render(const Parameters& values, String& out) const;

 private:
  std::string text_ = "/";
  std::vector<Segment> segments_;
  bool ends_with_slash_ = true;
  bool unknown_ = false;
};

/// What `call`, the path of a call behind the gateway, uses that `match`, the path of its route, does not give; one
/// message each: `{no} is not a parameter of "/orders/{id}"`. Empty when every call of the route can be rendered.
std::vector<std::string> missing_parameters(const PathTemplate& call, const PathTemplate& match);

}  // namespace causeway::routing
