#include "transactions/stored_request.h"

#include <gtest/gtest.h>

namespace causeway::transactions {
namespace {

StoredRequest request() {
  StoredRequest made;
  made.cluster = "oms";
  made.method = "POST";
  made.target = "/orders/search?no=A%2FB";
  made.headers = {{"Content-Type", "application/json"}, {"X-Kind", "say \"ö\""}};
  made.body = "{\"no\":\"A/B\",\"n\":19.90}";
  made.timeout = std::chrono::milliseconds(2500);
  made.operation = "create-order.check";
  return made;
}

TEST(StoredRequest, IsTheSameBehindItsText) {
  EXPECT_EQ(request().to_json(),
            R"({"cluster":"oms","method":"POST","target":"/orders/search?no=A%2FB","headers":)"
            R"([{"name":"Content-Type","value":"application/json"},{"name":"X-Kind","value":"say \"ö\""}],)"
            R"("body":"{\"no\":\"A/B\",\"n\":19.90}","timeout":2500,"operation":"create-order.check"})");
  const auto read = StoredRequest::from_json(request().to_json());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cluster + ' ' + read->method + ' ' + read->target, "oms POST /orders/search?no=A%2FB");
  EXPECT_EQ(read->headers, request().headers);
  EXPECT_EQ(read->body, request().body);
  EXPECT_EQ(read->timeout, request().timeout);
  EXPECT_EQ(read->operation, "create-order.check");
  EXPECT_FALSE(read->webhook);
}

TEST(StoredRequest, WhatIsNoneIsNone) {
  for (const char* text : {"", "{}", R"({"cluster":"oms","method":"GET"})", R"({"method":"GET","target":"/"})"})
    EXPECT_FALSE(StoredRequest::from_json(text)) << text;
}

TEST(StoredRequest, AGetHasNoBody) {
  StoredRequest made = request();
  made.method = "GET";
  made.body.clear();
  EXPECT_EQ(made.to_json().find("\"body\""), std::string::npos);
  EXPECT_EQ(StoredRequest::from_json(made.to_json())->body, "");
}

}  // namespace
}  // namespace causeway::transactions
