// What is wrong with an event, for `details.violations` of 40092.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace causeway::events {

struct Violation {
  std::string path;          ///< a JSON pointer (RFC 6901); empty: the whole
  std::string_view keyword;  ///< as JSON Schema calls the rule; static
  std::string message;       ///< says the member's name too
};

/// Not thread safe. Keeps the first 20, each cut at 512 bytes: whoever sends more has sent something else than an
/// event.
class Violations {
 public:
  void add(std::string path, std::string_view keyword, std::string message);
  bool empty() const { return list_.empty(); }
  bool has(std::string_view path) const;
  const std::vector<Violation>& list() const { return list_; }
  /// `"violations":[{"path","keyword","message"}, …]`
  std::string to_details() const;

 private:
  std::vector<Violation> list_;
};

/// `/a~1b` for the member `a/b`.
std::string json_pointer(std::string_view member);

}  // namespace causeway::events
