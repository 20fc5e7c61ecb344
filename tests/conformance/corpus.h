// Reads the public corpora in this folder: JSON files of cases whose bytes are base64 or generated.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace causeway::conformance {

struct Case {
  std::string id;
  std::string expect;              ///< accept, reject, incomplete, either, sequence …
  std::vector<std::string> steps;  ///< what is sent, one write each
  std::string bytes() const {
    std::string all;
    for (const std::string& step : steps) all += step;
    return all;
  }
};

inline std::string decode_base64(const std::string& text) {
  static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char letter : text) {
    const std::size_t value = kAlphabet.find(letter);
    if (value == std::string::npos) break;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count));
    }
  }
  return bytes;
}

inline std::string repeated(const std::string& unit, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

/// `file` lies in tests/conformance. A file that cannot be read fails the test and gives no cases.
inline std::vector<Case> read_cases(const std::string& file) {
  std::ifstream stream(std::string(CAUSEWAY_TESTS "/conformance/") + file);
  const nlohmann::json corpus = nlohmann::json::parse(stream, nullptr, false);
  EXPECT_TRUE(corpus.is_object()) << file;
  std::vector<Case> cases;
  if (!corpus.is_object()) return cases;
  for (const nlohmann::json& row : corpus["cases"]) {
    Case one{row["id"], row["expect"], {}};
    if (row.contains("steps")) {
      for (const nlohmann::json& step : row["steps"]) one.steps.push_back(decode_base64(step));
    } else if (row.contains("raw")) {
      one.steps = {decode_base64(row["raw"])};
    } else if (row.contains("raw_rle")) {
      const nlohmann::json& parts = row["raw_rle"];
      one.steps = {decode_base64(parts[0]) + repeated(parts[1], parts[2]) + decode_base64(parts[3])};
    } else if (row.contains("gen")) {
      const nlohmann::json& parts = row["gen"];
      one.steps = {repeated(decode_base64(parts["unit"]), parts["count"]) + decode_base64(parts["suffix"])};
    } else if (row.value("raw_gen", "") == "GENERATE:headers10000") {
      std::string bytes = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n";
      for (int i = 0; i < 10'000; ++i) bytes += "X-" + std::to_string(i) + ": v\r\n";
      one.steps = {bytes + "\r\n"};
    } else {
      ADD_FAILURE() << "no bytes: " << one.id;
    }
    cases.push_back(std::move(one));
  }
  EXPECT_EQ(cases.size(), corpus["n"].get<std::size_t>()) << file;
  return cases;
}

}  // namespace causeway::conformance
