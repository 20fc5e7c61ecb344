#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/ascii.h"
#include "routing/route_table.h"

namespace causeway::routing {
namespace {

using Kind = PathTemplate::Kind;

/// What stands below the base, in the trie's terms.
std::string shape_of(const PathTemplate& path) {
  std::string shape;
  for (const PathTemplate::Segment& segment : path.segments()) {
    if (segment.kind == Kind::kRest) return shape + RouteTrie::kRest;
    shape += '/';
    if (segment.kind == Kind::kParameter) shape += RouteTrie::kParameter;
    else shape += segment.text;
  }
  return path.ends_with_slash() ? shape + '/' : shape;
}

std::string joined(std::string_view base, const PathTemplate& path) {
  return base.empty() ? path.text() : std::string(base) + path.text();
}

std::string days(Duration duration) {
  return fmt::format("{}d", std::chrono::duration_cast<std::chrono::days>(duration).count());
}

/// The sunset in the file, or whatever of the file is nearest to it.
config::Position sunset_position(const config::Node& file, const std::string& version) {
  const config::Node* node = &file;
  for (const std::string_view key :
       {std::string_view("versions"), std::string_view(version), std::string_view("sunset")})
    if (const config::Node* found = node->find(key)) node = found;
  return node->position();
}

}  // namespace

class RouteTable::Builder {
 public:
  Builder(std::span<const ApiSpec> apis, std::span<const RouteSpec> specs, const VersioningSettings& versioning,
          config::Errors& errors, VersionStates* states)
      : apis_(apis), specs_(specs), versioning_(versioning), errors_(errors), states_(states) {}

  std::shared_ptr<const RouteTable> build() {
    const std::size_t before = errors_.error_count();
    table_->vendor_ = versioning_.vendor;
    for (const ApiSpec& api : apis_) add_versions(api);
    table_->routes_.reserve(specs_.size());  // candidates point into it
    for (const RouteSpec& spec : specs_) add_route(spec);
    report_namesakes();
    if (errors_.error_count() != before) return nullptr;
    finish();
    return table_;
  }

 private:
  /// How directly a route takes a method: as listed, by GET's taking HEAD along, or by taking any.
  enum class Rank : std::uint8_t { kListed, kImplied, kAny };

  struct Draft {
    Candidate candidate;
    Rank rank = Rank::kListed;
    const RouteSpec* spec = nullptr;
    bool operator<(const Draft& other) const { return rank < other.rank; }
  };

  void add_versions(const ApiSpec& api) {
    std::vector<Version>& versions = table_->versions_.emplace_back();
    versions.reserve(api.settings.versions.size());  // candidates point into it
    for (const auto& [name, settings] : api.settings.versions) {
      warn_about_dates(api, name, settings);
      versions.emplace_back(name, settings, api.settings.base, versioning_.vendor,
                            states_ ? states_->of(api.settings.api, name) : nullptr);
    }
  }

  void warn_about_dates(const ApiSpec& api, const std::string& name, const VersionSettings& settings) {
    if (!settings.sunset || (settings.deprecated && *settings.sunset <= *settings.deprecated)) return;
    const config::Position position = sunset_position(api.file, name);
    const std::string path = fmt::format("versions.{}.sunset", name);
    const auto successor = api.settings.versions.find(settings.successor);
    if (successor != api.settings.versions.end() &&
        *settings.sunset - successor->second.released < versioning_.minimum_overlap)
      errors_.warn(position, path,
                   fmt::format("sooner than {} after the release of {} (versioning.minimum_overlap)",
                               days(versioning_.minimum_overlap), settings.successor));
    if (settings.deprecated && *settings.sunset - *settings.deprecated < versioning_.notice)
      errors_.warn(position, path,
                   fmt::format("sooner than {} after \"deprecated\" (versioning.notice)", days(versioning_.notice)));
  }

  void add_route(const RouteSpec& spec) {
    const ApiSettings& api = apis_[spec.api].settings;
    RouteInfo& route = table_->routes_.emplace_back();
    route.index = spec.index;
    route.name = spec.name;
    route.api = api.api;
    route.pattern = joined(api.base.segments().empty() ? std::string_view() : api.base.text(), spec.match.path);
    route.parameters = spec.match.path.parameters();
    check_route(spec, route);

    const std::vector<Version>& versions = table_->versions_[spec.api];
    if (versions.empty()) return add_ways(spec, {.route = &route}, base_path(api.base, {}));
    for (const Version& version : versions) {
      const bool listed = std::find(spec.versions.begin(), spec.versions.end(), version.name()) != spec.versions.end();
      if (!spec.versions.empty() && !listed) continue;
      Candidate candidate{.may_sunset = version.has_sunset(), .route = &route, .version = &version};
      if (api.base.uses("version")) add_ways(spec, candidate, base_path(api.base, version.name()));
      candidate.by_accept = true;
      candidate.is_default = version.name() == api.default_version;
      add_ways(spec, candidate, base_path(api.base, {}));
    }
  }

  void check_route(const RouteSpec& spec, const RouteInfo& route) {
    const auto [named, is_new] = names_.emplace(spec.name, &spec);
    if (!is_new) namesakes_.emplace(&spec, named->second);
    if (route.parameters.size() > Parameters::kMost)
      errors_.add(spec.position, spec.path + ".match.path",
                  fmt::format("{} parameters, at most {}", route.parameters.size(), Parameters::kMost), "limit");
    const ApiSettings& api = apis_[spec.api].settings;
    const std::size_t segments = api.base.segments().size() + spec.match.path.segments().size();
    if (segments > kMostSegments)
      errors_.add(spec.position, spec.path + ".match.path",
                  fmt::format("{} segments, at most {}", segments, kMostSegments), "limit");
    check_versions(spec, api);
  }

  void check_versions(const RouteSpec& spec, const ApiSettings& api) {
    std::vector<std::string_view> known;
    for (const auto& [name, version] : api.versions) known.push_back(name);
    for (std::size_t i = 0; i < spec.versions.size(); ++i) {
      const std::string& version = spec.versions[i];
      if (api.versions.contains(version)) continue;
      const bool placed = i < spec.version_places.size();
      errors_.add(placed ? spec.version_places[i] : spec.position, fmt::format("{}.versions[{}]", spec.path, i),
                  fmt::format("\"{}\" is not a version of the API \"{}\"{}", version, api.api,
                              config::suggestion(version, known)),
                  "reference");
    }
  }

  /// Every way to call the route under one base: each rank of its methods, and with the slash for the base itself.
  void add_ways(const RouteSpec& spec, Candidate candidate, const std::string& base) {
    const Methods listed = spec.match.methods;
    const bool any = contains(listed, Methods::kOther);
    const bool root = spec.match.path.segments().empty();
    const std::string text = joined(base, spec.match.path);
    const auto add = [&](Methods methods, Rank rank) {
      candidate.methods = methods;
      const std::string shape = base + shape_of(spec.match.path);
      add_candidate(shape, text, {candidate, rank, &spec});
      if (root && !base.empty()) add_candidate(base, text, {candidate, rank, &spec});
    };
    add(listed, any ? Rank::kAny : Rank::kListed);
    if (!any && contains(listed, Methods::kGet) && !contains(listed, Methods::kHead))
      add(Methods::kHead, Rank::kImplied);
  }

  void add_candidate(const std::string& shape, const std::string& text, Draft draft) {
    const std::uint32_t leaf = trie_.insert(shape);
    if (leaf == drafts_.size()) drafts_.emplace_back();
    table_->all_methods_ |= draft.candidate.methods;
    for (const Draft& other : drafts_[leaf])
      if (report_conflict(draft, other, text)) return;
    drafts_[leaf].push_back(draft);
  }

  /// Once a route is enough: one that takes a call of another does so with all its versions and methods.
  bool report_conflict(const Draft& draft, const Draft& other, const std::string& text) {
    const Methods both = draft.candidate.methods & other.candidate.methods;
    if (draft.spec == other.spec || draft.rank != other.rank || empty(both)) return false;
    const std::string_view why = conflict(draft.candidate, other.candidate);
    if (why.empty()) return false;
    if (reported_.emplace(draft.spec, other.spec).second) {
      const std::string_view method = draft.rank == Rank::kAny ? "any method" : first_name(both);
      errors_.add(draft.spec->position, draft.spec->path,
                  fmt::format("also {} {} {}, which {} takes", why, method, text, other.spec->position.to_text()),
                  "conflict");
    }
    return true;
  }

  /// A route that takes the calls of its namesake has been blamed for that.
  void report_namesakes() {
    for (const auto& [spec, first] : namesakes_) {
      const auto reported = reported_.find(spec);
      if (reported != reported_.end() && reported->second == first) continue;
      errors_.add(spec->position, spec->path + ".name",
                  fmt::format("\"{}\" is taken by {}", spec->name, first->position.to_text()), "conflict");
    }
  }

  /// Empty when no call fits both.
  static std::string_view conflict(const Candidate& a, const Candidate& b) {
    if (!a.by_accept || !b.by_accept) return "matches";
    if (equals_ignoring_case(a.version->name(), b.version->name())) return "matches";
    return a.is_default && b.is_default ? "is the default version of" : std::string_view();
  }

  static std::string_view first_name(Methods methods) {
    for (const std::string_view name : method_names())
      if (contains(methods, method_bit(name))) return name;
    return {};
  }

  void finish() {
    std::vector<Candidate>& all = table_->candidates_;
    table_->trie_ = trie_.build([&](std::uint32_t leaf) {
      std::vector<Draft>& drafts = drafts_[leaf];
      std::stable_sort(drafts.begin(), drafts.end());
      const auto first = static_cast<std::uint32_t>(all.size());
      for (const Draft& draft : drafts) all.push_back(draft.candidate);
      all[first].of_leaf = static_cast<std::uint32_t>(drafts.size());
      return first;
    });
    all.shrink_to_fit();
  }

  std::span<const ApiSpec> apis_;
  std::span<const RouteSpec> specs_;
  const VersioningSettings& versioning_;
  config::Errors& errors_;
  VersionStates* const states_;
  std::shared_ptr<RouteTable> table_{new RouteTable};
  RouteTrie::Builder trie_;
  std::vector<std::vector<Draft>> drafts_;  ///< by leaf
  std::map<std::string_view, const RouteSpec*> names_;
  std::map<const RouteSpec*, const RouteSpec*> reported_;   ///< with the one that took its calls before
  std::map<const RouteSpec*, const RouteSpec*> namesakes_;  ///< with the first of the name
};

std::shared_ptr<const RouteTable> RouteTable::build(std::span<const ApiSpec> apis, std::span<const RouteSpec> routes,
                                                    const VersioningSettings& versioning, config::Errors& errors,
                                                    VersionStates* states) {
  return Builder(apis, routes, versioning, errors, states).build();
}

}  // namespace causeway::routing
