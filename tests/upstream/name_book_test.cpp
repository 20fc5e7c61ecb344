#include "upstream/name_book.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace causeway::upstream {
namespace {

using std::chrono::seconds;
using Used = std::map<std::string, bool>;

AddressList literal(const std::string& host, std::uint16_t port) { return net::resolve(net::HostPort{host, port}); }

/// Answers what it was told, when it may; shared with threads that may outlive the test.
class NameServer {
 public:
  void answer(const std::string& host, AddressList addresses) {
    const std::lock_guard lock(mutex_);
    answers_[host] = std::move(addresses);
  }
  void hang(bool hanging) {
    const std::lock_guard lock(mutex_);
    hanging_ = hanging;
    changed_.notify_all();
  }
  AddressList resolve(const net::EndpointName& where) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.wait(lock, [this] { return !hanging_; });
    return answers_[where.host];
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, AddressList> answers_;
  bool hanging_ = false;
  int asked_ = 0;
};

class NameBookTest : public ::testing::Test {
 protected:
  ~NameBookTest() override { server->hang(false); }

  static std::string text(const SharedAddresses& addresses) { return text_of(*addresses); }
  /// What a look-up that has begun comes to, once it has.
  std::vector<NameBook::News> news(NameBook& book) {
    const auto guard = std::chrono::steady_clock::now() + seconds(20);
    while (std::chrono::steady_clock::now() < guard) {
      std::vector<NameBook::News> found = book.refresh(now, used);
      if (!found.empty()) return found;
      std::this_thread::yield();
    }
    return {};
  }

  /// Look-ups begin on threads of their own.
  void await_asked(int times) {
    while (server->asked() < times) std::this_thread::yield();
  }

  const std::shared_ptr<NameServer> server = std::make_shared<NameServer>();
  const NameBook::Resolve resolve = [server = server](const net::EndpointName& where) {
    return server->resolve(where);
  };
  const net::EndpointName wms{"wms.internal", 80};
  const Used used{{"wms.internal:80", false}};
  const Used doubted{{"wms.internal:80", true}};
  SteadyTime now{seconds(1000)};
};

TEST_F(NameBookTest, AnAddressIsNoNameAndIsNeverLookedUpAgain) {
  NameBook book;
  EXPECT_EQ(text(book.get({"127.0.0.1", 80})), "127.0.0.1:80");
  EXPECT_EQ(text(book.get({"::1", 80})), "[::1]:80");
  now += seconds(3600);
  EXPECT_TRUE(book.refresh(now, {{"127.0.0.1:80", true}, {"[::1]:80", true}}).empty());
}

TEST_F(NameBookTest, ANameIsLookedUpOnceWhenItIsFirstWanted) {
  server->answer("wms.internal", literal("10.0.0.1", 80));
  NameBook book(resolve);
  EXPECT_EQ(text(book.get(wms)), "10.0.0.1:80");
  EXPECT_EQ(text(book.get(wms)), "10.0.0.1:80");
  EXPECT_EQ(server->asked(), 1);
}

TEST_F(NameBookTest, AStartWaitsForAllNamesTogetherAndNotForEver) {
  server->hang(true);
  NameBook book(resolve, std::chrono::milliseconds(20));
  const net::EndpointName names[] = {wms, {"oms.internal", 80}, {"tms.internal", 80}};
  book.prepare(names);
  await_asked(3);
  EXPECT_TRUE(book.get(wms)->empty());
  server->answer("wms.internal", literal("10.0.0.1", 80));
  server->hang(false);
  const auto late = news(book);
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].name, "wms.internal:80");
  EXPECT_EQ(text(late[0].addresses), "10.0.0.1:80");
  EXPECT_EQ(text(book.get(wms)), "10.0.0.1:80");
}

TEST_F(NameBookTest, MoreNamesThanThreadsAreAllLookedUp) {
  NameBook book(resolve);
  std::vector<net::EndpointName> names;
  for (int i = 0; i < 200; ++i) {
    names.push_back({"system-" + std::to_string(i), 80});
    server->answer(names.back().host, literal("10.0.0.1", 80));
  }
  book.prepare(names);
  for (const net::EndpointName& name : names) EXPECT_EQ(text(book.get(name)), "10.0.0.1:80");
  EXPECT_EQ(server->asked(), 200);
}

TEST_F(NameBookTest, ANameIsLookedUpAgainEveryHalfMinute) {
  server->answer("wms.internal", literal("10.0.0.1", 80));
  NameBook book(resolve);
  book.get(wms);
  EXPECT_TRUE(book.refresh(now, used).empty());
  server->answer("wms.internal", literal("10.0.0.2", 80));
  now += seconds(29);
  EXPECT_TRUE(book.refresh(now, used).empty());
  EXPECT_EQ(server->asked(), 1);
  now += seconds(1);
  const auto moved = news(book);
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0].kind, NameBook::News::Kind::kMoved);
  EXPECT_EQ(text(moved[0].addresses), "10.0.0.2:80");
  EXPECT_EQ(server->asked(), 2);
}

TEST_F(NameBookTest, AFailedConnectionHasItLookedUpSoonerButNotAllTheTime) {
  server->answer("wms.internal", literal("10.0.0.1", 80));
  NameBook book(resolve);
  book.get(wms);
  book.refresh(now, used);
  server->answer("wms.internal", literal("10.0.0.2", 80));
  now += seconds(4);
  EXPECT_TRUE(book.refresh(now, doubted).empty());
  EXPECT_EQ(server->asked(), 1);
  now += seconds(1);
  ASSERT_EQ(news(book).size(), 1u);
  EXPECT_EQ(server->asked(), 2);
  now += seconds(4);
  book.refresh(now, doubted);
  EXPECT_EQ(server->asked(), 2);
}

TEST_F(NameBookTest, TheSameAddressesInAnotherOrderAreNoNews) {
  AddressList both = literal("10.0.0.1", 80);
  both.push_back(literal("10.0.0.2", 80).front());
  server->answer("wms.internal", both);
  NameBook book(resolve);
  book.get(wms);
  book.refresh(now, used);
  server->answer("wms.internal", {both[1], both[0]});
  now += seconds(30);
  book.refresh(now, used);
  await_asked(2);
  server->answer("wms.internal", {});
  now += seconds(30);
  const auto next = news(book);
  ASSERT_EQ(next.size(), 1u) << "that of the look-up after it";
  EXPECT_EQ(next[0].kind, NameBook::News::Kind::kFailed);
}

TEST_F(NameBookTest, ANameThatCannotBeLookedUpKeepsItsAddressesAndSaysSoOnce) {
  server->answer("wms.internal", literal("10.0.0.1", 80));
  NameBook book(resolve);
  book.get(wms);
  book.refresh(now, used);
  server->answer("wms.internal", {});
  now += seconds(30);
  const auto failed = news(book);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].kind, NameBook::News::Kind::kFailed);
  EXPECT_EQ(text(failed[0].addresses), "10.0.0.1:80");
  EXPECT_EQ(text(book.get(wms)), "10.0.0.1:80");
  server->answer("wms.internal", literal("10.0.0.1", 80));
  now += seconds(30);
  const auto found = news(book);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, NameBook::News::Kind::kFound);
}

TEST_F(NameBookTest, OneThatHangsIsNotAskedASecondTimeMeanwhile) {
  server->answer("wms.internal", literal("10.0.0.1", 80));
  NameBook book(resolve);
  book.get(wms);
  book.refresh(now, used);
  server->hang(true);
  for (int i = 0; i < 10; ++i) {
    now += seconds(30);
    book.refresh(now, used);
  }
  await_asked(2);
  EXPECT_EQ(server->asked(), 2);
  EXPECT_EQ(text(book.get(wms)), "10.0.0.1:80");
}

TEST_F(NameBookTest, ANameThatNobodyUsesIsForgotten) {
  server->answer("wms.internal", literal("10.0.0.1", 80));
  NameBook book(resolve);
  book.get(wms);
  book.refresh(now, used);
  now += seconds(61);
  book.refresh(now, {});
  now += seconds(30);
  book.refresh(now, {});
  EXPECT_EQ(server->asked(), 1);
  book.get(wms);
  EXPECT_EQ(server->asked(), 2);
}

TEST_F(NameBookTest, AReloadWaitsOnlyForNamesWithoutAnAddress) {
  server->answer("wms.internal", literal("10.0.0.1", 80));
  NameBook book(resolve);
  book.get(wms);
  server->hang(true);
  book.prepare({&wms, 1});
  EXPECT_EQ(text(book.get(wms)), "10.0.0.1:80");
}

TEST_F(NameBookTest, PlayedSystemsAreLookedUpAtOnceAndOnce) {
  NameBook book(resolve);
  int asked = 0;
  book.resolve_by([&](const net::EndpointName&) {
    ++asked;
    return literal("127.0.0.1", 4711);
  });
  EXPECT_EQ(text(book.get(wms)), "127.0.0.1:4711");
  now += seconds(60);
  book.refresh(now, doubted);
  EXPECT_EQ(text(book.get(wms)), "127.0.0.1:4711");
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(server->asked(), 0);
}

}  // namespace
}  // namespace causeway::upstream
