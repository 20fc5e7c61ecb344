#include <gtest/gtest.h>

#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

TEST_F(AdminTest, RoutesComeInPages) {
  EXPECT_EQ(ask("GET /routes?limit=3", kViewer),
            ok(R"({"items":[{"name":"r1"},{"name":"r2"},{"name":"r3"}],"next":"3"})"));
  EXPECT_EQ(ask("GET /routes?limit=3&cursor=3"),
            ok(R"({"items":[{"name":"r4"},{"name":"r5"},{"name":"r6"}],"next":"6"})"));
  EXPECT_EQ(ask("GET /routes?limit=3&cursor=6"), ok(R"({"items":[{"name":"r7"}],"next":null})"));
  EXPECT_EQ(ask("GET /routes?limit=3&cursor=900"), ok(R"({"items":[],"next":null})"));
}

TEST_F(AdminTest, RoutesOfOneApi) {
  EXPECT_EQ(ask("GET /routes?api=odd&limit=3"),
            ok(R"({"items":[{"name":"r1"},{"name":"r3"},{"name":"r5"}],"next":"5"})"));
  EXPECT_EQ(ask("GET /routes?api=odd&limit=3&cursor=5"), ok(R"({"items":[{"name":"r7"}],"next":null})"));
}

TEST_F(AdminTest, OneRoute) {
  EXPECT_EQ(ask("GET /routes/r5", kViewer), ok(R"({"name":"r5"})"));
  EXPECT_EQ(ask("GET /routes/r8"), refused(40491, "no such thing"));
}

TEST_F(AdminTest, ACursorOfRoutesIsANumber) {
  EXPECT_EQ(ask("GET /routes?cursor=r1"),
            refused(40092, "the request is not valid",
                    violation("/cursor", "format", "must be the next of the page before")));
}

}  // namespace
}  // namespace causeway::admin
