#include "demo/service.h"

#include <httplib.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "demo/connection.h"

namespace causeway::demo {
namespace {

constexpr int kConnections = 256;  // one thread each

class Server final : public httplib::Server {
 public:
  Server() {
    new_task_queue = [] { return new httplib::ThreadPool(kConnections); };
    set_keep_alive_max_count(1'000'000);
    set_keep_alive_timeout(60);
    set_tcp_nodelay(true);
    // The library's own choice, SO_REUSEPORT, would let a second copy listen on the same port unnoticed.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
  }

  /// The library queues five connections; a burst of callers would be held up for a second.
  void widen_backlog() { ::listen(svr_sock_, 512); }
};

void fill(httplib::Response& response, const Answer& answer) {
  response.status = answer.status;
  response.set_content(answer.json, "application/json");
}

Call to_call(const httplib::Request& request) {
  Call call{request.method, request.path, {}, request.body};
  for (const auto& [name, value] : request.headers) {
    // Added by the library, not by the caller.
    if (name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" || name == "LOCAL_PORT") continue;
    call.headers.emplace_back(name, value);
  }
  return call;
}

}  // namespace

Options read_options(int argc, char** argv, int default_port) {
  Options options{default_port, {}};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--port" && has_value) {
      options.port = std::atoi(argv[++i]);
    } else if (argument == "--ledger" && has_value) {
      options.ledger = argv[++i];
    } else {
      std::fprintf(stderr, "usage: %s [--port N] [--ledger FILE]\n", argv[0]);
      std::exit(2);
    }
  }
  return options;
}

Answer refusal(int status, const std::string& code, const std::string& message, const std::string& more) {
  const nlohmann::ordered_json json = {{"errCode", code}, {"errMsg", message}};
  auto text = json.dump();
  if (!more.empty()) text.insert(text.size() - 1, "," + more);
  return {status, std::move(text)};
}

Service::Service(std::string name, const Options& options, Ledger& ledger)
    : name_(std::move(name)), port_(options.port), ledger_(ledger), server_(std::make_unique<Server>()) {
  add_control();
}

Service::~Service() = default;

void Service::get(const std::string& pattern, Handler handler) {
  server_->Get(pattern, [this, handler = std::move(handler)](const auto& request, auto& response) {
    serve(request, response, handler);
  });
}

void Service::post(const std::string& pattern, Handler handler) {
  server_->Post(pattern, [this, handler = std::move(handler)](const auto& request, auto& response) {
    serve(request, response, handler);
  });
}

void Service::serve(const httplib::Request& request, httplib::Response& response, const Handler& handler) {
  ++requests_;
  const auto fault = faults_.take(request.path, request.body);
  if (fault.mode == Fault::Mode::kSlow) std::this_thread::sleep_for(fault.duration);

  if (fault.effect) {
    Context context{to_call(request), {}, [&](const std::string& key) { return request.get_param_value(key.c_str()); }};
    for (std::size_t i = 1; i < request.matches.size(); ++i) context.groups.push_back(request.matches[i]);
    fill(response, handler(context));
  }

  Connection caller(request.remote_port);
  switch (fault.mode) {
    case Fault::Mode::kReset:
      caller.reset();
      break;
    case Fault::Mode::kGarbage:
      caller.say("220 this is not the server you are looking for\r\n\r\n");
      break;
    case Fault::Mode::kNotJson:
      fill(response, {200, "{\"orderId\": oops"});
      break;
    case Fault::Mode::kStatus:
      fill(response, refusal(fault.status, fault.status < 500 ? "REFUSED" : "INTERNAL", fault.message));
      if (fault.retry_after) response.set_header("Retry-After", std::to_string(*fault.retry_after));
      break;
    default:
      break;
  }
}

void Service::add_control() {
  server_->Get("/health", [](const auto&, auto& response) { fill(response, {200, R"({"status":"UP"})"}); });
  server_->Get("/ledger", [this](const auto&, auto& response) { fill(response, {200, ledger_.json()}); });
  server_->Get("/stats", [this](const auto&, auto& response) {
    const nlohmann::ordered_json json = {{"requests", requests_.load()}, {"effects", ledger_.entries().size()}};
    fill(response, {200, json.dump()});
  });
  server_->Get("/faults", [this](const auto&, auto& response) { fill(response, {200, faults_.json()}); });
  server_->Post("/faults", [this](const auto& request, auto& response) {
    if (const auto problem = faults_.set(request.body); !problem.empty()) {
      return fill(response, refusal(400, "BAD_FAULT", problem));
    }
    fill(response, {200, faults_.json()});
    if (faults_.current().mode == Fault::Mode::kRefuse) server_->stop();
  });
}

int Service::run() {
  for (;;) {
    if (port_ == 0) {
      port_ = server_->bind_to_any_port("127.0.0.1");
    } else if (!server_->bind_to_port("127.0.0.1", port_)) {
      std::fprintf(stderr, "%s: cannot listen on 127.0.0.1:%d: the port is taken\n", name_.c_str(), port_);
      return 1;
    }
    static_cast<Server&>(*server_).widen_backlog();
    std::printf("listening | name=%s | address=127.0.0.1:%d\n", name_.c_str(), port_);
    std::fflush(stdout);
    // Returns when the fault "refuse" closed the port.
    if (!server_->listen_after_bind()) return 1;
    std::this_thread::sleep_for(faults_.current().duration);
    faults_.set(R"({"mode":"none"})");
  }
}

}  // namespace causeway::demo
