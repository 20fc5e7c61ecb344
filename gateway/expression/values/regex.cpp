#include "expression/values/regex.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>

#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

/// Of one pattern with what it remembers of texts. A thread keeps some thirty.
constexpr std::size_t kMemory = std::size_t{128} << 10;  // compiling takes time by its square: 40 ms

// What compiling takes, in steps: by measurement of RE2 as Debian 12 has it, within a factor of three.
constexpr std::uint64_t kCompile = 200;
constexpr std::uint64_t kCompileByte = 32;
constexpr std::uint64_t kCompileProperty = 8000;  // \p{…}: hundreds of ranges each
constexpr std::uint64_t kCompileRepetition = 2;   // of {n}, n times
constexpr std::uint64_t kCompiled = 4;            // of what it came to
constexpr std::uint64_t kTooLarge = 2048;         // what that is at most

/// In the worst case, a pattern's size times a text's is what a match costs; so much of it takes about as long as a
/// step.
constexpr std::size_t kWorkAStep = 16;
constexpr std::size_t kCharactersAStep = 16;
/// Larger ones are paid for as if each character was looked at once, and where it took so many times longer, by that.
constexpr std::size_t kMeasured = 4096;
constexpr std::uint64_t kMuchLonger = 4;
constexpr std::uint64_t kNanosecondsAStep = 30;

/// What the thread has computed since it was made, and so not what it waited.
class Effort {
 public:
  std::uint64_t steps() const { return (now() - began_) / kNanosecondsAStep; }

 private:
  static std::uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
  }
  std::uint64_t began_ = now();
};

/// `(?<name>` is what this RE2 calls `(?P<name>`; with `x`, blanks and comments go.
std::string translated(std::string_view pattern, bool extended) {
  std::string out;
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      // \h is a hex digit for Oniguruma.
      if (pattern[at + 1] == 'h') out += in_class ? "0-9a-fA-F" : "[0-9a-fA-F]";
      else (out += c) += pattern[at + 1];
      ++at;
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    if (extended && !in_class) {
      if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
      if (c == '#') {
        at = std::min(pattern.find('\n', at), pattern.size() - 1);
        continue;
      }
    }
    out += c;
    const std::string_view rest = pattern.substr(at);
    if (!in_class && rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' && rest[3] != '!') {
      out += "?P<";
      at += 2;
    }
  }
  return out;
}

/// Before anything is done.
std::uint64_t price_of(std::string_view pattern) {
  std::uint64_t steps = kCompile + pattern.size() * kCompileByte;
  for (std::size_t at = 0; at + 1 < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
      if (pattern[at] == 'p' || pattern[at] == 'P') steps += kCompileProperty;
      continue;
    }
    if (pattern[at] != '{') continue;
    std::uint64_t most = 0;
    std::uint64_t number = 0;
    for (++at; at < pattern.size() && (is_digit(pattern[at]) || pattern[at] == ','); ++at) {
      number = pattern[at] == ','
                   ? 0
                   : std::min<std::uint64_t>(number * 10 + static_cast<unsigned>(pattern[at] - '0'), 1000);
      most = std::max(most, number);
    }
    steps += most * kCompileRepetition;
    --at;
  }
  return steps;
}

std::variant<std::shared_ptr<const Regex>, RegexProblem> compile(std::string_view pattern, std::string_view flags) {
  using Of = RegexProblem::Of;
  auto regex = std::make_shared<Regex>();
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  bool extended = false;
  for (const char flag : flags) {
    switch (flag) {
      case 'g':
        regex->global = true;
        break;
      case 'i':
        options.set_case_sensitive(false);
        break;
      case 'x':
        extended = true;
        break;
      case 's':
        break;  // `^` and `$` are the ends of the text anyway
      case 'p':
        options.set_dot_nl(true);
        break;
      case 'n':
        regex->skip_empty = true;
        break;
      case 'l':
        options.set_longest_match(true);
        break;
      default:
        return RegexProblem{Of::kFlags, "is not a valid modifier string", {}};
    }
  }
  regex->compiled = std::make_unique<re2::RE2>(translated(pattern, extended), options);
  if (!regex->compiled->ok()) {
    std::string what = regex->compiled->error();
    const std::string near = regex->compiled->error_arg().empty() ? "" : ": " + regex->compiled->error_arg();
    if (what.ends_with(near)) what.resize(what.size() - near.size());
    return RegexProblem{Of::kPattern, std::move(what), near};
  }
  regex->size = static_cast<std::size_t>(regex->compiled->ProgramSize());
  regex->groups = regex->compiled->NumberOfCapturingGroups();
  return std::shared_ptr<const Regex>(std::move(regex));
}

struct Remembered {
  std::string pattern;
  std::string flags;
  std::shared_ptr<const Regex> regex;
};

std::variant<std::shared_ptr<const Regex>, RegexProblem> remembered_or_made(std::string_view pattern,
                                                                            std::string_view flags) {
  thread_local std::array<Remembered, 32> remembered;
  thread_local std::size_t next = 0;
  for (const Remembered& known : remembered)
    if (known.regex && known.pattern == pattern && known.flags == flags) return known.regex;
  auto made = compile(pattern, flags);
  if (const auto* const regex = std::get_if<0>(&made)) {
    remembered[next] = {std::string(pattern), std::string(flags), *regex};
    next = (next + 1) % remembered.size();
  }
  return made;
}

}  // namespace

std::string_view Regex::name_of(int group) const {
  const auto& names = compiled->CapturingGroupNames();
  const auto found = names.find(group);
  return found == names.end() ? std::string_view() : std::string_view(found->second);
}

std::variant<std::shared_ptr<const Regex>, RegexProblem> find_regex(std::string_view pattern, std::string_view flags,
                                                                    Resources& resources, std::size_t longest) {
  using Of = RegexProblem::Of;
  if (pattern.size() > longest)
    return RegexProblem{Of::kSize, fmt::format("a pattern has at most {} bytes", longest), {}};
  const std::hash<std::string_view> hash;
  const std::uint64_t what = (hash(pattern) ^ (hash(flags) << 1)) | 1;
  const bool paid = resources.has_paid(what);
  if (!paid && !resources.spend(price_of(pattern))) return RegexProblem{Of::kSize, "the run has to end", {}};
  auto made = remembered_or_made(pattern, flags);
  const auto* const regex = std::get_if<0>(&made);
  if (!paid) resources.spend((regex ? (*regex)->size : kTooLarge) * kCompiled);
  if (!paid && regex) resources.note_paid(what);
  return made;
}

bool find_match(const Regex& regex, std::string_view text, std::size_t start, std::span<re2::StringPiece> groups,
                Resources& resources) {
  const std::size_t work = (text.size() - start) * regex.size;
  const auto match = [&] {
    return regex.compiled->Match({text.data(), text.size()}, start, text.size(), re2::RE2::UNANCHORED, groups.data(),
                                 static_cast<int>(groups.size()));
  };
  if (work < kMeasured) return resources.spend(4 + work / kWorkAStep) && match();
  if (!resources.has_steps(work / kWorkAStep)) return false;
  const Effort effort;
  const bool found = match();
  const std::uint64_t took = effort.steps();
  const char* const end = found ? groups[0].data() + groups[0].size() : text.data() + text.size();
  const auto seen = static_cast<std::size_t>(end - text.data()) - start;
  const std::uint64_t price = 4 + seen / kCharactersAStep + regex.size / kWorkAStep;
  if (!resources.spend(price)) return false;
  return (took < kMuchLonger * price || resources.spend_excess(took - price)) && found;
}

}  // namespace causeway::expression
