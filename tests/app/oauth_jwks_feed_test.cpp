#include "app/oauth/jwks_feed.h"

#include <gtest/gtest.h>

#include "config/config_fixture.h"

namespace causeway::app {
namespace {

constexpr std::string_view kKeys = R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a",)"
                                   R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";  // RFC 8037, A.2

class JwksFeedTest : public ::testing::Test {
 protected:
  security::OauthSettings oauth(const std::string& file) {
    config::Read<security::OauthSettings> read(
        "providers: [{name: corp, issuer: i, audiences: [a], jwks: {file: " + (folder.path() / file).string() + "}}]");
    EXPECT_EQ(read.errors.to_text(), "");
    return std::move(read.value);
  }
  /// What is wrong with the file, without the place; the feeds that there are.
  std::string problems(const std::string& file) {
    const security::OauthSettings settings = oauth(file);
    security::KeySources sources;
    const std::vector<std::shared_ptr<security::KeySource>> obtained{sources.obtain(settings.providers[0])};
    config::Errors errors;
    const std::vector<JwksFeed> feeds = jwks_feeds(settings, obtained, errors);
    EXPECT_EQ(feeds.size(), 1u);
    EXPECT_EQ(obtained[0]->version(), 0u) << "no source is touched";
    if (!errors.failed()) return "";
    EXPECT_EQ(errors.list()[0].path, "providers[0].jwks.file");
    std::string message = errors.list()[0].message;
    const std::size_t at = message.find(folder.path().string());
    return at == std::string::npos ? message : message.erase(at, folder.path().string().size() + 1);
  }

  const config::TemporaryFolder folder;
};

TEST_F(JwksFeedTest, AFileWithKeysIsAFeed) {
  folder.write("keys.json", kKeys);
  EXPECT_EQ(problems("keys.json"), "");
  EXPECT_EQ(read_jwks_file("keys.json").text, kKeys);
}

TEST_F(JwksFeedTest, AFileWithoutKeysIsAnErrorAtItsPlace) {
  folder.write("empty.json", "");
  folder.write("long.json", std::string(kKeys) + std::string(security::KeySet::kMostBytes, ' '));
  folder.write("folder/keys.json", kKeys);
  EXPECT_EQ(problems("missing.json"), "missing.json cannot be read: No such file or directory");
  EXPECT_EQ(problems("folder"), "folder cannot be read: Is a directory");
  EXPECT_EQ(problems("long.json"), "long.json is longer than 1 MiB");
  EXPECT_EQ(problems("empty.json").substr(0, 12), "empty.json: ");
}

}  // namespace
}  // namespace causeway::app
