#include "core/json_text.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "conformance/corpus.h"

namespace causeway {
namespace {

std::string problem(Bytes text, std::size_t depth = 64) {
  const auto found = check_json(text, depth);
  return found ? std::to_string(found->offset) + ": " + found->what : "";
}

std::string quoted(Bytes text) {
  std::string out = "> ";
  append_json_string(out, text);
  return out;
}

// What JSONTestSuite leaves open: we hold to the grammar of RFC 8259, so numbers of any size and lone surrogate
// *escapes* pass; what is not UTF-8, and a byte order mark, does not.
const std::set<std::string> kOpenAndRefused = {
    "i_string_UTF-16LE_with_BOM",
    "i_string_UTF-8_invalid_sequence",
    "i_string_UTF8_surrogate_U+D800",
    "i_string_invalid_utf-8",
    "i_string_iso_latin_1",
    "i_string_lone_utf8_continuation_byte",
    "i_string_not_in_unicode_range",
    "i_string_overlong_sequence_2_bytes",
    "i_string_overlong_sequence_6_bytes",
    "i_string_overlong_sequence_6_bytes_null",
    "i_string_truncated-utf-8",
    "i_string_utf16BE_no_BOM",
    "i_string_utf16LE_no_BOM",
    "i_structure_UTF-8_BOM_empty_object",
    "transform/string_1_invalid_codepoint",
    "transform/string_2_invalid_codepoints",
    "transform/string_3_invalid_codepoints",
};

TEST(JsonText, AgreesWithJsonTestSuite) {
  for (const conformance::Case& one : conformance::read_cases("json_test_suite.json")) {
    const bool valid = !check_json(one.bytes(), 512);
    const bool wanted = one.expect == "either" ? !kOpenAndRefused.contains(one.id) : one.expect == "accept";
    EXPECT_EQ(valid, wanted) << one.id << " " << problem(one.bytes(), 512);
  }
}

TEST(JsonText, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(problem(""), "0: a value was expected");
  EXPECT_EQ(problem("  "), "2: a value was expected");
  EXPECT_EQ(problem("{"), "1: a key was expected");
  EXPECT_EQ(problem("{\"a\":1,}"), "7: a key was expected");
  EXPECT_EQ(problem("{\"a\" 1}"), "5: a colon was expected");
  EXPECT_EQ(problem("{\"a\":1 \"b\":2}"), "7: a comma or } was expected");
  EXPECT_EQ(problem("[1 2]"), "3: a comma or ] was expected");
  EXPECT_EQ(problem("[1}"), "2: a comma or ] was expected");
  EXPECT_EQ(problem("[1,]"), "3: a value was expected");
  EXPECT_EQ(problem("[nul]"), "1: a value was expected");
  EXPECT_EQ(problem("[01]"), "2: a number begins with a zero");
  EXPECT_EQ(problem("[-]"), "2: a digit was expected");
  EXPECT_EQ(problem("[1.]"), "3: a digit was expected");
  EXPECT_EQ(problem("[1e+]"), "4: a digit was expected");
  EXPECT_EQ(problem("\"abcdefghijk"), "12: a string does not end");
  EXPECT_EQ(problem("\"abcdefgh\tk\""), "9: a control character in a string");
  EXPECT_EQ(problem("\"abcdefgh\xc0\xaf\""), "9: a string is not UTF-8");
  EXPECT_EQ(problem("\"\\x\""), "2: an unknown escape in a string");
  EXPECT_EQ(problem("\"\\u12g4\""), "5: a hex digit was expected");
  EXPECT_EQ(problem("1 2"), "2: text after the value");
  EXPECT_EQ(problem("[[[]]]", 2), "2: nested too deep");
  EXPECT_EQ(problem("[[]]", 2), "");
  EXPECT_EQ(problem(Bytes("{}\0", 3)), "2: text after the value");
}

TEST(JsonText, DepthIsBoundedWhateverIsAskedFor) {
  const std::string open = conformance::repeated("[", kMaxJsonDepth);
  const std::string close = conformance::repeated("]", kMaxJsonDepth);
  EXPECT_EQ(problem(open + close, 1'000'000), "");
  EXPECT_EQ(problem("[" + open + close + "]", 1'000'000), "1024: nested too deep");
}

TEST(JsonText, MixedContainersCloseAsTheyWereOpened) {
  EXPECT_EQ(problem(R"({"a":[{"b":[]},{"c":{}}],"d":[[],{}]})"), "");
  EXPECT_EQ(problem(R"({"a":[{"b":[}]}]})"), "12: a value was expected");
  EXPECT_EQ(problem(R"([{"a":1]])"), "7: a comma or } was expected");
}

// Wherever the string begins in an eight-byte word, the same bytes are found.
TEST(JsonText, FindsWhatEndsPlainTextAtEveryOffset) {
  for (std::size_t before = 0; before < 20; ++before) {
    const std::string plain(before, 'x');
    EXPECT_EQ(problem("\"" + plain + "\""), "");
    EXPECT_EQ(problem("\"" + plain + "\x7f\\n\xe8\xae\xa2\xf0\x9f\x9a\x80\""), "");
    for (int byte = 0; byte < 256; ++byte) {
      const bool plain_text = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
      const std::string text = "\"" + plain + static_cast<char>(byte) + "12345678\"";
      EXPECT_EQ(problem(text).empty(), plain_text) << before << " " << byte;
    }
  }
}

TEST(JsonText, EveryUtf8SequenceIsJudgedAsRfc3629Does) {
  std::map<std::size_t, int> lengths;
  for (int first = 0x80; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char bytes[] = {static_cast<char>(first), static_cast<char>(second), '\x80', '\x80'};
      ++lengths[utf8_sequence({bytes, 4})];
    }
  }
  // Second bytes: 30 leads × 64; E0 and ED 32 each, 14 others × 64; F0 48, F4 16, 3 others × 64.
  EXPECT_EQ(lengths[2], 30 * 64);
  EXPECT_EQ(lengths[3], 2 * 32 + 14 * 64);
  EXPECT_EQ(lengths[4], 48 + 16 + 3 * 64);
  EXPECT_EQ(utf8_sequence(""), 0u);
  EXPECT_EQ(utf8_sequence("a"), 1u);
  EXPECT_EQ(utf8_sequence("\xe8\xae"), 0u);
  EXPECT_EQ(utf8_sequence("\xf0\x9f\x9a"), 0u);
}

TEST(JsonText, WritesStrings) {
  EXPECT_EQ(quoted(""), "> \"\"");
  EXPECT_EQ(quoted("plain text of some length"), "> \"plain text of some length\"");
  EXPECT_EQ(quoted("a\"b\\c\nd\re\tf\bg\fh"), R"(> "a\"b\\c\nd\re\tf\bg\fh")");
  EXPECT_EQ(quoted(Bytes("\0\x1f\x7f", 3)), "> \"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(quoted("\xe5\xba\x93\xe5\xad\x98\xe4\xb8\x8d\xe8\xb6\xb3"),
            "> \"\xe5\xba\x93\xe5\xad\x98\xe4\xb8\x8d\xe8\xb6\xb3\"");
  EXPECT_EQ(quoted("a\xff\xc0\xafz"), "> \"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

TEST(JsonText, WhateverIsWrittenIsValid) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::string text;
    append_json_string(text, bytes);
    EXPECT_EQ(problem(text), "");
  }
}

}  // namespace
}  // namespace causeway
