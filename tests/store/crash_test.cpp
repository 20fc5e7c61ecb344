#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <list>
#include <mutex>
#include <set>
#include <thread>

#include "runtime/worker.h"
#include "store/connection.h"
#include "store/fault_vfs.h"
#include "store_fixture.h"

namespace causeway::store {
namespace {

using Numbers = std::vector<std::int64_t>;

Task<> acknowledge_for_ever(runtime::Worker& worker, Store& store, std::atomic<std::int64_t>& next, int out) {
  for (;;) {
    const std::int64_t number = next.fetch_add(1);
    InsertNumber change(number, 200);
    const Result<> result = co_await store.commit(worker, change);
    if (result.ok() && ::write(out, &number, sizeof number) != sizeof number) co_return;
  }
}

/// Never returns.
void commit_until_killed(const std::string& path, std::int64_t first, int out) {
  OpenStore open(path);
  std::atomic<std::int64_t> next{first};
  std::list<runtime::Worker> workers;
  for (unsigned i = 0; i < 2; ++i) {
    runtime::Worker& worker = workers.emplace_back(i, "worker", open.clock);
    for (int j = 0; j < 32; ++j) worker.spawn(acknowledge_for_ever(worker, open.store, next, out));
    worker.start();
  }
  for (;;) ::pause();
}

TEST(Crash, KilledAtAnyMomentNothingAcknowledgedIsMissing) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.db";
  std::set<std::int64_t> acknowledged;
  std::int64_t first = 0;
  for (std::size_t enough : {1, 300, 1000, 2000, 4500}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) commit_until_killed(path, first, ends[1]);
    ::close(ends[1]);
    std::int64_t number;
    for (std::size_t i = 0; ::read(ends[0], &number, sizeof number) == sizeof number; ++i) {
      acknowledged.insert(number);
      if (i == enough) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

    OpenStore open(path);
    ASSERT_EQ(open.problem, "");
    const Numbers found = open.numbers();
    EXPECT_TRUE(std::includes(found.begin(), found.end(), acknowledged.begin(), acknowledged.end()));
    EXPECT_GE(acknowledged.size(), enough);
    EXPECT_LE(found.size(), acknowledged.size() + 64 * 5);  // what was on its way
    first = found.back() + 1;
  }
}

/// What a child process says on standard error before it ends by SIGABRT.
template <class Work>
std::string last_words(Work work) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::signal(SIGABRT, SIG_DFL);
    work();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t size; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? said : "it did not abort: " + said;
}

/// Commits number 1, then number 2 on a disk that fails.
void commit_on_failing_disk(const std::string& path, FaultVfs::Operation failing, int code) {
  FaultVfs vfs;
  OpenStore open(path);
  InsertNumber first(1);
  if (!open.store.commit_blocking(first).ok()) return;
  vfs.set_fault([&](FaultVfs::Operation operation, const std::string& name) {
    return operation == failing && name.ends_with("-wal") ? code : SQLITE_OK;
  });
  InsertNumber second(2);
  const Result<> result = open.store.commit_blocking(second);
  std::fprintf(stderr, "answered: %d", result.ok());
}

TEST(Crash, ACommitThatCannotBeSyncedEndsTheProcess) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.db";
  EXPECT_EQ(last_words([&] { commit_on_failing_disk(path, FaultVfs::Operation::kSync, SQLITE_IOERR_FSYNC); }),
            "fatal: the store cannot commit: disk I/O error (1034): COMMIT\n");
  OpenStore open(path);
  const Numbers found = open.numbers();
  EXPECT_TRUE(found == Numbers{1} || found == (Numbers{1, 2}));
}

TEST(Crash, ACommitThatCannotBeWrittenEndsTheProcess) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.db";
  EXPECT_EQ(last_words([&] { commit_on_failing_disk(path, FaultVfs::Operation::kWrite, SQLITE_IOERR_WRITE); }),
            "fatal: the store cannot commit: disk I/O error (778): COMMIT\n");
  OpenStore open(path);
  EXPECT_EQ(open.numbers(), Numbers{1});
}

TEST(Crash, ACheckpointThatCannotBeSyncedEndsTheProcess) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.db";
  const std::string said = last_words([&] {
    FaultVfs vfs;
    OpenStore open(path);
    vfs.set_fault([](FaultVfs::Operation operation, const std::string& name) {
      return operation == FaultVfs::Operation::kSync && name == "a.db" ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    });
    for (int i = 0; i < 10'000; ++i) {
      InsertNumber change(i, 3000);
      static_cast<void>(open.store.commit_blocking(change).ok());
    }
  });
  EXPECT_EQ(said, "fatal: the store cannot be synced: disk I/O error (1034)\n");
  OpenStore open(path);
  const Numbers found = open.numbers();
  EXPECT_GE(found.size(), 200u);
  EXPECT_EQ(found.back(), static_cast<std::int64_t>(found.size()) - 1);
}

const Sql kPairs{
    "SELECT n FROM number WHERE n > 0 AND EXISTS (SELECT 1 FROM number AS other WHERE other.n = -number.n)"};
const Sql kCheck{"PRAGMA integrity_check"};

/// What a new start finds in these files: the numbers that are there with their negatives, ascending. Fails for halves.
std::set<std::int64_t> recovered(const std::map<std::string, std::string>& files, const std::filesystem::path& folder) {
  for (const auto& [name, content] : files) std::ofstream(folder / name, std::ios::binary) << content;
  std::set<std::int64_t> found;
  Connection connection((folder / "a.db").string(), Connection::Use::kReadWrite);
  connection.execute("PRAGMA synchronous = OFF");
  Session& session = connection.session();
  {
    Rows rows = session.query(kCheck);
    EXPECT_TRUE(rows.next());
    EXPECT_EQ(rows.text(0), "ok");
  }
  Rows pairs = session.query(kPairs);
  while (pairs.next()) found.insert(pairs.integer(0));
  Rows count = session.query(kCount);
  EXPECT_TRUE(count.next());
  EXPECT_EQ(count.integer(0), static_cast<std::int64_t>(found.size() * 2));
  return found;
}

TEST(Crash, APowerFailureAtAnyWriteOrSyncLosesNothingAcknowledged) {
  const TemporaryFolder folder;
  const TemporaryFolder remains;
  std::vector<std::pair<std::set<std::int64_t>, std::map<std::string, std::string>>> failures;
  {
    FaultVfs vfs;
    // So little free space that the WAL is emptied all the time: checkpoints are what a power failure could spoil.
    OpenStore open(folder / "a.db", 0, [] { return std::uint64_t{50} << 20; });
    std::mutex mutex;
    std::set<std::int64_t> acknowledged;
    int operations = 0;
    vfs.set_fault([&](FaultVfs::Operation, const std::string&) {
      const std::lock_guard lock(mutex);
      if (++operations % 23 == 0) failures.emplace_back(acknowledged, vfs.after_power_failure());
      return SQLITE_OK;
    });
    std::vector<std::thread> committers;
    for (int thread = 0; thread < 4; ++thread)
      committers.emplace_back([&, thread] {
        for (std::int64_t number = thread + 1; number <= 400; number += 4) {
          DoChange change([&](Session& session) -> Result<> {
            session.run(kInsert, number, Blob{std::string(2000, 'x')});
            session.run(kInsert, -number, nullptr);
            return {};
          });
          const bool ok = open.store.commit_blocking(change).ok();
          const std::lock_guard lock(mutex);
          if (ok) acknowledged.insert(number);
        }
      });
    for (std::thread& committer : committers) committer.join();
    EXPECT_EQ(acknowledged.size(), 400u);
    vfs.set_fault({});
  }
  EXPECT_GT(failures.size(), 50u);
  for (std::size_t i = 0; i < failures.size(); ++i) {
    const std::filesystem::path place = remains.path() / std::to_string(i);
    std::filesystem::create_directory(place);
    const std::set<std::int64_t> found = recovered(failures[i].second, place);
    const std::set<std::int64_t>& acknowledged = failures[i].first;
    ASSERT_TRUE(std::includes(found.begin(), found.end(), acknowledged.begin(), acknowledged.end())) << i;
  }
}

}  // namespace
}  // namespace causeway::store
