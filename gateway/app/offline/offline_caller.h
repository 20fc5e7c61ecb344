// The caller of a gateway that is tried out: writes one request as text and reads the answer, on one end of a pair of
// sockets.
#pragma once

#include <string>

#include "app/offline/offline_call.h"
#include "net/body_decoder.h"
#include "net/http1_response.h"
#include "net/method.h"
#include "net/socket.h"

namespace causeway::app {

/// One thread, one call.
class OfflineCaller {
 public:
  /// `socket` does not block. `host`: what the caller takes the gateway to be called. The request has no problem.
  OfflineCaller(net::Socket socket, const OfflineRequest& request, const std::string& host);
  /// Why a request cannot be written; empty: it can.
  static std::string problem_of(const OfflineRequest& request);

  /// Does what can be done without waiting; false when that is nothing.
  bool pump();
  /// The answer is whole, or no more of it will come.
  bool ended() const { return ended_; }
  /// Fills status, headers and body; false when no whole answer came.
  bool take(OfflineAnswer& answer) const;
  void hang_up() { socket_.close(); }

 private:
  bool send_more();
  bool receive(char* data, std::size_t size);
  bool receive_body(char* data, std::size_t size);

  net::Socket socket_;
  const net::Method method_;
  std::string out_;
  std::string received_;
  bool ended_ = false;
  bool whole_ = false;
  bool head_done_ = false;
  net::ResponseParser parser_;
  net::BodyDecoder decoder_;
  int status_ = 0;
  HeaderList headers_;
  std::string body_;
};

}  // namespace causeway::app
