// Runs a plan once. Internal to expression.
//
// A program is a generator: each result of a node is given to a sink at once, and what the sink does happens within the
// node. Taking the next result is returning. Nodes that have exactly one result are computed by one(), which needs no
// sink. Variables live in the slots of their function's frame, which are set while a binding's body runs and restored
// behind it. Native recursion is bounded by counting calls and by looking at the stack.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json_document.h"
#include "expression/machine/absences.h"
#include "expression/plan/plan.h"
#include "expression/program.h"
#include "expression/values/function_ref.h"
#include "expression/values/value.h"

namespace causeway::expression {

enum class Flow : std::uint8_t {
  kGo,
  kStop,   ///< back to whom Machine::stop_at names: a label, or somebody who has seen enough
  kError,  ///< which can be caught
  kOver,   ///< a limit was exceeded: nothing catches it
};

/// One step of the way from the root of a value to a part of it. Lives where the step is made.
struct PathLink {
  const PathLink* up = nullptr;
  Value key;
};

/// A value that is given to a node. Without a path, nobody asks for paths.
struct Spot {
  const Value& value;
  const PathLink* path = nullptr;
  bool last = false;  ///< nobody needs the value behind this use: it may be taken

  Value take() const {
    if (last) return std::move(const_cast<Value&>(value));
    return value;
  }
  Spot without_path() const { return {value}; }
};

class Sink {
 public:
  virtual Flow take(Value value, const PathLink* path) = 0;

 protected:
  ~Sink() = default;
};

/// A sink that calls `function(Value value, const PathLink* path) -> Flow`.
template <class Function>
class SinkOf final : public Sink {
 public:
  explicit SinkOf(Function function) : function_(std::move(function)) {}
  Flow take(Value value, const PathLink* path) override { return function_(std::move(value), path); }

 private:
  Function function_;
};

struct Frame;
struct Closure {
  NodeId node;
  const Frame* frame;
};

/// What one call of a function sees.
struct Frame {
  const Frame* up = nullptr;  ///< of the function in which this one is defined
  const Closure* closures = nullptr;
  Value* slots = nullptr;
};

/// A call of a function of the engine.
struct Call {
  const Plan& plan;
  const Node& node;
  const Frame& frame;
  NodeId argument(std::size_t index) const { return plan.lists[node.a + index]; }
};

class Machine {
 public:
  /// Everything outlives it.
  Machine(const Plan& plan, const Values& values, Resources& resources, std::size_t depth);

  /// Reads the input. False: error() says what is wrong.
  bool read_input(Bytes input);
  Flow run(Sink& sink);
  /// Has the program exactly one result, or an error?
  bool has_one_result() const { return plan_[plan_.root].single; }
  /// Runs such a program, and appends its result as JSON.
  Flow write_result(class TextBuilder& out);
  /// What was written nests at most this deep.
  std::size_t text_depth() const { return text_depth_; }

  Resources& resources() { return resources_; }
  const Limits& limits() const { return values_.surroundings().limits; }
  /// What the clock says. Since 1970.
  WallTime now() const { return values_.clock().wall(); }
  const Value& error() const { return error_; }
  /// For a handler.
  Value take_error();
  /// For everybody else.
  std::string told_error();

  Flow one(NodeId id, const Frame& frame, const Spot& input, Value& out);
  /// The same as JSON at the end of a text. If it ends with an error, some of it is there.
  Flow write(NodeId id, const Frame& frame, const Spot& input, TextBuilder& out);
  void write_value(const Value& value, TextBuilder& out);
  Flow each(NodeId id, const Frame& frame, const Spot& input, Sink& sink);
  template <class Function>
  Flow each_to(NodeId id, const Frame& frame, const Spot& input, Function function) {
    SinkOf<Function> sink(std::move(function));
    return each(id, frame, input, sink);
  }

  // Ends of an evaluation.
  Flow fail(std::string_view message);
  /// The same; everybody else is told which value it is about, too.
  Flow fail_about(std::string_view message, const Value& value);
  Flow fail_with(Value error);
  Flow over() const { return Flow::kOver; }
  Flow stop(const void* target) {
    stop_at_ = target;
    return Flow::kStop;
  }
  /// Was `flow` sent to `target`? Then it ends here.
  bool stopped_at(Flow flow, const void* target) const { return flow == Flow::kStop && stop_at_ == target; }
  bool step() { return resources_.step(); }
  /// For what recurses natively: false, and the run ends, when the stack is nearly used up.
  bool deep_enough_stack() { return resources_.has_stack(); }

  // Parts of values.
  Flow index(const Value& of, const Value& key, Value& out);
  Flow slice(const Value& of, const Value& from, const Value& to, Value& out);
  /// `of[key]` to the sink, with its path when one is asked for.
  /// If it is optional, a part that cannot be taken is none.
  Flow access(const Spot& of, const Value& key, Sink& sink, bool optional = false);
  /// The same for every item or member.
  Flow iterate(const Spot& of, Sink& sink, bool optional = false);
  /// What failed has just no result.
  Flow without_error(Flow flow);
  /// All that is in it, itself first.
  Flow recurse(const Spot& at, Sink& sink);

  // Operators.
  Flow arithmetic(Arithmetic operation, Value left, const Value& right, Value& out);
  Flow compare(Comparison comparison, const Value& left, const Value& right, bool& out);

  // Paths (paths.cpp).
  /// An array of keys.
  Value path_value(const PathLink* path);
  /// A copy that lives as long as the run.
  const PathLink* keep(const PathLink* path);
  Flow invalid_path(std::string_view what, const Value* key, const Value& of);
  Flow get_path(const Value& of, const Value& keys, Value& out);
  Flow set_path(Value& root, const Value& keys, Value value);
  /// Changes what is at the path, which is null when there is nothing. The root is the caller's alone.
  Flow change_path(Value& root, const Value& keys, FunctionRef<Flow(Value&)> change, std::size_t from = 0);
  Flow delete_paths(Value& root, Value paths);
  /// The paths that a node gives for the input, an array each.
  Flow paths_of(NodeId id, const Frame& frame, const Value& input, Value& paths);

  // For messages (failure_text.h).
  /// `number (1)`, cut when it is long.
  std::string described(const Value& value);
  std::string shortened(const Value& value);
  /// `number`, and for others where it stands.
  std::string kind_of(const Value& value);

  static const PathLink* root_path();
  /// Stands for the path of what is no part of the input.
  static const PathLink* no_path();

 private:
  Flow each_with_path(NodeId id, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_index(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_slice(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_object(const Node& node, NodeId entry, const Frame& frame, const Value& input, const Value& made,
                   Sink& sink);
  Flow each_text(const Node& node, NodeId part, const Frame& frame, const Value& input, std::string_view made,
                 Sink& sink);
  Flow each_alternative(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_try(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_reduce(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_foreach(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_bind(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_builtin(const Node& node, const Frame& frame, const Spot& input, Sink& sink);
  Flow each_update(const Node& node, const Frame& frame, const Spot& input, Sink& sink);

  Flow one_field(const Node& node, const Frame& frame, const Spot& input, Value& out);
  Flow one_object(const Node& node, const Frame& frame, const Spot& input, Value& out);
  Flow one_text(const Node& node, const Frame& frame, const Spot& input, Value& out);
  Flow one_array(const Node& node, const Frame& frame, const Spot& input, Value& out);
  Flow one_update(const Node& node, const Frame& frame, const Spot& input, Value& out);
  Flow one_builtin(const Node& node, const Frame& frame, const Spot& input, Value& out);
  Flow one_of(NodeId id, const Frame& frame, const Spot& input, Value& out);  ///< by way of each()

  Flow write_object(const Node& node, const Frame& frame, const Value& input, TextBuilder& out);
  Flow write_array(const Node& node, const Frame& frame, const Value& input, TextBuilder& out);
  Flow write_items(NodeId id, const Frame& frame, const Spot& input, TextBuilder& out);
  Flow write_member(const Value& object, std::string_view name, TextBuilder& out);
  static bool is_document_object(const Value& value);
  /// The member of an object of a document.
  JsonDocument::Index find_member(const Value& object, std::string_view name);

  Flow format(const Node& node, Value& value);
  Flow update_each(const Node& node, const Frame& frame, const Spot& input, Value& out);
  Flow delete_sorted(Value& root, std::span<const Value> paths, std::size_t from);
  Flow delete_within(Value& root, const Value& key, std::span<const Value> paths, std::size_t from);
  Flow delete_parts(Value& root, std::span<const Value> paths, std::size_t from);
  Flow cannot_delete(const Value& root, const Value& key);
  Flow update_with(const Node& node, const Frame& frame, const Spot& input, const Value& right, Value& out);

  /// Calls `body` for each way in which one of the patterns takes the value. `left` says that an error came from
  /// behind.
  Flow bind(const Node& node, const Frame& frame, const Value& value, const bool& left, FunctionRef<Flow()> body);
  Flow match(NodeId pattern, const Frame& frame, const Value& value, FunctionRef<Flow()> body);
  Flow match_items(const Node& node, NodeId item, const Frame& frame, const Value& value, FunctionRef<Flow()> body);
  Flow match_members(const Node& node, NodeId entry, const Frame& frame, const Value& value, FunctionRef<Flow()> body);
  Flow with_slot(const Frame& frame, std::uint32_t slot, Value value, FunctionRef<Flow()> body);
  void clear_slots(NodeId pattern, const Frame& frame);
  /// Makes the frame of a function of the program and calls `body` in it, for each value of its `$parameters`.
  Flow call(const Node& node, const Frame& frame, const Value& input, FunctionRef<Flow(const Frame&)> body);
  Flow call_with(const Node& node, std::size_t parameter, std::size_t value, const Frame& frame, const Frame& made,
                 const Value& input, FunctionRef<Flow(const Frame&)> body);

  /// As JSON, cut when it is long.
  std::string in_short(const Value& value);
  static std::string cut(std::string_view json, const Value& value);

  Flow context(Variable variable, Value& out);
  /// The document of a text: that of whoever has read it already, or made in `place`. Null: it was no JSON, `problem`.
  const JsonDocument* document_of(Bytes text, std::optional<JsonDocument>& place, JsonProblem& problem);

  const Plan& plan_;
  const Values& values_;
  Resources& resources_;
  std::size_t depth_;
  std::size_t calls_ = 0;
  const void* stop_at_ = nullptr;
  Value error_;
  bool marked_ = false;    // the error is a message with marks (failure_text.h)
  std::size_t level_ = 0;  // of the container that is written
  std::size_t text_depth_ = 0;
  struct LastFound {
    const JsonDocument* document = nullptr;
    JsonDocument::Index object = 0;
    JsonDocument::Index place = JsonDocument::kNone;
  };
  std::array<LastFound, 2> last_found_;  // in the root of a document, and in another object
  Absences absences_;
  Value input_;
  std::optional<JsonDocument> document_;
  std::array<std::optional<JsonDocument>, kVariableCount> context_;
  std::array<const JsonDocument*, kVariableCount> context_read_{};
};

/// Is `key` that of a slice, `{"start": …, "end": …}`?
bool slice_bounds(Resources& resources, const Value& key, Value& from, Value& to);
/// What a slice means for something of that size.
void slice_range(const Value& from, const Value& to, std::size_t size, std::size_t& begin, std::size_t& end);

}  // namespace causeway::expression
