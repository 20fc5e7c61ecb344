#include "app/builtin_adapters.h"

#include "adapters/event_status/event_status_adapter.h"
#include "adapters/publish/publish_adapter.h"
#include "adapters/static/static_adapter.h"
#include "app/builtin_rows.h"
#include "app/composite_build.h"
#include "app/http_build.h"
#include "app/transaction_build.h"

namespace causeway::app {
namespace {

std::unique_ptr<const Adapter> build_http_adapter(const config::Tagged& tagged, const BuildContext& context) {
  return build_http(tagged, context);
}

std::unique_ptr<const Adapter> build_static(const config::Tagged& tagged, const BuildContext& context) {
  const auto settings = config::read<adapters::StaticSettings>(tagged, context.reading);
  return std::make_unique<adapters::StaticAdapter>(settings, context.reading);
}

std::unique_ptr<const Adapter> build_publish(const config::Tagged& tagged, const BuildContext& context) {
  const auto settings = config::read<adapters::PublishSettings>(tagged, context.reading);
  return adapters::PublishAdapter::build(settings, find_topic(settings.topic, context), context.state.log,
                                         context.reading);
}

std::unique_ptr<const Adapter> build_event_status(const config::Tagged& tagged, const BuildContext& context) {
  const auto settings = config::read<adapters::EventStatusSettings>(tagged, context.reading);
  adapters::EventStatusAdapter::Topics topics;
  if (settings.topic->empty()) {
    for (const auto& [name, topic] : context.topics.all()) topics.push_back(topic);
  } else if (auto topic = find_topic(settings.topic, context)) {
    topics.push_back(std::move(topic));
  }
  return adapters::EventStatusAdapter::build(std::move(topics), context.matched, context.state.log,
                                             context.state.deliveries, tagged.key, context.reading);
}

struct Row {
  std::string_view name;
  std::unique_ptr<const Adapter> (*build)(const config::Tagged&, const BuildContext&);  ///< null: not in this version
  const config::KeysView& (*keys)() = nullptr;
  std::string_view prose{};
};

constexpr Row kAdapters[] = {
    {"http", build_http_adapter, &config::view_of<adapters::HttpSettings>, "calls a system over HTTP"},
    {"static", build_static, &config::view_of<adapters::StaticSettings>, "answers by itself, always the same"},
    {"publish", build_publish, &config::view_of<adapters::PublishSettings>, "takes events for a topic"},
    {"transaction", build_transaction, &config::view_of<adapters::TransactionSettings>,
     "half messages of a system: prepared, then committed or rolled back"},
    {"event_status", build_event_status, &config::view_of<adapters::EventStatusSettings>,
     "says how far an event has come"},
    {"pull", nullptr},
    {"composite", build_composite, &config::view_of<CompositeSettings>, "several calls for one, put together"},
    {"sql", nullptr},
    {"soap", nullptr},
    {"file", nullptr},
    {"request_reply", nullptr},
};

}  // namespace

const std::vector<config::Choice>& describe_adapters() {
  static const std::vector<config::Choice> choices = describe(kAdapters);
  return choices;
}

std::unique_ptr<const Adapter> build_adapter(const config::Deferred& adapter, const BuildContext& context) {
  config::Reading& reading = context.reading;
  if (adapter.path.empty()) return nullptr;  // missing, which has been reported
  auto step = reading.resume(adapter.path);
  const auto tagged = config::read_tagged(adapter.node, reading);
  if (!tagged) return nullptr;
  std::vector<std::string_view> names;
  for (const Row& row : kAdapters) {
    if (row.name == tagged->name && row.build != nullptr) return row.build(*tagged, context);
    if (row.name == tagged->name) {
      reading.error(tagged->key, '"' + tagged->name + "\" is not in this version", "not_in_this_version");
      return nullptr;
    }
    names.push_back(row.name);
  }
  reading.error(tagged->key, "unknown adapter " + config::quote(tagged->name) + config::suggestion(tagged->name, names),
                "reference");
  return nullptr;
}

}  // namespace causeway::app
