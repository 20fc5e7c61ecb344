// Generated programs on generated documents give what Debian's jq gives, but for a reviewed list of differences.
//
// $CAUSEWAY_DIFFERENTIAL_SEED, …_PROGRAMS and …_FAILURES choose others: a failure names the seed that replays it.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "expression/generator.h"
#include "expression/jq_process.h"
#include "expression/known_differences.h"
#include "expression/run.h"
#include "expression/ways.h"

namespace causeway::expression {
namespace {

constexpr std::uint64_t kFirstSeed = 20'261'127;
constexpr std::uint64_t kPrograms = 3'000;
constexpr std::uint64_t kBatch = 600;
constexpr std::uint64_t kFailures = 10;  ///< after so many it is enough

std::uint64_t asked(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

const Generator& generator() {
  static const Generator generator(CAUSEWAY_TESTS "/expression/grammar");
  return generator;
}

TEST(Generator, MakesTheSameCaseOfASeedAndKnowsAllKinds) {
  EXPECT_EQ(generator().problems(), std::vector<std::string>());
  EXPECT_EQ(generator().make(7).program, generator().make(7).program);
  EXPECT_NE(generator().make(7).program, generator().make(8).program);
}

TEST(PathsAgree, OnGeneratedPrograms) {
  const std::uint64_t first = asked("CAUSEWAY_DIFFERENTIAL_SEED", kFirstSeed);
  const std::uint64_t count = asked("CAUSEWAY_DIFFERENTIAL_PROGRAMS", kPrograms);
  const std::uint64_t most = asked("CAUSEWAY_DIFFERENTIAL_FAILURES", kFailures);
  std::uint64_t failures = 0;
  for (std::uint64_t seed = first; seed < first + count && failures < most; ++seed) {
    const Generator::Case one = generator().make(seed);
    const std::string trouble = disagreement(one.program, one.document);
    failures += trouble.empty() ? 0 : 1;
    EXPECT_EQ(trouble, "") << "seed " << seed;
  }
}

TEST(Differential, GeneratedProgramsGiveWhatJqGives) {
  const auto version = jq_version();
  if (!version) GTEST_SKIP() << "there is no jq";
  const std::uint64_t first = asked("CAUSEWAY_DIFFERENTIAL_SEED", kFirstSeed);
  const std::uint64_t count = asked("CAUSEWAY_DIFFERENTIAL_PROGRAMS", kPrograms);
  std::map<std::string, int> kinds;
  const std::uint64_t most = asked("CAUSEWAY_DIFFERENTIAL_FAILURES", kFailures);
  std::uint64_t failures = 0;
  for (std::uint64_t from = first; from < first + count && failures < most; from += kBatch) {
    std::vector<Generator::Case> cases;
    for (std::uint64_t seed = from; seed < std::min(from + kBatch, first + count); ++seed)
      cases.push_back(generator().make(seed));
    const std::vector<std::string> answers = ask_jq(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const Generator::Case& one = cases[i];
      const std::string ours = run(as_one_result(one.program), one.document);
      if (same_result(ours, answers[i])) {
        ++kinds[ours.starts_with(R"([{"error")") ? "the same error" : "the same result"];
        continue;
      }
      const std::string_view why = known_difference(one, ours, answers[i]);
      ++kinds[std::string(why.empty() ? "another result" : why)];
      if (!why.empty()) continue;
      ADD_FAILURE() << "seed " << one.seed << "\n  program " << one.program << "\n  input   " << one.document
                    << "\n  ours    " << ours << "\n  jq      " << (answers[i].empty() ? "nothing" : answers[i]);
      if (++failures == most) break;
    }
  }
  std::printf("%llu programs from seed %llu against %s\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(first), version->c_str());
  for (const auto& [kind, number] : kinds) std::printf("%8d %s\n", number, kind.c_str());
}

}  // namespace
}  // namespace causeway::expression
