#include "net/cache_control.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace causeway::net {
namespace {

Keeping keeping(std::initializer_list<std::string_view> values) {
  Headers fields;
  for (const std::string_view value : values) fields.add(HeaderId::kCacheControl, value);
  return keeping_of(fields);
}

TEST(CacheControl, SaysNothingAboutKeepingByItself) {
  EXPECT_EQ(keeping({}), Keeping::kForAll);
  EXPECT_EQ(keeping({""}), Keeping::kForAll);
  EXPECT_EQ(keeping({"public, max-age=60, must-revalidate, no-cache, s-maxage=0"}), Keeping::kForAll);
}

TEST(CacheControl, NoStoreHoldsWhereverItStands) {
  for (const char* text : {"no-store", "No-Store", "max-age=5 , no-store", ",,no-store", "private,no-store",
                           "a=\",\",no-store", "no-store=\"x\"", R"(a="\"",no-store)"})
    EXPECT_EQ(keeping({text}), Keeping::kNever) << text;
  EXPECT_EQ(keeping({"max-age=5", "no-store"}), Keeping::kNever);
}

TEST(CacheControl, WhatStandsInQuotesOrWithinAWordIsNoDirective) {
  for (const char* text : {"a=\"no-store\"", "a=\"x, no-store\"", R"(a="\", no-store")", "x-no-store", "no-stored"})
    EXPECT_EQ(keeping({text}), Keeping::kForAll) << text;
}

TEST(CacheControl, PrivateIsForItsCallerWithNamesToo) {
  EXPECT_EQ(keeping({"private"}), Keeping::kForItsCaller);
  EXPECT_EQ(keeping({"max-age=1, private=\"set-cookie\""}), Keeping::kForItsCaller);
}

TEST(CacheControl, NamesOfAListComeOneByOne) {
  std::string_view list = " Accept-Language,, X-Shop\t, *";
  std::string names;
  while (!list.empty()) names.append(next_name(list)).append("|");
  EXPECT_EQ(names, "Accept-Language||X-Shop|*|");
}

}  // namespace
}  // namespace causeway::net
