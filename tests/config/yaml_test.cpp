#include "config/yaml.h"

#include <gtest/gtest.h>

#include "config_fixture.h"

namespace causeway::config {
namespace {

/// What reading the text complains about, and whether there is a document all the same.
struct Outcome {
  explicit Outcome(std::string_view text) {
    Errors errors;
    node = read_yaml(text, "a.yaml", errors);
    complaints = errors.to_text();
  }
  std::optional<Node> node;
  std::string complaints;
};

std::string place(const Node& node) { return node.position().to_text(); }

TEST(Yaml, EveryNodeKnowsItsPlace) {
  const Node node = yaml("name: a\nlist:\n  - x\n  - {k: \"v\"}\nempty:\n\nlast: ~\n");
  EXPECT_EQ(place(node), "config/a.yaml:1:1");
  EXPECT_EQ(place(node.entries()[1].key), "config/a.yaml:2:1");
  const Node& list = *node.find("list");
  EXPECT_EQ(place(list), "config/a.yaml:3:3");
  EXPECT_EQ(place(list.items()[0]), "config/a.yaml:3:5");
  EXPECT_EQ(place(list.items()[1]), "config/a.yaml:4:5");
  EXPECT_EQ(place(list.items()[1].entries()[0].key), "config/a.yaml:4:6");
  EXPECT_EQ(place(*list.items()[1].find("k")), "config/a.yaml:4:9");
  EXPECT_EQ(place(*node.find("empty")), "config/a.yaml:5:1");
  EXPECT_EQ(place(*node.find("last")), "config/a.yaml:7:7");
}

TEST(Yaml, NullsThatAreNotWrittenStandAtTheirKeyOrDash) {
  const Node node = yaml("a:\n\n# -\nb: # x\nc:\n  -\n  # - y\n\n  - ~\n  -\nd: {e: , f: ~}\nnullable: &x\n");
  EXPECT_EQ(place(*node.find("a")), "config/a.yaml:1:1");
  EXPECT_EQ(place(*node.find("b")), "config/a.yaml:4:1");
  const std::vector<Node>& items = node.find("c")->items();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(place(items[0]), "config/a.yaml:6:3");
  EXPECT_EQ(place(items[1]), "config/a.yaml:9:5");
  EXPECT_EQ(place(items[2]), "config/a.yaml:10:3");
  EXPECT_EQ(place(*node.find("d")->find("e")), "config/a.yaml:11:8");
  EXPECT_EQ(place(*node.find("d")->find("f")), "config/a.yaml:11:13");
  EXPECT_EQ(place(*node.find("nullable")), "config/a.yaml:12:11");
}

TEST(Yaml, ColumnsCountCharacters) {
  const Node node = yaml("{\"名前\": \"値\", b: c, d: e}\n");
  EXPECT_EQ(place(*node.find("b")), "config/a.yaml:1:16");
  EXPECT_EQ(place(*node.find("d")), "config/a.yaml:1:22");
  EXPECT_EQ(place(*node.find("名前")), "config/a.yaml:1:8");
}

TEST(Yaml, LinesMayEndWithCarriageReturns) {
  const Node node = yaml("a: 1\r\nb:\r\n  - c\r\n");
  EXPECT_EQ(node.find("a")->text(), "1");
  EXPECT_EQ(node.find("b")->items()[0].text(), "c");
  EXPECT_EQ(place(node.find("b")->items()[0]), "config/a.yaml:3:5");
}

TEST(Yaml, ScalarsAreText) {
  const Node node = yaml("[no, 012, 1e3, 'null', \"~\", !!str null, a\n b]");
  std::string texts;
  for (const Node& item : node.items()) texts += item.text() + (item.quoted() ? "(q) " : " ");
  EXPECT_EQ(texts, "no 012 1e3 null(q) ~(q) null(q) a b ");
}

TEST(Yaml, NullIsPlainNullTildeOrNothing) {
  const Node node = yaml("{a: null, b: ~, c: , d: !!null ''}");
  for (const Node::Entry& entry : node.entries()) EXPECT_TRUE(entry.value.is_null()) << entry.key.text();
  EXPECT_TRUE(yaml("").is_null());
  EXPECT_TRUE(yaml("# nothing\n").is_null());
  EXPECT_EQ(place(yaml("")), "config/a.yaml:1:1");
}

TEST(Yaml, AByteOrderMarkIsIgnored) {
  const Node node = yaml(
      "\xEF\xBB\xBF"
      "a: b\n");
  EXPECT_EQ(place(node), "config/a.yaml:1:1");
  EXPECT_EQ(node.find("a")->text(), "b");
}

TEST(Yaml, AliasesStandForTheirAnchor) {
  const Node node = yaml("a: &x {k: v}\nb: *x\n");
  EXPECT_EQ(node.find("b")->find("k")->text(), "v");
  EXPECT_EQ(place(*node.find("b")), "config/a.yaml:1:4");
  EXPECT_EQ(node.size(), 9u);
  EXPECT_EQ(node.depth(), 3);
}

TEST(Yaml, MergeKeysFillInWhatIsNotThere) {
  const Node node = yaml(
      "x: &x {a: 1, b: 1}\n"
      "y: &y {b: 2, c: 2}\n"
      "one: {<<: *x, b: 3}\n"
      "two: {d: 4, <<: [*x, *y]}\n"
      "none: {\"<<\": *x}\n");
  const auto text = [](const Node& mapping) {
    std::string all;
    for (const Node::Entry& entry : mapping.entries()) all += entry.key.text() + '=' + entry.value.text() + ' ';
    return all;
  };
  EXPECT_EQ(text(*node.find("one")), "b=3 a=1 ");
  EXPECT_EQ(text(*node.find("two")), "d=4 a=1 b=1 c=2 ");
  EXPECT_EQ(text(*node.find("none")), "<<= ");
}

TEST(Yaml, MergeKeysNeedMappings) {
  EXPECT_EQ(Outcome("a: {<<: 5}\nb: {<<: [{c: d}, e]}\n").complaints,
            "a.yaml:1:9: a[\"<<\"]: expected a mapping or a list of mappings\n"
            "a.yaml:2:18: b[\"<<\"]: expected a mapping or a list of mappings\n");
  EXPECT_EQ(Outcome("a: &a {b: c}\nd: {<<: *a, <<: *a}\n").complaints,
            "a.yaml:2:13: d[\"<<\"]: duplicate key \"<<\" (first at a.yaml:2:5)\n");
}

TEST(Yaml, DuplicateKeysNameBothPlacesAndTheFirstStays) {
  const Outcome outcome("clusters:\n  - name: a\n    retry: 1\n    retry: 2\n    \"name\": b\n");
  EXPECT_EQ(outcome.complaints,
            "a.yaml:4:5: clusters[0].retry: duplicate key \"retry\" (first at a.yaml:3:5)\n"
            "a.yaml:5:5: clusters[0].name: duplicate key \"name\" (first at a.yaml:2:5)\n");
  ASSERT_TRUE(outcome.node);
  EXPECT_EQ(outcome.node->find("clusters")->items()[0].find("retry")->text(), "1");
  EXPECT_EQ(outcome.node->find("clusters")->items()[0].find("name")->text(), "a");
}

TEST(Yaml, KeysAreText) {
  EXPECT_EQ(Outcome("? [a, b]\n: c\nx: {~: 1}\n").complaints,
            "a.yaml:1:3: a key must be text, got a collection\n"
            "a.yaml:3:5: x: a key must be text, got nothing\n");
}

TEST(Yaml, TagsOfOthersAreRefused) {
  EXPECT_EQ(Outcome("a: !!int 5\nb: !secret x\nc: !!set {d}\ne: !!seq [f]\n").complaints,
            "a.yaml:2:4: b: this tag is not supported; a text that begins with \"!\" is put in quotes\n"
            "a.yaml:3:4: c: tag \"!!set\" is not supported\n");
}

TEST(Yaml, SyntaxErrorsHaveAPlace) {
  EXPECT_EQ(Outcome("a: 1\n b: 2\n").complaints,
            "a.yaml:2:3: this \":\" belongs to no key: look at the indentation, and for a missing \":\" on the line "
            "before; a "
            "text that holds \": \" is put in quotes\n");
  EXPECT_EQ(Outcome("a: [1, 2\nb: c\n").complaints,
            "a.yaml:2:2: a \"[\" is open here: a \",\" or its \"]\" is missing\n");
  EXPECT_EQ(Outcome("a: \"\\q\"\n").complaints, "a.yaml:1:7: unknown escape character: q\n");
  EXPECT_EQ(
      Outcome("a: *b\n").complaints,
      "a.yaml:1:4: this alias names an anchor that is not defined before it; a text that begins with \"*\" is put in "
      "quotes\n");
  EXPECT_EQ(Outcome("a:\n \tb: 1\n\tc: 2\n").complaints,
            "a.yaml:2:2: a tab in the indentation; YAML indents by blanks only\n");
  EXPECT_FALSE(Outcome("a: *b\n").node);
}

TEST(Yaml, TheParsersForgivenessIsNotOurs) {
  EXPECT_EQ(Outcome("a: 1\nb # c\n").complaints,
            "a.yaml:2:1: neither a key of the mapping before nor its end: look at the indentation, and for a missing "
            "\":\"\n");
  EXPECT_EQ(Outcome("a:\n  b: 1\n  &x c").complaints, "a.yaml:3:3: missing \":\" behind this key\n");
  EXPECT_EQ(Outcome("a: 'it''s\nb: 1\n").complaints, "a.yaml:1:4: this quote is never closed\n");
  EXPECT_EQ(Outcome("a: !!str \"x\\\"\n").complaints, "a.yaml:1:4: this quote is never closed\n");
  EXPECT_EQ(Outcome("a: &x \"y\n").complaints, "a.yaml:1:4: this quote is never closed\n");
  EXPECT_EQ(Outcome("a: 1\n? b\n").complaints, "");
  EXPECT_EQ(Outcome("{a, b: 'it''s'}").complaints, "");
  EXPECT_EQ(Outcome("a: |\n  \"x\n").complaints, "");
}

TEST(Yaml, AFileIsOneDocument) {
  EXPECT_EQ(Outcome("# 名前\na: 1\n---\nb: 2\n").complaints,
            "a.yaml:3:1: a second document starts here; a file holds one\n");
  EXPECT_EQ(Outcome("- a\nb\n").complaints, "a.yaml:2:1: unexpected text after the end of the document\n");
  EXPECT_EQ(Outcome("---\na: 1\n...\n").complaints, "");
}

TEST(Yaml, AQuoteThatTookTheNextOneForItsEndIsWhatIsWrong) {
  EXPECT_EQ(Outcome("a: \"x\nb: [\"y\"]\n").complaints,
            "a.yaml:1:4: this quote is closed only on line 2, where text goes on behind it: is its own end missing?\n");
  EXPECT_EQ(Outcome("a: 'it''s\n  fine'\nb: ]\n").complaints,
            "a.yaml:3:4: this bracket closes nothing that is open here: look for one that was left open, or one too "
            "many\n");
}

TEST(Yaml, LinesEndInALineFeed) {
  EXPECT_EQ(Outcome("a: b\r\nc: d\r\n").complaints, "");
  EXPECT_EQ(Outcome("a: b\rc: d\r").complaints,
            "a.yaml:1:5: a line ends in a carriage return alone; lines end in a line feed\n");
}

TEST(Yaml, AnHonestFileOfTenThousandRoutesIsNotTooLarge) {
  std::string text = "routes:\n";
  for (int i = 0; i < 10'000; ++i) text += "  - {" + std::string(40, 'x') + ": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}\n";
  EXPECT_EQ(Outcome(text).complaints, "");
}

TEST(Yaml, WhatBeginsValuesIsBoundedBeforeTheParserKeepsIt) {
  EXPECT_EQ(Outcome("[" + std::string(3'000'000, ',') + "]").complaints, "a.yaml:1:2000001: too many values\n");
  EXPECT_EQ(Outcome("a:\n" + std::string(4'100'000, ' ') + "b").complaints, "");
}

TEST(Yaml, TextIsUtf8WithoutControlCharacters) {
  EXPECT_EQ(Outcome("\xff\xfe"
                    "a")
                .complaints,
            "a.yaml:1:1: UTF-16; a file is UTF-8\n");
  EXPECT_EQ(Outcome("a: b\nc: \xff\n").complaints, "a.yaml:2:4: not UTF-8\n");
  EXPECT_EQ(Outcome("a: \xED\xA0\x80\n").complaints, "a.yaml:1:4: not UTF-8\n");
  EXPECT_EQ(Outcome("a: \xC0\xAF\n").complaints, "a.yaml:1:4: not UTF-8\n");
  EXPECT_EQ(Outcome("a: 名\xE5\x90").complaints, "a.yaml:1:5: not UTF-8\n");
  EXPECT_EQ(Outcome(std::string_view("a: \0", 4)).complaints, "a.yaml:1:4: a control character\n");
}

TEST(Yaml, DepthIsBounded) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(Outcome(nested(64)).complaints, "");
  EXPECT_EQ(Outcome(nested(65)).complaints, "a.yaml:1:65: nested deeper than 64\n");
  EXPECT_EQ(Outcome(std::string(1 << 20, '[')).complaints, "a.yaml:1:4097: too many brackets are never closed\n");
  std::string dashes;
  for (int i = 0; i < 100'000; ++i) dashes += "- ";
  EXPECT_EQ(Outcome(dashes).complaints, "a.yaml:1:129: nested deeper than 64\n");
}

TEST(Yaml, DepthCountsThroughAliases) {
  const std::string text = "- &a " + std::string(40, '[') + std::string(40, ']') + "\n- " + std::string(30, '[') +
                           "*a" + std::string(30, ']') + "\n";
  EXPECT_EQ(Outcome(text).complaints, "a.yaml:2:33: nested deeper than 64\n");
}

TEST(Yaml, AliasBombsEnd) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int j = 1; j < 10; ++j) text += ", " + alias;
    text += "]\n";
  }
  const Outcome outcome(text);
  EXPECT_EQ(outcome.complaints, "a.yaml:6:25: aliases stand for more than 500000 values\n");
  EXPECT_FALSE(outcome.node);
}

TEST(Yaml, MergeBombsEnd) {
  std::string text = "a: &a {";
  for (int i = 0; i < 1000; ++i) text += 'k' + std::to_string(i) + ": 1, ";
  text += "}\nb:\n";
  for (int i = 0; i < 300; ++i) text += "  - <<: *a\n";
  EXPECT_EQ(Outcome(text).complaints, "a.yaml:252:9: aliases stand for more than 500000 values\n");
}

TEST(Yaml, AnAliasWithinItsAnchorIsAnError) {
  EXPECT_EQ(Outcome("a: &a [*a]\n").complaints, "a.yaml:1:8: a[0]: an alias stands within its own anchor\n");
}

TEST(Yaml, FilesAreBounded) {
  EXPECT_EQ(Outcome("#" + std::string(kMaximumFileSize - 1, 'x')).complaints, "");
  EXPECT_EQ(Outcome("#" + std::string(kMaximumFileSize, 'x')).complaints, "a.yaml: larger than 8 MiB\n");
}

TEST(Yaml, ALongLineIsReadInLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 90'000; ++i) text += "\"名" + std::to_string(i) + "\": \"值值值值\", ";
  text += "last: x}";
  const Node node = yaml(text);
  EXPECT_EQ(node.entries().size(), 90'001u);
}

TEST(YamlFile, SaysWhyItCannotBeRead) {
  const TemporaryFolder folder;
  folder.write("big.yaml", std::string(kMaximumFileSize + 1, '#'));
  folder.write("good.yaml", "a: b\n");
  Errors errors;
  EXPECT_FALSE(read_yaml_file("none.yaml", "none.yaml", errors));
  EXPECT_FALSE(read_yaml_file(".", "folder", errors));
  EXPECT_FALSE(read_yaml_file("big.yaml", "big.yaml", errors));
  EXPECT_TRUE(read_yaml_file("good.yaml", "good.yaml", errors));
  EXPECT_EQ(errors.to_text(),
            "none.yaml: cannot be read: No such file or directory\n"
            "folder: cannot be read: Is a directory\n"
            "big.yaml: larger than 8 MiB\n");
}

}  // namespace
}  // namespace causeway::config
