// JSON-Schema-Test-Suite, draft 2020-12, for the keywords that we support. Bodies and schemas are taken from the files
// as text, so that their numbers keep their digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "core/json_scan.h"
#include "json_schema/schema.h"

namespace causeway::json_schema {
namespace {

// Schemas that we refuse to compile, which is what we promise for what we do not support. Reviewed: each uses a
// reference beyond the file, $id or $anchor further in, or a keyword outside of our part.
const std::set<std::string> kRefused = {
    "additionalProperties: dependentSchemas with additionalProperties",
    "defs: validate definition against metaschema",
    "enum: empty enum",
    "not: collect annotations inside a 'not', even if collection is disabled",
    "ref: $id must be resolved against nearest parent, not just immediate parent",
    "ref: Recursive references between schemas",
    "ref: URN base URI with URN and JSON pointer ref",
    "ref: URN base URI with URN and anchor ref",
    "ref: URN ref with nested pointer ref",
    "ref: order of evaluation: $id and $anchor and $ref",
    "ref: order of evaluation: $id and $ref",
    "ref: order of evaluation: $id and $ref on nested schema",
    "ref: ref creates new scope when adjacent to keywords",
    "ref: ref to else",
    "ref: ref to if",
    "ref: ref to then",
    "ref: ref with absolute-path-reference",
    "ref: refs with relative uris and defs",
    "ref: relative refs with absolute uris and defs",
    "ref: remote ref, containing refs itself",
    "ref: simple URN base URI with $ref via the URN",
};
// Cases that we judge otherwise, all of one kind: an A-label (`xn--…`) is checked as the letters, digits and hyphens
// that DNS sees (RFC 1123), not decoded and judged by IDNA 2008's tables.
const std::set<std::string> kOtherwise = {
    "format/hostname: validation of A-label (punycode) host names: Arabic-Indic digits mixed with Extended "
    "Arabic-Indic digits",
    "format/hostname: validation of A-label (punycode) host names: Begins with a Nonspacing Mark",
    "format/hostname: validation of A-label (punycode) host names: Begins with a Spacing Combining Mark",
    "format/hostname: validation of A-label (punycode) host names: Begins with an Enclosing Mark",
    "format/hostname: validation of A-label (punycode) host names: Exceptions that are DISALLOWED, left-to-right chars",
    "format/hostname: validation of A-label (punycode) host names: Exceptions that are DISALLOWED, right-to-left chars",
    "format/hostname: validation of A-label (punycode) host names: Greek KERAIA not followed by Greek",
    "format/hostname: validation of A-label (punycode) host names: Greek KERAIA not followed by anything",
    "format/hostname: validation of A-label (punycode) host names: Hebrew GERESH not preceded by Hebrew",
    "format/hostname: validation of A-label (punycode) host names: Hebrew GERESH not preceded by anything",
    "format/hostname: validation of A-label (punycode) host names: Hebrew GERSHAYIM not preceded by Hebrew",
    "format/hostname: validation of A-label (punycode) host names: Hebrew GERSHAYIM not preceded by anything",
    "format/hostname: validation of A-label (punycode) host names: KATAKANA MIDDLE DOT with no Hiragana, Katakana, or "
    "Han",
    "format/hostname: validation of A-label (punycode) host names: KATAKANA MIDDLE DOT with no other characters",
    "format/hostname: validation of A-label (punycode) host names: MIDDLE DOT with no following 'l'",
    "format/hostname: validation of A-label (punycode) host names: MIDDLE DOT with no preceding 'l'",
    "format/hostname: validation of A-label (punycode) host names: MIDDLE DOT with nothing following",
    "format/hostname: validation of A-label (punycode) host names: MIDDLE DOT with nothing preceding",
    "format/hostname: validation of A-label (punycode) host names: ZERO WIDTH JOINER not preceded by Virama",
    "format/hostname: validation of A-label (punycode) host names: ZERO WIDTH JOINER not preceded by anything",
    "format/hostname: validation of A-label (punycode) host names: contains \"--\" in the 3rd and 4th position",
    "format/hostname: validation of A-label (punycode) host names: contains illegal char U+302E Hangul single dot tone "
    "mark",
    "format/hostname: validation of A-label (punycode) host names: invalid Punycode",
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string text_of(Bytes object, std::string_view name) {
  return json_string_value(find_member(object, name)).value_or("");
}

struct Tally {
  std::set<std::string> refused;
  std::set<std::string> otherwise;
  int judged = 0;
};

void run(const std::string& group, Bytes cases, Tally& tally) {
  const std::string name = group + ": " + text_of(cases, "description");
  const auto compiled = Schema::compile(find_member(cases, "schema"));
  if (const auto* problems = std::get_if<std::vector<SchemaProblem>>(&compiled)) {
    tally.refused.insert(name);
    if (!kRefused.contains(name))
      ADD_FAILURE() << name << "\n  refused: " << problems->front().pointer << " " << problems->front().message;
    return;
  }
  for_each_item(find_member(cases, "tests"), [&](Bytes test) {
    const std::string one = name + ": " + text_of(test, "description");
    const auto read = JsonDocument::read(find_member(test, "data"));
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(read)) << one;
    const auto violations = std::get<Schema>(compiled).validate(std::get<JsonDocument>(read));
    const bool wanted = find_member(test, "valid") == "true";
    ++tally.judged;
    if (violations.empty() == wanted) return;
    tally.otherwise.insert(one);
    if (!kOtherwise.contains(one))
      ADD_FAILURE() << one << "\n  " << find_member(test, "data") << " "
                    << (violations.empty() ? "passes" : violations.front().message);
  });
}

TEST(JsonSchemaConformance, AgreesWithTheTestSuite) {
  Tally tally;
  const std::filesystem::path folder = CAUSEWAY_TESTS "/conformance/json_schema";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    const std::string text = read_file(file);
    const std::string group = file.lexically_relative(folder).replace_extension().string();
    EXPECT_TRUE(for_each_item(text, [&](Bytes cases) { run(group, cases, tally); })) << file;
  }
  EXPECT_EQ(files.size(), 49u);
  EXPECT_GT(tally.judged, 1000);
  EXPECT_EQ(tally.refused, kRefused);
  EXPECT_EQ(tally.otherwise, kOtherwise);
}

}  // namespace
}  // namespace causeway::json_schema
