#include "security/certificate_name.h"

#include <gtest/gtest.h>

#include "security/webhook_check.h"

namespace causeway::security {
namespace {

TEST(CertificateName, HostNamesAreInLowerCase) {
  EXPECT_EQ(certificate_name("dns:OMS.Internal"), "dns:oms.internal");
  EXPECT_EQ(certificate_name("uri:spiffe://Example.com/oms"), "uri:spiffe://Example.com/oms");
  EXPECT_EQ(certificate_name("email:Oms@example.com"), "email:Oms@example.com");
}

TEST(CertificateName, AnyOtherFormIsNone) {
  for (const char* text : {"", "oms.internal", "dns:", "DNS:oms.internal", "dns:*.internal", "dns:a b", "dns:a\n",
                           "cn:oms", "uri:oms", "email:oms", "ip:10.0.0.1"})
    EXPECT_EQ(certificate_name(text), std::nullopt) << text;
}

struct Table {
  ConsumerTable table;
  std::string problems;
};

Table build(const std::string& yaml) {
  config::Errors errors;
  const Partners read = settings<Partners>(yaml, errors);
  ConsumerTable table;
  if (!errors.failed()) table = ConsumerTable(read.consumers, {}, errors);
  return {std::move(table), errors.to_text()};
}

TEST(CertificateName, FindsItsConsumer) {
  const auto [table, problems] =
      build("consumers: [{name: oms, certificates: [\"dns:OMS.internal\", \"email:oms@example.com\"]}]");
  EXPECT_EQ(problems, "");
  EXPECT_EQ(table.find_certificate("dns:oms.internal"), table.find("oms"));
  EXPECT_EQ(table.find_certificate("email:oms@example.com"), table.find("oms"));
  EXPECT_EQ(table.find_certificate("dns:internal"), nullptr);
  EXPECT_EQ(table.find_certificate("uri:oms.internal"), nullptr);
}

TEST(CertificateName, IsOfOneConsumerAndOfTheRightForm) {
  EXPECT_EQ(build("consumers:\n"
                  "  - {name: oms, certificates: [\"dns:oms.internal\"]}\n"
                  "  - {name: wms, certificates: [\"dns:OMS.internal\"]}\n")
                .problems,
            "t.yaml:3:32: consumers[1].certificates[0]: the certificate name \"dns:OMS.internal\" is used twice; first "
            "at t.yaml:2:32\n");
  EXPECT_EQ(build("consumers: [{name: oms, certificates: [oms.internal]}]").problems,
            "t.yaml:1:40: consumers[0].certificates[0]: expected a name such as dns:oms.internal, "
            "uri:spiffe://example.com/oms or email:oms@example.com, compared whole; got \"oms.internal\"\n");
}

}  // namespace
}  // namespace causeway::security
