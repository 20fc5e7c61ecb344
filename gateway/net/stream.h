// A connection's byte stream, plain or TLS: one non-template class, so that everything above compiles once and fast.
// Every operation has a deadline. Belongs to one worker; one read and one write may be pending at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/clock.h"
#include "net/endpoint_address.h"
#include "net/peer_certificate.h"
#include "net/socket.h"
#include "runtime/readiness.h"
#include "runtime/task.h"
#include "runtime/timer_wheel.h"
#include "runtime/worker.h"

using SSL = struct ssl_st;

namespace causeway::net {

class TlsClient;
class TlsContext;
class TlsSession;

enum class IoStatus : std::uint8_t {
  kOk,
  kEnd,      ///< the peer closed its side in order
  kTimeout,  ///< the deadline passed
  kFailed,   ///< reset, refused, unreachable, a TLS error, or closed by us
};

struct IoResult {
  IoStatus status = IoStatus::kOk;
  std::size_t count = 0;  ///< bytes moved; of a failed write, how many were handed to the kernel before it failed
  bool ok() const { return status == IoStatus::kOk; }
};

class Stream {
 public:
  /// Takes a connected socket, or none: `connect` makes one.
  Stream(runtime::Worker& worker, Socket socket);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Connects a new socket to `address`. Sets TCP_NODELAY.
  Task<IoResult> connect(const SocketAddress& address, SteadyTime deadline);
  /// Shakes hands as the server.
  Task<IoResult> accept_tls(const TlsContext& context, SteadyTime deadline);
  /// Shakes hands as the client with a system at `host`, once connected. When that fails, `problem` says why, in words
  /// for the log. `session`: may be null; outlives this.
  Task<IoResult> connect_tls(const TlsClient& client, const std::string& host, TlsSession* session, SteadyTime deadline,
                             std::string& problem);

  /// After a handshake that failed: ends our side, then reads and drops what still comes, until the caller ends its
  /// own, `most` bytes or the deadline. Closing at once would reset the connection under the alert that says why.
  Task<> drop_rest(std::size_t most, SteadyTime deadline);

  /// Reads at least one byte. kEnd at the end of the stream.
  Task<IoResult> read_some(std::span<char> buffer, SteadyTime deadline);
  /// Writes all of `data`; kTimeout when the peer did not take it until `deadline`.
  Task<IoResult> write(Bytes data, SteadyTime deadline);
  /// The same of several pieces, in one go where the kernel takes them.
  Task<IoResult> write(std::span<const Bytes> pieces, SteadyTime deadline) {
    return pieces.size() == 1 ? write(pieces.front(), deadline) : write_all(pieces, deadline);
  }
  /// Waits until something can be read, without a buffer: for idle connections.
  Task<IoResult> wait_readable(SteadyTime deadline);
  /// Waits until the loop has heard that something may be there to read, without asking: for whoever takes a buffer
  /// only then. It may be nothing after all.
  Task<IoStatus> wait_heard(SteadyTime deadline);

  /// Is an idle connection still quiet? False when the peer has closed it or sent something that nobody asked for.
  bool quiet();
  /// The same as far as the loop has heard, mostly without asking the system.
  bool heard_nothing();
  /// Ends our side and leaves reading open; then `close`.
  void shutdown_send();
  void close();
  /// As `close`, but the peer sees a reset: for an answer that must not be taken for whole.
  void abort();
  /// Tells `watch` when the peer ends its side or the connection breaks, without anybody reading; null: nobody.
  /// Outlives that.
  void tell_end(runtime::Readiness::EndWatch* watch) { readiness_.tell_end(watch); }
  /// What is known of the peer without reading: it has ended its side, or the connection is broken.
  bool peer_ended() const { return readiness_.ended(); }
  bool broken() const { return readiness_.broken(); }
  /// A write waits for the peer.
  bool writing() const { return readiness_.awaited(Side::kWrite); }
  /// From now on a peer that is gone without a word is noticed within a minute or two, however long nothing is sent.
  void probe_peer();
  /// Ends a pending read or wait with kTimeout, unless bytes have already come: then it returns them.
  void wake_reader();
  bool is_tls() const { return ssl_ != nullptr; }
  /// The other side has ended the connection because of our certificate, or because we showed none: it has read nothing
  /// of what was written since the handshake.
  bool certificate_refused() const { return certificate_refused_; }
  /// The handshake went on with the session of an earlier connection.
  bool resumed() const;
  /// After a handshake, of our side as the server: the caller's certificate where it showed one, which then was
  /// verified.
  std::optional<PeerCertificate> peer_certificate() const;
  /// The host that the caller named in the handshake (SNI), empty when it named none. Lives as long as the stream.
  std::string_view server_name() const;

 private:
  using Side = runtime::Readiness::Side;
  /// Wakes one side when its time is over.
  class SideTimer final : public runtime::TimerHook {
   public:
    SideTimer(Stream& stream, Side its_side) : side(its_side), stream_(stream) {}
    const Side side;
    bool fired = false;

   private:
    void on_timer() override {
      fired = true;
      stream_.readiness_.wake(side);
    }
    Stream& stream_;
  };

  /// Not a byte has come.
  bool untouched() const;
  /// What has come is TLS's own: a session's ticket, say.
  bool only_housekeeping();
  Task<IoStatus> wait(SideTimer& timer, SteadyTime deadline);
  Task<IoResult> write_all(std::span<const Bytes> pieces, SteadyTime deadline);
  Task<> let_others_in();
  void free_tls();
  void look_for_alert();
  Task<IoResult> tls_step(int result, SideTimer& timer, SteadyTime deadline);
  Task<IoResult> read_tls(std::span<char> buffer, SteadyTime deadline);
  Task<IoResult> write_tls(Bytes data, SteadyTime deadline);

  static constexpr int kAtOnce = 8;

  runtime::Worker& worker_;
  Socket socket_;
  runtime::Readiness readiness_{worker_.io()};  // before the socket goes
  SSL* ssl_ = nullptr;
  int at_once_ = 0;      ///< operations in a row that did not wait
  bool ended_ = false;   ///< the peer has closed its side
  bool closed_ = false;  ///< we have closed ours
  bool certificate_refused_ = false;
  SideTimer read_timer_{*this, Side::kRead};
  SideTimer write_timer_{*this, Side::kWrite};
};

}  // namespace causeway::net
