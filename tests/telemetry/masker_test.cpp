#include "telemetry/masker.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::telemetry {
namespace {

std::string shown(const LoggedBody& body) {
  static const Masker masker({"password", "idCard", "phone"});
  std::string out;
  masker.append(out, body);
  return out;
}

std::string whole(std::string_view text, std::string_view type = "application/json") {
  return shown({text, text.size(), type});
}

std::string cut(std::string_view prefix, std::string_view type = "application/json") {
  return shown({prefix, 5000, type});
}

TEST(Masker, ReplacesValuesOfEveryType) {
  EXPECT_EQ(whole(R"({"password":"p","a":1})"), R"({"password":"***","a":1})");
  EXPECT_EQ(whole(R"({"password":-12.5e3})"), R"({"password":"***"})");
  EXPECT_EQ(whole(R"({"password":null,"idCard":true})"), R"({"password":"***","idCard":"***"})");
  EXPECT_EQ(whole(R"({"password":{"a":["}",{"b":"s3"}]},"c":[1]})"), R"({"password":"***","c":[1]})");
  EXPECT_EQ(whole(R"({"phone": [1, "2", {}], "z": {}})"), R"({"phone": "***", "z": {}})");
}

TEST(Masker, FindsKeysAtAnyDepthInAnyCase) {
  EXPECT_EQ(whole(R"([[{"x":{"PassWord":"p"}}],{"IDCARD":"i"}])"), R"([[{"x":{"PassWord":"***"}}],{"IDCARD":"***"}])");
  EXPECT_EQ(whole(R"({"passwords":"shown","telephone":"shown"})"), R"({"passwords":"shown","telephone":"shown"})");
}

TEST(Masker, DecodesKeys) {
  EXPECT_EQ(whole(R"({"p\u0061ss\u0077ord":"p"})"), R"({"p\u0061ss\u0077ord":"***"})");
  EXPECT_EQ(whole(R"({"a\"password":"shown"})"), R"({"a\"password":"shown"})");
  EXPECT_EQ(whole(R"({"a":"x\"password\":","b":"shown"})"), R"({"a":"x\"password\":","b":"shown"})");
}

TEST(Masker, HidesWhatTheLimitCutOff) {
  EXPECT_EQ(cut(R"({"a":1,"password":"sec)"), R"({"a":1,"password":"***"…(5000 bytes))");
  EXPECT_EQ(cut(R"({"a":1,"password":"sec\)"), R"({"a":1,"password":"***"…(5000 bytes))");
  EXPECT_EQ(cut(R"({"a":1,"phone":138)"), R"({"a":1,"phone":"***"…(5000 bytes))");
  EXPECT_EQ(cut(R"({"phone":[1,{"b":"secr)"), R"({"phone":"***"…(5000 bytes))");
  EXPECT_EQ(cut(R"({"a":1,"passw)"), R"({"a":1,"passw…(5000 bytes))");
  EXPECT_EQ(cut(R"({"password":)"), R"({"password":…(5000 bytes))");
  EXPECT_EQ(cut(R"({"name":"shown in par)"), R"({"name":"shown in par…(5000 bytes))");
}

// Wherever the limit falls, nothing of a secret value appears.
TEST(Masker, LeaksNothingAtAnyLimit) {
  const std::string body =
      R"({"a":[1,{"password":"SECRET\"SECRET"}],"p":"{\"phone\":\"SECRET\"}","idCard":{"n":"SECRET"},"phone":5550123})";
  for (std::size_t size = 0; size <= body.size(); ++size) {
    const std::string out = shown({std::string_view(body).substr(0, size), body.size(), "application/json"});
    EXPECT_EQ(out.find("SE"), std::string::npos) << out;
    EXPECT_EQ(out.find("55"), std::string::npos) << out;
  }
  const std::string form = "a=1&password=SECRET&user%5Bphone%5D=SECRET&b=2";
  for (std::size_t size = 0; size <= form.size(); ++size) {
    const std::string out =
        shown({std::string_view(form).substr(0, size), form.size(), "application/x-www-form-urlencoded"});
    EXPECT_EQ(out.find("SE"), std::string::npos) << out;
  }
}

TEST(Masker, HidesJsonWithinStrings) {
  EXPECT_EQ(whole(R"({"payload":"{\"password\":\"p\"}","note":"your password is wrong"})"),
            R"({"payload":"***","note":"your password is wrong"})");
  EXPECT_EQ(whole(R"({"payload":"{\"x\":\"{\\\"p\\u0061ssword\\\":1}\"}"})"), R"({"payload":"***"})");
  EXPECT_EQ(whole(R"({"url":"https://x/?password=p"})"), R"({"url":"***"})");
}

TEST(Masker, WritesPrettyJsonOnOneLine) {
  EXPECT_EQ(whole("{\n  \"a\": 1,\r\n  \"phone\":\n\t\"x\"\n}\n"), R"({"a": 1,"phone":"***"})");
  EXPECT_EQ(whole("{\"a\":1}\n{\"phone\":2}\n", "application/x-ndjson"), R"({"a":1}{"phone":"***"})");
}

TEST(Masker, MasksForms) {
  const auto form = [](std::string_view text) { return whole(text, "application/x-www-form-urlencoded"); };
  EXPECT_EQ(form("a=1&password=x%26y&b=2"), "a=1&password=***&b=2");
  EXPECT_EQ(form("PASSWORD=x"), "PASSWORD=***");
  EXPECT_EQ(form("user[phone]=1&user.idCard=2&p%61ssword=3&telephone=4"),
            "user[phone]=***&user.idCard=***&p%61ssword=***&telephone=4");
  EXPECT_EQ(form("data=%7B%22phone%22%3A1%7D&x"), "data=***&x");
  EXPECT_EQ(whole("a=1&password=x", ""), "a=1&password=***");
}

TEST(Masker, FindsJsonThatSaysItIsAForm) {
  EXPECT_EQ(whole(R"({"password":"p"})", "application/x-www-form-urlencoded"), R"({"password":"***"})");
  EXPECT_EQ(whole("\xef\xbb\xbf{\"password\":\"p\"}", ""), R"({"password":"***"})");
}

TEST(Masker, HidesWhatItCannotReadOnceItNamesAKey) {
  EXPECT_EQ(whole("<user><password>p</password></user>", "application/xml"), "(35 bytes of application/xml, masked)");
  EXPECT_EQ(whole("{'password': 'p'}"), "(17 bytes of application/json, masked)");
  EXPECT_EQ(whole("{password: p}"), "(13 bytes of application/json, masked)");
  EXPECT_EQ(whole(R"({"password": "a" "b"})"), "(21 bytes of application/json, masked)");
  EXPECT_EQ(whole(R"({"a" "p\u0061ssword" 1)"), "(22 bytes of application/json, masked)");
  EXPECT_EQ(whole(R"({"a":1} password hunter2)"), "(24 bytes of application/json, masked)");
  EXPECT_EQ(whole("password hunter2", "text/plain"), "(16 bytes of text/plain, masked)");
  EXPECT_EQ(cut("phone: 1", "text/plain"), "(5000 bytes of text/plain, masked)");
  EXPECT_EQ(whole("<b>call our telephone</b>", "text/html"), "<b>call our telephone</b>");
  EXPECT_EQ(whole("{not json}"), "{not json}");
}

TEST(Masker, SurvivesDeepNesting) {
  const std::string deep = std::string(60'000, '[') + R"({"phone":1)";
  EXPECT_EQ(whole(deep), std::string(60'000, '[') + R"({"phone":"***")");
}

TEST(Masker, SummarisesWhatIsNotText) {
  EXPECT_EQ(shown({"", 2048, "image/png"}), "(2048 bytes of image/png)");
  EXPECT_EQ(whole("--x\r\nsecret", "Multipart/Form-Data; boundary=x"), "(11 bytes of Multipart/Form-Data)");
  EXPECT_EQ(whole(std::string_view("{\0\"\0", 4)), "(4 bytes of application/json)");
  EXPECT_EQ(whole("\x1f\x8b\x08", ""), "(3 bytes)");
  EXPECT_EQ(whole("", ""), "");
}

TEST(Masker, CutsBetweenCharacters) {
  EXPECT_EQ(cut("张\xe4\xbc", "text/plain"), "张…(5000 bytes)");
  EXPECT_EQ(cut("张伟", "text/plain"), "张伟…(5000 bytes)");
  EXPECT_EQ(cut("", "text/plain"), "…(5000 bytes)");
}

TEST(Masker, KnowsTextTypes) {
  for (const char* type : {"", "text/html", "Application/JSON; charset=utf-8", "application/problem+json",
                           "application/soap+xml", "application/x-www-form-urlencoded"}) {
    EXPECT_TRUE(is_text_type(type)) << type;
  }
  for (const char* type : {"image/png", "multipart/form-data; boundary=x", "application/octet-stream", "json"}) {
    EXPECT_FALSE(is_text_type(type)) << type;
  }
}

}  // namespace
}  // namespace causeway::telemetry
