#include "admin/client.h"

#include <fstream>
#include <future>

#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

class ClientTest : public AdminTest {
 protected:
  ClientTest() {
    connect();
    options.url = "http://" + listener->address();
    options.data_folder = folder / "data";
    std::filesystem::create_directory(options.data_folder);
    write("data/admin.token", std::string(kAdmin) + "\n");
    unsetenv("CAUSEWAY_ADMIN_TOKEN");
  }
  ~ClientTest() override { unsetenv("CAUSEWAY_ADMIN_TOKEN"); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; }

  /// `ok DATA` or the problem; the server's loop runs meanwhile.
  std::string call(const std::function<ClientAnswer(Client&)>& make) {
    std::future<ClientAnswer> future = std::async(std::launch::async, [&] {
      Client client(options);
      return make(client);
    });
    worker.io().restart();
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      worker.io().run_one_for(std::chrono::milliseconds(5));
    const ClientAnswer answer = future.get();
    EXPECT_EQ(answer.ok, answer.problem.empty());
    return answer.ok ? "ok " + answer.data : answer.problem;
  }
  std::string get(const std::string& target) {
    return call([&](Client& client) { return client.get(target); });
  }
  std::string post(const std::string& target, const std::string& body) {
    return call([&](Client& client) { return client.post(target, body); });
  }

  ClientOptions options;
};

TEST_F(ClientTest, AnAnswerIsItsData) {
  EXPECT_EQ(get("/config"), R"(ok {"version":"1.2.3","routes":2})");
  EXPECT_EQ(post("/reload", R"({"reason":"a test"})"), "ok " + std::string(kTaken));
  options.url += "/";
  EXPECT_EQ(get("/config"), R"(ok {"version":"1.2.3","routes":2})");
}

TEST_F(ClientTest, IdsReachTheGatewayAsTheyAre) {
  subscriptions.dead.id = "a b+c/d%:0:1";
  subscriptions.dead.event = "{}";
  EXPECT_EQ(get("/dead-letters/" + encoded("a b+c/d%:0:1")).substr(0, 26), R"(ok {"id":"a b+c/d%:0:1","s)");
  EXPECT_EQ(post("/dead-letters/" + encoded("a b+c/d%:0:1") + "/replay", "{}").substr(0, 2), "ok");
  EXPECT_EQ(subscriptions.told, std::vector<std::string>{"replay a b+c/d%:0:1 -"});
}

TEST_F(ClientTest, ARefusalSaysWhatTheGatewaySaid) {
  EXPECT_EQ(get("/subscriptions/another"), "40491 no such thing");
  EXPECT_EQ(get("/audit?limit=0"), "40092 the request is not valid\n  /limit must be 1 to 500");
  process.report = FakeProcess::refused(R"([{"file":"a.yaml","line":3,"column":7,"message":"wrong"}])");
  EXPECT_EQ(post("/reload", "{}"), "40092 the configuration was refused\n  a.yaml:3:7: wrong");
}

TEST_F(ClientTest, WhereTheTokenComesFrom) {
  write("viewer.token", std::string(kViewer) + "\r\n");
  setenv("CAUSEWAY_ADMIN_TOKEN", kOperator, 1);
  EXPECT_EQ(post("/drain", "{}"), "40390 this needs the role admin");
  options.token_file = folder / "viewer.token";
  EXPECT_EQ(post("/reload", "{}"), "40390 this needs the role operator");
  options.token_file = folder / "missing.token";
  EXPECT_EQ(post("/reload", "{}"), "there is no token in " + (folder / "missing.token"));
  options.token_file.clear();
  unsetenv("CAUSEWAY_ADMIN_TOKEN");
  EXPECT_EQ(post("/drain", "{}"), R"(ok {"draining":true})");
  options.data_folder = folder / "elsewhere";
  EXPECT_EQ(get("/config"),
            "40190 credentials required\n  no token: give --token-file, CAUSEWAY_ADMIN_TOKEN, or run it where " +
                (folder / "elsewhere/admin.token") + " is");
}

TEST_F(ClientTest, ATokenIsNotShownToTheNetwork) {
  constexpr const char* kWhy = ": plain http would show the token to others; use https, or a tunnel to loopback";
  for (const char* url : {"http://10.1.2.3:9901", "http://gateway.internal", "10.1.2.3:9901", "http://0.0.0.0:9901"}) {
    options.url = url;
    EXPECT_EQ(get("/config"), std::string(url) + kWhy);
  }
}

TEST_F(ClientTest, AGatewayThatDoesNotRunIsSaid) {
  options.url = "http://127.0.0.1:1";
  EXPECT_EQ(get("/config"), "http://127.0.0.1:1 cannot be reached: Connection");
}

}  // namespace
}  // namespace causeway::admin
