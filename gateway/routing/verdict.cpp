#include "routing/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/ascii.h"
#include "routing/accept.h"
#include "routing/unlikeness.h"

namespace causeway::routing {
namespace {

using Kind = PathTemplate::Kind;
using config::quote;

// Distances. A route that is right but for one thing is always nearer than one with a segment of its own.
constexpr unsigned kOtherMethod = 2;
constexpr unsigned kOtherVersion = 3;
constexpr unsigned kUnknownVersion = 5;
constexpr unsigned kOtherSegment = 4;  // at least; as much more as the words are unlike
constexpr unsigned kMissingSegment = 9;
constexpr unsigned kSlash = 4;

struct Wanted {
  enum class What : std::uint8_t { kLiteral, kParameter, kRest, kVersion };
  What what = What::kLiteral;
  std::string_view text;
};
using What = Wanted::What;

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    words.push_back(path.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

std::string joined(const std::vector<std::string_view>& names, std::string_view between = ", ") {
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : between).append(name);
  return text;
}

/// One route and one call.
class Judge {
 public:
  Judge(const ApiSettings& api, const RouteSpec& route, const MatchRequest& request, std::string_view vendor)
      : api_(api),
        route_(route),
        method_(request.method),
        words_(split(request.path)),
        accept_matters_(!request.accept.empty() && request.accept != "*/*"),
        accepted_(request.accept, vendor) {
    for (const auto& [name, settings] : api.versions) {
      known_.push_back(name);
      const auto& own = route.versions;
      if (own.empty() || std::find(own.begin(), own.end(), name) != own.end()) own_.push_back(name);
    }
  }

  Verdict verdict() {
    if (known_.empty()) return finish(compare(/*with_version=*/false), Misfit::kNone, {});
    Verdict best = by_accept();
    if (!api_.base.uses("version")) return best;
    Verdict other = by_path();
    const auto nearer = [](const Verdict& a, const Verdict& b) {
      return std::pair(static_cast<int>(b.misfit), a.distance) < std::pair(static_cast<int>(a.misfit), b.distance);
    };
    return nearer(best, other) ? best : other;
  }

 private:
  /// The path against the template's segments, one by one.
  struct Comparison {
    std::vector<std::string> differences;
    unsigned distance = 0;
    unsigned matched = 0;
    unsigned literals = 0;
    std::string_view version;  ///< the word in the place of {version}
  };

  std::vector<Wanted> wanted(bool with_version) const {
    std::vector<Wanted> all;
    for (const PathTemplate::Segment& segment : api_.base.segments()) {
      if (segment.kind == Kind::kLiteral) all.push_back({What::kLiteral, segment.text});
      else if (with_version) all.push_back({What::kVersion, segment.text});
    }
    for (const PathTemplate::Segment& segment : route_.match.path.segments()) {
      if (segment.kind == Kind::kLiteral) all.push_back({What::kLiteral, segment.text});
      else all.push_back({segment.kind == Kind::kRest ? What::kRest : What::kParameter, segment.text});
    }
    if (route_.match.path.ends_with_slash() && !route_.match.path.segments().empty()) all.push_back({});
    return all;
  }

  /// A route at `/` takes its base with a slash behind it and without.
  std::span<const std::string_view> words_for(const std::vector<Wanted>& wanted) const {
    const std::span<const std::string_view> words(words_);
    const bool root = route_.match.path.segments().empty();
    if (root && words.size() == wanted.size() + 1 && words.back().empty()) return words.first(wanted.size());
    return words;
  }

  Comparison compare(bool with_version) const {
    const std::vector<Wanted> all = wanted(with_version);
    const std::span<const std::string_view> words = words_for(all);
    Comparison result;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].what == What::kLiteral && !all[i].text.empty()) ++result.literals;
      if (all[i].what == What::kRest) {  // of anything, also nothing
        if (words.size() < i) add_missing(all, words.size(), result);
        return result;
      }
      if (i < words.size()) compare(all[i], i, words[i], result);
    }
    if (words.size() > all.size()) add_surplus(words, all.size(), result);
    if (words.size() < all.size()) add_missing(all, words.size(), result);
    return result;
  }

  static void differ(Comparison& result, unsigned distance, std::string what) {
    result.distance += distance;
    result.differences.push_back(std::move(what));
  }

  static void compare(const Wanted& wanted, std::size_t index, std::string_view word, Comparison& result) {
    if (wanted.what == What::kVersion) {
      result.version = word;
    } else if (wanted.what == What::kParameter) {
      if (word.empty()) differ(result, kMissingSegment, fmt::format("nothing stands where {{{}}} is", wanted.text));
    } else if (wanted.text == word) {
      if (!word.empty()) ++result.matched;
    } else if (wanted.text.empty()) {
      differ(result, kMissingSegment, fmt::format("segment {} is {}, where the route ends", index + 1, quote(word)));
    } else {
      differ(result, kOtherSegment + unlikeness(wanted.text, word),
             fmt::format("segment {} is {}, not \"{}\"", index + 1, quote(word), wanted.text));
    }
  }

  static void add_surplus(std::span<const std::string_view> words, std::size_t from, Comparison& result) {
    if (words.size() == from + 1 && words.back().empty())
      return differ(result, kSlash, "the call ends with a slash, the route does not");
    std::string rest;
    for (const std::string_view word : words.subspan(from)) rest.append("/").append(word);
    differ(result, kMissingSegment * static_cast<unsigned>(words.size() - from),
           fmt::format("the route ends before {}", quote(rest)));
  }

  static void add_missing(const std::vector<Wanted>& all, std::size_t from, Comparison& result) {
    std::string rest;
    unsigned distance = 0;
    for (const Wanted& wanted : std::span(all).subspan(from)) {
      if (wanted.what == What::kRest) break;
      rest += '/';
      const bool literal = wanted.what == What::kLiteral;
      rest += literal ? std::string(wanted.text) : fmt::format("{{{}}}", wanted.text);
      distance += kMissingSegment;
    }
    if (rest.empty()) return;
    if (rest == "/") return differ(result, kSlash, "the route ends with a slash, the call does not");
    differ(result, distance, fmt::format("the call ends before \"{}\"", rest));
  }

  Verdict by_path() {
    Comparison path = compare(/*with_version=*/true);
    if (path.version.data() == nullptr) return finish(std::move(path), Misfit::kNone, {});  // the call is too short
    const std::string_view name = path.version;
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      differ(path, kUnknownVersion, unknown_version(name));
    } else if (std::find(own_.begin(), own_.end(), name) == own_.end()) {
      differ(path, kOtherVersion, fmt::format("not in version {}, only in {}", name, joined(own_)));
    } else if (accept_matters_ && accepted_.weight(name) == 0) {
      return finish(std::move(path), Misfit::kVersion,
                    fmt::format("the path says version {}, Accept asks for {}", name, asked_for()));
    }
    return finish(std::move(path), Misfit::kNone, fmt::format("version {} by its path", name));
  }

  std::string unknown_version(std::string_view name) const {
    for (const std::string_view known : known_)
      if (equals_ignoring_case(known, name))
        return fmt::format("version {}: written \"{}\" in paths", quote(name), known);
    return fmt::format("version {}: unknown, known {} {}", quote(name), known_.size() == 1 ? "is" : "are",
                       joined(known_));
  }

  Verdict by_accept() {
    Comparison path = compare(/*with_version=*/false);
    if (accept_matters_)
      for (const AcceptedVersion& named : accepted_.named())
        for (const std::string_view own : own_)
          if (named.weight > 0 && equals_ignoring_case(named.name, own))
            return finish(std::move(path), Misfit::kNone, fmt::format("version {} by Accept", own));
    const std::string& by_default = api_.default_version;
    const bool default_is_own = std::find(own_.begin(), own_.end(), by_default) != own_.end();
    const bool default_will_do = !accept_matters_ || accepted_.weight(by_default) > 0;
    if (default_is_own && default_will_do)
      return finish(std::move(path), Misfit::kNone, fmt::format("version {} as the default_version", by_default));
    return finish(std::move(path), Misfit::kVersion, why_no_version(default_will_do));
  }

  std::string why_no_version(bool default_will_do) const {
    if (accepted_.any_named() && !(default_will_do && !api_.default_version.empty())) {
      if (own_.size() == known_.size())
        return fmt::format("Accept asks for version {}, known {} {}", asked_for(), known_.size() == 1 ? "is" : "are",
                           joined(known_));
      return fmt::format("Accept asks for version {}, the route is only in {}", asked_for(), joined(own_));
    }
    if (!api_.default_version.empty())
      return fmt::format("calls that name no version get {}, the route is only in {}", api_.default_version,
                         joined(own_));
    return fmt::format("the call names no version and the API has no default_version; known {} {}",
                       known_.size() == 1 ? "is" : "are", joined(known_));
  }

  std::string asked_for() const {
    std::vector<std::string_view> names;
    for (const AcceptedVersion& named : accepted_.named())
      if (named.weight > 0) names.push_back(named.name);
    return names.empty() ? "another one" : joined(names);
  }

  /// Adds what is wrong besides the path.
  Verdict finish(Comparison path, Misfit version, std::string about_version) {
    Verdict verdict;
    verdict.distance = path.distance;
    verdict.matched = path.matched;
    verdict.literals = path.literals;
    if (version == Misfit::kVersion) verdict.distance += kOtherVersion;
    if (!path.differences.empty()) {
      constexpr std::size_t kShown = 2;
      const std::size_t more = path.differences.size() - std::min(kShown, path.differences.size());
      path.differences.resize(path.differences.size() - more);
      verdict.misfit = Misfit::kPath;
      verdict.why = joined({path.differences.begin(), path.differences.end()}, "; ");
      if (more > 0) verdict.why += fmt::format("; and {} more", more);
      return verdict;
    }
    verdict.misfit = version;
    verdict.why = std::move(about_version);
    if (version == Misfit::kNone && !takes_method()) {
      verdict.misfit = Misfit::kMethod;
      verdict.distance += kOtherMethod;
      verdict.why = fmt::format("method {}: the route takes {}", quote(method_), methods_taken(route_.match.methods));
    }
    return verdict;
  }

  bool takes_method() const {
    const Methods bit = method_bit(method_);
    const Methods listed = route_.match.methods;
    return contains(listed, bit) || (contains(listed, Methods::kGet) && bit == Methods::kHead);
  }

  const ApiSettings& api_;
  const RouteSpec& route_;
  const std::string_view method_;
  const std::vector<std::string_view> words_;
  const bool accept_matters_;
  const AcceptedVersions accepted_;
  std::vector<std::string_view> known_;  ///< versions of the API
  std::vector<std::string_view> own_;    ///< of them, those of the route
};

}  // namespace

Verdict judge(const ApiSettings& api, const RouteSpec& route, const MatchRequest& request, std::string_view vendor) {
  return Judge(api, route, request, vendor).verdict();
}

std::string methods_taken(Methods methods) {
  if (contains(methods, Methods::kOther)) return "any method";
  if (contains(methods, Methods::kGet)) methods |= Methods::kHead;
  std::vector<std::string_view> names;
  for (const std::string_view name : method_names())
    if (contains(methods, method_bit(name))) names.push_back(name);
  return joined(names);
}

}  // namespace causeway::routing
