// From the text of a schema to its plan. Not recursive: every subschema waits in a queue, and one that is referred to
// twice is compiled once. Used once, on one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json_schema/plan.h"
#include "json_schema/schema.h"

namespace causeway::json_schema {

class Compiler {
 public:
  /// `document` was read from `text`.
  Compiler(Bytes text, const JsonDocument& document) : text_(text), document_(document) {}

  /// The plan is of use only when problems() is empty.
  Plan compile();
  std::vector<SchemaProblem>& problems() { return problems_; }

 private:
  using Index = JsonDocument::Index;
  using Read = void (Compiler::*)(Index value);
  struct Keyword {
    std::string_view name;
    Read read;
  };
  /// A subschema that has its place in the plan but is not compiled yet.
  struct Waiting {
    Index at;
    NodeIndex node;
    std::string pointer;
  };
  struct DraftMember {
    NodeIndex schema = kNoNode;
    bool required = false;
    std::set<std::string> needs;
  };

  static std::span<const Keyword> keywords();
  static Read find_keyword(std::string_view name);

  void compile_one(const Waiting& waiting);
  void read_keyword(Index value, const std::string& name);
  /// Gives the members that were drafted their order and indices.
  void finish_members();
  /// The place of a subschema; `steps` lead to it from the schema at hand.
  NodeIndex subschema(Index at, const std::string& steps);
  NodeIndex subschema_at(Index at, std::string pointer);
  std::size_t offset_of(Index at) const;
  void problem(Index at, std::string message, const std::string& steps = {});
  void wrong_value(Index at, std::string_view expected, const std::string& steps = {});
  void refuse_endless_references();

  std::optional<std::uint64_t> count(Index value);
  std::vector<std::string> strings(Index list, const std::string& steps);
  std::vector<NodeIndex> schemas(Index list);
  std::optional<Pattern> pattern(Index at, std::string_view text, const std::string& steps);
  void values(Index value, bool list);

  Node& node() { return plan_.nodes[node_]; }
  NumberRules& number_rules() { return made(node().number); }
  StringRules& string_rules() { return made(node().string); }
  ArrayRules& array_rules() { return made(node().array); }
  ObjectRules& object_rules() { return made(node().object); }
  LogicRules& logic_rules() { return made(node().logic); }
  template <class T>
  static T& made(std::unique_ptr<T>& rules) {
    if (!rules) rules = std::make_unique<T>();
    return *rules;
  }

  void ignore(Index) {}
  void write_only(Index value);
  void id(Index value);
  void reference(Index value);
  void definitions(Index value);
  void type(Index value);
  void enumeration(Index value) { values(value, true); }
  void constant(Index value) { values(value, false); }
  void multiple_of(Index value);
  void string_pattern(Index value);
  void format(Index value);
  void properties(Index value);
  void pattern_properties(Index value);
  void required(Index value);
  void dependent_required(Index value);
  void unique_items(Index value);
  // Keywords whose value goes to one place, which `Find` names: a count, a number, a subschema, a list of them.
  template <auto Find>
  void set_count(Index value) {
    if (const std::optional<std::uint64_t> read = count(value)) Find(*this) = *read;
  }
  template <auto Find>
  void set_number(Index value) {
    if (document_.kind(value) == JsonKind::kNumber) Find(*this) = document_.raw(value);
    else wrong_value(value, "a number");
  }
  template <auto Find>
  void set_schema(Index value) {
    const NodeIndex place = subschema(value, {});
    Find(*this) = place;
  }
  template <auto Find>
  void set_schemas(Index value) {
    std::vector<NodeIndex> places = schemas(value);
    Find(*this) = std::move(places);
  }

  Bytes text_;
  const JsonDocument& document_;
  Plan plan_;
  struct Origin {
    Index at;
    std::string pointer;
  };
  std::vector<Origin> origins_;  ///< of the nodes of the plan
  std::unordered_map<Index, NodeIndex> places_;
  std::vector<Waiting> waiting_;
  std::vector<SchemaProblem> problems_;

  NodeIndex node_ = kNoNode;  ///< the schema at hand, its pointer and the keyword that is read
  std::string pointer_;
  std::string keyword_;
  std::map<std::string, DraftMember> members_;
};

}  // namespace causeway::json_schema
