// Programs and documents made by chance out of a grammar (the texts in grammar/), typed enough that most of them run. A
// seed gives the same ones everywhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace causeway::expression {

class Generator {
 public:
  /// Reads the grammar, all texts in the folder.
  explicit Generator(const std::string& folder);

  struct Case {
    std::uint64_t seed = 0;
    std::string program;
    std::string document;
  };
  Case make(std::uint64_t seed) const;

  /// What is wrong with the grammar: a kind that nothing is made of, or whose deepest level has no end. Empty: nothing.
  std::vector<std::string> problems() const;

 private:
  struct Writing;
  struct Ways {
    std::vector<std::string> all;
    std::vector<std::string> last;  ///< without another kind in them
  };
  /// `kind shape`, with the ways of `kind *` among them.
  const Ways* ways(std::string_view kind, std::string_view shape) const;

  std::map<std::string, Ways, std::less<>> ways_;
};

}  // namespace causeway::expression
