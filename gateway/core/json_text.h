// JSON as text (RFC 8259): is it valid, and writing strings of it. No values are built.
#pragma once

#include <cstddef>
#include <optional>

#include "core/bytes.h"

namespace causeway {

struct JsonProblem {
  std::size_t offset = 0;      ///< of the first byte that is wrong; the text's size when it ends too early
  const char* what = nullptr;  ///< for people, such as "a value was expected"; static
};

inline constexpr std::size_t kMaxJsonDepth = 1024;

/// Strictly one JSON value with blanks around it, UTF-8 checked, no byte order mark, containers nested at most `depth`
/// deep (≤ kMaxJsonDepth). Numbers may be of any size and lone surrogate escapes pass, as the grammar has it. Empty: it
/// is valid. One pass, no recursion, no allocation; thread safe.
std::optional<JsonProblem> check_json(Bytes text, std::size_t depth = 64);

/// The length of the valid UTF-8 sequence that `text` begins with (1 to 4), 0 if it begins with none (RFC 3629).
std::size_t utf8_sequence(Bytes text);

/// How far `text` is valid UTF-8: its size when all of it is.
std::size_t valid_utf8(Bytes text);

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, one each; U+007F and
/// everything above stays as it is. Exists for std::string and std::pmr::string.
template <class String>
void append_json_string(String& out, Bytes text);

}  // namespace causeway
