#include "events/subscription/delivery_answer.h"

#include "core/error_words.h"
#include "core/json_text.h"

namespace causeway::events {
namespace {

constexpr std::uint64_t kReceipt = 64 * 1024;     // more is nobody's receipt; the connection is closed instead
constexpr std::uint64_t kReadable = 1024 * 1024;  // where what it says decides
constexpr std::size_t kLongestMessage = 1024;     // as they are kept
constexpr std::size_t kLongestDetails = 16 * 1024;

bool wants_words(const SubscriptionSpec& spec) {
  return spec.target.cluster->rules().wants_body() || spec.rules.asks_words();
}

/// By the cluster's rules: what the answer means, and `$answer`.
Bytes apply_rules(const upstream::Cluster& cluster, Bytes json, std::pmr::memory_resource* memory,
                  UnderstoodAnswer& out) {
  Result<upstream::Meaning> read = cluster.rules().read(out.http_status, json, memory);
  if (!read) {
    out.status = 0;
    out.error = words_of(read.error());
    return {};
  }
  if (!read->said) return read->answer;
  out.code = read->code;
  out.message = cut_text(read->message, kLongestMessage);
  if (read->details.size() <= kLongestDetails) out.details = std::move(read->details);
  // An outcome was written by who knows the system, and a business failure inside a 200 was meant as one. Where an
  // envelope comes with a status of failure, its code says no more than the status that it stands for: a 409 with 40901
  // may mean that the first attempt is still running.
  const bool inside_success = out.http_status < 300 && read->call_class == CallClass::kBusiness;
  if (read->by_outcome || inside_success || read->call_class == CallClass::kSuccess) out.outcome = read->call_class;
  else out.status = static_cast<int>(read->code / 100);
  return read->answer;
}

}  // namespace

std::uint64_t answer_limit(const SubscriptionSpec& spec) { return wants_words(spec) ? kReadable : kReceipt; }

UnderstoodAnswer understand(const SubscriptionSpec& spec, Bytes event, int status, Bytes body, bool whole,
                            std::pmr::memory_resource* memory) {
  UnderstoodAnswer answer;
  answer.http_status = answer.status = status;
  if (!wants_words(spec) && !spec.rules.judges()) return answer;
  if (!whole && wants_words(spec)) {
    answer.status = 0;
    answer.error = "the answer is too large to be understood";
    return answer;
  }
  const upstream::Cluster& cluster = *spec.target.cluster;
  const Bytes json = body.empty() || check_json(body) ? Bytes() : body;
  const Bytes said = apply_rules(cluster, json, memory, answer);
  if (json.empty() && !body.empty() && cluster.settings().answers == upstream::Answers::kEnvelope && !answer.outcome &&
      status >= 200 && status < 300) {
    answer.status = 0;
    answer.error = "the answer is no envelope: it is no JSON";
  }
  if (!spec.rules.judges()) return answer;
  Result<bool> done = spec.rules.is_done(status, json, said, event, memory);
  if (done) answer.done = *done;
  else answer.refused = words_of(done.error());
  return answer;
}

}  // namespace causeway::events
