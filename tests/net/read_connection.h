// Drives the request parser, the target normaliser and the body decoder over the bytes of one connection, however cut.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "net/body_decoder.h"
#include "net/http1_request.h"
#include "net/target.h"

namespace causeway::net {

/// What came of a connection's bytes, as text that compares.
struct Transcript {
  std::vector<std::string> requests;  ///< complete ones: line, fields, body
  std::string end;                    ///< "idle", "closed" (not keep-alive), "incomplete", or "40090 reason"

  bool operator==(const Transcript&) const = default;
  bool refused() const { return !end.empty() && end[0] == '4'; }
  std::string text() const {
    std::string all;
    for (const std::string& request : requests) all += request + "\n";
    return all + end;
  }
};

inline std::string describe(const RequestHead& head, const Target& target) {
  std::string text(head.method_name);
  text.append(" ").append(target.path);
  if (target.has_query) text.append("?").append(target.query);
  text.append(" 1.").append(std::to_string(head.minor_version)).append(" @").append(head.authority);
  for (const HeaderField& field : head.headers)
    text.append(" [").append(field.name).append("=").append(field.value).append("]");
  if (head.expect_continue) text += " expects";
  return text;
}

class ConnectionReader {
 public:
  explicit ConnectionReader(RequestLimits limits, bool moving) : moving_(moving), parser_(limits) {
    if (!moving_) pending_.reserve(1 << 18);
  }

  /// True: goes on reading.
  bool feed(std::string_view piece) {
    // A new string every time: views of the old one would be found by the address sanitizer.
    if (moving_) pending_ = std::string(pending_.data(), pending_.size());
    pending_.append(piece);
    while (true) {
      if (!in_body_ && !read_head()) break;
      if (!read_body()) break;
    }
    return transcript_.end.empty();
  }

  Transcript finish() {
    if (transcript_.end.empty()) transcript_.end = pending_.empty() && !in_body_ ? "idle" : "incomplete";
    return transcript_;
  }

 private:
  bool read_head() {
    Result<std::size_t> length = parser_.parse(pending_, head_);
    if (!length) return refuse(length.error());
    if (*length == 0) return false;
    std::pmr::monotonic_buffer_resource arena;
    Result<Target> target = read_target(head_, arena);
    if (!target) return refuse(target.error());
    request_ = describe(head_, *target) + " body=";
    decoder_ = BodyDecoder(head_.framing, head_.content_length);
    pending_.erase(0, *length);
    parser_.reset();
    in_body_ = true;
    return true;
  }

  bool read_body() {
    Result<BodyDecoder::Step> step = decoder_.consume(pending_.data(), pending_.size());
    if (!step) return refuse(step.error());
    request_ += step->data;
    pending_.erase(0, step->consumed);
    if (!step->done) return false;
    in_body_ = false;
    transcript_.requests.push_back(request_);
    if (!head_.keep_alive) transcript_.end = "closed";
    return head_.keep_alive && !pending_.empty();
  }

  bool refuse(const Error& error) {
    transcript_.end = std::to_string(number(error.code())) + " " + error.info_if()->reason;
    return false;
  }

  bool moving_;
  RequestParser parser_;
  RequestHead head_;
  BodyDecoder decoder_;
  std::string pending_;
  std::string request_;
  bool in_body_ = false;
  Transcript transcript_;
};

/// `cuts`: ascending places where the bytes are cut. `moving`: the buffer lies elsewhere each time that bytes come.
inline Transcript read_connection(std::string_view bytes, const std::vector<std::size_t>& cuts = {},
                                  bool moving = false, RequestLimits limits = {}) {
  ConnectionReader reader(limits, moving);
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    if (!reader.feed(bytes.substr(begin, cut - begin))) return reader.finish();
    begin = cut;
  }
  reader.feed(bytes.substr(begin));
  return reader.finish();
}

inline std::vector<std::size_t> every_byte(std::string_view bytes) {
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < bytes.size(); ++i) cuts.push_back(i);
  return cuts;
}

}  // namespace causeway::net
