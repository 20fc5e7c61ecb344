// Takes texts that nobody may see out of a message, also where they are cut, escaped once or several times, or of
// another case there. Internal to expression.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::expression {

/// Looks for any six characters in a row of a hidden text, and for a shorter text as a word of its own. Costs the size
/// of the message once, and that of each hidden text. Not thread safe.
class HiddenTexts {
 public:
  explicit HiddenTexts(std::string message);

  void hide(std::string_view text);
  /// The message with `***` in their places.
  std::string shown() const;

 private:
  struct Run {
    std::uint64_t key;   ///< of the characters
    std::uint32_t at;    ///< in the simple form of the message
    bool found = false;  ///< all of the same key are: of the first
  };
  void add(std::uint64_t key, std::size_t at);
  void find(std::uint64_t key);

  std::string message_;
  std::string simple_;                // the message without escapes, in lower case
  std::vector<std::uint32_t> from_;   // where each of its characters begins in the message; at last the end
  std::vector<Run> runs_;             // sorted by key
  std::vector<std::uint8_t> left_;    // by a hash: how many keys are not hidden yet; more than it holds stay for ever
  std::vector<std::uint8_t> hidden_;  // how many characters from here on are hidden
};

}  // namespace causeway::expression
