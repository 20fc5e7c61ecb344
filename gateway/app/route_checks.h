// What a route and its file's defaults say against each other, and against the consumers: rules that no single key can
// break. Part of the compilation; all blame goes to the errors.
#pragma once

#include <vector>

#include "app/settings.h"
#include "security/consumer.h"

namespace causeway::app {

/// A route's access that would loosen the defaults' is an error: it is narrowed by them (design: config.md, Merging),
/// so whoever it names in addition would still be refused. False when there was one.
bool check_narrows(const security::AccessSettings& defaults, const security::AccessSettings& route,
                   const security::ConsumerTable& consumers, config::Errors& errors);

/// A limit of a route that is wider than its defaults' is an error too.
void check_limits(const RouteLimitSettings& defaults, const config::Placed<RouteSettings>& route,
                  config::Errors& errors);

/// Warns of schemes that no consumer has a credential for, and of a route that admits only consumers without any.
/// `rule` is the access of the route; `name` its name, for the place.
void check_schemes(const AuthSettings& auth, const security::AccessRule& rule, const config::Placed<std::string>& name,
                   const Settings& settings, const security::ConsumerTable& consumers, config::Errors& errors);

/// What the steps of a route's chain say against each other, those of the defaults first: two envelopes, an envelope
/// where the answer is to go out as it is (`wrapped` is false), and a step that stands there twice, word for word.
class StepChecks {
 public:
  StepChecks(bool wrapped, config::Errors& errors) : wrapped_(wrapped), errors_(errors) {}
  void add(const config::Tagged& step);

 private:
  bool wrapped_;
  config::Errors& errors_;
  std::vector<config::Tagged> steps_;
};

/// `without` names plugins of the defaults; `dropped` are those that it did find.
void check_without(const std::vector<config::Placed<std::string>>& without, const std::vector<std::string>& dropped,
                   const std::vector<config::Deferred>& defaults, config::Errors& errors);

/// A route without credentials where the defaults ask for some is warned of, at its `auth`.
void check_opened(const DefaultSettings& defaults, const RouteSettings& route, const config::Position& auth,
                  config::Errors& errors);

/// `$params.NAME` in the texts of a route, where its path has no such parameter: null in every call.
void check_parameters(const config::Placed<RouteSettings>& route, const routing::PathTemplate& matched,
                      config::Errors& errors);

/// One error for all routes of a file that nobody said `auth` for.
void check_auth_said(const RouteFile& file, config::Errors& errors);

}  // namespace causeway::app
