// The request target of a call: the caller's, or a path and a query of the adapter's own with parameters of the route
// (`{id}`) and inserted values (`{{ $request.no }}`).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/errors.h"
#include "config/placed.h"
#include "exchange/call_values.h"
#include "expression/template.h"
#include "routing/path_template.h"

namespace causeway::adapters {

/// Immutable, thread safe.
class TargetTemplate {
 public:
  using Text = config::Placed<std::string>;

  /// The caller's.
  TargetTemplate() = default;
  /// `matched`: the path that the route takes, for its parameters. What is wrong goes to `errors`.
  void set_path(const Text& path, const routing::PathTemplate& matched, expression::VariableSet allowed,
                config::Errors& errors);
  /// Secrets may stand in a query, not in a path.
  void set_query(const std::map<std::string, Text>& query, const routing::PathTemplate& matched,
                 expression::VariableSet allowed, config::Errors& errors,
                 const expression::Template::FindSecret& secrets);

  expression::VariableSet uses() const;
  bool uses_input() const;

  /// Appends path and query. An inserted value becomes part of one segment, or one value of the query. Errors:
  /// kMalformedHttp for a parameter that no path can have, kTransformRefused where an expression fails or a segment
  /// would be empty, `.` or `..`. A query value that is one `{{ }}` and null is left out with its name.
  Result<> render(Exchange& exchange, const CallValues::Context& context, std::pmr::string& out) const;

 private:
  /// Some plain segments, or one in which values are inserted.
  struct Step {
    routing::PathTemplate plain;
    std::vector<expression::Template::Part> pieces;
  };
  struct QueryPart {
    std::string name;
    std::string parameter;  ///< not empty: the value is this parameter, whole
    expression::Template value;
  };

  void split(const std::vector<expression::Template::Part>& parts);
  Result<> render_path(Exchange& exchange, const CallValues::Context& context, std::pmr::string& out) const;
  Result<> render_query(Exchange& exchange, const CallValues::Context& context, std::pmr::string& out) const;

  bool own_path_ = false;
  bool ends_with_slash_ = false;
  std::vector<Step> path_;
  bool own_query_ = false;
  std::vector<QueryPart> query_;
};

}  // namespace causeway::adapters
