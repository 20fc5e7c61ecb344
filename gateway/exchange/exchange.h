// One request and its answer on their way through the pipeline. An exchange lives on one worker, at one address, from
// the end of the request's head to the record of how it ended; views in it (headers, parameters, bodies) live as long.
#pragma once

#include <array>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "core/call_class.h"
#include "core/clock.h"
#include "core/few.h"
#include "core/ip_address.h"
#include "core/result.h"
#include "exchange/body.h"
#include "exchange/call_guard.h"
#include "exchange/header_changes.h"
#include "exchange/route_context.h"
#include "exchange/worker_context.h"
#include "net/http1_request.h"
#include "net/pace.h"
#include "net/peer_certificate.h"
#include "routing/route_table.h"
#include "runtime/arena.h"
#include "runtime/budget.h"
#include "runtime/cancel.h"
#include "security/consumer.h"
#include "security/sha256.h"
#include "telemetry/labels.h"
#include "telemetry/request_id.h"
#include "telemetry/trace_context.h"

namespace causeway {

struct Request {
  const net::RequestHead* head = nullptr;  ///< as received; null only when it could not be parsed
  std::string_view path;                   ///< normalised: the one that is matched, signed, logged and forwarded
  Body body;
  Bytes received;                    ///< the whole body as it came, where it was gathered
  BodyObserver* observer = nullptr;  ///< sees the body while it arrives; set before the body is read
  HeaderChanges changes;             ///< to the caller's fields, before they go on to the system
  bool gather = false;               ///< set at the head: this call's body is needed whole before on_body
  IpAddress peer;                    ///< who is connected
  IpAddress client;                  ///< who called, behind trusted proxies
  bool peer_trusted = false;         ///< the peer is a proxy whose X-Forwarded-* we believe
  bool tls = false;
  std::string_view spent_header;                      ///< a partner's own credential, which no system gets to see
  const net::PeerCertificate* certificate = nullptr;  ///< the peer's, verified; null when it showed none

  std::string_view method() const { return head != nullptr ? head->method_name : std::string_view(); }
};

struct Response {
  explicit Response(runtime::Arena& arena) : headers(&arena) {}
  int status = 200;
  net::Headers headers;
  Bytes prefix;  ///< written before the body and after it: the envelope
  Body body;
  Bytes suffix;
  bool close = false;  ///< the connection ends with this answer
  /// Fields that this answer has whatever becomes of it, an error too: rate limits, deprecation. Dropped beyond eight.
  void add_extra(net::HeaderId id, std::string_view value) {
    if (!extra.full()) extra.push({net::header_name(id), value, id});
  }
  Few<net::HeaderField, 8> extra;
  std::optional<std::uint64_t> head_length;  ///< of an answer to HEAD: what Content-Length says
  std::uint64_t whole_size() const { return prefix.size() + body.whole().size() + suffix.size(); }
};

/// What the record of a call tells about the system behind: filled by the adapter as it goes.
struct CallNotes {
  std::string_view system;     ///< empty: nobody was called
  std::string_view operation;  ///< empty: the route's name
  int attempts = 0;
  int status = 0;       ///< of the system's answer; 0: there was none
  Bytes request_body;   ///< a prefix of what was sent
  Bytes response_body;  ///< a prefix of what came back
  std::string_view response_type;
  std::uint64_t request_size = 0;
  std::uint64_t response_size = 0;
};

class CallValues;

class Exchange {
 public:
  explicit Exchange(WorkerContext& its_context)
      : context(its_context),
        worker(its_context.worker),
        arena(worker.chunks()),
        response(arena),
        started(worker.now()),
        started_at(worker.wall_now()) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    for (Owned* owned = owned_; owned != nullptr; owned = owned->next) owned->destroy(owned);
  }

  /// Makes an object that lives as long as the exchange and returns a reference to it.
  template <class T, class... Arguments>
  T& own(Arguments&&... arguments) {
    struct Holder : Owned {
      explicit Holder(Arguments&&... inner) : value(std::forward<Arguments>(inner)...) {}
      T value;
    };
    void* place = arena.allocate(sizeof(Holder), alignof(Holder));
    auto* holder = new (place) Holder(std::forward<Arguments>(arguments)...);
    holder->destroy = [](Owned* owned) { static_cast<Holder*>(owned)->~Holder(); };
    holder->next = owned_;
    owned_ = holder;
    return holder->value;
  }

  WorkerContext& context;
  runtime::Worker& worker;
  runtime::Arena arena;
  Request request;
  Response response;
  routing::MatchResult match;                    ///< the route, its parameters and version
  const RouteContext* route = nullptr;           ///< null until matched
  const security::Consumer* consumer = nullptr;  ///< whose credentials were shown; trust it only when `authenticated`
  bool authenticated = false;
  bool consumer_follows = false;  ///< who calls is known only after the body: steps that ask do so in on_body
  /// What the caller may do: its consumer's scopes, narrowed by the token's where it came with one. Ascending.
  std::span<const std::string_view> scopes;
  bool scopes_narrowed = false;            ///< `scopes` is what a token left, be it nothing
  security::Sha256Digest token_subject{};  ///< of the issuer and subject of a token: whom it speaks for; else zeros
  SteadyTime started;
  WallTime started_at;
  SteadyTime deadline = SteadyTime::max();  ///< by when an adapter has to be done, whatever its own timeout
  telemetry::TraceContext trace;
  telemetry::RequestId request_id;
  runtime::Budget* budget = nullptr;  ///< of the listener's buffered bodies
  net::PaceRules pace;                ///< of bodies, both ways
  runtime::Cancel cancel;             ///< the caller left: ends what may end, a safe call or one that was not sent yet
  CallValues* values = nullptr;       ///< what expressions see; CallValues::of makes them
  const void* bound = nullptr;        ///< the pipeline's own: what the exchange is bound to
  std::uint64_t body_limit = 0;       ///< of the request's body: the listener's, or the route's
  std::optional<Error> seen_before;   ///< this very signature was used: only a record of the call may answer it
  CallGuard* guard = nullptr;         ///< of a call that must be neither lost nor doubled; null: it is none
  bool final_answer = false;          ///< the answer is as it was given before: steps on the way out leave it alone
  bool shaped_answer = false;         ///< the answer has the newest shape already: `transform` leaves it alone
  CallNotes call;
  Bytes checked_answer;  ///< of the response's body: known to be JSON that is no deeper than kAnswerDepth
  CallClass call_class = CallClass::kSuccess;
  bool refused = false;    ///< the answer is a refusal, its envelope written: steps on the way out leave it alone
  std::uint32_t code = 0;  ///< the code of the envelope
  telemetry::LabelId code_label{};   ///< of a system's code that the configuration declares; else it is looked up
  std::string_view fallback;         ///< what answered in the system's place: `cached`, `static`; empty: nothing did
  std::string_view failure;          ///< what went wrong, for the log; empty when all is well
  std::string_view reason;           ///< a fixed word for the refusal line
  std::uint64_t request_bytes = 0;   ///< received, head and body
  std::uint64_t response_bytes = 0;  ///< sent, head and body

 private:
  struct Owned {
    Owned* next = nullptr;
    void (*destroy)(Owned*) = nullptr;
  };
  Owned* owned_ = nullptr;
};

/// What a connection hands its exchanges to.
class ExchangeHandler {
 public:
  virtual ~ExchangeHandler() = default;
  /// Fills `exchange.response`, whatever happens.
  virtual Task<> handle(Exchange& exchange) = 0;
  /// Fills `exchange.response` for a request that the server refused before it was whole.
  virtual void refuse(Exchange& exchange, Error error) = 0;
  /// The answer was written or given up; the last thing that happens to an exchange. `complete` is false for a cut
  /// answer.
  virtual void finished(Exchange& exchange, bool complete) noexcept = 0;
};

}  // namespace causeway
