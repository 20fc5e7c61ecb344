#include "config/scalar_places.h"

#include <gtest/gtest.h>

#include "config_fixture.h"

namespace causeway::config {
namespace {

/// The character of the file at a place, as the bytes of its first one.
char character_at(std::string_view file, const Position& at) {
  std::size_t begin = 0;
  for (int line = 1; line < at.line; ++line) begin = file.find('\n', begin) + 1;
  int column = 1;
  std::size_t byte = begin;
  for (; column < at.column; ++byte)
    if ((static_cast<unsigned char>(file[byte + 1]) & 0xC0) != 0x80) ++column;
  return file[byte];
}

/// Every character of the value of `k` is found where the file has it. What stands otherwise in the file than in the
/// text is in `apart`.
void expect_found(std::string_view file, std::string_view text, std::string_view apart = "") {
  const Node root = yaml(file);
  const Node& node = *root.find("k");
  ASSERT_EQ(node.text(), text) << file;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (apart.find(text[i]) != std::string_view::npos) continue;
    const auto at = node.position_within(i);
    ASSERT_TRUE(at.has_value()) << file << " character " << i;
    EXPECT_EQ(character_at(file, *at), text[i]) << file << " character " << i << " at " << at->to_text();
  }
}

TEST(ScalarPlaces, OfOneLine) {
  expect_found("k: .a | b", ".a | b");
  expect_found("k:   .a # comment\nl: 1", ".a");
  expect_found("k: '.a | b'", ".a | b");
  expect_found("k: \".a | b\"", ".a | b");
  expect_found("{k: .a, l: 2}", ".a");
  expect_found("k: &x !!str '.a'", ".a");
  expect_found("k: 名前 | x", "名前 | x");
  expect_found("k: '名前 | x'", "名前 | x");
}

TEST(ScalarPlaces, OfQuotesWithinQuotes) {
  expect_found("k: '.a == ''x'' | y'", ".a == 'x' | y");
  expect_found(R"(k: ".a == \"x\" | y")", ".a == \"x\" | y", "\"");
  expect_found(R"(k: "a\tb\u00e9c\x41d\\e")",
               "a\tb\u00e9"
               "cAd\\e",
               "\t\xc3"
               "A");
}

TEST(ScalarPlaces, OfBlocks) {
  expect_found("k: |\n  .a\n  | b\n", ".a\n| b\n");
  expect_found("k: |-\n  .a\n\n    | b\n  | c\n", ".a\n\n  | b\n| c");
  expect_found("k: |+\n\n  .a\n\n", "\n.a\n\n");
  expect_found("k: |2\n   .a\n  b\n", " .a\nb\n");
  expect_found("k: |\r\n  .a\r\n  | b\r\n", ".a\n| b\n", "\n");
  expect_found("x:\n  - k: 1\nk: |\n      .a\n      .b", ".a\n.b");
  expect_found("k: >-\n  .a\n  | b\n\n  | c\n", ".a | b\n| c", " \n");
  expect_found("k: >\n  .a\n  | b\n", ".a | b\n", " \n");
}

TEST(ScalarPlaces, OfSeveralLines) {
  expect_found("k: .a\n  | b\n  | c\nl: 1", ".a | b | c", " ");
  expect_found("k: \".a\n  | b\n\n  | c\"\n", ".a | b\n| c", " \n");
  expect_found("k: '.a\n  | b'\n", ".a | b", " ");
  expect_found("k: \".a \\\n  | b\"\n", ".a | b");
}

TEST(ScalarPlaces, BehindTheLastCharacter) {
  const Node root = yaml("a: .x\nb: '.y'\nc: |\n  .z\n");
  EXPECT_EQ(root.find("a")->position_within(2)->to_text(), "config/a.yaml:1:6");
  EXPECT_EQ(root.find("b")->position_within(2)->to_text(), "config/a.yaml:2:7");
  EXPECT_EQ(root.find("c")->position_within(2)->to_text(), "config/a.yaml:4:5");
  EXPECT_FALSE(root.find("a")->position_within(3).has_value());
}

TEST(ScalarPlaces, OfWhatIsNotWrittenInAFileIsNotKnown) {
  EXPECT_FALSE(Node::scalar({}, "text").position_within(0).has_value());
  EXPECT_FALSE(Node().position_within(0).has_value());
}

}  // namespace
}  // namespace causeway::config
