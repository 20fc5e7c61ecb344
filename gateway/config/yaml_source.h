// The text that yaml-cpp reads, and the way from its marks to positions. Part of the YAML reader.
#pragma once

#include <yaml-cpp/mark.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/position.h"

namespace causeway::config {

/// Not thread safe. The text outlives it; a UTF-8 byte order mark is left out.
class YamlSource {
 public:
  struct Fault {
    Position at;
    std::string message;
  };

  YamlSource(std::string_view text, const std::string& file);

  std::string_view text() const { return text_; }
  /// What YAML does not allow in any place, or yaml-cpp does not survive in decent time.
  std::optional<Fault> find_fault();

  /// yaml-cpp counts lines and columns from 0, columns in bytes; positions count from 1 and in characters.
  Position position(const YAML::Mark& mark) { return position(mark.line + 1, mark.column); }
  Position position(int line, int byte_column);
  Position position_of(std::size_t offset);
  /// Where a null stands: yaml-cpp gives one that is not written the mark of whatever comes next. `key` is the one that
  /// it belongs to, none in a sequence.
  Position position_of_null(const YAML::Mark& mark, const Position* key);
  /// The tab that stands before the first character of the mark's line, if any.
  std::optional<Position> tab_indenting(const YAML::Mark& mark);
  struct LongQuote {
    Position at;
    int end_line = 0;
  };
  /// The first quote before the end of the mark's line that opens a text of several lines behind which more text
  /// stands: its own end is missing, and it took the next quote for it.
  std::optional<LongQuote> long_quote_before(const YAML::Mark& mark);
  /// The text from a mark to the end of the file.
  std::string_view from(const YAML::Mark& mark) const;
  /// The same behind anchor and tag.
  std::string_view after_properties(const YAML::Mark& mark) const;
  /// True when the quote that opens at the mark is closed nowhere. yaml-cpp lets the end of the file close it, which
  /// would swallow the rest of the file in silence.
  bool quote_stays_open(const YAML::Mark& mark) const;
  /// True when a block mapping's key at the mark lacks its colon, which yaml-cpp forgives the last line of a file.
  bool colon_missing(const YAML::Mark& mark, std::string_view key) const;

 private:
  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::vector<std::size_t> line_starts_;
  // The last answer: marks come almost in order, so counting goes on from there and a line of megabytes stays linear.
  int last_line_ = 0;
  std::size_t last_byte_ = 0;
  int last_column_ = 1;
};

}  // namespace causeway::config
