#include "core/json_structure.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace causeway::json {
namespace {

struct Seen {
  std::vector<std::uint32_t> positions;
  std::size_t values = 0;
  bool in_string = false;
  bool escapes = false;
  bool controls = false;
  bool high = false;
  bool operator==(const Seen&) const = default;
};

/// Byte by byte.
Seen look(Bytes text) {
  Seen seen;
  bool escaped = false;
  for (std::uint32_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    const bool value = byte == '[' || byte == '{' || byte == ',';
    const bool structure = value || byte == ']' || byte == '}' || byte == ':';
    if (byte == '"' && !escaped) {
      seen.in_string = !seen.in_string;
      seen.positions.push_back(at);
    } else if (!seen.in_string && structure) {
      seen.positions.push_back(at);
      seen.values += value ? 1 : 0;
    }
    seen.escapes = seen.escapes || byte == '\\';
    seen.controls = seen.controls || (seen.in_string && static_cast<unsigned char>(byte) < 0x20);
    seen.high = seen.high || static_cast<unsigned char>(byte) >= 0x80;
    escaped = byte == '\\' && !escaped;
  }
  return seen;
}

Seen look_by_blocks(Bytes text, Structure::With with) {
  Seen seen;
  Structure structure(text, with);
  std::vector<std::uint32_t> room(Structure::kRoom);
  while (!structure.ended()) {
    const std::uint32_t* const end = structure.next(room.data());
    seen.positions.insert(seen.positions.end(), static_cast<const std::uint32_t*>(room.data()), end);
  }
  seen.values = structure.values();
  seen.in_string = structure.in_string();
  seen.escapes = structure.has_escapes();
  seen.controls = structure.has_controls();
  seen.high = structure.has_high();
  return seen;
}

void expect_the_same(const std::string& text) {
  const Seen wanted = look(text);
  // In memory of exactly its size, so that a sanitizer sees every byte that is read behind it.
  const std::vector<char> exact(text.begin(), text.end());
  for (const auto with : {Structure::With::kBest, Structure::With::kLeast})
    ASSERT_TRUE(look_by_blocks({exact.data(), exact.size()}, with) == wanted) << text;
}

TEST(JsonStructure, IsFoundInTextsOfEverySize) {
  std::string text;
  for (int size = 0; size < 300; ++size) {
    expect_the_same(text);
    text += R"({"a\"b": [1,"x"]})"[size % 17];
  }
}

TEST(JsonStructure, BackslashesAtTheEdgesOfBlocksEscapeWhatFollows) {
  for (std::size_t edge : {std::size_t{63}, std::size_t{64}, std::size_t{127}, std::size_t{128}, Structure::kWindow - 1,
                           Structure::kWindow, Structure::kWindow + 1})
    for (std::size_t backslashes = 0; backslashes < 70; ++backslashes) {
      std::string text = "[\"" + std::string(edge, 'x');
      text.replace(text.size() - std::min(backslashes, edge), std::min(backslashes, edge), backslashes, '\\');
      expect_the_same(text + "\",\"{\"]");
    }
}

// Not even nearly JSON: whatever the bytes are, blocks see what byte by byte sees.
TEST(JsonStructure, IsTheSameForRandomBytes) {
  std::mt19937 random(7);
  constexpr std::string_view kBytes = "\"\"\\[]{},: aaaa\n\x01\x1f\x7f\xe8\xff;<@Z^_|\x5b\x5d\x0c\x2d";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    const unsigned kinds = 2 + random() % (kBytes.size() - 2);
    for (unsigned size = random() % 5000; size > 0; --size) text += kBytes[random() % kinds];
    expect_the_same(text);
  }
}

TEST(JsonStructure, ValuesAreCountedWithoutWritingPositions) {
  const std::string text = R"([{"a,[":[1,2,",,"]},{}])" + std::string(3 * Structure::kWindow, ' ');
  Structure structure(text);
  while (!structure.ended()) EXPECT_EQ(structure.next(nullptr), nullptr);
  EXPECT_EQ(structure.values(), 7u);
}

}  // namespace
}  // namespace causeway::json
