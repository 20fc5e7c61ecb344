// A real broker for all tests of the program, by scripts/kafka.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "fakes/scripted_server.h"
#include "fakes/temporary_folder.h"

namespace causeway::kafka {

class Broker {
 public:
  /// Extra lines of server.properties; options of the storage tool.
  explicit Broker(std::string settings = {}, std::string format = {})
      : settings_(std::move(settings)), format_(std::move(format)) {
    for (const char* name : {"port", "controller_port", "extra_port"})
      std::ofstream(folder_.path() / name) << fakes::kept_port() << '\n';
    start();
  }
  ~Broker() { run("kill"); }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// The program's own, started when it is first asked for, ended with the program.
  static Broker& shared() {
    static Broker broker;
    return broker;
  }

  void start() {
    ::setenv("KAFKA_SETTINGS", settings_.c_str(), 1);
    ::setenv("KAFKA_FORMAT", format_.c_str(), 1);
    ::setenv("KAFKA_OWNER", std::to_string(::getpid()).c_str(), 1);
    run("start");
    address_ = "127.0.0.1:" + read("port");
  }
  void kill() { run("kill"); }
  void pause() { run("pause"); }
  void resume() { run("resume"); }

  const std::string& address() const { return address_; }
  std::string extra_address() const { return "127.0.0.1:" + read("extra_port"); }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  void run(const std::string& verb) {
    const std::string command =
        std::string(CAUSEWAY_TESTS) + "/../scripts/kafka " + verb + ' ' + folder_.path().string() + " >/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }
  std::string read(const char* name) const {
    std::string text;
    std::ifstream(folder_.path() / name) >> text;
    return text;
  }

  const std::string settings_;
  const std::string format_;
  fakes::TemporaryFolder folder_;
  std::string address_;
};

}  // namespace causeway::kafka
