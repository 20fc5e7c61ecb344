// What became of one call that was only thought through: which route, what its steps say, what would be sent; or why
// no route takes it. Values for people and programs; views none, so that it outlives everything it was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/effective_route.h"
#include "core/result.h"

namespace causeway::app {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

/// An answer of the gateway itself.
struct GivenAnswer {
  int status = 0;
  std::uint32_t code = 0;  ///< 0: no error (OPTIONS)
  std::string message;
  std::string reason;   ///< the log's word
  std::string details;  ///< members of the envelope's `details`, ready JSON
};

struct StepReport {
  EffectiveStep step;
  std::string says;                       ///< about this call; empty: nothing, as far as is known
  std::optional<GivenAnswer> refusal;     ///< the call ends here
  std::optional<std::string> body_after;  ///< of the request, where the step has made another
};

/// What would go to the system, or what stands in its place.
struct OutgoingCall {
  std::string part;  ///< of a composite: its name there
  std::string cluster;
  std::string method;
  std::string target;
  NamedTexts headers;  ///< without those that differ from call to call
  std::optional<std::string> body;
  std::string unknown;  ///< not empty: why it cannot be said
};

/// Another route, and why it is not this call's.
struct OtherRoute {
  std::uint32_t route = 0;
  std::string why;
};

struct Explanation {
  std::string method;
  std::string target;
  std::string path;  ///< as it is matched; empty when the head was refused before

  /// What the gateway says by itself, as far as this is known without the system behind. Nothing: the system is called,
  /// or what the adapter answers is not in the head.
  std::optional<GivenAnswer> answer;
  NamedTexts answer_headers;  ///< Allow, Deprecation, Sunset, Link: they go with any answer

  bool taken = false;                  ///< a route takes it, whatever its steps say; or it is OPTIONS, answered here
  std::optional<std::uint32_t> route;  ///< index into EffectiveRoutes; also of a version that is retired
  std::string version;                 ///< empty: the route has none
  std::string why;                     ///< `version v2 by its path`
  std::string lifecycle;               ///< of the version: `deprecated`
  NamedTexts parameters;
  std::vector<StepReport> steps;
  std::optional<OutgoingCall> call;
  std::vector<OutgoingCall> parts;  ///< of a composite, in place of the one call
  std::vector<OtherRoute> others;   ///< outranked ones when a route takes the call, else those that are near
};

}  // namespace causeway::app
