#include "app/offline/played_systems.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <random>
#include <stdexcept>

#include "net/body_decoder.h"
#include "net/head_writer.h"
#include "net/http1_request.h"
#include "net/socket.h"

namespace causeway::app {
namespace {

constexpr std::string_view kHost = "played-system-";
constexpr std::size_t kMostHead = 1 << 20;

/// A name in Linux's abstract space: no file, and gone with its socket. 128 random bits keep others away from it.
std::string socket_prefix() {
  std::random_device random;
  std::string name(1, '\0');
  name += "causeway-offline-";
  for (int i = 0; i < 4; ++i) name += std::to_string(random()) + '-';
  return name;
}

net::SocketAddress address_of(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), std::min(name.size(), sizeof address.sun_path));
  return {reinterpret_cast<const sockaddr*>(&address),
          static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())};
}

}  // namespace

/// One connection of the gateway to a system.
class PlayedSystems::Line {
 public:
  explicit Line(net::Socket socket) : socket_(std::move(socket)) {}

  bool is_open() const { return socket_.is_open(); }
  /// True when something happened. `take` gives the answer to a call that is whole, or null.
  template <class Take>
  bool pump(const std::string& cluster, const std::string& host, Take take) {
    if (!socket_.is_open()) return false;
    if (answering_) return send_more();
    if (silent_) return notice_end();
    char buffer[64 * 1024];
    const ssize_t count = ::recv(socket_.descriptor(), buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count <= 0) {
      socket_.close();
      return true;
    }
    if (!receive(buffer, static_cast<std::size_t>(count))) socket_.close();
    if (socket_.is_open() && head_done_ && decoder_.done()) {
      call_.cluster = cluster;
      for (auto& [name, value] : call_.headers)
        if (name == "Host") value = host;
      answer(take(std::move(call_)));
    }
    return true;
  }

 private:
  /// False when what came is no request: the gateway never sends such a thing.
  bool receive(char* data, std::size_t size) {
    if (head_done_) return receive_body(data, size);
    received_.append(data, size);
    net::RequestParser parser({.target = kMostHead, .head = kMostHead, .allow_unexpected_body = true});
    net::RequestHead head;
    const Result<std::size_t> length = parser.parse(received_, head);
    if (!length) return false;
    if (*length == 0) return true;
    head_done_ = true;
    call_.method = head.method_name;
    call_.target = head.target;
    for (const net::HeaderField& field : head.headers) call_.headers.emplace_back(field.name, field.value);
    decoder_ = net::BodyDecoder(head.framing, head.content_length);
    is_head_ = head.method == net::Method::kHead;
    return receive_body(received_.data() + *length, received_.size() - *length);
  }

  bool receive_body(char* data, std::size_t size) {
    if (decoder_.done() || size == 0) return true;
    const Result<net::BodyDecoder::Step> step = decoder_.consume(data, size);
    if (step) call_.body += step->data;
    return step.ok();
  }

  void answer(const ScriptedAnswer* answer) {
    if (answer == nullptr || answer->fault == Fault::kBroken) return socket_.close();
    silent_ = answer->fault == Fault::kTimeout;
    if (silent_) return;
    answering_ = true;
    net::HeadWriter head(out_);
    head.status_line(answer->status);
    for (const auto& [name, value] : answer->headers) head.field(name, value);
    const bool may_have_body = answer->status >= 200 && answer->status != 204 && answer->status != 304;
    if (may_have_body) head.content_length(answer->body.size());
    head.connection_close();
    head.end();
    if (may_have_body && !is_head_) out_ += answer->body;
    send_more();
  }

  bool send_more() {
    while (!out_.empty()) {
      const ssize_t count = ::send(socket_.descriptor(), out_.data(), out_.size(), MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
      if (count < 0) break;
      out_.erase(0, static_cast<std::size_t>(count));
    }
    socket_.close();
    return true;
  }

  bool notice_end() {
    char byte;
    if (::recv(socket_.descriptor(), &byte, 1, MSG_PEEK) != 0) return false;
    socket_.close();
    return true;
  }

  net::Socket socket_;
  std::string received_;
  std::string out_;
  bool head_done_ = false;
  bool is_head_ = false;
  bool answering_ = false;
  bool silent_ = false;
  net::BodyDecoder decoder_;
  SentCall call_;
};

class PlayedSystems::System {
 public:
  System(std::string cluster, std::string host, std::string socket_name)
      : cluster_(std::move(cluster)), host_(std::move(host)), address_(address_of(socket_name)) {}

  const std::string& cluster() const { return cluster_; }
  const net::SocketAddress& address() const { return address_; }
  const std::string& host() const { return host_; }

  void open() {
    if (listener_.is_open()) return;
    listener_ = net::Socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!listener_.is_open() || ::bind(listener_.descriptor(), address_.data(), address_.size()) != 0 ||
        ::listen(listener_.descriptor(), 64) != 0)
      throw std::runtime_error("no socket for the system " + cluster_ + ": " + std::strerror(errno));
  }
  void refuse() { listener_.close(); }
  void hang_up() { lines_.clear(); }

  template <class Take>
  bool pump(Take take) {
    bool went = false;
    while (listener_.is_open()) {
      net::Socket socket(::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket.is_open()) break;
      lines_.emplace_back(std::move(socket));
      went = true;
    }
    for (Line& line : lines_) went = line.pump(cluster_, host_, take) || went;
    std::erase_if(lines_, [](const Line& line) { return !line.is_open(); });
    return went;
  }

 private:
  const std::string cluster_;
  const std::string host_;  ///< what it is called in the configuration
  const net::SocketAddress address_;
  net::Socket listener_;
  std::deque<Line> lines_;
};

PlayedSystems::PlayedSystems() : prefix_(socket_prefix()) {}
PlayedSystems::~PlayedSystems() = default;

void PlayedSystems::take_over(std::vector<upstream::ClusterSettings>& clusters) {
  for (upstream::ClusterSettings& cluster : clusters) {
    if (cluster.endpoints.empty()) continue;  // an error of the configuration
    const std::string index = std::to_string(systems_.size());
    systems_.push_back(
        std::make_unique<System>(*cluster.name, cluster.endpoints.front().address.text(), prefix_ + index));
    cluster.tls.reset();
    cluster.endpoints.resize(1);
    cluster.endpoints.front() = {{std::string(kHost) + index, 1}, 1};
  }
}

std::vector<net::SocketAddress> PlayedSystems::resolve(const net::EndpointName& where) const {
  if (!where.host.starts_with(kHost)) return {};
  std::size_t index = 0;
  std::from_chars(where.host.data() + kHost.size(), where.host.data() + where.host.size(), index);
  if (index >= systems_.size()) return {};
  return {systems_[index]->address()};
}

std::string PlayedSystems::as_configured(std::string text) const {
  for (std::size_t i = 0; i < systems_.size(); ++i) {
    const std::string played = net::HostPort{std::string(kHost) + std::to_string(i), 1}.text();
    const std::size_t at = text.find(played);
    if (at != std::string::npos) text.replace(at, played.size(), systems_[i]->host());
  }
  return text;
}

void PlayedSystems::begin(const std::vector<ScriptedAnswer>& script) {
  script_ = script;
  used_.assign(script.size(), false);
  calls_.clear();
  for (const auto& system : systems_) system->hang_up();
  open_or_refuse();
}

bool PlayedSystems::pump() {
  bool went = false;
  for (const auto& system : systems_)
    went = system->pump([this](SentCall call) { return take_answer(std::move(call)); }) || went;
  return went;
}

std::optional<std::size_t> PlayedSystems::next_answer(const std::string& cluster) const {
  for (std::size_t i = 0; i < script_.size(); ++i)
    if (!used_[i] && (script_[i].cluster.empty() || script_[i].cluster == cluster)) return i;
  return std::nullopt;
}

const ScriptedAnswer* PlayedSystems::take_answer(SentCall call) {
  call.answered_by = next_answer(call.cluster);
  const std::optional<std::size_t> place = call.answered_by;
  calls_.push_back(std::move(call));
  if (!place) return nullptr;
  used_[*place] = true;
  open_or_refuse();
  return &script_[*place];
}

void PlayedSystems::open_or_refuse() {
  for (const auto& system : systems_) {
    const auto next = next_answer(system->cluster());
    if (next && script_[*next].fault == Fault::kRefused) system->refuse();
    else system->open();
  }
}

std::vector<std::size_t> PlayedSystems::unused(std::size_t attempts) const {
  std::vector<std::size_t> places;
  std::size_t refused = attempts - std::min(attempts, calls_.size());
  for (std::size_t i = 0; i < script_.size(); ++i) {
    if (used_[i]) continue;
    if (script_[i].fault == Fault::kRefused && refused > 0) --refused;
    else places.push_back(i);
  }
  return places;
}

}  // namespace causeway::app
