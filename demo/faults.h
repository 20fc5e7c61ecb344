// Faults that can be switched on while a demo system runs (demo/README.md lists them). Thread safe.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace causeway::demo {

struct Fault {
  enum class Mode {
    kNone,
    kRefuse,   ///< the port is closed for `duration`
    kSlow,     ///< waits for `duration` before it does its work
    kReset,    ///< cuts the connection instead of answering
    kGarbage,  ///< answers something that is not HTTP
    kNotJson,  ///< answers 200 with broken JSON
    kStatus,   ///< answers `status`
  };
  Mode mode = Mode::kNone;
  int status = 500;
  std::string message = "the database is on fire";  ///< of kStatus
  std::optional<int> retry_after;                   ///< of kStatus, in seconds
  std::chrono::milliseconds duration{3000};
  std::string path;          ///< prefix of the paths that it hits; empty: all
  std::string contains;      ///< what a body has that it hits; empty: all
  std::optional<int> times;  ///< calls that it still hits; empty: until it is changed
  bool effect = true;        ///< whether the work is done although the answer is bad
};

class Faults {
 public:
  /// Takes the JSON of POST /faults. Returns what is wrong with it, or an empty string.
  std::string set(const std::string& json);
  /// The fault that a call of this path and body meets; uses up one of `times`.
  Fault take(const std::string& path, const std::string& body);
  Fault current() const;
  std::string json() const;

 private:
  mutable std::mutex mutex_;
  Fault fault_;
};

}  // namespace causeway::demo
