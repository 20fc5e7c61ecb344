// One HTTP/1.1 connection to an endpoint: sends a request, reads its answer, and knows whether it can serve another. A
// long upload and its answer go on side by side. Belongs to one worker.
#pragma once

#include <memory>
#include <string>

#include "net/endpoint_address.h"
#include "net/http1_response.h"
#include "net/stream.h"
#include "net/tls_client.h"
#include "runtime/companion.h"
#include "upstream/buffers.h"
#include "upstream/call.h"
#include "upstream/credentials.h"
#include "upstream/pool_limits.h"

namespace causeway::upstream {

class Connection final {
 public:
  explicit Connection(runtime::Worker& worker);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Task<net::IoResult> connect(const net::SocketAddress& address, SteadyTime deadline);
  /// Set by whoever makes it; a check's own connection has none.
  ConnectionOrigin& origin() { return origin_; }
  const ConnectionOrigin& origin() const { return origin_; }
  /// Once connected, before anything is sent: see net::Stream::connect_tls.
  Task<net::IoResult> connect_tls(const net::TlsClient& client, const std::string& host, net::TlsSession* session,
                                  SteadyTime deadline, std::string& problem) {
    return stream_.connect_tls(client, host, session, deadline, problem);
  }
  /// The system has refused the certificate that we showed, or did not show: it has seen nothing of the request.
  bool certificate_refused() const { return stream_.certificate_refused(); }

  /// Sends head and body, a small body in one write with the head. A body that streams goes on its way; this returns
  /// when all of it is sent or as soon as an answer comes: then the rest is sent while that is read. A system that
  /// stops reading may have answered: that is no error here, but of `receive` where nothing has come. Errors say
  /// whether the system may have seen a byte. `own`: fields to be sent in place of the request's of the same names; may
  /// be null.
  Task<Result<>> send(const CallRequest& request, std::string_view host, const CredentialFields* own,
                      CallResponse& response, SteadyTime deadline);
  /// Reads the head of the answer and as much of its body as came along; `response.source` reads the rest. The deadline
  /// of a streamed request's answer is at least as long after the end of the upload as it was after its beginning.
  Task<Result<>> receive(const CallRequest& request, CallResponse& response, const CallOptions& options);

  /// Whatever waits in it ends with kFailed soon; it is never used again.
  void interrupt();

  /// Nothing but silence since the last answer: it can be used again.
  bool quiet() { return stream_.quiet(); }
  /// The same as far as the loop has heard.
  bool heard_nothing() { return stream_.heard_nothing(); }
  /// The request was sent whole, the answer ended in order, both sides want to go on.
  bool reusable() const { return sent_whole_ && answered_whole_ && keep_alive_ && surplus_ == 0; }
  bool used_before() const { return answers_ > 0; }
  SteadyTime idle_since() const { return idle_since_; }
  /// Back in the pool: forgets the exchange that it served.
  void rest();

 private:
  friend class AnswerBody;  // reads on where `receive` stopped

  Task<> upload(Body& body);
  Task<Result<>> send_streamed(Body& body);
  bool uploading() const { return upload_.running(); }
  SteadyTime upload_ended() const { return upload_ended_; }
  SteadyTime head_due(SteadyTime deadline) const;
  void make_room(Buffers* home);
  void grow();
  /// Why nothing more can be read. `answered`: a byte of the answer came; before that the request may have been lost
  /// with the connection.
  Error lost(net::IoStatus status, bool answered);
  /// It cannot serve another request, and what is left of this one stays unsent.
  void spoil() noexcept;
  /// The answer has been read, to its end or not.
  void end_answer(bool whole) noexcept;
  /// The buffer with the head of the answer.
  LentBuffer hand_over_buffer() noexcept;

  static constexpr std::size_t kOneWrite = 8 * 1024;

  runtime::Worker& worker_;
  ConnectionOrigin origin_;
  net::Stream stream_;
  std::string out_;             ///< the worker's memory, while something is written
  Buffers* buffers_ = nullptr;  ///< where the buffer is from, while there is one
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t filled_ = 0;
  net::ResponseParser parser_;
  std::size_t surplus_ = 0;  ///< bytes behind the end of the answer
  bool sent_whole_ = false;
  bool answered_whole_ = false;
  bool keep_alive_ = false;
  bool interrupted_ = false;
  bool streamed_ = false;  ///< the request's body; then the upload's:
  Duration patience_{};
  SteadyTime upload_ended_{};
  std::optional<Error> upload_failure_;
  unsigned answers_ = 0;
  SteadyTime idle_since_;
  runtime::Companion upload_;  // last: it uses the rest
};

}  // namespace causeway::upstream
