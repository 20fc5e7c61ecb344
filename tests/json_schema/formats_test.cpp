// Beyond what JSON-Schema-Test-Suite asks (conformance_test.cpp).
#include "json_schema/formats.h"

#include <gtest/gtest.h>

#include <string>

#include "json_schema/schema_fixture.h"

namespace causeway::json_schema {
namespace {

bool is(std::string_view format, std::string_view text) { return find_format(format)->matches(text); }

TEST(JsonSchemaFormats, AMessageShowsWhatIsExpected) {
  EXPECT_EQ(violations(R"({"format":"date"})", "\"26.11.2026\""),
            " format: expected a date such as 2026-11-26, got \"26.11.2026\"\n");
}

TEST(JsonSchemaFormats, ExamplesOfMessagesAreOfTheFormat) {
  for (const Format& format : formats()) {
    const std::size_t at = format.expected.find("such as ");
    if (at != std::string_view::npos) EXPECT_TRUE(format.matches(format.expected.substr(at + 8))) << format.name;
    EXPECT_FALSE(format.matches(" ")) << format.name;
    EXPECT_FALSE(format.matches("")) << format.name;
    EXPECT_FALSE(format.matches(std::string_view("\0", 1))) << format.name;
  }
}

TEST(JsonSchemaFormats, DatesExist) {
  EXPECT_TRUE(is("date", "2024-02-29"));
  EXPECT_TRUE(is("date", "2000-02-29"));
  EXPECT_FALSE(is("date", "1900-02-29"));
  EXPECT_FALSE(is("date", "2026-02-29"));
  EXPECT_FALSE(is("date", "2026-11-31"));
  EXPECT_FALSE(is("date", "2026-00-10"));
  EXPECT_FALSE(is("date", "2026-1-10"));
  EXPECT_FALSE(is("date", "2026-11-261"));
}

TEST(JsonSchemaFormats, TimesHaveTheirZone) {
  EXPECT_TRUE(is("time", "23:59:59.123456789+08:00"));
  EXPECT_TRUE(is("time", "07:59:60+08:00"));
  EXPECT_TRUE(is("time", "23:59:60z") == is("time", "23:59:60Z"));
  EXPECT_FALSE(is("time", "22:59:60Z"));
  EXPECT_FALSE(is("time", "08:30:00"));
  EXPECT_FALSE(is("time", "24:00:00Z"));
  EXPECT_FALSE(is("time", "08:30:00.Z"));
  EXPECT_FALSE(is("time", "08:30:00+24:00"));
  EXPECT_FALSE(is("date-time", "2026-11-26 08:30:00Z"));
}

TEST(JsonSchemaFormats, AddressesAndNames) {
  EXPECT_FALSE(is("ipv4", "010.0.0.1"));
  EXPECT_FALSE(is("ipv4", "::1"));
  EXPECT_FALSE(is("ipv6", "10.0.0.1"));
  EXPECT_TRUE(is("ipv6", "::ffff:10.0.0.1"));
  EXPECT_TRUE(is("hostname", std::string(63, 'a') + ".b"));
  EXPECT_FALSE(is("hostname", std::string(64, 'a') + ".b"));
  EXPECT_TRUE(is("email", "\"a b\"@example.com"));
  EXPECT_FALSE(is("email", "a b@example.com"));
  EXPECT_FALSE(is("email", "a@b@"));
  EXPECT_FALSE(is("email", std::string(65, 'a') + "@b"));
  EXPECT_TRUE(is("email", "a@[192.0.2.1]"));
}

TEST(JsonSchemaFormats, UrisAreAbsolute) {
  EXPECT_TRUE(is("uri", "urn:isbn:0451450523"));
  EXPECT_TRUE(is("uri", "https://user:pw@[2001:db8::1]:8443/a?b=c#d"));
  EXPECT_FALSE(is("uri", "/a/b"));
  EXPECT_FALSE(is("uri", "https://example.com/订单"));
  EXPECT_FALSE(is("uri", "https://example.com/%zz"));
  EXPECT_FALSE(is("uri", "https://example.com:80a/"));
}

}  // namespace
}  // namespace causeway::json_schema
