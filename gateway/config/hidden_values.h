// What a configuration takes from the machine (`${env:…}`, `${file:…}`) and its literal secrets: values that no message
// may show, whatever key they ended up in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "config/secrets.h"

namespace causeway::config {

/// Messages cut and escape what they quote, so runs of such a value are found and not only the whole of it. Not thread
/// safe; holds the values, and wipes them at its end.
class HiddenValues {
 public:
  /// Shorter runs, and so shorter values, are as likely a word of the message itself.
  static constexpr std::size_t kShortestRun = 8;

  void add(std::string_view value);
  /// `***` in place of every run of at least kShortestRun bytes that one of the values has too. Linear in the text; the
  /// first time also in the values.
  std::string hide(std::string text);

 private:
  std::vector<Secret> values_;
  std::size_t indexed_ = 0;               // how many of them are in `runs_`
  std::unordered_set<std::size_t> runs_;  // hashes of every run of the shortest length
};

}  // namespace causeway::config
