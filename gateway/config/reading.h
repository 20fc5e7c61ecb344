// The context of turning nodes into settings: where we are, what went wrong, which references may be put in.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/errors.h"
#include "config/node.h"
#include "config/secrets.h"

namespace causeway::config {

struct Shape;

/// Operators' files may name secrets of the machine (`${env:...}`); route files may only name those that operators gave
/// out.
enum class FileKind { kOperator, kRoutes };

/// What a scalar says once its references are put in. Wiped when it held a secret.
struct Text {
  std::string value;
  bool secret = false;
  bool empty_default = false;

  Text() = default;
  Text(Text&&) = default;
  Text& operator=(Text&&) = default;
  ~Text() {
    if (secret) wipe(value);
  }
};

/// One pass over one kind of files. Not thread safe; the Errors outlive it.
class Reading {
 public:
  Reading(Errors& errors, FileKind kind, Environment environment = process_environment());
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// Keeps a step of the path for as long as it lives. Steps end in the reverse order of their making.
  class [[nodiscard]] Step {
   public:
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() {
      reading_.path_ = std::move(before_);
      reading_.shape_ = shape_;
      reading_.name_at_ = name_at_;
    }

   private:
    friend class Reading;
    Step(Reading& reading, std::string path, std::size_t name_at)
        : reading_(reading), before_(std::move(reading.path_)), shape_(reading.shape_), name_at_(reading.name_at_) {
      reading.path_ = std::move(path);
      reading.name_at_ = name_at;
    }
    Reading& reading_;
    std::string before_;
    const Shape* shape_;
    std::size_t name_at_;
  };

  /// `auto step = reading.enter("routes");` then `reading.enter(3)`: `routes[3]`. Odd keys are quoted: `tables["a.b"]`.
  Step enter(std::string_view key);
  Step enter(std::size_t index);
  /// Goes on at a path that was kept, for nodes that are read later (see Tagged and Deferred).
  Step resume(std::string_view path);
  const std::string& path() const { return path_; }
  /// What the description says of the place that was just entered; it outlives the step. Without it, the place is one
  /// whose name users choose.
  void describe(const Shape& shape);
  /// Messages show no value here: a secret belongs here or below, or the name that users gave sounds like one.
  bool hides() const;

  void error(const Node& at, std::string message, std::string_view code = "invalid");
  void error(const Position& at, std::string message, std::string_view code = "invalid");
  void warn(const Node& at, std::string message, std::string_view code = "invalid");
  /// `expected a rate such as 100/s, got "fast"`, with `***` in place of what came from a secret or may be one.
  void expected(const Node& at, std::string_view what);
  /// The same, with the name that was probably meant when one is near: `...; got "x" (did you mean "y"?)`.
  void expected_one_of(const Node& at, const std::vector<std::string_view>& names);

  /// The text of a scalar with its references put in. Anything else, or a bad reference, is an error and gives nothing.
  std::optional<Text> text(const Node& node, std::string_view what);

  /// The folder of the file that holds the node, absolute; the working directory for nodes from nowhere.
  std::filesystem::path directory(const Node& node) const;

  Errors& errors() { return errors_; }
  FileKind kind() const { return kind_; }

 private:
  Errors& errors_;
  FileKind kind_;
  Environment environment_;
  std::string path_;
  const Shape* shape_ = nullptr;             // null: nobody has described this place
  std::size_t name_at_ = std::string::npos;  // where in the path a name begins that users chose
};

/// How a message shows a node: `"fast"` (cut when long, `"***"` when it holds a reference), `a list`, `an empty list`,
/// `a mapping`, `nothing`.
std::string shown(const Node& node);

/// The candidate that was probably meant, empty when none is near (edit distance, a third of the length at most).
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);
/// ` (did you mean "x"?)` for the end of a message, empty when none is near.
std::string suggestion(std::string_view name, const std::vector<std::string_view>& candidates);

/// A choice with its settings, such as `adapter: {http: {...}}` or the list item `- rate_limit: {...}` or just `-
/// rate_limit`.
struct Tagged {
  std::string name;
  Node key;          ///< the name, for errors about it
  Node settings;     ///< null when there are none
  std::string path;  ///< of the settings, for Reading::resume
};

/// Reads a mapping of one key, or a plain name. Everything else is an error (`expected one name with its settings,
/// ...`).
std::optional<Tagged> read_tagged(const Node& node, Reading& reading);

}  // namespace causeway::config
