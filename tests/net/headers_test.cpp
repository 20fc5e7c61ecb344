#include "net/headers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory_resource>
#include <string>
#include <vector>

namespace causeway::net {
namespace {

std::string text_of(const Headers& headers) {
  std::string text;
  for (const HeaderField& field : headers) text.append(field.name).append("=").append(field.value).append(" ");
  return text;
}

std::string changed_case(std::string_view name) {
  std::string changed(name);
  for (char& letter : changed)
    letter = static_cast<char>(std::islower(letter) ? std::toupper(letter) : std::tolower(letter));
  return changed;
}

// Counts what it has given out.
class Memory : public std::pmr::memory_resource {
 public:
  int blocks = 0;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++blocks;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    --blocks;
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

TEST(HeaderId, EveryNameIsFoundWhateverItsCase) {
  for (std::size_t i = 1; i < kHeaderIdCount; ++i) {
    const auto id = static_cast<HeaderId>(i);
    EXPECT_FALSE(header_name(id).empty()) << i;
    EXPECT_EQ(header_id(header_name(id)), id) << header_name(id);
    EXPECT_EQ(header_id(changed_case(header_name(id))), id) << header_name(id);
  }
}

TEST(HeaderId, NamesAreInTheOrderOfTheEnum) {
  EXPECT_EQ(header_name(HeaderId::kAccept), "Accept");
  EXPECT_EQ(header_name(HeaderId::kContentLength), "Content-Length");
  EXPECT_EQ(header_name(HeaderId::kHost), "Host");
  EXPECT_EQ(header_name(HeaderId::kTransferEncoding), "Transfer-Encoding");
  EXPECT_EQ(header_name(HeaderId::kXApiKey), "X-API-Key");
  EXPECT_EQ(header_name(HeaderId::kXConsumerRoles), "X-Consumer-Roles");
  EXPECT_EQ(header_name(HeaderId::kXTimestamp), "X-Timestamp");
  std::vector<std::string> names;
  for (std::size_t i = 1; i < kHeaderIdCount; ++i) {
    names.push_back(std::string(header_name(static_cast<HeaderId>(i))));
    std::transform(names.back().begin(), names.back().end(), names.back().begin(), ::tolower);
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(HeaderId, OtherNamesAreUnknown) {
  for (const char* name : {"", "x", "Content-Lengt", "Content-Lengthh", "Content_Length", "Content-Lengti", "Hos\rt",
                           "Content\rLength", "\xff"}) {
    EXPECT_EQ(header_id(name), HeaderId::kUnknown) << name;
  }
}

TEST(HeaderId, FoldingReadsUnderscoresAndDotsAsACgiWould) {
  EXPECT_EQ(folded_header_id("content_LENGTH"), HeaderId::kContentLength);
  EXPECT_EQ(folded_header_id("X.Consumer_Name"), HeaderId::kXConsumerName);
  EXPECT_EQ(folded_header_id("Content-Length"), HeaderId::kContentLength);
  EXPECT_EQ(folded_header_id("Content+Length"), HeaderId::kUnknown);
}

TEST(Headers, KeepsTheOrderAndFindsById) {
  Headers headers;
  EXPECT_TRUE(headers.add("host", "a"));
  EXPECT_TRUE(headers.add("X-One", "1"));
  EXPECT_TRUE(headers.add("HOST", "b"));
  EXPECT_EQ(text_of(headers), "host=a X-One=1 HOST=b ");
  EXPECT_EQ(headers.get(HeaderId::kHost), "a");
  EXPECT_EQ(headers.get("Host"), "a");
  EXPECT_EQ(headers.get("x-ONE"), "1");
  EXPECT_EQ(headers.get("X-Two"), std::nullopt);
  EXPECT_EQ(headers.get(HeaderId::kDate), std::nullopt);
  EXPECT_EQ(headers.count(HeaderId::kHost), 2u);
  EXPECT_EQ(headers.count(HeaderId::kDate), 0u);
  EXPECT_TRUE(headers.contains(HeaderId::kHost));
  EXPECT_FALSE(headers.contains(HeaderId::kDate));
}

TEST(Headers, SetLeavesExactlyOneAtTheFirstPlace) {
  Headers headers;
  headers.add("A", "1");
  headers.add("Host", "x");
  headers.add("a", "2");
  headers.add("host", "y");
  EXPECT_TRUE(headers.set(HeaderId::kHost, "z"));
  EXPECT_TRUE(headers.set("a", "3"));
  EXPECT_TRUE(headers.set(HeaderId::kServer, "s"));
  EXPECT_TRUE(headers.set("B", "4"));
  EXPECT_EQ(text_of(headers), "A=3 Host=z Server=s B=4 ");
  EXPECT_EQ(headers.get(HeaderId::kServer), "s");
}

TEST(Headers, RemoveTakesAllOfAName) {
  Headers headers;
  headers.add("Cookie", "1");
  headers.add("X-A", "2");
  headers.add("cookie", "3");
  headers.add("Date", "4");
  headers.add("x-a", "5");
  headers.add("X-B", "6");
  EXPECT_EQ(headers.remove(HeaderId::kCookie), 2u);
  EXPECT_EQ(headers.remove("X-a"), 2u);
  EXPECT_EQ(headers.remove(HeaderId::kHost), 0u);
  EXPECT_EQ(headers.remove("DATE"), 1u);
  EXPECT_EQ(text_of(headers), "X-B=6 ");
  EXPECT_EQ(headers.get(HeaderId::kDate), std::nullopt);
  EXPECT_EQ(headers.get("X-B"), "6");
}

TEST(Headers, GrowsOnceUpToItsLimitAndGivesTheBlockBack) {
  Memory memory;
  {
    Headers headers(&memory);
    for (std::size_t i = 0; i < Headers::kInlineFields; ++i) EXPECT_TRUE(headers.add("X-A", "1"));
    EXPECT_EQ(memory.blocks, 0);
    for (std::size_t i = Headers::kInlineFields; i < Headers::kMaxFields; ++i) EXPECT_TRUE(headers.add("Date", "2"));
    EXPECT_EQ(memory.blocks, 1);
    EXPECT_FALSE(headers.add("X-A", "3"));
    EXPECT_FALSE(headers.set("X-B", "3"));
    EXPECT_EQ(headers.size(), Headers::kMaxFields);
    EXPECT_EQ(headers.count(HeaderId::kDate), Headers::kMaxFields - Headers::kInlineFields);
    headers.clear();
    EXPECT_EQ(memory.blocks, 0);
    EXPECT_TRUE(headers.empty());
    for (std::size_t i = 0; i <= Headers::kInlineFields; ++i) headers.add("X-A", "1");
    EXPECT_EQ(memory.blocks, 1);
  }
  EXPECT_EQ(memory.blocks, 0);
}

}  // namespace
}  // namespace causeway::net
