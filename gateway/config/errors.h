// Everything that is wrong with a configuration, collected in one pass so that the user sees all of it at once; and the
// files that the pass has read.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/files_read.h"
#include "config/hidden_values.h"
#include "config/position.h"

namespace causeway::config {

enum class Severity { kError, kWarning };

struct Problem {
  Position position;
  std::string path;  ///< `routes[3].plugins[1].rate_limit.rate`; empty for a file as a whole
  std::string code;  ///< a stable slug for programs: syntax, unknown_key, duplicate_key, missing, expected, secret, ...
  std::string message;  ///< never holds a secret
  Severity severity = Severity::kError;
  /// Of an expression: its line and, on the next, a caret below the place. Empty: there is nothing to show, or not
  /// without showing what is hidden.
  std::string excerpt = {};

  /// `routes/orders.yaml:42:9: routes[3].rate: expected a rate such as 100/s, got "fast"`; warnings read
  /// `file:line:col: path: warning: message`.
  std::string to_text() const;
};

/// Not thread safe: one load owns one collector.
class Errors {
 public:
  /// More are counted and not kept: nobody reads them, and a broken file may hold hundreds of thousands.
  static constexpr std::size_t kMostProblems = 1000;

  /// Slugs in use: syntax, limit, tag, duplicate_key, unknown_key, missing, expected, not_in_this_version, secret,
  /// include, conflict, reference, invalid.
  void add(const Position& at, std::string_view path, std::string message, std::string_view code = "invalid",
           std::string excerpt = {});
  void warn(const Position& at, std::string_view path, std::string message, std::string_view code = "invalid");

  /// Fixes the order in which files are listed; files that nobody announced follow in the order of their first problem.
  void announce(const std::string& file);

  /// From now on no message shows this value, nor a part of it that is long enough to tell.
  void hide(std::string_view value) { hidden_.add(value); }

  /// Not everything of a kind (`cluster`, `topic`, …; "": of any) could be read, so that names of it that seem unknown
  /// may be right: blaming them too would only follow from what is reported already.
  void incomplete(std::string_view kind) { incomplete_.emplace(kind); }
  bool knows_all(std::string_view kind) const { return !incomplete_.contains("") && !incomplete_.contains(kind); }

  bool failed() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  bool empty() const { return problems_.empty(); }

  /// By file, line, column; problems of one place stay in the order in which they were found, the same one only once.
  /// The last one says how many were not kept.
  std::vector<Problem> list() const;
  /// One line a problem, each ended by a newline.
  std::string to_text() const;
  /// The same for a terminal: below each problem its excerpt, if it has one, indented.
  std::string to_report() const;
  /// `[{"file", "line", "column", "path", "code", "message", "severity": "error" | "warning"}]`, for `check --json`.
  std::string to_json() const;

  FilesRead& files() { return files_; }
  const FilesRead& files() const { return files_; }

 private:
  void push(Problem problem);

  FilesRead files_;
  HiddenValues hidden_;
  std::vector<Problem> problems_;
  std::map<std::string, std::size_t, std::less<>> file_order_;
  std::set<std::string, std::less<>> incomplete_;
  std::size_t errors_ = 0;
  std::size_t not_kept_ = 0;
};

/// One step further down: `routes`, then `routes[3]`, then `routes[3].rate`. Odd keys are quoted: `tables["a.b"]`.
std::string extend_path(std::string path, std::string_view key);
std::string extend_path(std::string path, std::size_t index);

/// Text in double quotes for a message: control characters escaped, cut when long, `***` in place of a private key and
/// of what a URL says before its host.
std::string quote(std::string_view text);

}  // namespace causeway::config
