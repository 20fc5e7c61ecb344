#include "admin/access.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fakes/log_exchange_fixture.h"

namespace causeway::admin {
namespace {

namespace fs = std::filesystem;

AdminSettings with_user(const std::string& name, Role role, std::string_view token) {
  AdminSettings settings;
  settings.address.value = net::ListenAddress{{"admin.internal", 9901}};
  UserSettings user;
  user.name.value = name;
  user.role = role;
  user.token.value = config::Secret(token);
  settings.users.push_back(std::move(user));
  return settings;
}

/// `ada 2`, or the code.
std::string who(const Access& access, std::string_view authorization) {
  const Result<User> user = access.authenticate(authorization);
  if (!user) return std::to_string(number(user.error().code()));
  return user->name + ' ' + std::to_string(static_cast<int>(user->role));
}

TEST(Access, ATokenIsAUser) {
  const Access access(with_user("olga", Role::kOperator, "operator-0123456789"), "");
  EXPECT_EQ(who(access, "Bearer operator-0123456789"), "olga 1");
  EXPECT_EQ(who(access, "bEaReR operator-0123456789"), "olga 1");
  EXPECT_EQ(who(access, ""), "40190");
  EXPECT_EQ(who(access, "Bearer"), "40191");
  EXPECT_EQ(who(access, "Bearer "), "40191");
  EXPECT_EQ(who(access, "Bearer operator-012345678"), "40191");
  EXPECT_EQ(who(access, "Bearer operator-01234567890"), "40191");
  EXPECT_EQ(who(access, "Bearer Operator-0123456789"), "40191");
  EXPECT_EQ(who(access, "Basic operator-0123456789"), "40191");
}

TEST(Access, TheGeneratedTokenCountsOnlyWithoutUsers) {
  EXPECT_EQ(who(Access(AdminSettings(), "generated-0123456789"), "Bearer generated-0123456789"), "admin 2");
  EXPECT_EQ(who(Access(AdminSettings(), ""), "Bearer generated-0123456789"), "40191");
  const Access configured(with_user("olga", Role::kOperator, "operator-0123456789"), "generated-0123456789");
  EXPECT_EQ(who(configured, "Bearer generated-0123456789"), "40191");
}

TEST(Access, LoopbackTheAddressAndConfiguredHostsAreServed) {
  AdminSettings settings = with_user("olga", Role::kOperator, "operator-0123456789");
  settings.hosts.emplace_back().value = "Console.Internal";
  settings.hosts.emplace_back().value = "fd00::1";
  const Access access(settings, "");
  for (const char* host : {"localhost", "localhost:9901", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:9901",
                           "admin.internal:9901", "ADMIN.internal", "console.internal", "[fd00::1]:9901"})
    EXPECT_TRUE(access.host_allowed(host)) << host;
  for (const char* host :
       {"", "evil.example", "127.0.0.2", "localhost.evil.example", "[::2]", "console.internal.evil", "["})
    EXPECT_FALSE(access.host_allowed(host)) << host;
}

class TokenFile : public ::testing::Test {
 protected:
  std::string content() {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  unsigned mode(const std::string& of) {
    struct stat status {};
    EXPECT_EQ(stat(of.c_str(), &status), 0);
    return status.st_mode & 0777u;
  }
  fakes::TemporaryFolder folder;
  const std::string data = folder / "data";
  const std::string path = folder / "data/admin.token";
};

TEST_F(TokenFile, IsMadeOnceAndUsedAgain) {
  const std::string token = ensure_token(data);
  EXPECT_EQ(token.size(), 64u);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(content(), token + "\n");
  EXPECT_EQ(mode(path), 0600u);
  EXPECT_EQ(mode(data), 0700u);
  EXPECT_EQ(ensure_token(data), token);
  EXPECT_EQ(std::distance(fs::directory_iterator(data), fs::directory_iterator()), 1);
  EXPECT_NE(ensure_token(folder / "other"), token);
}

TEST_F(TokenFile, OneThatIsThereIsTakenAndClosedToOthers) {
  fs::create_directory(data);
  std::ofstream(path) << "given-by-somebody-0123\nmore\n";
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(ensure_token(data), "given-by-somebody-0123");
  EXPECT_EQ(mode(path), 0600u);
}

TEST_F(TokenFile, OneThatIsTooShortIsNoToken) {
  fs::create_directory(data);
  std::ofstream(path) << "short\n";
  EXPECT_EQ(ensure_token(data), "");
  EXPECT_EQ(content(), "short\n");
}

TEST_F(TokenFile, ALinkIsNotFollowed) {
  fs::create_directory(data);
  std::ofstream(folder / "elsewhere") << "a-token-of-somebody-else\n";
  fs::create_symlink(folder / "elsewhere", path);
  EXPECT_EQ(ensure_token(data), "");
}

TEST_F(TokenFile, AFolderThatCannotBeMadeGivesNone) {
  std::ofstream(folder / "file") << "";
  EXPECT_EQ(ensure_token(folder / "file/data"), "");
}

}  // namespace
}  // namespace causeway::admin
