#include "store/data_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

namespace causeway::store {
namespace {

class DataFolderTest : public ::testing::Test {
 protected:
  DataFolderTest() { EXPECT_EQ(open.problem, ""); }

  TemporaryFolder folder;
  OpenStore open{folder / "data/causeway.db"};
  SqliteStore& store = open.store;
};

TEST_F(DataFolderTest, TheFilesAreTheOwnersAloneAndTheWalIsGoneAfterAStop) {
  const auto mode = [&](const std::string& name) { return std::filesystem::status(folder / name).permissions(); };
  EXPECT_EQ(mode("data"), std::filesystem::perms(0700));
  for (const char* suffix : {"", "-wal", "-shm", ".lock", ".ballast"})
    EXPECT_EQ(mode(std::string("data/causeway.db") + suffix), std::filesystem::perms(0600)) << suffix;
  store.stop();
  EXPECT_FALSE(std::filesystem::exists(folder / "data/causeway.db-wal"));
}

TEST_F(DataFolderTest, ASecondProcessIsRefused) {
  OpenStore same_process(folder / "data/causeway.db");
  EXPECT_EQ(same_process.problem, "another process uses this data folder: " + (folder / "data"));
  InsertNumber change(1);
  Result<> refused = same_process.store.commit_blocking(change);
  EXPECT_EQ(text_of(refused), "50392 the store is stopped");

  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    DataFolder second(folder / "data/../data/causeway.db");
    std::string said = "it may";
    try {
      second.take();
    } catch (const std::exception& exception) {
      said = exception.what();
    }
    ::_exit(::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  char said[4096];
  const ssize_t size = ::read(ends[0], said, sizeof said);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(std::string(said, static_cast<std::size_t>(std::max<ssize_t>(size, 0))), same_process.problem);
}

TEST(DataFolder, SaysWhyItsFolderCannotBeUsed) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  OpenStore open(folder / "file/a.db");
  EXPECT_EQ(open.problem, (folder / "file") + ": File exists");
}

}  // namespace
}  // namespace causeway::store
