#include "config/document.h"

#include <gtest/gtest.h>

#include "config_fixture.h"

namespace causeway::config {
namespace {

/// The tree in one line, to compare.
std::string flat(const Node& node) {
  std::string text;
  if (node.is_scalar()) return node.text();
  if (node.is_null()) return "~";
  if (node.is_sequence()) {
    for (const Node& item : node.items()) text += (text.empty() ? "" : ", ") + flat(item);
    return "[" + text + "]";
  }
  for (const Node::Entry& entry : node.entries())
    text += (text.empty() ? "" : ", ") + entry.key.text() + ": " + flat(entry.value);
  return "{" + text + "}";
}

struct Loaded {
  explicit Loaded(std::vector<std::filesystem::path> files = {"config/main.yaml"})
      : documents(load(files, errors, environment({{"DIR", "parts"}}))) {}
  Errors errors;
  Documents documents;
  std::string names() const {
    std::string text;
    for (const auto& file : documents.files) text += display_name(file) + ' ';
    return text;
  }
};

TEST(Documents, TakeRouteFilesApartFromOperatorsFiles) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "node: {id: a}\ninclude: [../routes/*.yaml, clusters.yaml]\n");
  folder.write("config/clusters.yaml", "clusters: [{name: oms}]\n");
  folder.write("routes/b.yaml", "api: b\n");
  folder.write("routes/a.yaml", "routes: []\n");
  folder.write("routes/a.test.yaml", "given: x\n");
  folder.write("routes/readme.md", "no: yaml\n");
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(), "");
  EXPECT_TRUE(loaded.documents.complete);
  EXPECT_EQ(flat(loaded.documents.main), "{node: {id: a}, clusters: [{name: oms}]}");
  ASSERT_EQ(loaded.documents.routes.size(), 2u);
  EXPECT_EQ(loaded.documents.routes[0].path, folder.path() / "routes/a.yaml");
  EXPECT_EQ(loaded.documents.routes[0].node.position().to_text(), "routes/a.yaml:1:1");
  EXPECT_EQ(loaded.documents.routes[0].kind, FileKind::kRoutes);
  EXPECT_EQ(flat(loaded.documents.routes[1].node), "{api: b}");
  EXPECT_EQ(loaded.names(), "config/main.yaml routes/a.yaml routes/b.yaml config/clusters.yaml ");
}

TEST(Documents, AppendListsAndMergeMappings) {
  const TemporaryFolder folder;
  folder.write(
      "config/main.yaml",
      "include: [more.yaml]\nconsumers: [{name: a}]\nsecrets: {A: x}\ntelemetry: {log: {format: text}}\nempty:\n");
  folder.write("config/more.yaml",
               "consumers: [{name: b}]\nsecrets: {B: y}\ntelemetry: {log: {language: zh}, traces: ~}\nempty: [c]\n");
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(), "");
  EXPECT_EQ(flat(loaded.documents.main),
            "{consumers: [{name: a}, {name: b}], secrets: {A: x, B: y}, "
            "telemetry: {log: {format: text, language: zh}, traces: ~}, empty: [c]}");
}

TEST(Documents, NameBothPlacesOfAConflict) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: [more.yaml]\nsecrets: {A: x}\nworkers: 2\n");
  folder.write("config/more.yaml", "secrets: {A: y}\nworkers: [2]\n");
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(),
            "config/more.yaml:1:11: secrets.A: \"A\" is already set at config/main.yaml:2:11\n"
            "config/more.yaml:2:1: workers: \"workers\" is already set at config/main.yaml:3:1\n");
}

TEST(Documents, CountListItemsInTheirOwnFile) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: [more.yaml]\nports: [1, 2]\n");
  folder.write("config/more.yaml", "ports: [3, x]\n");
  Loaded loaded;
  Reading reading(loaded.errors, FileKind::kOperator, environment({}));
  auto step = reading.enter("ports");
  EXPECT_EQ(read<std::vector<int>>(*loaded.documents.main.find("ports"), reading), (std::vector{1, 2, 3, 0}));
  EXPECT_EQ(loaded.errors.to_text(), "config/more.yaml:1:12: ports[1]: expected a whole number, got \"x\"\n");
}

TEST(Documents, StopOnlyTheFileThatIsBroken) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: [b.yaml, c.yaml, d.yaml, e.yaml]\na: 1\na: 2\n");
  folder.write("config/b.yaml", "x: [\n");
  folder.write("config/c.yaml", "y: {\n");
  folder.write("config/d.yaml", "[z]\n");
  folder.write("config/e.yaml", "e: 5\n");
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(),
            "config/main.yaml:3:1: a: duplicate key \"a\" (first at config/main.yaml:2:1)\n"
            "config/b.yaml:2:1: a \"[\" is open here: a \",\" or its \"]\" is missing\n"
            "config/c.yaml:2:1: a \"{\" is open here: a \",\" or its \"}\" is missing\n"
            "config/d.yaml:1:1: expected a mapping, got a list\n");
  EXPECT_EQ(flat(loaded.documents.main), "{a: 1, e: 5}");
  EXPECT_FALSE(loaded.documents.complete);
}

TEST(Documents, SayWhichIncludeMatchesNothing) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include:\n  - none.yaml\n  - none*.yaml\n  - [x]\n  - ''\n");
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(),
            "config/main.yaml:2:5: include[0]: there is no file \"none.yaml\"\n"
            "config/main.yaml:3:5: include[1]: warning: no file matches \"none*.yaml\"\n"
            "config/main.yaml:4:5: include[2]: expected a path or a pattern such as routes/*.yaml, got a list\n"
            "config/main.yaml:5:5: include[3]: there is no file \"\"\n");
  EXPECT_FALSE(loaded.documents.complete);
}

TEST(Documents, IncludeMustBeAList) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: x.yaml\n");
  EXPECT_EQ(Loaded().errors.to_text(), "config/main.yaml:1:10: include: expected a list of files, got \"x.yaml\"\n");
}

TEST(Documents, IncludeAFileOnceAndNeverTheMainFile) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: ['*.yaml', more.yaml, ./more.yaml, '${env:DIR}/x.yaml']\n");
  folder.write("config/more.yaml", "list: [1]\n");
  folder.write("config/parts/x.yaml", "list: [2]\n");
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(), "");
  EXPECT_EQ(flat(loaded.documents.main), "{list: [1, 2]}");
}

TEST(Documents, DoNotNestIncludes) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: [more.yaml]\n");
  folder.write("config/more.yaml", "a: 1\ninclude: [main.yaml]\n");
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(), "config/more.yaml:2:1: only the main file includes others\n");
  EXPECT_EQ(flat(loaded.documents.main), "{a: 1}");
}

TEST(Documents, OverlayTheFirstMainFile) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: [more.yaml]\nnode: {id: a, zone: z}\nlist: [1, 2]\n");
  folder.write("config/more.yaml", "m: 1\n");
  folder.write("test/over.yaml", "include: [other.yaml]\nnode: {id: b}\nlist: [3]\nx: y\n");
  folder.write("test/other.yaml", "o: 1\n");
  const Loaded loaded({"config/main.yaml", "test/over.yaml"});
  EXPECT_EQ(loaded.errors.to_text(), "");
  EXPECT_EQ(flat(loaded.documents.main), "{node: {id: b, zone: z}, list: [3], m: 1, x: y, o: 1}");
}

TEST(Documents, AnOverlayWinsOverWhatTheFirstIncludesToo) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: [topics.yaml, ../routes/*.yaml]\nlist: [1, 2]\n");
  folder.write("config/topics.yaml", "topics: [{name: a}]\nstore: {path: x, keep: 1}\n");
  folder.write("routes/a.yaml", "api: a\n");
  folder.write("test/over.yaml", "topics: [{name: b}]\nstore: {path: y}\ninclude: [list.yaml, more/*.yaml]\n");
  folder.write("test/list.yaml", "list: [3]\n");
  folder.write("test/more/b.yaml", "api: b\n");
  const Loaded loaded({"config/main.yaml", "test/over.yaml"});
  EXPECT_EQ(loaded.errors.to_text(), "");
  EXPECT_EQ(flat(loaded.documents.main), "{list: [3], topics: [{name: b}], store: {path: y, keep: 1}}");
  ASSERT_EQ(loaded.documents.routes.size(), 2u);
  EXPECT_EQ(loaded.documents.main.find("topics")->position().to_text(), "test/over.yaml:1:9");
  EXPECT_EQ(loaded.documents.main.find("store")->find("keep")->position().to_text(), "config/topics.yaml:2:24");
}

TEST(Documents, AMainFileGivenTwiceIsReadOnce) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "a: 1\n");
  const Loaded loaded({"config/main.yaml", "config/../config/main.yaml"});
  EXPECT_EQ(loaded.errors.to_text(), "config/main.yaml: warning: given twice; the second time changes nothing\n");
  EXPECT_TRUE(loaded.documents.complete);
}

TEST(Documents, ARouteFileIsNoMainFile) {
  const TemporaryFolder folder;
  folder.write("routes/a.yaml", "base: /x\nroutes: []\n");
  const Loaded loaded({"routes/a.yaml"});
  EXPECT_EQ(loaded.errors.to_text(), "routes/a.yaml:1:1: a route file: give the operators' file, which includes it\n");
  EXPECT_FALSE(loaded.documents.complete);
}

TEST(Documents, AFolderIsIncludedByAPattern) {
  const TemporaryFolder folder;
  folder.write("config/main.yaml", "include: [../routes]\n");
  folder.write("routes/a.yaml", "api: a\n");
  EXPECT_EQ(Loaded().errors.to_text(),
            "config/main.yaml:1:11: include[0]: \"../routes\" is a folder; a pattern such as routes/*.yaml takes its "
            "files\n");
}

TEST(Documents, WithoutAMainFileAreNull) {
  const TemporaryFolder folder;
  const Loaded loaded;
  EXPECT_EQ(loaded.errors.to_text(), "config/main.yaml: cannot be read: No such file or directory\n");
  EXPECT_TRUE(loaded.documents.main.is_null());
  EXPECT_FALSE(loaded.documents.complete);
  folder.write("config/main.yaml", "# nothing yet\n");
  EXPECT_EQ(flat(Loaded().documents.main), "{}");
}

TEST(Documents, FoldersMayHaveOddNames) {
  const TemporaryFolder folder;
  folder.write("con[f]ig*/main.yaml", "include: ['r*/?.yaml']\n");
  folder.write("con[f]ig*/routes/a.yaml", "a: 1\n");
  const Loaded loaded({"con[f]ig*/main.yaml"});
  EXPECT_EQ(loaded.errors.to_text(), "");
  EXPECT_EQ(flat(loaded.documents.main), "{a: 1}");
}

TEST(DisplayName, IsRelativeBelowTheWorkingDirectory) {
  const TemporaryFolder folder;
  EXPECT_EQ(display_name(folder.path() / "config/../routes/a.yaml"), "routes/a.yaml");
  EXPECT_EQ(display_name("./a.yaml"), "a.yaml");
  EXPECT_EQ(display_name("../a.yaml"), "../a.yaml");
  EXPECT_EQ(display_name("/etc/causeway/a.yaml"), "/etc/causeway/a.yaml");
}

}  // namespace
}  // namespace causeway::config
