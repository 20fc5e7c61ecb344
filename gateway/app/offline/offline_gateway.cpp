#include "app/offline/offline_gateway.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "app/offline/offline_caller.h"
#include "pipeline/arrival.h"
#include "server/connection.h"

namespace causeway::app {
namespace {

constexpr std::array<std::uint8_t, 4> kLoopback{127, 0, 0, 1};
constexpr Duration kMonth = std::chrono::hours(24 * 30);
/// No call lasts longer: every wait of the gateway has an end, of a day at most.
constexpr Duration kLongestCall = kMonth;

std::string name_of(const net::HostPort& where) {
  net::HostPort named = where;
  if (named.host == "0.0.0.0" || named.host == "::") named.host = "localhost";
  return named.text();
}

struct Line {
  Line() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::system_error(errno, std::generic_category(), "a pair of sockets");
    caller = net::Socket(ends[0]);
    gateway = ends[1];
  }
  net::Socket caller;
  int gateway = -1;
};

/// What a route that takes the scheme says in WWW-Authenticate.
std::string_view challenge_of(CallerScheme scheme) {
  switch (scheme) {
    case CallerScheme::kSignature:
      return "ApiKey";
    case CallerScheme::kApiKey:
      return "X-API-Key";
    case CallerScheme::kOauth:
      return "Bearer";
    case CallerScheme::kWebhook:
      return "Webhook";
    case CallerScheme::kMtls:
      return "ClientCertificate";
  }
  return {};
}

bool takes(const RouteContext& route, CallerScheme scheme) {
  return (", " + route.challenge + ',').find(' ' + std::string(challenge_of(scheme)) + ',') != std::string::npos;
}

}  // namespace

/// Stands between connection and pipeline, and notes what the answer alone does not tell.
class OfflineGateway::Handler final : public ExchangeHandler {
 public:
  explicit Handler(pipeline::Pipeline& pipeline) : pipeline_(pipeline) {}

  Task<> handle(Exchange& exchange) override {
    exchange.request.tls = exchange.request.tls || secured || certificate;
    if (certificate) exchange.request.certificate = &*certificate;
    return pipeline_.handle(exchange);
  }
  void refuse(Exchange& exchange, Error error) override { pipeline_.refuse(exchange, std::move(error)); }
  void finished(Exchange& exchange, bool complete) noexcept override {
    if (answer != nullptr) note(exchange, *answer);
    pipeline_.finished(exchange, complete);
    attempts = static_cast<std::size_t>(exchange.call.attempts);
    ended = true;
  }

  /// For the call that comes.
  void begin(OfflineAnswer& to) {
    answer = &to;
    attempts = 0;
    ended = false;
    certificate.reset();
  }

  OfflineAnswer* answer = nullptr;
  std::size_t attempts = 0;
  bool ended = false;
  bool secured = false;
  std::optional<net::PeerCertificate> certificate;

 private:
  static void note(const Exchange& exchange, OfflineAnswer& answer) {
    if (exchange.match.route != nullptr) answer.route = exchange.match.route->name;
    if (exchange.match.version != nullptr) answer.version = exchange.match.version->name();
    if (exchange.authenticated && exchange.consumer != nullptr) answer.consumer = exchange.consumer->name;
    answer.reason = exchange.reason.empty() ? exchange.failure : exchange.reason;
  }

  pipeline::Pipeline& pipeline_;
};

OfflineGateway::OfflineGateway()
    : log_(telemetry::stdout_sink(), {}, clock_, metrics_),
      worker_(0, "offline", clock_),
      context_{worker_, metrics_.add_shard(), log_.add_call_log()},
      state_(workers_, metrics_, clock_),
      events_(state_.store, state_.log),
      pipeline_(1, metrics_, state_.labels),
      handler_(std::make_unique<Handler>(pipeline_)),
      server_metrics_(metrics_) {
  state_.transactions = &transactions_;
  state_.tokens.stand_in(stand_in_secret("a system"));
  state_.endpoints.resolve_by([this](const net::EndpointName& where) { return systems_.resolve(where); });
}

OfflineGateway::~OfflineGateway() {
  // What the configuration holds goes home to the worker while that can still take it.
  pipeline_.take(worker_, nullptr);
  compiled_ = {};
  worker_.io().poll();
}

std::unique_ptr<OfflineGateway> OfflineGateway::open(const ConfigFiles& files, config::Errors& errors) {
  std::unique_ptr<OfflineGateway> gateway(new OfflineGateway);
  if (!gateway->compile_files(files, errors)) return nullptr;
  gateway->open_server();
  gateway->start_anew();
  return gateway;
}

bool OfflineGateway::compile_files(const ConfigFiles& files, config::Errors& errors) {
  Files read;
  read.documents = config::load(files, errors);
  for (const config::IncludedFile& file : read.documents.routes) route_files_.push_back(file.path);
  if (read.documents.main.is_mapping()) {
    read.documents.main = with_stand_ins(read.documents.main, errors);
    config::Reading reading(errors, config::FileKind::kOperator);
    read.settings = config::read<Settings>(read.documents.main, reading);
  }
  secured_ = !read.settings.listeners.empty() && read.settings.listeners.front().tls.has_value();
  const std::unique_ptr<MemoryFile> key = replace_credentials(read.settings);
  systems_.take_over(read.settings.clusters);
  std::optional<Compiled> compiled = compile(std::move(read), state_, errors);
  if (!compiled) return false;
  compiled_ = std::move(*compiled);
  credentials_ = std::make_unique<CallerCredentials>(compiled_.settings);
  return true;
}

void OfflineGateway::open_server() {
  state_.use(compiled_.replays);
  pipeline_.take(worker_, compiled_.snapshot);
  auto targets = std::make_shared<transactions::Targets>();
  for (const auto& cluster : compiled_.clusters) targets->clusters.emplace(*cluster->settings().name, cluster);
  targets->topics = compiled_.topics->all();
  targets->signers = compiled_.check_signers;
  transactions_.take(std::move(targets));
  const server::ListenerSettings& settings = compiled_.settings.listeners.front();
  listener_ = std::make_unique<server::Listener>(*settings.name, worker_, contexts_, *handler_, server_metrics_,
                                                 compiled_.listeners.front());
  home_.context = &context_;
  home_.view = compiled_.listeners.front();
  host_ = name_of(settings.address.where);
  handler_->secured = secured_;
}

void OfflineGateway::start_anew(std::optional<WallTime> now) {
  const WallTime next = std::max(SystemClock().wall(), clock_.wall() + std::chrono::seconds(1));
  clock_.advance(kMonth);
  worker_.io().skip(kMonth);
  worker_.io().poll();
  clock_.set_wall(now.value_or(next));
  worker_.refresh_clock();
  events_.begin(compiled_.topics, clock_.wall());
}

CallerScheme OfflineGateway::choose_scheme(const security::ConsumerSettings& consumer, const OfflineRequest& request) {
  const std::vector<CallerScheme> schemes = credentials_->schemes(consumer);
  net::RequestHead head;
  head.method_name = request.method;
  head.path = std::string_view(request.target).substr(0, request.target.find('?'));
  for (const auto& [name, value] : request.headers) head.headers.add(name, value);
  runtime::Arena arena(worker_.chunks());
  const auto arrival = pipeline::arrive(head, *compiled_.snapshot->routes, clock_.wall(), arena);
  if (!arrival || arrival->match.outcome != routing::Outcome::kFound) return schemes.front();
  const RouteContext& route = compiled_.snapshot->plans[arrival->match.route->index]->context;
  for (const CallerScheme scheme : schemes)
    if (takes(route, scheme)) return scheme;
  return schemes.front();
}

std::string OfflineGateway::prove(OfflineRequest& request) {
  const security::ConsumerSettings* const consumer = credentials_->find(request.consumer);
  if (consumer == nullptr) return "unknown consumer \"" + request.consumer + '"';
  const std::vector<CallerScheme> schemes = credentials_->schemes(*consumer);
  if (schemes.empty()) return "the consumer \"" + request.consumer + "\" has nothing to prove itself with";
  if (request.scheme && std::ranges::find(schemes, *request.scheme) == schemes.end())
    return "the consumer \"" + request.consumer + "\" has no " + std::string(config::name_of(*request.scheme));
  const CallerScheme scheme = request.scheme.value_or(choose_scheme(*consumer, request));
  if (scheme == CallerScheme::kMtls) handler_->certificate = CallerCredentials::certificate(*consumer, clock_.wall());
  return credentials_->add(*consumer, scheme, clock_.wall(), request);
}

bool OfflineGateway::go_on(const std::function<bool()>& ended, const std::function<bool()>& pump) {
  const SteadyTime latest = clock_.steady() + kLongestCall;
  while (!ended()) {
    bool went = worker_.io().poll() > 0;
    went = pump() || went;
    if (went) continue;
    const Duration time = worker_.io().until_timer();
    if (time == Duration::max() || clock_.steady() > latest) return false;
    const Duration step = std::max<Duration>(time, std::chrono::milliseconds(1));
    clock_.advance(step);
    worker_.io().skip(step);
  }
  return true;
}

OfflineAnswer OfflineGateway::call(const OfflineRequest& request, const std::vector<ScriptedAnswer>& systems) {
  OfflineAnswer answer;
  handler_->begin(answer);
  systems_.begin(systems);
  worker_.refresh_clock();
  OfflineRequest proved = request;
  if (!request.consumer.empty()) answer.problem = prove(proved);
  if (!answer.problem.empty()) return answer;

  answer.problem = OfflineCaller::problem_of(proved);
  if (!answer.problem.empty()) return answer;

  Line line;
  OfflineCaller caller(std::move(line.caller), proved, host_);
  const IpAddress peer = request.peer.value_or(IpAddress::v4(kLoopback));
  worker_.load().fetch_add(1);
  const net::AcceptedSocket accepted{line.gateway, AF_UNIX, peer};
  worker_.spawn(server::Connection::serve(std::make_unique<server::Connection>(*listener_, home_, accepted)));

  const auto pump = [&] {
    const bool called = caller.pump();
    return systems_.pump() || called;
  };
  if (!go_on([&] { return caller.ended() && handler_->ended; }, pump)) answer.problem = "the gateway never answered";
  const bool answered = caller.take(answer);
  if (answer.problem.empty() && !answered) answer.problem = "the gateway broke off its answer";
  caller.hang_up();
  go_on([&] { return home_.first == nullptr; }, pump);
  handler_->answer = nullptr;
  answer.reason = systems_.as_configured(std::move(answer.reason));
  answer.calls = systems_.calls();
  answer.unused = systems_.unused(handler_->attempts);
  answer.events = events_.take_new();
  return answer;
}

}  // namespace causeway::app
