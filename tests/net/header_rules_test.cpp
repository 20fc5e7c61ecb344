#include "net/header_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::net {
namespace {

bool up(std::string_view name, BodyPasses body = BodyPasses::kAsIs, const ConnectionNames& names = {}) {
  return passes_to_upstream({name, "v", header_id(name)}, names, body);
}

bool down(std::string_view name, BodyPasses body = BodyPasses::kAsIs, const ConnectionNames& names = {}) {
  return passes_to_caller({name, "v", header_id(name)}, names, body);
}

std::string reason(std::string_view value) {
  ConnectionNames names;
  const char* what = names.add(value);
  return what == nullptr ? "" : what;
}

TEST(HeaderRules, ProtectedNamesAreSetByTheGatewayOnlyHoweverTheyAreSpelt) {
  for (const char* name : {"X-Consumer-Name",
                           "x-consumer-roles",
                           "X_Consumer_Name",
                           "X.Consumer.Name",
                           "x-consumer-anything",
                           "x_consumer-x",
                           "X-Causeway-Transaction",
                           "X_CAUSEWAY_NEW",
                           "X-Forwarded-For",
                           "x_forwarded_for",
                           "X-Forwarded-Prefix",
                           "Forwarded",
                           "X-Real-IP",
                           "x_real_ip",
                           "X-Original-URL",
                           "x.original.host",
                           "X-Rewrite-URL",
                           "X_Rewrite_Url",
                           "X-HTTP-Method-Override",
                           "X-HTTP-Method",
                           "X_Method_Override",
                           "X-Request-Timeout-Ms",
                           "x_request_timeout_ms",
                           "webhook-id",
                           "Webhook-Signature",
                           "webhook_timestamp"}) {
    EXPECT_TRUE(is_protected(name)) << name;
    EXPECT_FALSE(up(name)) << name;
    EXPECT_FALSE(down(name)) << name;
  }
  for (const char* name :
       {"X-Consumer", "Consumer-Name", "X-Consumers-Name", "X-Forward", "webhooks", "X-Request-Id"}) {
    EXPECT_FALSE(is_protected(name)) << name;
  }
}

TEST(HeaderRules, WhatBelongsToTheConnectionStaysThere) {
  for (const char* name : {"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate",
                           "Proxy", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Expect",
                           "Content-Length", "Transfer_Encoding", "Content_Length", "content.length"}) {
    EXPECT_FALSE(up(name)) << name;
    EXPECT_FALSE(down(name)) << name;
  }
  EXPECT_FALSE(up("Host"));
}

TEST(HeaderRules, CredentialsAndWhatTheGatewayReplacesDoNotReachASystem) {
  for (const char* name :
       {"Authorization", "X-API-Key", "x_api_key", "X-Signature", "X_Signature", "X-Timestamp", "X-Nonce",
        "X-Content-SHA256", "Idempotency-Key", "traceparent", "tracestate", "X-Request-Id"}) {
    EXPECT_FALSE(up(name)) << name;
  }
}

TEST(HeaderRules, EverythingElseReachesASystem) {
  for (const char* name :
       {"Accept", "Accept-Language", "Content-Type", "Content-Encoding", "Cookie", "User-Agent", "X-Shop",
        "If-None-Match", "Range", "Accept-Encoding", "X_Shop", "Access-Control-Request-Method"}) {
    EXPECT_TRUE(up(name)) << name;
  }
}

TEST(HeaderRules, WrappedBodiesHaveNoRangesCodingsOrDigests) {
  for (const char* name : {"Range", "If-Range", "Accept-Encoding"})
    EXPECT_FALSE(up(name, BodyPasses::kWrapped)) << name;
  EXPECT_TRUE(up("Accept", BodyPasses::kWrapped));
  for (const char* name :
       {"Content-Range", "Accept-Ranges", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"}) {
    EXPECT_FALSE(down(name, BodyPasses::kWrapped)) << name;
    EXPECT_TRUE(down(name)) << name;
  }
  EXPECT_TRUE(down("ETag", BodyPasses::kWrapped));
}

TEST(HeaderRules, WhatASystemMayNotTellCallers) {
  for (const char* name : {"Set-Cookie", "Set-Cookie2", "Access-Control-Allow-Origin", "access-control-max-age",
                           "Alt-Svc", "Clear-Site-Data", "Server", "Date", "X-Request-Id", "traceparent"}) {
    EXPECT_FALSE(down(name)) << name;
  }
  for (const char* name : {"Content-Type", "Content-Encoding", "Location", "Retry-After", "ETag", "Cache-Control",
                           "X-Shop", "WWW-Authenticate", "Vary", "Link"}) {
    EXPECT_TRUE(down(name)) << name;
  }
}

TEST(ConnectionNames, NamedFieldsGo) {
  ConnectionNames names;
  EXPECT_EQ(names.add("Keep-Alive, X-Hop ,, x-hop"), nullptr);
  EXPECT_EQ(names.add("close"), nullptr);
  EXPECT_TRUE(names.close());
  EXPECT_TRUE(names.keep_alive());
  EXPECT_FALSE(up("X-HOP", BodyPasses::kAsIs, names));
  EXPECT_FALSE(down("x-hop", BodyPasses::kAsIs, names));
  EXPECT_TRUE(up("X-Hop-2", BodyPasses::kAsIs, names));
  names.clear();
  EXPECT_FALSE(names.close());
  EXPECT_TRUE(up("X-Hop", BodyPasses::kAsIs, names));
}

TEST(ConnectionNames, MayNotTakeAwayWhatOthersRelyOn) {
  for (const char* name : {"Host", "Content-Length", "transfer-encoding", "Authorization", "X-API-Key", "x_signature",
                           "X-Timestamp", "X-Nonce", "X-Content-SHA256", "Idempotency-Key", "X-Consumer-Name",
                           "x_forwarded_for", "Forwarded", "Content-Type", "Content-Encoding", "Cookie", "Accept"}) {
    EXPECT_EQ(reason("close, " + std::string(name)), "connection_names_protected") << name;
  }
  for (const char* name :
       {"Upgrade", "TE", "Trailer", "HTTP2-Settings", "Keep-Alive", "Proxy-Authorization", "Cache-Control"}) {
    EXPECT_EQ(reason(name), "") << name;
  }
}

TEST(ConnectionNames, AreAShortListOfTokens) {
  EXPECT_EQ(reason(""), "");
  EXPECT_EQ(reason(" , ,"), "");
  EXPECT_EQ(reason("keep alive"), "connection_option");
  EXPECT_EQ(reason("\"close\""), "connection_option");
  EXPECT_EQ(reason("a,b,c,d,e,f,g,h,a,close"), "");
  EXPECT_EQ(reason("a,b,c,d,e,f,g,h,i"), "many_connection_options");
}

TEST(HeaderRules, TheConfigurationMayTouchWhatNobodyElseWrites) {
  for (const char* name : {"Authorization", "Accept", "Cache-Control", "Content-Type", "Cookie", "ETag",
                           "Idempotency-Key", "Location", "Server", "Set-Cookie", "X-API-Key", "X-Own"})
    EXPECT_TRUE(is_configurable(name)) << name;
  for (const char* name : {"connection",
                           "Content-Encoding",
                           "Content-Length",
                           "content_length",
                           "Date",
                           "Expect",
                           "Forwarded",
                           "Host",
                           "HTTP2-Settings",
                           "Keep-Alive",
                           "Proxy-Authorization",
                           "TE",
                           "traceparent",
                           "tracestate",
                           "Trailer",
                           "Transfer-Encoding",
                           "Upgrade",
                           "Webhook-Signature",
                           "X-Causeway-Event",
                           "X-Consumer-Name",
                           "X_Consumer_Roles",
                           "X-Forwarded-For",
                           "X-Original-URL",
                           "X-Request-Id",
                           "X-Request-Timeout-Ms"})
    EXPECT_FALSE(is_configurable(name)) << name;
}

}  // namespace
}  // namespace causeway::net
