#include "core/json_document_problem.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/json_grammar.h"
#include "core/json_names.h"

namespace causeway::json {
namespace {

/// Counts the values and keeps the names of the objects that are open.
class Reading {
 public:
  Reading(Bytes text, const JsonReadOptions& options, std::pmr::memory_resource* memory)
      : begin_(text.data()),
        options_(options),
        most_(std::min(options.values, kMostValues)),
        names_(memory),
        open_(memory) {}

  const char* open(const char* at) {
    open_.push_back(names_.size());
    return count(at);
  }
  const char* scalar(const Token& token) { return count(token.begin); }
  const char* name(const Token& token) {
    if (options_.refuse_doubled_names)
      names_.push_back({{token.begin + 1, static_cast<std::size_t>(token.end - token.begin) - 2}, token.escaped});
    return nullptr;
  }
  const char* close(const char*) {
    const std::size_t first = open_.back();
    open_.pop_back();
    set_.reset(names_.size() - first);
    for (std::size_t i = first; i < names_.size(); ++i) {
      if (set_.insert(names_[i].text, names_[i].escaped)) continue;
      offset_ = static_cast<std::size_t>(names_[i].text.data() - begin_) - 1;
      return "a name comes twice in one object";
    }
    names_.resize(first);
    return nullptr;
  }

  /// Of a problem that is not where the grammar stands.
  std::optional<std::size_t> offset() const { return offset_; }

 private:
  static constexpr std::size_t kMostValues = JsonDocument::kMostValues;
  struct Name {
    Bytes text;
    bool escaped = false;
  };

  const char* count(const char* at) {
    if (count_++ < most_) return nullptr;
    offset_ = static_cast<std::size_t>(at - begin_);
    return "too many values";
  }

  const char* begin_;
  const JsonReadOptions& options_;
  std::size_t most_;
  std::size_t count_ = 0;
  std::optional<std::size_t> offset_;
  std::pmr::vector<Name> names_;
  std::pmr::vector<std::size_t> open_;  // where the names of each begin
  NameSet set_;
};

}  // namespace

JsonProblem document_problem(Bytes text, const JsonReadOptions& options, std::pmr::memory_resource* memory) {
  Reading reading(text, options, memory);
  Grammar grammar(text, options.depth, reading);
  const char* const what = grammar.check();
  return {reading.offset().value_or(grammar.offset()), what};
}

}  // namespace causeway::json
