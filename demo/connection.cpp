#include "demo/connection.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>

namespace causeway::demo {

Connection::Connection(int remote_port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    sockaddr_in peer{};
    socklen_t length = sizeof(peer);
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &length) != 0) continue;
    if (peer.sin_family == AF_INET && ntohs(peer.sin_port) == remote_port) socket_ = descriptor;
  }
}

void Connection::reset() {
  // Linux answers a connect to "no address" by dropping the connection with RST, and leaves the descriptor open.
  const sockaddr nowhere{AF_UNSPEC, {}};
  connect(socket_, &nowhere, sizeof(nowhere));
}

void Connection::say(std::string_view bytes) {
  send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  shutdown(socket_, SHUT_RDWR);
}

}  // namespace causeway::demo
