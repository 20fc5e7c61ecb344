#include "app/reload/file_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <stdexcept>

#include "config/document.h"
#include "fakes/temporary_folder.h"

namespace causeway::app {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class FileWatchTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream(path(name)) << text; }
  fs::path path(const std::string& name) const { return fs::path(folder / name); }
  config::FilesRead read() const {
    config::FilesRead files;
    for (const char* name : {"a", "link", "missing"}) files.note(path(name));
    files.note(config::FilePattern{path(""), "*.yaml", config::expand(path(""), "*.yaml")});
    return files;
  }
  void take() { watch.take(read(), {.watch = true, .interval = 50ms}); }
  /// The next change; false: none came.
  bool changed() {
    const int before = told;
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (changes == before && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    told = changes;
    return told > before;
  }

  fakes::TemporaryFolder folder;
  int told = 0;
  std::atomic<int> changes{0};
  FileWatch watch{[this] {
                    take();  // first: what the test changes next must come after what is read here
                    ++changes;
                  },
                  [](std::string_view what) { ADD_FAILURE() << what; }};
};

TEST_F(FileWatchTest, SeesEveryWayInWhichAFileChanges) {
  write("a", "one");
  write("b", "two");
  fs::create_symlink(path("b"), path("link"));
  take();
  write("a", "two");
  EXPECT_TRUE(changed()) << "written in place, as long as before";
  write("new", "two");
  fs::rename(path("new"), path("a"));
  EXPECT_TRUE(changed()) << "replaced by the same text";
  fs::create_symlink(path("a"), path("other"));
  fs::rename(path("other"), path("link"));
  EXPECT_TRUE(changed()) << "a link that leads elsewhere";
  write("missing", "");
  EXPECT_TRUE(changed()) << "came";
  fs::remove(path("missing"));
  EXPECT_TRUE(changed()) << "went";
  write("c.yaml", "");
  EXPECT_TRUE(changed()) << "where a pattern looks";
  fs::rename(path("c.yaml"), path("d.yaml"));
  EXPECT_TRUE(changed()) << "under another name";
}

TEST_F(FileWatchTest, WhatChangedBetweenReadingAndWatchingIsSeen) {
  write("a", "one");
  config::FilesRead before = read();
  write("a", "other");
  watch.take(std::move(before), {.watch = true, .interval = 50ms});
  EXPECT_TRUE(changed());
}

TEST(FileWatchFailure, LooksOnAfterWhatWasThrown) {
  const fakes::TemporaryFolder folder;
  std::ofstream(folder / "a") << "one";
  config::FilesRead files;
  files.note(folder / "a");
  std::promise<std::string> told;
  std::promise<void> again;
  int calls = 0;
  FileWatch watch{[&] {
                    if (++calls == 1) throw std::runtime_error("why");
                    if (calls == 2) again.set_value();
                  },
                  [&](std::string_view what) { told.set_value(std::string(what)); }};
  std::ofstream(folder / "a") << "two";
  watch.take(std::move(files), {.watch = true, .interval = 50ms});
  EXPECT_EQ(told.get_future().get(), "why");
  EXPECT_EQ(again.get_future().wait_for(30s), std::future_status::ready);
}

TEST_F(FileWatchTest, WaitsUntilTheWriterIsDone) {
  write("a", "");
  take();
  const auto begin = std::chrono::steady_clock::now();
  auto last = begin;
  Duration longest{};  // without a change: whoever writes may be held up
  for (std::string text; last < begin + 500ms;) {
    write("a", text += 'x');
    const auto now = std::chrono::steady_clock::now();
    longest = std::max<Duration>(longest, now - last);
    last = now;
  }
  if (longest < FileWatch::kSettled / 2) EXPECT_EQ(changes, 0) << "it never was the same at two looks";
  EXPECT_TRUE(changed());
}

TEST_F(FileWatchTest, OffMeansOffAndItCanBeTurnedOn) {
  write("a", "one");
  watch.take(read(), {.watch = false, .interval = 50ms});
  write("a", "two");
  take();
  write("a", "three");
  EXPECT_TRUE(changed());
  EXPECT_EQ(changes, 1);
}

TEST_F(FileWatchTest, ALongIntervalEndsWithTheNextOne) {
  write("a", "one");
  watch.take(read(), {.watch = true, .interval = 1h});
  take();
  write("a", "two");
  EXPECT_TRUE(changed());
}

}  // namespace
}  // namespace causeway::app
