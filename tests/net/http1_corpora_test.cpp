// Two public corpora of HTTP/1.1 requests, against everything here that can refuse one.
#include <gtest/gtest.h>

#include <string>

#include "conformance/corpus.h"
#include "net/read_connection.h"

namespace causeway::net {
namespace {

constexpr std::size_t kLong = 4096;  // longer inputs are not cut in two at every place, which would be quadratic

void expect_the_same_however_cut(const conformance::Case& one) {
  const std::string bytes = one.bytes();
  const Transcript whole = read_connection(bytes);
  EXPECT_EQ(read_connection(bytes, every_byte(bytes)).text(), whole.text()) << one.id;
  if (bytes.size() > kLong) return;
  EXPECT_EQ(read_connection(bytes, every_byte(bytes), true).text(), whole.text()) << one.id;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    ASSERT_EQ(read_connection(bytes, {cut}, cut % 2 == 0).text(), whole.text()) << one.id << " cut at " << cut;
  }
}

// Every verdict of both corpora is ours too: there is no list of exceptions.
void expect_verdict(const conformance::Case& one, const Transcript& transcript) {
  const std::string what = one.id + ": " + transcript.text();
  if (one.expect == "accept") {
    EXPECT_FALSE(transcript.refused()) << what;
    EXPECT_NE(transcript.end, "incomplete") << what;
    EXPECT_GE(transcript.requests.size(), 1u) << what;
  } else if (one.expect == "reject") {
    EXPECT_TRUE(transcript.refused()) << what;
    EXPECT_TRUE(transcript.requests.empty()) << what;
  } else if (one.expect == "incomplete") {
    EXPECT_TRUE(transcript.requests.empty()) << what;
  } else if (one.expect == "sequence") {
    EXPECT_LE(transcript.requests.size(), one.steps.size()) << what;
  }
}

TEST(Http1Corpora, LlhttpRequests) {
  for (const conformance::Case& one : conformance::read_cases("llhttp_requests.json")) {
    expect_verdict(one, read_connection(one.bytes()));
    expect_the_same_however_cut(one);
  }
}

TEST(Http1Corpora, Http11Probe) {
  for (const conformance::Case& one : conformance::read_cases("http11probe.json")) {
    expect_verdict(one, read_connection(one.bytes()));
    expect_the_same_however_cut(one);
  }
}

}  // namespace
}  // namespace causeway::net
