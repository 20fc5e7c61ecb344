// Says what the names of a tree mean: variables and functions by their place, functions of the engine by their number.
// Internal to expression.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "expression/plan/plan.h"

namespace causeway::expression {

/// Throws DoesNotCompile for a name that means nothing. Used once.
class Resolver {
 public:
  Resolver(Plan& plan, VariableSet allowed) : plan_(plan), allowed_(allowed) {}
  void resolve();

 private:
  enum class Means : std::uint8_t { kVariable, kFunction, kParameter, kLabel };
  struct Name {
    Means means;
    std::string_view text;
    std::size_t arity;
    std::uint32_t id;     // slot, function, or position of the parameter
    std::uint32_t level;  // of the frame that holds it
  };

  void visit(NodeId id);
  void visit_list(NodeId first, NodeId count);
  void visit_function(std::uint32_t function);
  void visit_call(NodeId id);
  void visit_variable(Node& node);
  void check_key(NodeId id) const;
  void prepare_members(Node& object);
  void declare_names(NodeId pattern);
  void visit_pattern(NodeId pattern);
  std::uint32_t load(const Builtin& builtin);
  std::uint32_t new_slot();
  const Name* find(Means means, std::string_view text, std::size_t arity = 0) const;
  // What a name that means nothing is told (resolver_refusals.cpp).
  [[noreturn]] static void fail(const Node& node, std::string message);
  [[noreturn]] void no_function(const Node& node, std::string_view name) const;
  [[noreturn]] void no_variable(const Node& node, std::string_view name) const;
  [[noreturn]] void no_label(const Node& node, std::string_view name) const;

  Plan& plan_;
  VariableSet allowed_;
  std::vector<Name> names_;
  std::uint32_t level_ = 0;
  std::uint32_t* slots_ = nullptr;                           // of the frame at hand
  std::unordered_map<std::uint32_t, std::uint32_t> loaded_;  // functions of the engine in its own language
};

/// Exactly one result, or an error? Of a node whose children are known.
bool has_one_result(const Plan& plan, const Node& node);
/// Does it look at its input?
bool reads_input(const Plan& plan, NodeId id);

}  // namespace causeway::expression
