#include "e2e/simulator_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "llm_provider.hpp"

extern char** environ;

namespace xai {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {
    if (fd_ < 0) throw std::runtime_error("no descriptor");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(fd_); }
  int get() const { return fd_; }

 private:
  int fd_;
};

// The first line that the program writes; empty if it leaves without one.
std::string ReadLine(int fd) {
  std::string line;
  for (char c = 0; read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

void SendAll(int fd, const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t count =
        send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("the simulator does not listen");
    sent += static_cast<size_t>(count);
  }
}

std::string ReceiveAll(int fd) {
  std::string answer;
  char buffer[65536];
  for (ssize_t count = 0; (count = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
    answer.append(buffer, static_cast<size_t>(count));
  }
  return answer;
}

}  // namespace

SimulatorProcess::SimulatorProcess(const std::vector<std::string>& options) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const Descriptor out(ends[0]);
  std::vector<std::string> words = {XAI_SIM, "--port", "0"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int failed = posix_spawn(&pid_, XAI_SIM, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) throw std::runtime_error("cannot start " XAI_SIM);

  const auto urls = llmp::Json::parse(ReadLine(out.get()));
  const std::string auth = urls ? (*urls)["auth"].str() : std::string();
  const size_t colon = auth.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("the simulator did not start");
  port_ = static_cast<uint16_t>(std::stoi(auth.substr(colon + 1)));
}

SimulatorProcess::~SimulatorProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

std::string SimulatorProcess::Control(const char* method, const std::string& name,
                                      const std::string& body) const {
  const Descriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof address) != 0) {
    throw std::runtime_error("the simulator does not listen");
  }
  SendAll(connection.get(), std::string(method) + " /control/" + name +
                                " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                                "Content-Type: application/json\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string answer = ReceiveAll(connection.get());
  const size_t blank = answer.find("\r\n\r\n");
  if (answer.rfind("HTTP/1.1 200", 0) != 0 || blank == std::string::npos) {
    throw std::runtime_error("control/" + name + ": " + answer.substr(0, 300));
  }
  return answer.substr(blank + 4);
}

int64_t SimulatorProcess::Stat(const std::string& name) const {
  const auto stats = llmp::Json::parse(Get("stats"));
  return stats ? (*stats)[name.c_str()].integer().value_or(-1) : -1;
}

}  // namespace xai
