// Text with values put in by path, such as `{{ .warehouseId }}:{{ .skuId }}`: the `key` of a topic, of a route's
// publish. Only paths for now; anything else in braces is an error.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/json_path.h"

namespace causeway::events {

/// Immutable value; thread safe. A default one is empty.
class KeyTemplate {
 public:
  using Problem = JsonPath::Problem;

  /// `roots` are the documents that a path may start from, by how they are written: "" is `.` itself, "$result" stands
  /// before the path (`{{ $result.orderId }}`). `{{ "text" }}` puts in the text, so that braces can be written.
  static std::variant<KeyTemplate, Problem> parse(std::string_view text, std::span<const std::string_view> roots);
  static std::variant<KeyTemplate, Problem> parse(std::string_view text,
                                                  std::initializer_list<std::string_view> roots) {
    return parse(text, std::span(roots.begin(), roots.size()));
  }
  /// A template over one document, `.`.
  static std::variant<KeyTemplate, Problem> parse(std::string_view text) { return parse(text, {std::string_view()}); }

  bool empty() const { return parts_.empty(); }
  /// Does it name a value of this document (an index into `roots`)?
  bool uses(std::size_t root) const;

  /// `documents` are valid JSON, as `roots`. Strings are put in raw, numbers with their digits, true and false as they
  /// are. Where one value is missing, null, an object or an array there is no key at all: empty.
  std::string render(std::span<const Bytes> documents) const;
  std::string render(Bytes document) const { return render({&document, 1}); }

  /// Of a template that is one `{{ path }}` whole: the raw value with its type, a slice of its document; empty when it
  /// is missing.
  bool is_value() const { return parts_.size() == 1 && parts_[0].is_path; }
  Bytes value(std::span<const Bytes> documents) const;

 private:
  struct Part {
    bool is_path = false;
    std::string text;
    std::size_t root = 0;
    JsonPath path;
  };
  class Parser;

  std::vector<Part> parts_;
};

}  // namespace causeway::events
