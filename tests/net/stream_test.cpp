#include "net/stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "fakes/run_task.h"
#include "fakes/scripted_server.h"
#include "net/endpoint_address.h"

namespace causeway::net {
namespace {

using std::chrono::milliseconds;

/// A stream over one end of a socket pair; the test holds the other.
class StreamPair : public ::testing::Test {
 protected:
  StreamPair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw std::runtime_error("no socket pair");
    other = ends[1];
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    stream.emplace(worker, Socket(ends[0]));
  }
  ~StreamPair() override {
    close_other();
    stream.reset();
    worker.io().poll();
  }

  void close_other() {
    if (other >= 0) ::close(other);
    other = -1;
  }
  void other_sends(std::string_view text) {
    ASSERT_EQ(::send(other, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  SteadyTime in(Duration time) { return clock.steady() + time; }

  /// `ok 5 hello`, `end`, `timeout`, `failed`, with the number of bytes where there are any.
  std::string read(SteadyTime deadline = SteadyTime::max()) {
    std::array<char, 64> buffer{};
    const IoResult result = fakes::run(worker, stream->read_some(buffer, deadline));
    return text(result) + (result.count > 0 ? ' ' + std::string(buffer.data(), result.count) : "");
  }
  static std::string text(const IoResult& result) {
    constexpr std::array kNames{"ok", "end", "timeout", "failed"};
    return std::string(kNames[static_cast<std::size_t>(result.status)]) +
           (result.count > 0 ? ' ' + std::to_string(result.count) : "");
  }

  const SystemClock clock;
  runtime::Worker worker{0, "test", clock};
  std::optional<Stream> stream;
  int other = -1;
};

TEST_F(StreamPair, ReadsWhatHasCome) {
  other_sends("hello");
  EXPECT_EQ(read(), "ok 5 hello");
}

TEST_F(StreamPair, AReadEndsAtItsDeadlineAndTheNextOneWorks) {
  const SteadyTime due = in(milliseconds(10));
  EXPECT_EQ(read(due), "timeout");
  EXPECT_GE(clock.steady(), due);
  other_sends("late");
  EXPECT_EQ(read(in(std::chrono::seconds(10))), "ok 4 late");
}

TEST_F(StreamPair, ADeadlineInThePastStillTakesWhatIsThere) {
  other_sends("hello");
  EXPECT_EQ(read(clock.steady() - std::chrono::hours(1)), "ok 5 hello");
  EXPECT_EQ(read(clock.steady() - std::chrono::hours(1)), "timeout");
}

TEST_F(StreamPair, AnOrderlyEndIsToldApartFromATimeoutAndAFailure) {
  other_sends("bye");
  close_other();
  EXPECT_EQ(read(), "ok 3 bye");
  EXPECT_EQ(read(), "end");
}

TEST_F(StreamPair, WhoeverReadsOnAtTheEndSeesTheEndAgainAtOnce) {
  close_other();
  EXPECT_EQ(read(in(milliseconds(50))), "end");
  EXPECT_EQ(read(in(milliseconds(50))), "end");
}

TEST_F(StreamPair, WritesAllOfMoreThanTheKernelTakesAtOnce) {
  const std::string data(4 << 20, 'x');
  std::string received;
  std::thread reader([&] {
    std::array<char, 65536> buffer;
    for (ssize_t count; received.size() < data.size() && (count = ::recv(other, buffer.data(), buffer.size(), 0)) > 0;)
      received.append(buffer.data(), static_cast<std::size_t>(count));
  });
  EXPECT_EQ(text(fakes::run(worker, stream->write(data, in(std::chrono::seconds(20))))), "ok 4194304");
  reader.join();
  EXPECT_EQ(received, data);
}

TEST_F(StreamPair, AWriteToAReaderThatDoesNotReadEndsAtItsDeadline) {
  const std::string data(16 << 20, 'x');
  const IoResult result = fakes::run(worker, stream->write(data, in(milliseconds(20))));
  EXPECT_EQ(result.status, IoStatus::kTimeout);
  EXPECT_GT(result.count, 0u);
  EXPECT_LT(result.count, data.size());
}

TEST_F(StreamPair, AWriteToNobodyFailsAndDoesNotKillTheProcess) {
  close_other();
  EXPECT_EQ(text(fakes::run(worker, stream->write("hello", in(std::chrono::seconds(10))))), "failed");
}

TEST_F(StreamPair, ATimedOutReadLeavesTheWriteInProgressAlone) {
  const std::string data(4 << 20, 'x');
  std::optional<IoResult> written;
  worker.spawn(fakes::keep(stream->write(data, in(std::chrono::seconds(20))), written));
  EXPECT_EQ(read(in(milliseconds(20))), "timeout");
  EXPECT_FALSE(written.has_value());
  std::thread reader([&] {
    std::array<char, 65536> buffer;
    std::size_t received = 0;
    for (ssize_t count; received < data.size() && (count = ::recv(other, buffer.data(), buffer.size(), 0)) > 0;)
      received += static_cast<std::size_t>(count);
  });
  fakes::run_until(worker, [&] { return written.has_value(); });
  stream->close();
  reader.join();
  EXPECT_EQ(text(*written), "ok 4194304");
}

TEST_F(StreamPair, ClosingEndsAPendingRead) {
  std::array<char, 8> buffer{};
  std::optional<IoResult> result;
  worker.spawn(fakes::keep(stream->read_some(buffer, SteadyTime::max()), result));
  worker.post([&] { stream->close(); });
  fakes::run_until(worker, [&] { return result.has_value(); });
  EXPECT_EQ(text(*result), "failed");
}

TEST_F(StreamPair, ClosingEndsAReadThatHasLetOthersIn) {
  other_sends("1234567");
  std::array<char, 8> buffer{};
  for (int i = 0; i < 6; ++i)
    ASSERT_TRUE(fakes::run(worker, stream->read_some({buffer.data(), 1}, in(std::chrono::seconds(10)))).ok());
  ASSERT_TRUE(fakes::run(worker, stream->read_some(buffer, in(std::chrono::seconds(10)))).ok());  // and nothing is left
  std::optional<IoResult> result;
  worker.spawn(fakes::keep(stream->read_some(buffer, SteadyTime::max()), result));  // the eighth in a row
  worker.post([&] { stream->close(); });
  fakes::run_until(worker, [&] { return result.has_value(); });
  EXPECT_EQ(text(*result), "failed");
}

TEST_F(StreamPair, WaitingTakesNothing) {
  EXPECT_EQ(text(fakes::run(worker, stream->wait_readable(in(milliseconds(10))))), "timeout");
  other_sends("hello");
  EXPECT_EQ(text(fakes::run(worker, stream->wait_readable(in(std::chrono::seconds(10))))), "ok");
  EXPECT_EQ(read(), "ok 5 hello");
}

TEST_F(StreamPair, AnIdleStreamIsQuietUntilSomethingComes) {
  EXPECT_TRUE(stream->quiet());
  EXPECT_TRUE(stream->quiet());
  other_sends("unasked");
  EXPECT_FALSE(stream->quiet());
  EXPECT_EQ(read(), "ok 7 unasked");  // looking took nothing
  EXPECT_TRUE(stream->quiet());
}

TEST_F(StreamPair, AStreamWhoseOtherEndIsClosedIsNotQuiet) {
  close_other();
  EXPECT_FALSE(stream->quiet());
}

TEST_F(StreamPair, AClosedStreamIsNotQuiet) {
  stream->close();
  EXPECT_FALSE(stream->quiet());
}

TEST_F(StreamPair, ShutdownEndsOurSideAndReadsOn) {
  stream->shutdown_send();
  char byte;
  EXPECT_EQ(::recv(other, &byte, 1, 0), 0);
  other_sends("still here");
  EXPECT_EQ(read(), "ok 10 still here");
}

class StreamOverTcp : public ::testing::Test {
 protected:
  ~StreamOverTcp() override { worker.io().poll(); }

  IoResult connect(std::uint16_t port, Duration time = std::chrono::seconds(10)) {
    const auto addresses = resolve(HostPort{"127.0.0.1", port});
    return fakes::run(worker, stream.connect(addresses.front(), clock.steady() + time));
  }

  const SystemClock clock;
  runtime::Worker worker{0, "test", clock};
  Stream stream{worker, Socket()};
};

TEST_F(StreamOverTcp, ConnectsAndTalks) {
  fakes::ScriptedServer server([](fakes::ScriptedServer& self) {
    fakes::Peer peer = self.accept();
    if (peer.read_request() == "ping\r\n\r\n") peer.send("pong");
  });
  EXPECT_EQ(connect(server.port()).status, IoStatus::kOk);
  EXPECT_TRUE(fakes::run(worker, stream.write("ping\r\n\r\n", SteadyTime::max())).ok());
  std::array<char, 8> buffer{};
  const IoResult got = fakes::run(worker, stream.read_some(buffer, SteadyTime::max()));
  EXPECT_EQ(std::string_view(buffer.data(), got.count), "pong");
}

TEST_F(StreamOverTcp, ARefusedConnectionFails) { EXPECT_EQ(connect(fakes::closed_port()).status, IoStatus::kFailed); }

TEST_F(StreamOverTcp, AResetFails) {
  fakes::ScriptedServer server([](fakes::ScriptedServer& self) {
    fakes::Peer peer = self.accept();
    peer.read_request();
    peer.reset();
  });
  ASSERT_TRUE(connect(server.port()).ok());
  EXPECT_TRUE(fakes::run(worker, stream.write("ping\r\n\r\n", SteadyTime::max())).ok());
  std::array<char, 8> buffer{};
  EXPECT_EQ(fakes::run(worker, stream.read_some(buffer, SteadyTime::max())).status, IoStatus::kFailed);
  EXPECT_FALSE(stream.quiet());
}

}  // namespace
}  // namespace causeway::net
