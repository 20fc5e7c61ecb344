// The caller's connection, for faults that no HTTP library offers: cut it, or say something that is not HTTP.
#pragma once

#include <string_view>

namespace causeway::demo {

/// Borrows the socket of the caller with this remote port; the server that accepted it still owns and closes it.
class Connection {
 public:
  explicit Connection(int remote_port);

  /// The caller sees ECONNRESET.
  void reset();
  /// Sends the bytes as they are and ends the connection.
  void say(std::string_view bytes);

 private:
  int socket_ = -1;
};

}  // namespace causeway::demo
