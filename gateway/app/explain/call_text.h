// One call as a caller would write it, for `causeway explain`.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace causeway::app {

struct CallText {
  std::string method = "GET";
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;

  /// Why these texts are no one call: a line break ends a line of the head. Empty when they are.
  std::string problem() const;
  /// The bytes of the head. Host is added where it is missing, Content-Length where there is a body.
  std::string head() const;
};

/// `Name: value`. Nothing when there is no colon.
std::optional<std::pair<std::string, std::string>> read_header(const std::string& line);

}  // namespace causeway::app
