#include "config/files_read.h"

#include <gtest/gtest.h>

#include <fstream>

#include "config/document.h"
#include "config/keys.h"
#include "fakes/temporary_folder.h"

namespace causeway::config {
namespace {

namespace fs = std::filesystem;

class FilesReadTest : public ::testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text) {
    const fs::path path = folder / name;
    std::ofstream(path) << text;
    return path;
  }
  fakes::TemporaryFolder folder;
};

TEST_F(FilesReadTest, ALoadNotesFilesAndPatterns) {
  write("topics.yaml", "topics: []\n");
  write("a.routes.yaml", "api: a\n");
  const fs::path main = write("main.yaml", "include: [topics.yaml, \"*.routes.yaml\", missing.yaml]\n");
  Errors errors;
  const fs::path files[] = {main};
  load(files, errors);
  std::vector<std::string> names;
  for (const auto& [path, identity] : errors.files().files())
    names.push_back(path.filename().string() + (identity.there ? "" : " (missing)"));
  EXPECT_EQ(names, (std::vector<std::string>{"a.routes.yaml", "main.yaml", "missing.yaml (missing)", "topics.yaml"}));
  ASSERT_EQ(errors.files().patterns().size(), 1u);
  EXPECT_EQ(errors.files().patterns()[0].pattern, "*.routes.yaml");
  EXPECT_EQ(errors.files().patterns()[0].matches, (std::vector<fs::path>{folder / "a.routes.yaml"}));
}

TEST_F(FilesReadTest, AValueKnowsTheFilesThatItNames) {
  write("secret", "secret-of-a-file-0123456789\n");
  Errors errors;
  Reading reading(errors, FileKind::kOperator);
  const auto file = std::make_shared<const std::string>((folder / "main.yaml"));
  const Node path = Node::scalar({file, 3, 7}, "certificate.pem");
  const Node secret = Node::scalar({file, 4, 7}, "${file:secret}");
  const Node plain = Node::scalar({file, 5, 7}, "text");
  EXPECT_EQ(read<fs::path>(path, reading), fs::path(folder / "certificate.pem"));
  EXPECT_EQ(read<Secret>(secret, reading).reveal(), "secret-of-a-file-0123456789");
  EXPECT_EQ(read<std::string>(plain, reading), "text");
  const FilesRead& files = errors.files();
  EXPECT_EQ(files.named_at(path.position()), std::vector<fs::path>{folder / "certificate.pem"});
  EXPECT_EQ(files.named_at(secret.position()), std::vector<fs::path>{folder / "secret"});
  EXPECT_TRUE(files.named_at(plain.position()).empty());
  EXPECT_FALSE(files.files().at(folder / "certificate.pem").there);
  EXPECT_EQ(files.files().at(folder / "secret"), identity_of(folder / "secret"));
}

TEST_F(FilesReadTest, AnIdentityIsOfWhatANameLeadsTo) {
  write("a", "text");
  write("b", "text");
  fs::create_symlink(folder / "a", folder / "link");
  const FileIdentity before = identity_of(folder / "link");
  EXPECT_EQ(before, identity_of(folder / "a"));
  fs::remove(folder / "link");
  fs::create_symlink(folder / "b", folder / "link");
  EXPECT_NE(identity_of(folder / "link"), before);
  EXPECT_EQ(identity_of(folder / "missing"), FileIdentity());
}

}  // namespace
}  // namespace causeway::config
