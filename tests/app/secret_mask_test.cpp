#include "app/explain/secret_mask.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace causeway::app {
namespace {

Settings with_secrets(std::initializer_list<std::string_view> values) {
  Settings settings;
  for (const std::string_view value : values)
    settings.secrets.emplace("S" + std::to_string(settings.secrets.size()), config::Secret(value));
  return settings;
}

TEST(SecretMask, HidesThemAsTheyAreInAQueryAndWithinJson) {
  const SecretMask mask(with_secrets({"a b\"c-0123456789"}));
  EXPECT_EQ(mask.hide("x a b\"c-0123456789 y"), "x *** y");
  EXPECT_EQ(mask.hide("/p?q=a%20b%22c-0123456789&r=1"), "/p?q=***&r=1");
  EXPECT_EQ(mask.hide(R"({"k":"a b\"c-0123456789"})"), R"({"k":"***"})");
  EXPECT_EQ(mask.hide("nothing"), "nothing");
}

TEST(SecretMask, OneWithinAnotherLeavesNoRest) {
  const SecretMask mask(with_secrets({"0123456789abcdefgh", "CANARY-0123456789abcdefgh-CANARY"}));
  EXPECT_EQ(mask.hide("CANARY-0123456789abcdefgh-CANARY"), "***");
  EXPECT_EQ(mask.hide("0123456789abcdefgh,CANARY-0123456789abcdefgh-CANARY"), "***,***");
}

TEST(SecretMask, ThoseThatOverlapAreOne) {
  const SecretMask mask(with_secrets({"CANARY-sharedshared", "sharedshared-0123456789"}));
  EXPECT_EQ(mask.hide("<CANARY-sharedshared-0123456789>"), "<***>");
  EXPECT_EQ(mask.hide("<CANARY-sharedsharedsharedshared-0123456789>"), "<******>");
}

}  // namespace
}  // namespace causeway::app
