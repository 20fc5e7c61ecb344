#include "config/secrets.h"

#include <gtest/gtest.h>

#include "config_fixture.h"

namespace causeway::config {
namespace {

constexpr std::string_view kLong = "a-secret-of-many-bytes";

Environment variables() {
  return environment(
      {{"OMS", std::string(kLong)}, {"SHORT", "short"}, {"EMPTY", ""}, {"PORT", "8080"}, {"BAD", "hunter2"}});
}

std::string said(std::string_view message) { return "config/a.yaml:1:1: " + std::string(message) + "\n"; }

TEST(Secrets, MoveAndLeaveNothingBehind) {
  static_assert(!std::is_copy_constructible_v<Secret> && std::is_nothrow_move_constructible_v<Secret>);
  Secret first(kLong);
  Secret second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT: what a moved secret holds is what this is about
  EXPECT_EQ(second.reveal(), kLong);
  EXPECT_EQ(second.clone().reveal(), kLong);
  second = Secret("other");
  EXPECT_EQ(second.reveal(), "other");
  EXPECT_TRUE(Secret().reveal().empty());
}

TEST(Secrets, WipeOverwritesTheWholeText) {
  std::string text(100, 'x');
  const char* const bytes = text.data();
  text.resize(10);
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string(bytes + 1, 15), std::string(15, '\0'));
}

TEST(References, ArePutIn) {
  const auto text = [](std::string_view yaml_text) { return Read<std::string>(yaml_text, variables()).value; };
  EXPECT_EQ(text("${env:OMS}"), kLong);
  EXPECT_EQ(text("http://x:${env:PORT}/${env:PATH_:-a/b}"), "http://x:8080/a/b");
  EXPECT_EQ(text("${env:EMPTY}"), "");
  EXPECT_EQ(text("${env:EMPTY:-x}"), "x");
  EXPECT_EQ(text("${env:PORT:?needed}"), "8080");
  EXPECT_EQ(text("$${env:PORT} $ $$ $x {}"), "${env:PORT} $ $$ $x {}");
  EXPECT_EQ(Read<std::uint16_t>("${env:PORT}", variables()).value, 8080);
}

TEST(References, ThatCannotBeResolvedAreErrors) {
  const auto wrong = [](std::string_view text) { return complaint<std::string>(text, variables()); };
  EXPECT_EQ(wrong("${env:NONE}"), said("environment variable NONE is not set"));
  EXPECT_EQ(wrong("'${env:NONE:?ask ops}'"), said("environment variable NONE is not set: ask ops"));
  EXPECT_EQ(wrong("'${env:EMPTY:?}'"), said("environment variable EMPTY is empty"));
  EXPECT_EQ(wrong("${OMS}"), said("expected ${env:NAME} or ${file:path}; a literal ${ is written $${"));
  EXPECT_EQ(wrong("${env:OMS"), said("expected ${env:NAME} or ${file:path}; a literal ${ is written $${"));
  EXPECT_EQ(wrong("'${env:O-M:-s}'"), said("expected ${env:NAME}, ${env:NAME:-default} or ${env:NAME:?message}"));
  EXPECT_EQ(wrong("'${env:OMS:+s}'"), said("expected ${env:NAME}, ${env:NAME:-default} or ${env:NAME:?message}"));
  EXPECT_EQ(wrong("${file:}"), said("expected ${file:path}"));
}

TEST(References, ToFilesStartAtTheFileThatNamesThem) {
  const TemporaryFolder folder;
  folder.write("config/secret", std::string(kLong) + "\n");
  folder.write("config/windows", std::string(kLong) + "\r\n");
  folder.write("config/two", "x\n\n");
  folder.write("config/large", std::string((64 << 10) + 1, 'x'));
  folder.write("config/largest", std::string(64 << 10, 'x'));
  EXPECT_EQ(Read<Secret>("${file:secret}").value.reveal(), kLong);
  EXPECT_EQ(Read<Secret>("${file:windows}").value.reveal(), kLong);
  EXPECT_EQ(Read<Secret>("${file:" + (folder.path() / "config/secret").string() + "}").value.reveal(), kLong);
  EXPECT_EQ(Read<std::string>("${file:two}").value, "x\n");
  EXPECT_EQ(Read<std::string>("${file:largest}").value.size(), 64u << 10);
  EXPECT_EQ(complaint<Secret>("${file:large}"), said("file large is larger than 64 KiB"));
  EXPECT_EQ(complaint<Secret>("${file:none}"), said("file none cannot be read: No such file or directory"));
  EXPECT_EQ(complaint<Secret>("${file:.}"), said("file . cannot be read: Is a directory"));
}

TEST(References, NeverShowTheirValue) {
  EXPECT_EQ(complaint<int>("${env:BAD}", variables()), said("expected a whole number, got \"***\""));
  EXPECT_EQ(complaint<Duration>("x${env:BAD}", variables()),
            said("expected a duration such as 5s or 250ms, got \"***\""));
  EXPECT_EQ(complaint<bool>("'${env:NONE:-hunter2}'", variables()), said("expected true or false, got \"***\""));
  EXPECT_EQ(complaint<bool>("$${x}", variables()), said("expected true or false, got \"$${x}\""));
}

TEST(References, AreHiddenInWhatIsSaidOfThemLater) {
  Read<std::string> read("https://${env:OMS}/${env:NONE:-by-default-this}", variables());
  read.errors.add({}, {}, "cannot reach " + read.value);
  EXPECT_EQ(read.errors.to_text(), "cannot reach https://***/***\n");
}

TEST(References, AreNotForRouteFiles) {
  EXPECT_EQ(complaint<std::string>("a ${env:OMS}", variables(), FileKind::kRoutes),
            said("route files name secrets of config/ by {{ secret:NAME }}; a literal ${ is written $${"));
  EXPECT_EQ(Read<std::string>("$${x}", variables(), FileKind::kRoutes).value, "${x}");
}

TEST(Secrets, MustBeLongEnough) {
  EXPECT_EQ(Read<Secret>("${env:OMS}", variables()).value.reveal(), kLong);
  EXPECT_EQ(complaint<Secret>("${env:SHORT}", variables()), said("a secret needs at least 16 bytes"));
  EXPECT_EQ(complaint<Secret>("hunter2"), said("a secret needs at least 16 bytes"));
  EXPECT_EQ(complaint<Secret>("${env:EMPTY}", variables()), said("the secret is empty"));
  EXPECT_EQ(complaint<Secret>("'${env:NONE:-}'", variables()), said("the secret is empty"));
  EXPECT_EQ(complaint<Secret>("[x]"), said("expected a secret, got a list"));
}

TEST(Secrets, InAListAreDroppedWhenTheirDefaultIsEmpty) {
  const Read<std::vector<Secret>> rotation("['${env:OMS}', '${env:NONE:-}', '${env:EMPTY:-}']", variables());
  EXPECT_EQ(rotation.errors.to_text(), "");
  ASSERT_EQ(rotation.value.size(), 1u);
  EXPECT_EQ(rotation.value[0].reveal(), kLong);
  EXPECT_EQ(complaint<std::vector<Secret>>("['${env:EMPTY}', '${env:SHORT}']", variables()),
            "config/a.yaml:1:2: [0]: the secret is empty\n"
            "config/a.yaml:1:18: [1]: a secret needs at least 16 bytes\n");
}

}  // namespace
}  // namespace causeway::config
