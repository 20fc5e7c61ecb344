#include "admin/settings.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace causeway::admin {
namespace {

class AdminFiles : public ::testing::Test {
 protected:
  AdminSettings read(const std::string& yaml) {
    config::Reading reading(errors, config::FileKind::kOperator, [](const std::string& name) {
      return name == "SHORT" ? std::optional<std::string>("short")
                             : std::optional<std::string>("token-of-" + name + " 0123456789");
    });
    const auto node = config::read_yaml(yaml, "a.yaml", errors);
    return config::read<AdminSettings>(*node, reading);
  }
  std::string problems(const std::string& yaml) {
    read(yaml);
    return errors.to_text();
  }
  config::Errors errors;
};

TEST_F(AdminFiles, Defaults) {
  const AdminSettings settings = read("{}");
  EXPECT_EQ(errors.to_text(), "");
  EXPECT_EQ(settings.address->where.text(), "127.0.0.1:9901");
  EXPECT_TRUE(settings.hosts.empty());
  EXPECT_FALSE(settings.tls);
  EXPECT_TRUE(settings.users.empty());
}

TEST_F(AdminFiles, UsersHaveANameARoleAndAToken) {
  const AdminSettings settings = read(
      "address: localhost:9901\n"
      "hosts: [gateway.internal, 10.1.2.3, \"fd00::1\"]\n"
      "users:\n"
      "  - {name: vera, role: viewer, token: \"${env:VERA}\"}\n"
      "  - {name: ada, role: admin, token: \"${env:ADA}\"}\n");
  EXPECT_EQ(errors.to_text(), "");
  ASSERT_EQ(settings.users.size(), 2u);
  EXPECT_EQ(*settings.users[0].name, "vera");
  EXPECT_EQ(settings.users[0].role, Role::kViewer);
  EXPECT_EQ(settings.users[1].role, Role::kAdmin);
  EXPECT_EQ(settings.users[1].token->reveal(), "token-of-ADA 0123456789");
}

TEST_F(AdminFiles, OffLoopbackOnlyWithTls) {
  EXPECT_EQ(problems("address: 0.0.0.0:9901\n"),
            "a.yaml:1:10: address: an address that is not loopback needs `tls`: tokens would be readable on the way\n");
}

TEST_F(AdminFiles, OffLoopbackWithTls) {
  EXPECT_EQ(problems("address: 10.1.2.3:9901\ntls: {certificate: a.pem, private_key: a.key}\n"), "");
  EXPECT_EQ(problems("address: \"[::1]:9901\"\n"), "");
}

TEST_F(AdminFiles, AUserIsWhole) {
  EXPECT_EQ(problems("users:\n"
                     "  - {name: ada, role: root, token: \"${env:SHORT}\"}\n"
                     "  - {role: viewer}\n"),
            "a.yaml:2:23: users[0].role: expected one of viewer, operator, admin; got \"root\"\n"
            "a.yaml:2:36: users[0].token: a secret needs at least 16 bytes\n"
            "a.yaml:3:5: users[1]: missing \"name\" (who the audit says it was)\n"
            "a.yaml:3:5: users[1]: missing \"token\" (Authorization: Bearer; at least 16 bytes)\n");
}

TEST_F(AdminFiles, UsersCanBeToldApart) {
  EXPECT_EQ(problems("users:\n"
                     "  - {name: ada, role: admin, token: \"${env:ADA}\"}\n"
                     "  - {name: ada, role: viewer, token: \"${env:ADA2}\"}\n"
                     "  - {name: bob, role: viewer, token: \"${env:ADA}\"}\n"
                     "  - {name: \"\", role: viewer, token: \"${env:EVE}\"}\n"),
            "a.yaml:3:12: users[1].name: user \"ada\" is already at a.yaml:2:12\n"
            "a.yaml:4:38: users[2].token: the token of user \"ada\": the audit could not tell them apart\n"
            "a.yaml:5:12: users[3].name: a user needs a name\n");
}

TEST_F(AdminFiles, AHostIsANameAlone) {
  EXPECT_EQ(problems("hosts: [\"https://gateway.internal\", \"gateway.internal:9901\", \"\"]\n"),
            "a.yaml:1:9: hosts[0]: expected a name such as gateway.internal, without scheme and port; got "
            "\"https://gateway.internal\"\n"
            "a.yaml:1:37: hosts[1]: expected a name such as gateway.internal, without scheme and port; got "
            "\"gateway.internal:9901\"\n"
            "a.yaml:1:62: hosts[2]: expected a name such as gateway.internal, without scheme and port; got \"\"\n");
}

}  // namespace
}  // namespace causeway::admin
