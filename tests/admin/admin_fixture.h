// The admin API as it runs: our listener, its handlers and threads, a real store; what it is given to steer is the
// test's.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "admin/api_handler.h"
#include "admin/audit_table.h"
#include "alerts/alert_table.h"
#include "events/event_log.h"
#include "events/register_topics.h"
#include "fakes/log_exchange_fixture.h"
#include "server/listener.h"
#include "server/operations_handler.h"
#include "server/server_fixture.h"

namespace causeway::admin {

inline constexpr const char* kViewer = "viewer-0123456789abcdef";
inline constexpr const char* kOperator = "operator-0123456789abcdef";
inline constexpr const char* kAdmin = "admin-0123456789abcdef";

/// What FakeProcess::taken looks like.
inline constexpr const char* kTaken =
    R"({"taken":true,"version":7,"hash":"abc","routes":2,"counts":{"added":1,"removed":0,"changed":0},)"
    R"("added":[{"kind":"route","name":"o/n"}],"removed":[],"changed":[],"restart":[],"problems":[]})";

class FakeProcess final : public ProcessPort {
 public:
  ReloadReport reload(const ReloadRequest& request) override {
    asked = request.author + ": " + request.reason;
    if (on_reload) on_reload();
    return report;
  }
  void drain() override { ++drains; }
  std::string describe() override { return R"({"version":"1.2.3","routes":2})"; }
  std::vector<std::string> topics() override { return topic_names; }

  ConfigVersion configuration() override { return versions.empty() ? ConfigVersion() : versions.front(); }
  Result<std::vector<ConfigVersion>> configurations(std::int64_t before, std::size_t limit) override {
    std::vector<ConfigVersion> found;
    for (const ConfigVersion& each : versions)
      if ((before == 0 || each.version < before) && found.size() < limit) found.push_back(each);
    return found;
  }
  Result<ConfigVersion> configuration(std::int64_t version) override {
    for (const ConfigVersion& each : versions)
      if (each.version == version) return each;
    return Error(Code::kNoSuchThing);
  }
  static ReloadReport refused(std::string problems, std::string reason = "") {
    ReloadReport report;
    report.problems = std::move(problems);
    report.errors = report.problems == "[]" ? 0 : 1;
    report.reason = std::move(reason);
    return report;
  }
  static ReloadReport taken() {
    ReloadReport report;
    report.taken = true;
    report.routes = 2;
    report.version = 7;
    report.hash = "abc";
    report.difference = R"("counts":{"added":1,"removed":0,"changed":0},"added":[{"kind":"route","name":"o/n"}],)"
                        R"("removed":[],"changed":[])";
    report.problems = "[]";
    return report;
  }

  std::function<void()> on_reload;
  ReloadReport report = taken();
  std::string asked;                    ///< author and reason of the last reload
  std::vector<ConfigVersion> versions;  ///< newest first
  std::vector<std::string> topic_names;
  int drains = 0;
};

/// One subscription, `wms-orders`, with one dead letter; notes what it is told.
class FakeSubscriptions final : public events::SubscriptionControl {
 public:
  FakeSubscriptions() {
    view.name = "wms-orders";
    view.topic = "order-topic";
    view.group = "wms";
    view.state = "running";
    view.target = "POST wms /orders";
    view.backlog = 7;
    view.retrying = 1;
    view.held = 2;
    view.dead_letters = 1;
    view.delay_seconds = 1.5;
    dead.id = "wms-orders:0:42";
    dead.subscription = "wms-orders";
    dead.topic = "order-topic";
    dead.event_id = "e-42";
    dead.event_type = "ORDER_CREATED";
    dead.key = "ORD1";
    dead.attempts = 1;
    dead.reason = "422";
    dead.stored_at = 1000;
    dead.died_at = 2000;
    dead.held_behind = 2;
    dead.event = R"({"eventId":"e-42","data":{"id":12345678901234567890,"price":19.90}})";
    dead.body = R"({"price":19.90})";
    dead.tried = {{1, 1900, 422, 12, "", R"({"why":"price"})"}};
  }
  std::vector<events::SubscriptionView> subscriptions() override { return {view}; }
  Result<events::SubscriptionView> pause(std::string_view name) override { return steer(name, "paused", "operator"); }
  Result<events::SubscriptionView> resume(std::string_view name) override { return steer(name, "running", ""); }
  Result<events::DeadLetterPage> dead_letters(const events::DeadLetterFilter& filter) override {
    note("list " + text_of(filter) + " limit=" + std::to_string(filter.limit) + " cursor=" + filter.cursor);
    events::DeadLetterPage page;
    page.items = {dead};
    page.next = filter.cursor.empty() ? dead.id : "";
    return page;
  }
  Result<events::DeadLetterView> dead_letter(std::string_view id) override {
    if (id != dead.id) return Error(Code::kNoSuchThing);
    return dead;
  }
  Result<events::DeadLetterView> replay(std::string_view id, const std::optional<std::string>& body) override {
    note("replay " + std::string(id) + ' ' + body.value_or("-"));
    return dead_letter(id);
  }
  Result<events::DeadLetterView> discard(std::string_view id, std::string_view reason) override {
    note("discard " + std::string(id) + ' ' + std::string(reason));
    return dead_letter(id);
  }
  Result<std::int64_t> replay_all(const events::DeadLetterFilter& filter, bool dry_run) override {
    note("replay_all " + text_of(filter) + (dry_run ? " dry" : ""));
    return std::int64_t{20};
  }

  events::SubscriptionView view;
  events::DeadLetterView dead;
  std::vector<std::string> told;

 private:
  static std::string text_of(const events::DeadLetterFilter& filter) {
    return "subscription=" + filter.subscription + " key=" + filter.key;
  }
  void note(std::string what) { told.push_back(std::move(what)); }
  Result<events::SubscriptionView> steer(std::string_view name, const char* state, const char* by) {
    if (name != view.name) return Error(Code::kNoSuchThing);
    view.state = state;
    view.paused_by = by;
    return view;
  }
};

/// Two versions of one API, and what is asked of their record.
class FakeVersions final : public VersionPort {
 public:
  Result<std::vector<VersionView>> versions(int days) override {
    asked = "days=" + std::to_string(days);
    return views;
  }
  Result<std::vector<UsageRow>> usage(const UsageQuestion& question) override {
    const auto number = [](std::chrono::sys_days day) { return std::to_string(day.time_since_epoch().count()); };
    asked = question.api + ' ' + question.version + ' ' + question.route + ' ' + question.consumer + ' ' +
            number(question.from) + '-' + number(question.to) + " before=" + std::to_string(question.before_id);
    std::vector<UsageRow> found;
    for (const UsageRow& row : rows)
      if ((question.before_id == 0 || row.id < question.before_id) && found.size() < question.limit)
        found.push_back(row);
    return found;
  }

  std::vector<VersionView> views;
  std::vector<UsageRow> rows;  ///< newest first
  std::string asked;
};

/// Seven, r1 to r7; those with an odd number are of the API `odd`.
class FakeRoutes final : public RoutePort {
 public:
  RoutePage routes(std::string_view api, std::size_t after, std::size_t limit) override {
    RoutePage page;
    for (std::size_t place = after + 1; place <= 7; ++place) {
      if (!api.empty() && (api == "odd") != (place % 2 == 1)) continue;
      if (page.items.size() == limit) {
        page.more = true;
        break;
      }
      page.items.push_back(json(place));
      page.last = place;
    }
    return page;
  }
  Result<std::string> route(std::string_view name) override {
    for (std::size_t place = 1; place <= 7; ++place)
      if (name == "r" + std::to_string(place)) return json(place);
    return Error(Code::kNoSuchThing);
  }
  static std::string json(std::size_t place) { return R"({"name":"r)" + std::to_string(place) + "\"}"; }
};

/// Two clusters, `oms` and `wms`; wms has two endpoints and an open breaker.
class FakeClusters final : public ClusterPort {
 public:
  FakeClusters() {
    ClusterView oms;
    oms.name = "oms";
    oms.system = "OMS";
    oms.kind = "third_party";
    oms.load_balancing = "least_request";
    oms.breaker.enabled = false;
    oms.breaker.state = "closed";
    ClusterView wms;
    wms.name = "wms";
    wms.system = "WMS";
    wms.kind = "internal";
    wms.load_balancing = "round_robin";
    wms.breaker = {true, "open", 20, 12, 1, 1000, 31000};
    wms.active = 3;
    wms.waiting = 2;
    wms.retries = 1;
    wms.endpoints = {{.address = "10.0.0.11:8080", .active = 3, .idle = 7, .addresses = {"10.0.0.11:8080"}},
                     {.address = "wms.internal:80", .weight = 2, .healthy = false}};
    views = {oms, wms};
  }
  std::vector<ClusterView> clusters() override { return views; }
  Result<ClusterView> cluster(std::string_view name) override {
    for (const ClusterView& view : views)
      if (view.name == name) return view;
    return Error(Code::kNoSuchThing);
  }
  Result<ClusterView> eject(std::string_view name, std::string_view endpoint, std::optional<Duration> time) override {
    told.push_back("eject " + std::string(endpoint) + ' ' + (time ? std::to_string(*time / Duration(1'000'000)) : "-"));
    for (EndpointView& each : views.back().endpoints) {
      if (each.address != endpoint) continue;
      each.ejected = true;
      each.ejected_by = "operator";
      if (time) each.ejected_until = 61000;
    }
    return cluster(name);
  }
  Result<ClusterView> restore(std::string_view name, std::string_view endpoint) override {
    told.push_back("restore " + std::string(endpoint));
    return cluster(name);
  }
  Result<ClusterView> reset(std::string_view name) override {
    if (name != "wms") return Error(Code::kNoSuchThing);
    told.push_back("reset");
    views.back().breaker = {true, "closed", 0, 0, 0, {}, {}};
    return cluster(name);
  }

  std::vector<ClusterView> views;
  std::vector<std::string> told;
};

/// A call, `t-1`, that is unresolved, and a message, `t-2`, that is prepared; notes what it is told.
class FakeTransactions final : public TransactionPort {
 public:
  using Half = transactions::tables::Half;

  FakeTransactions() {
    Half call;
    call.id = 1;
    call.txid = "t-1";
    call.state = transactions::HalfState::kUnresolved;
    call.route = "create-order";
    call.consumer = "oms";
    call.topic = "order-topic";
    call.document = R"({"request":{"price":19.90}})";
    call.reason = "24h";
    call.checks = 7;
    call.created = 1000;
    Half message;
    message.id = 2;
    message.txid = "t-2";
    message.kind = transactions::HalfKind::kSystem;
    message.route = "order-transactions";
    message.consumer = "oms";
    message.group = "oms-producer";
    message.transaction_id = "OMS1";
    message.document = R"({"type":"T","body":"{\"data\":1.50}"})";
    message.created = 2000;
    message.next_check = 8000;
    halves = {message, call};
  }
  Result<std::vector<Half>> transactions(const transactions::tables::HalfFilter& filter) override {
    std::vector<Half> found;
    for (const Half& half : halves) {
      if (filter.before != 0 && half.id >= filter.before) continue;
      if (filter.state && half.state != *filter.state) continue;
      if (found.size() < filter.limit) found.push_back(half);
    }
    return found;
  }
  Result<TransactionView> transaction(std::string_view txid) override {
    for (const Half& half : halves)
      if (half.txid == txid) return TransactionView{half, half.id == 1 ? "K1" : ""};
    return Error(Code::kNoSuchThing);
  }
  Result<TransactionView> end(std::string_view txid, transactions::EndWish wish, std::string reason,
                              std::string result) override {
    const bool commit = wish == transactions::EndWish::kCommit;
    told.push_back((commit ? "commit " : "rollback ") + std::string(txid) + ' ' + result);
    if (!refusal.empty()) return Error(Code::kConflict, refusal);
    for (Half& half : halves) {
      if (half.txid != txid) continue;
      half.state = commit ? transactions::HalfState::kCommitted : transactions::HalfState::kRolledBack;
      half.decided_by = transactions::DecidedBy::kOperator;
      half.reason = std::move(reason);
      half.ended = 9000;
      half.next_check.reset();
      half.document.clear();
    }
    return transaction(txid);
  }

  std::vector<Half> halves;  ///< newest first
  std::vector<std::string> told;
  std::string refusal;  ///< of the next end
};

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() {
    const store::Schema* const schemas[] = {&events::kEventSchema, &kAdminSchema, &alerts::kAlertSchema};
    EXPECT_EQ(sqlite.open(schemas), "");
    settings.address.value = net::ListenAddress{{"127.0.0.1", 9901}};
    add_user("vera", Role::kViewer, kViewer);
    add_user("olga", Role::kOperator, kOperator);
    add_user("ada", Role::kAdmin, kAdmin);
    use_settings();
    readiness.configured = true;
  }
  ~AdminTest() override {
    if (listener) {
      listener->drain();
      fakes::run_until(worker, [&] { return listener->connections() == 0; });
    }
    api.stop();
    worker.io().poll();
  }

  void add_user(const std::string& name, Role role, std::string_view token) {
    UserSettings user;
    user.name.value = name;
    user.role = role;
    user.token.value = config::Secret(token);
    settings.users.push_back(std::move(user));
  }
  void use_settings() { access.set(std::make_shared<const Access>(settings, "")); }

  server::Caller connect() {
    if (!listener) {
      listener = std::make_unique<server::Listener>("admin", worker, contexts, operations, server_metrics,
                                                    std::make_shared<const server::ListenerView>());
      EXPECT_EQ(listener->open({"127.0.0.1", 0}), "");
      listener->start();
    }
    return {worker, listener->address()};
  }

  /// `GET /topics`, further header lines, a body; as the admin user unless the lines say who. The answer without Date,
  /// its request id as `<id>`.
  std::string raw(const std::string& what, std::string fields = "", const std::string& body = "") {
    server::Caller caller = connect();
    const auto unless_said = [&](const std::string& name, const std::string& value) {
      if (fields.find(name + ':') == std::string::npos) fields.append(name).append(": ").append(value).append("\r\n");
    };
    unless_said("Host", "127.0.0.1:9901");
    unless_said("Authorization", "Bearer " + std::string(kAdmin));
    if (!body.empty()) unless_said("Content-Type", "application/json");
    if (!body.empty()) unless_said("Content-Length", std::to_string(body.size()));
    caller.send(what + " HTTP/1.1\r\n" + fields + "Connection: close\r\n\r\n" + body);
    return settled(caller.until_end());
  }
  static std::string settled(std::string text) {
    if (const std::size_t date = text.find("Date: "); date != std::string::npos)
      text.erase(date, text.find('\n', date) + 1 - date);
    constexpr std::string_view kName = "X-Request-Id: ";
    const std::size_t at = text.find(kName);
    if (at == std::string::npos) return text;
    const std::string id = text.substr(at + kName.size(), text.find('\r', at) - at - kName.size());
    for (std::size_t found; (found = text.find(id)) != std::string::npos;) text.replace(found, id.size(), "<id>");
    return text;
  }
  /// Status and body: `200 {…}`.
  std::string ask(const std::string& what, std::string_view token = kAdmin, const std::string& body = "") {
    const std::string text = raw(what, "Authorization: Bearer " + std::string(token) + "\r\n", body);
    return text.substr(9, 4) + text.substr(text.find("\r\n\r\n") + 4);
  }
  static std::string ok(std::string_view data) {
    return R"(200 {"code":0,"message":"success","data":)" + std::string(data) + R"(,"timestamp":1772337600123})";
  }
  static std::string refused(int code, std::string_view message, std::string_view details = "") {
    return std::to_string(code / 100) + R"( {"code":)" + std::to_string(code) + R"(,"message":")" +
           std::string(message) + R"(","data":null,"timestamp":1772337600123,"details":{"requestId":"<id>")" +
           std::string(details) + "}}";
  }
  static std::string violation(std::string_view path, std::string_view keyword, std::string_view message) {
    return R"(,"violations":[{"path":")" + std::string(path) + R"(","keyword":")" + std::string(keyword) +
           R"(","message":")" + std::string(message) + R"("}])";
  }

  /// What was logged since, without the times.
  std::string logged() {
    lines.drain();
    std::string text;
    std::istringstream stream(written.str());
    for (std::string line; std::getline(stream, line);) text += line.substr(line.find(' ') + 1) + '\n';
    written.str("");
    return text;
  }

  fakes::ManualClock clock;
  telemetry::Metrics metrics;
  telemetry::CallLog calls;
  fakes::TemporaryFolder folder;
  std::ostringstream written;
  telemetry::LogThread lines{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
  store::SqliteStore sqlite{store_settings(), clock, metrics, lines, [] { return std::uint64_t{1} << 40; }};
  runtime::Worker worker{0, "admin", clock};
  WorkerContext context{worker, metrics.add_shard(), calls};
  WorkerContext* contexts[1] = {&context};
  FakeProcess process;
  FakeSubscriptions subscriptions;
  FakeVersions versions;
  AdminSettings settings;
  AccessHolder access;
  FakeRoutes routes;
  FakeClusters clusters;
  FakeTransactions transactions;
  ApiHandler api{access, Ports{process, subscriptions, sqlite, clock, lines, &versions, &routes, nullptr, &clusters,
                               &transactions}};
  server::Readiness readiness;
  server::OperationsHandler operations{metrics, readiness, {}, &api};
  const server::ServerMetrics server_metrics{metrics};
  std::unique_ptr<server::Listener> listener;

 private:
  store::StoreSettings store_settings() const {
    store::StoreSettings store;
    store.sqlite.path = folder / "causeway.db";
    return store;
  }
};

}  // namespace causeway::admin
