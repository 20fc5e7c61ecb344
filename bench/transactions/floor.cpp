// The floors that kept calls are measured against, each by itself on the same disk.
//
//   bench_transactions_floor fdatasync FOLDER SECONDS      appends of 4 KiB, each synced
//   bench_transactions_floor sqlite FOLDER SECONDS CALLS   bare rows in SQLite with the store's settings: a transaction
//                                                          has CALLS rows that begin, the ends of those of the
//                                                          transaction before, and their events
//
// Each prints one JSON object.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Micro = std::chrono::duration<double, std::micro>;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void report(std::vector<double>& took, double seconds, std::size_t each) {
  std::sort(took.begin(), took.end());
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))];
  };
  const auto count = static_cast<double>(took.size() * each);
  std::printf(
      "{\"per_second\":%.0f,\"commits\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"cpu_us\":%.1f}\n",
      count / seconds, static_cast<double>(took.size()) / seconds, at(0.5), at(0.99), at(0.999),
      cpu_seconds() * 1e6 / count);
}

/// Runs `work` for so long; how long each run took.
template <class Work>
std::vector<double> repeat(double seconds, Work work) {
  std::vector<double> took;
  const auto length = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (const Clock::time_point end = Clock::now() + length; Clock::now() < end;) {
    const Clock::time_point begun = Clock::now();
    work();
    took.push_back(Micro(Clock::now() - begun).count());
  }
  return took;
}

void measure_fdatasync(const std::filesystem::path& folder, double seconds) {
  const std::filesystem::path path = folder / "fdatasync";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const std::string block(4096, 'x');
  auto took = repeat(seconds, [&] {
    if (write(file, block.data(), block.size()) != 4096 || fdatasync(file) != 0) fail("cannot write");
  });
  close(file);
  std::filesystem::remove(path);
  report(took, seconds, 1);
}

class Database {
 public:
  explicit Database(const std::filesystem::path& path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) fail(sqlite3_errmsg(handle_));
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }
  void run(const char* text) {
    if (sqlite3_exec(handle_, text, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sqlite3_errmsg(handle_));
  }
  sqlite3_stmt* prepare(const char* text) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, text, -1, &statement, nullptr) != SQLITE_OK) fail(sqlite3_errmsg(handle_));
    statements_.push_back(statement);
    return statement;
  }
  void step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail(sqlite3_errmsg(handle_));
    sqlite3_reset(statement);
  }

 private:
  sqlite3* handle_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

void bind(sqlite3_stmt* statement, int index, std::string_view text) {
  sqlite3_bind_blob(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

void measure_sqlite(const std::filesystem::path& folder, double seconds, std::size_t calls) {
  const std::filesystem::path path = folder / "floor.db";
  std::vector<double> took;
  {
    Database database(path);
    database.run(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536");
    database.run(
        "CREATE TABLE call (id INTEGER PRIMARY KEY, key BLOB UNIQUE, state INTEGER, text BLOB);"
        "CREATE TABLE event (id INTEGER PRIMARY KEY, event_id INTEGER UNIQUE, data BLOB)");
    sqlite3_stmt* const begin = database.prepare("INSERT INTO call VALUES (?1, ?2, 1, ?3)");
    sqlite3_stmt* const end = database.prepare("UPDATE call SET state = 3, text = ?2 WHERE id = ?1 AND state = 1");
    sqlite3_stmt* const event = database.prepare("INSERT INTO event VALUES (?1, ?1, ?2)");
    const std::string request(200, 'r'), answer(200, 'a');
    std::mt19937_64 random;  // keys are digests
    sqlite3_int64 last = 0;
    took = repeat(seconds, [&] {
      database.run("BEGIN IMMEDIATE");
      for (std::size_t i = 0; i < calls; ++i) {
        const std::uint64_t key[] = {random(), random(), random(), random()};
        sqlite3_bind_int64(begin, 1, ++last);
        bind(begin, 2, {reinterpret_cast<const char*>(key), sizeof key});
        bind(begin, 3, request);
        database.step(begin);
        const sqlite3_int64 before = last - static_cast<sqlite3_int64>(calls);
        if (before < 1) continue;
        sqlite3_bind_int64(end, 1, before);
        bind(end, 2, answer);
        database.step(end);
        sqlite3_bind_int64(event, 1, before);
        bind(event, 2, answer);
        database.step(event);
      }
      database.run("COMMIT");
    });
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  report(took, seconds, calls);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 3 ? argv[1] : "";
  if (what == "fdatasync") measure_fdatasync(argv[2], std::atof(argv[3]));
  else if (what == "sqlite" && argc > 4)
    measure_sqlite(argv[2], std::atof(argv[3]), static_cast<std::size_t>(std::atoi(argv[4])));
  else fail("usage: bench_transactions_floor fdatasync FOLDER SECONDS | sqlite FOLDER SECONDS CALLS");
}
