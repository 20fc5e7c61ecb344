// A store in a folder of the test's own, and changes made of lambdas.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "fakes/temporary_folder.h"
#include "store/sqlite_store.h"

namespace causeway::store {

using fakes::TemporaryFolder;

class DoChange final : public Change {
 public:
  explicit DoChange(std::function<Result<>(Session&)> apply, Kind kind = Kind::kIntake)
      : apply_(std::move(apply)), kind_(kind) {}
  Kind kind() const override { return kind_; }
  Result<> apply(Session& session) override { return apply_(session); }

 private:
  std::function<Result<>(Session&)> apply_;
  Kind kind_;
};

class AskQuery final : public Query {
 public:
  explicit AskQuery(std::function<Result<>(Session&)> run) : run_(std::move(run)) {}
  Result<> run(Session& session) override { return run_(session); }

 private:
  std::function<Result<>(Session&)> run_;
};

/// `number(n PRIMARY KEY, text)`.
inline constexpr Migration kNumberMigrations[] = {
    {1, Migration::Kind::kAdditive, "CREATE TABLE number(n INTEGER PRIMARY KEY, text BLOB)"}};
inline constexpr Schema kNumbers{"numbers", kNumberMigrations};

inline const Sql kInsert{"INSERT INTO number(n, text) VALUES (?1, ?2)"};
inline const Sql kCount{"SELECT count(*) FROM number"};
inline const Sql kAll{"SELECT n FROM number ORDER BY n"};

class InsertNumber final : public Change {
 public:
  explicit InsertNumber(std::int64_t number, std::size_t size = 0, Kind kind = Kind::kIntake)
      : number_(number), text_(size, 'x'), kind_(kind) {}
  Kind kind() const override { return kind_; }
  Result<> apply(Session& session) override {
    session.run(kInsert, number_, Blob{text_});
    return {};
  }

 private:
  std::int64_t number_;
  std::string text_;
  Kind kind_;
};

/// The system's time, and as much further as the test wants. Thread safe.
class MovableClock final : public Clock {
 public:
  WallTime wall() const override { return SystemClock().wall(); }
  SteadyTime steady() const override { return SystemClock().steady() + ahead_.load(); }
  void advance(Duration by) { ahead_ = ahead_.load() + by; }

 private:
  std::atomic<Duration> ahead_{Duration(0)};
};

/// What the store needs from the process, and the lines that it has logged.
struct Surroundings {
  MovableClock clock;
  telemetry::Metrics metrics;
  std::ostringstream written;
  telemetry::LogThread log{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};

  /// Without their times.
  std::vector<std::string> lines() {
    log.drain();
    std::istringstream in(written.str());
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line.substr(line.find(' ') + 1));
    return all;
  }
};

inline StoreSettings settings_for(const std::string& path, std::uint64_t min_free = 0) {
  StoreSettings settings;
  settings.sqlite.path = path;
  settings.sqlite.min_free = ByteSize{min_free};
  return settings;
}

/// An open store with table `number`.
class OpenStore : public Surroundings {
 public:
  explicit OpenStore(const std::string& path, std::uint64_t min_free = 0, FreeSpace free_space = {})
      : store(settings_for(path, min_free), clock, metrics, log, std::move(free_space)) {
    const Schema* const schemas[] = {&kNumbers};
    problem = store.open(schemas);
  }

  std::vector<std::int64_t> numbers() {
    std::vector<std::int64_t> all;
    AskQuery query([&](Session& session) -> Result<> {
      Rows rows = session.query(kAll);
      while (rows.next()) all.push_back(rows.integer(0));
      return {};
    });
    const Result<> result = store.query_blocking(query);
    EXPECT_TRUE(result.ok());
    return all;
  }

  SqliteStore store;
  std::string problem;
};

inline std::string text_of(Result<>& result) {
  if (result.ok()) return "ok";
  const ErrorInfo* info = result.error().info_if();
  return std::to_string(number(result.error().code())) + (info == nullptr ? "" : " " + info->internal);
}

}  // namespace causeway::store
