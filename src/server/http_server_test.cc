#include "server/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <new>
#include <thread>

namespace assay::server {
namespace {

// A client that sends bytes as they are.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Client() { ::close(socket_); }
  bool connected() const { return connected_; }
  void Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void EndSending() const { ::shutdown(socket_, SHUT_WR); }
  // Until the answers hold a text so many times, or the connection ends.
  std::string Receive(std::string_view until, int times = 1) const {
    std::string text;
    char buffer[4096];
    while (true) {
      int count = 0;
      for (std::size_t at = until.empty() ? std::string::npos : text.find(until); at != std::string::npos; at = text.find(until, at + until.size())) ++count;
      if (!until.empty() && count >= times) return text;
      const ssize_t size = ::recv(socket_, buffer, sizeof buffer, 0);
      if (size <= 0) return text + (size == 0 ? "<end>" : "<nothing>");
      text.append(buffer, static_cast<std::size_t>(size));
    }
  }

 private:
  int socket_;
  bool connected_ = false;
};

// Answers with what it was asked; /later from another thread, /slow after a while, /never not at all.
void Echo(const HttpRequest& request, Responder responder) {
  HttpResponse response;
  response.body = std::string(request.method) + " " + std::string(request.path) + "?" + std::string(request.query) + " " + std::string(request.header("x-word")) + " [" + std::string(request.body) + "]";
  if (request.path == "/never") return;
  if (request.path == "/throw") throw std::bad_alloc();
  if (request.path == "/large") response.body.assign(20'000'000, 'x');
  if (request.path == "/later" || request.path == "/slow") {
    std::thread([pause = request.path == "/slow" ? 300 : 1, response = std::move(response), responder = std::move(responder)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(pause));
      responder.Send(std::move(response));
    }).detach();
    return;
  }
  responder.Send(std::move(response));
}

std::unique_ptr<HttpServer> Started(HttpLimits limits = {}, int threads = 1) {
  HttpOptions options;
  options.port = 0;
  options.threads = threads;
  options.limits = limits;
  Result<std::unique_ptr<HttpServer>> server = HttpServer::Start(options, Echo);
  EXPECT_TRUE(server) << server.error().message;
  return std::move(*server);
}

TEST(HttpServer, AnswersInOrderHoweverTheBytesCome) {
  const auto server = Started();
  const Client client(server->port());
  const std::string first = "POST /a?x=1 HTTP/1.1\r\nHost: h\r\nX-Word: hello\r\nContent-Length: 5\r\n\r\nab\ncd";
  for (const char byte : first) client.Send({&byte, 1});
  EXPECT_NE(client.Receive("[ab\ncd]").find("POST /a?x=1 hello [ab\ncd]"), std::string::npos);
  // Three at once, the second answered by another thread.
  client.Send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answers = client.Receive("[]", 3);
  EXPECT_LT(answers.find("/1?"), answers.find("/later?"));
  EXPECT_LT(answers.find("/later?"), answers.find("/3?"));
  // In pieces with lengths, and a HEAD without a body.
  client.Send("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_NE(client.Receive("[abcde]").find("HTTP/1.1 200 OK"), std::string::npos);
  client.Send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\nGET /i HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string last = client.Receive("");
  EXPECT_EQ(last.find("HEAD /h"), std::string::npos);
  EXPECT_NE(last.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(last.ends_with("GET /i?  []<end>")) << last;
  EXPECT_EQ(server->counts().requests, 7U);
}

TEST(HttpServer, RefusesWhatIsNoRequest) {
  HttpLimits limits;
  limits.header_bytes = 2000;
  limits.body_bytes = 1000;
  const auto server = Started(limits);
  const auto answer = [&](const std::string& text) {
    const Client client(server->port());
    client.Send(text);
    return client.Receive("");
  };
  EXPECT_TRUE(answer("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(answer(std::string(5000, 'x')).starts_with("HTTP/1.1 4"));
  EXPECT_TRUE(answer("GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(answer("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x')).starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(answer("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x') + "\r\n0\r\n\r\n").starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(answer("POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(answer("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!").starts_with("HTTP/1.1 400 "));
  // A client that goes on sending still reads why it was refused.
  EXPECT_NE(answer("POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n" + std::string(5'000'000, 'x')).find("the body is larger than 1000 bytes"), std::string::npos);
  EXPECT_TRUE(answer("GET /never HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 500 "));
  const std::string thrown = answer("GET /throw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(thrown.starts_with("HTTP/1.1 500 ")) << thrown;
  EXPECT_EQ(server->counts().failures, 1U);
  const Client alive(server->port());
  alive.Send("GET /alive HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(alive.Receive("[]").find("200 OK"), std::string::npos);
}

TEST(HttpServer, SendsALargeAnswerToASlowReader) {
  const auto server = Started();
  const Client client(server->port());
  client.Send("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const std::string answer = client.Receive("");
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4 - std::string("<end>").size(), 20'000'000U);
}

TEST(HttpServer, DropsSlowClientsAndTooManyConnections) {
  HttpLimits limits;
  limits.request_time = std::chrono::milliseconds(300);
  limits.idle_time = std::chrono::milliseconds(300);
  limits.connections = 2;
  const auto server = Started(limits);
  const Client slow(server->port()), idle(server->port());
  slow.Send("GET / HTTP/1.1\r\nHost:");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const Client third(server->port());
  const std::string full = third.Receive("");
  EXPECT_NE(full.find("503"), std::string::npos);
  EXPECT_NE(full.find("Retry-After: 1"), std::string::npos);
  EXPECT_TRUE(full.ends_with("\n<end>")) << full;
  EXPECT_NE(slow.Receive("").find("408"), std::string::npos);
  EXPECT_EQ(idle.Receive(""), "<end>");
  const Client again(server->port());
  again.Send("GET /again HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(again.Receive("[]").find("200 OK"), std::string::npos);
}

TEST(HttpServer, FinishesWhatIsUnderWayWhenItStops) {
  auto server = Started({}, 2);
  const std::uint16_t port = server->port();
  const Client waiting(port), half(port), idle(port), left(port);
  waiting.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  left.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  half.Send("GET /half HTTP/1.1\r\nHo");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::thread stop([&] { server->Stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  half.Send("st: h\r\n\r\n");
  EXPECT_NE(half.Receive("").find("GET /half"), std::string::npos);
  const std::string answer = waiting.Receive("");
  EXPECT_NE(answer.find("GET /slow"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(idle.Receive(""), "<end>");
  stop.join();
  EXPECT_FALSE(Client(port).connected());
}

// A client that leaves while its answer is being made: the handler's request stays, its answer goes nowhere.
TEST(HttpServer, AClientMayLeaveBeforeItsAnswer) {
  const auto server = Started();
  for (int i = 0; i < 20; ++i) {
    const Client client(server->port());
    client.Send("POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const Client client(server->port());
  client.Send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(client.Receive("[]").find("200 OK"), std::string::npos);
  client.Send("GET /y HTTP/1.1\r\nHost: h\r\n\r\n");
  client.EndSending();
  EXPECT_TRUE(client.Receive("").ends_with("[]<end>"));
}

TEST(HttpServer, SaysWhyItCannotListen) {
  const auto server = Started();
  HttpOptions options;
  options.port = server->port();
  const auto taken = HttpServer::Start(options, Echo);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().message.find("is taken by another program; choose another by --port"), std::string::npos);
  options.host = "nowhere.example";
  const auto nowhere = HttpServer::Start(options, Echo);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message, "--host: 'nowhere.example' is no address; expected one such as 127.0.0.1, ::1 or 0.0.0.0");
}

}  // namespace
}  // namespace assay::server
