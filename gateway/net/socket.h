// A socket's descriptor and nothing else: who owns it.
#pragma once

#include <unistd.h>

#include <utility>

namespace causeway::net {

class Socket {
 public:
  Socket() = default;
  /// Owns `descriptor`, which does not block; -1 is none.
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() { close(); }

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  void close() {
    if (is_open()) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_ = -1;
};

/// Small writes go out at once (TCP_NODELAY). Of no consequence for other sockets.
void set_no_delay(const Socket& socket);

}  // namespace causeway::net
