#include "app/oauth/http_fetcher.h"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>

namespace causeway::app {
namespace {

constexpr std::string_view kNames[] = {"ok",       "unreachable", "timeout",   "tls",
                                       "redirect", "status",      "too_large", "unusable"};
static_assert(std::size(kNames) == kFetchResults);

long milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

FetchResult result_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return FetchResult::kTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return FetchResult::kTls;
    default:
      return FetchResult::kUnreachable;
  }
}

}  // namespace

std::string_view name(FetchResult result) { return kNames[static_cast<std::size_t>(result)]; }

struct HttpFetcher::Transfer {
  Transfer(void* multi, std::uint64_t its_id, std::size_t most)
      : fetcher(multi), handle(curl_easy_init()), most_bytes(most) {
    fetched.id = its_id;
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_multi_remove_handle(fetcher, handle);
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
  }

  static std::size_t on_data(char* data, std::size_t one, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t size = one * count;
    if (transfer.fetched.body.size() + size > transfer.most_bytes) {
      transfer.too_large = true;
      return 0;
    }
    transfer.fetched.body.append(data, size);
    return size;
  }

  void end(CURLcode code) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (too_large || code == CURLE_FILESIZE_EXCEEDED) {
      fetched.result = FetchResult::kTooLarge;
      fetched.problem = "more than " + std::to_string(most_bytes >> 10) + " KiB";
    } else if (code != CURLE_OK) {
      fetched.result = result_of(code);
      fetched.problem = error[0] != 0 ? error : curl_easy_strerror(code);
    } else if (status != 200) {
      fetched.result = status >= 300 && status < 400 ? FetchResult::kRedirect : FetchResult::kStatus;
      fetched.problem = "status " + std::to_string(status);
    }
    if (fetched.result != FetchResult::kOk && fetched.result != FetchResult::kStatus) fetched.body.clear();
  }

  void* const fetcher;
  CURL* const handle;
  const std::size_t most_bytes;
  curl_slist* headers = nullptr;
  bool too_large = false;
  Fetched fetched;
  char error[CURL_ERROR_SIZE] = {};
};

HttpFetcher::HttpFetcher() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_ = ready == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi_ == nullptr) throw std::runtime_error("libcurl cannot be set up");
}

HttpFetcher::~HttpFetcher() {
  transfers_.clear();
  curl_multi_cleanup(multi_);
}

void HttpFetcher::begin(std::uint64_t id, const FetchRequest& request) {
  auto transfer = std::make_unique<Transfer>(multi_, id, request.most_bytes);
  CURL* const handle = transfer->handle;
  if (handle == nullptr) throw std::bad_alloc();
  transfer->headers = curl_slist_append(nullptr, ("Accept: " + request.accept).c_str());
  curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer.get());
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  // The settings admit http on the loopback only.
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, request.url.starts_with("http:") ? "http" : "https");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer->headers);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "causeway/" CAUSEWAY_VERSION);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);  // a name that is being resolved does not hold up a stop
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(kTimeout));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(kTimeout));
  curl_easy_setopt(handle, CURLOPT_MAXFILESIZE, static_cast<long>(request.most_bytes));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!request.ca.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, request.ca.c_str());
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  }
  if (!request.form.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
    curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, request.form.c_str());
  }
  if (!request.user.empty()) {
    curl_easy_setopt(handle, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(handle, CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, request.password.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_data);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->error);
  curl_multi_add_handle(multi_, handle);
  transfers_.push_back(std::move(transfer));
}

std::vector<Fetched> HttpFetcher::wait(Duration patience) {
  int running = 0;
  curl_multi_perform(multi_, &running);
  std::vector<Fetched> ended = finished();
  if (!ended.empty()) return ended;
  curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::clamp<long>(milliseconds(patience), 0, 60'000)), nullptr);
  curl_multi_perform(multi_, &running);
  return finished();
}

std::vector<Fetched> HttpFetcher::finished() {
  std::vector<Fetched> ended;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message goes with its handle
    char* address = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &address);
    auto* const transfer = reinterpret_cast<Transfer*>(address);
    transfer->end(code);
    ended.push_back(std::move(transfer->fetched));
    std::erase_if(transfers_, [transfer](const auto& each) { return each.get() == transfer; });
  }
  return ended;
}

void HttpFetcher::wake() { curl_multi_wakeup(multi_); }

}  // namespace causeway::app
