// JSON that the configuration writes as YAML, with values inserted: `body: {no: "{{ $request.no }}", kind: order}`.
#pragma once

#include <string>
#include <vector>

#include "config/reading.h"
#include "core/result.h"
#include "expression/template.h"

namespace causeway {

/// Immutable, thread safe. Plain numbers of the YAML keep their digits; plain true, false and null are what they look
/// like; every other scalar is a string, in which `{{ }}` inserts a value: one that is `{{ }}` whole keeps its type.
class JsonTemplate {
 public:
  JsonTemplate() = default;
  /// What is wrong with the insertions goes to `reading`, whose path is that of `node`.
  static JsonTemplate compile(const config::Node& node, expression::VariableSet allowed, config::Reading& reading);

  /// Nothing is inserted: then `literal()` is all of it.
  bool is_literal() const { return parts_.empty(); }
  const std::string& literal() const { return end_; }
  /// One `{{ }}` and nothing around it.
  bool is_value() const {
    return parts_.size() == 1 && parts_[0].before.empty() && end_.empty() && parts_[0].value.is_value();
  }
  expression::VariableSet uses() const;
  bool uses_input() const;

  Result<Bytes> render(Bytes input, const expression::Values& values, std::pmr::memory_resource* memory) const;

 private:
  void add(const config::Node& node, expression::VariableSet allowed, config::Reading& reading);

  struct Part {
    std::string before;  ///< JSON text up to the value
    expression::Template value;
  };
  std::vector<Part> parts_;
  std::string end_;  ///< behind the last part
};

}  // namespace causeway
