#include "app/builtin_fallbacks.h"

#include <algorithm>

#include "adapters/composite/composite_adapter.h"
#include "adapters/fallback/fallback_adapter.h"
#include "adapters/http/http_adapter.h"
#include "adapters/static/static_adapter.h"
#include "app/builtin_rows.h"
#include "app/route_fingerprint.h"

namespace causeway::app {
namespace {

using config::Node;

/// What the builders need besides the context.
struct Build {
  const BuildContext& context;
  const Node& route;
  const Node& defaults;
  adapters::FallbackAdapter& into;
  std::string write;  ///< a call of the route that writes, whoever asks: `its system is called with POST`; else empty
};

/// What the route's adapter calls its system with; kOther: the caller's, kGet: it tells by itself what it wrote.
net::Method method_of(const Adapter* adapter) {
  const auto* const http = dynamic_cast<const adapters::HttpAdapter*>(adapter);
  return http != nullptr ? http->method() : net::Method::kGet;
}

std::string find_write(const Adapter* adapter) {
  const auto writes = [](net::Method method) { return method != net::Method::kOther && !net::is_safe(method); };
  if (const net::Method method = method_of(adapter); writes(method))
    return "its system is called with " + std::string(net::method_name(method));
  const auto* const composite = dynamic_cast<const adapters::CompositeAdapter*>(adapter);
  if (composite == nullptr) return {};
  for (const adapters::CompositePart& part : composite->plan().parts)
    if (const net::Method method = method_of(part.adapter.get()); writes(method))
      return "its call " + config::quote(part.name) + " is a " + std::string(net::method_name(method));
  return {};
}

telemetry::Counter counter(const Build& build, std::string_view kind) {
  return build.context.state.metrics.counter("causeway_fallbacks_total",
                                             "Calls that a fallback answered in place of the system.",
                                             {{"route", *build.context.route.name}, {"kind", std::string(kind)}});
}

void warn(const config::Tagged& tagged, const Build& build, std::string message) {
  auto step = build.context.reading.resume(tagged.path);
  build.context.reading.warn(tagged.key, std::move(message), "conflict");
}

void add_cached(const config::Tagged& tagged, const Build& build) {
  const BuildContext& context = build.context;
  const auto settings = config::read<adapters::CachedSettings>(tagged, context.reading);
  const routing::Methods methods = context.route.match.methods;
  if (context.route.match.sound && !routing::contains(methods, routing::Methods::kGet))
    warn(tagged, build, "answers of GET are kept, and this route takes none");
  if (!build.write.empty()) {
    auto step = context.reading.resume(tagged.path);
    context.reading.error(tagged.key, "what was kept cannot stand in for a write, and " + build.write, "conflict");
  }
  const bool all_fields = mentions(build.route, build.defaults, "$headers");
  if (all_fields)
    warn(tagged, build,
         "the route looks at $headers: what is kept answers only calls whose header fields are all the same");
  if (settings.shared && mentions(build.route, build.defaults, "$consumer"))
    warn(tagged, build, "the route looks at $consumer, and `shared: true` gives one caller what another was answered");
  auto kept =
      context.state.kept_answers.get(*context.route.name, route_fingerprint(build.route, build.defaults, context));
  build.into.add(adapters::CachedFallback(settings, std::move(kept), all_fields), counter(build, tagged.name));
}

/// `{status: UNKNOWN}`: no status of HTTP, so it is the body.
bool is_the_body(const Node& settings) {
  const Node* const status = settings.find("status");
  if (status == nullptr || settings.find("body") != nullptr) return false;
  const std::string& text = status->text();
  return text.empty() || text.find_first_not_of("0123456789") != std::string::npos;
}

void add_static(const config::Tagged& tagged, const Build& build) {
  config::Reading& reading = build.context.reading;
  adapters::StaticSettings settings;
  if (is_the_body(tagged.settings)) settings.body = config::Deferred{tagged.settings, tagged.path};
  else settings = config::read<adapters::StaticSettings>(tagged, reading);
  build.into.add(std::make_unique<adapters::StaticAdapter>(settings, reading), counter(build, tagged.name));
}

config::Shape static_shape() {
  config::Shape any;
  any.type = "anything";
  return config::either(
      "static answer", {config::struct_of(&config::view_of<adapters::StaticSettings>), config::map_of(std::move(any))});
}

struct Row {
  std::string_view name;
  void (*build)(const config::Tagged&, const Build&);  ///< null: not in this version
  const config::KeysView& (*keys)() = nullptr;
  std::string_view prose{};
};

constexpr Row kFallbacks[] = {
    {"cached", add_cached, &config::view_of<adapters::CachedSettings>, "gives what the system last answered"},
    {"static", add_static, &config::view_of<adapters::StaticSettings>,
     "answers always the same: the keys of the adapter, or just the body, as in `{status: UNKNOWN}`"},
    {"queue", nullptr},
};

/// Those that answer by themselves cannot fail as a system does.
bool calls_nobody(const config::Deferred& adapter) {
  const Node& node = adapter.node;
  const std::string& name =
      node.is_mapping() && !node.entries().empty() ? node.entries().front().key.text() : node.text();
  return name == "static" || name == "publish" || name == "event_status";
}

void add_one(const config::Tagged& tagged, const Build& build) {
  config::Reading& reading = build.context.reading;
  std::vector<std::string_view> names;
  for (const Row& row : kFallbacks) {
    if (row.name == tagged.name && row.build != nullptr) return row.build(tagged, build);
    if (row.name == tagged.name)
      return reading.error(tagged.key, '"' + tagged.name + "\" is not in this version", "not_in_this_version");
    names.push_back(row.name);
  }
  reading.error(tagged.key, "unknown fallback " + config::quote(tagged.name) + config::suggestion(tagged.name, names),
                "reference");
}

}  // namespace

const std::vector<config::Choice>& describe_fallbacks() {
  static const std::vector<config::Choice> choices = [] {
    std::vector<config::Choice> made = describe(kFallbacks);
    std::ranges::find(made, "static", &config::Choice::name)->settings = static_shape();
    return made;
  }();
  return choices;
}

std::unique_ptr<const Adapter> add_fallbacks(std::unique_ptr<const Adapter> adapter, const Node& route,
                                             const Node& defaults, const BuildContext& context) {
  const std::vector<config::Deferred>& fallbacks = context.route.fallback;
  if (fallbacks.empty()) return adapter;
  const bool built = adapter != nullptr;
  const net::Method method = method_of(adapter.get());
  std::string write = find_write(adapter.get());
  auto around = std::make_unique<adapters::FallbackAdapter>(std::move(adapter), method);
  const Build build{context, route, defaults, *around, std::move(write)};
  std::vector<config::Tagged> seen;
  for (const config::Deferred& item : fallbacks) {
    auto step = context.reading.resume(item.path);
    const auto tagged = config::read_tagged(item.node, context.reading);
    if (!tagged) continue;
    if (std::ranges::find(seen, tagged->name, &config::Tagged::name) != seen.end())
      context.reading.error(tagged->key, config::quote(tagged->name) + " is listed twice", "conflict");
    else if (!seen.empty() && seen.back().name == "static")
      warn(*tagged, build, "never gets its turn: the `static` before it always answers");
    else if (calls_nobody(context.route.adapter))
      warn(*tagged, build, "never gets its turn: the route's adapter calls no system that could fail");
    add_one(*tagged, build);
    seen.push_back(*tagged);
  }
  if (!built) return nullptr;
  return around;
}

std::string text_of_fallbacks(const std::vector<config::Deferred>& fallbacks) {
  std::string text;
  for (const config::Deferred& item : fallbacks) {
    const bool has_settings = item.node.is_mapping() && !item.node.entries().empty();
    const std::string& name = has_settings ? item.node.entries().front().key.text() : item.node.text();
    text.append(text.empty() ? "" : "; ").append(name);
    if (!has_settings) continue;
    const Node& settings = item.node.entries().front().value;
    if (const Node* age = settings.find("max_age"); age != nullptr && name == "cached")
      text.append(" for ").append(age->text());
    if (const Node* shared = settings.find("shared"); shared != nullptr && name == "cached" && shared->text() == "true")
      text.append(", shared by all callers");
    if (name == "static" && !is_the_body(settings))
      text.append(" ").append(settings.find("status") != nullptr ? settings.find("status")->text() : "200");
  }
  return text;
}

}  // namespace causeway::app
