// One document against one plan. Recursion goes as deep as the document and its schemas allow, and is bounded. Used
// once, on one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json_schema/plan.h"
#include "json_schema/schema.h"

namespace causeway::json_schema {

/// Where a value stands in the body: its pointer is written only when something is wrong with it.
struct Place {
  const Place* above = nullptr;
  JsonDocument::Index value = 0;
  std::size_t position = 0;  ///< among the items of an array
  bool member = false;
};

/// Takes what is wrong. Without a list, or with a full one, nothing more needs to be looked at.
class Findings {
 public:
  Findings() = default;
  Findings(std::vector<Violation>& list, std::size_t most) : list_(&list), most_(most) {}
  bool any() const { return any_; }
  bool full() const { return any_ && (list_ == nullptr || list_->size() >= most_); }
  bool wanted() const { return list_ != nullptr && list_->size() < most_; }
  void note() { any_ = true; }
  void add(Violation violation) { list_->push_back(std::move(violation)); }

 private:
  std::vector<Violation>* list_ = nullptr;
  std::size_t most_ = 0;
  bool any_ = false;
};

/// How much may be done for one document, shared by all that is done for it.
struct Effort {
  explicit Effort(std::size_t bytes) : left(200'000 + 32 * bytes) {}
  std::uint64_t left;
  bool spend(std::uint64_t amount) {
    left -= amount < left ? amount : left;
    return left > 0;
  }
};

class Validator {
 public:
  Validator(const Plan& plan, const JsonDocument& document, Effort& effort)
      : plan_(plan), document_(document), effort_(effort) {}

  void check(NodeIndex schema, const Place& place, Findings& findings);

 private:
  using Index = JsonDocument::Index;

  void check_logic(const Node& node, const Place& place, Findings& findings);
  void check_alternatives(const Node& node, const Place& place, Findings& findings);
  void check_values(const Node& node, const ValueRules& rules, bool list, const Place& place, Findings& findings);
  void check_number(const Node& node, const Place& place, Findings& findings);
  void check_string(const Node& node, const Place& place, Findings& findings);
  void check_array(const ArrayRules& rules, const Place& place, Findings& findings);
  void check_contained(const ArrayRules& rules, const Place& place, Findings& findings);
  void check_unique(const Place& place, Findings& findings);
  void check_object(const ObjectRules& rules, const Place& place, Findings& findings);
  void check_member(const ObjectRules& rules, const Member* known, std::string_view name, const Place& place,
                    Findings& findings);
  void check_name(const ObjectRules& rules, std::string_view name, const Place& place, Findings& findings);
  void check_needs(const ObjectRules& rules, const std::pmr::vector<bool>& present, const Place& place,
                   Findings& findings);

  bool is_valid(NodeIndex schema, const Place& place);
  /// What is wrong first, for a message.
  std::string first_problem(NodeIndex schema, const Place& place);
  std::string pointer(const Place* place) const;
  /// The value as messages show it, unless the schema hides it.
  std::string got(const Node& node, const Place& place) const;
  Bytes raw(const Place& place) const { return document_.raw(place.value); }

  /// Notes a violation; `message()` is asked only when it is wanted.
  template <class Message>
  void report(Findings& findings, const Place& place, std::string_view keyword, Message message) {
    findings.note();
    if (findings.wanted()) findings.add({pointer(&place), std::string(keyword), message()});
  }

  const Plan& plan_;
  const JsonDocument& document_;
  Effort& effort_;
  std::size_t depth_ = 0;
};

}  // namespace causeway::json_schema
