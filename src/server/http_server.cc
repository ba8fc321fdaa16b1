#include "server/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "base/text.h"
#include "server/internal/event_loop.h"

namespace assay::server {

namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Result<Address> AddressOf(const std::string& host, std::uint16_t port) {
  Address address;
  auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return Error{ErrorCode::kInvalidInput, "--host: '" + host + "' is no address; expected one such as 127.0.0.1, ::1 or 0.0.0.0"};
}

Error SystemError(const std::string& doing) { return {ErrorCode::kIo, doing + ": " + std::strerror(errno)}; }

// A listening socket; several share a port, and the system deals connections among them.
Result<int> Listen(const std::string& host, std::uint16_t port, std::uint16_t* chosen) {
  const Address address = ASSAY_TRY(AddressOf(host, port));
  const int socket = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return SystemError("opening a socket");
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 || ::listen(socket, 1024) != 0) {
    const int code = errno;
    ::close(socket);
    if (code == EADDRINUSE) return Error{ErrorCode::kConflict, "port " + std::to_string(port) + " of " + host + " is taken by another program; choose another by --port, or --port 0 for any"};
    if (code == EACCES) return Error{ErrorCode::kInvalidInput, "port " + std::to_string(port) + " may not be opened by this user; choose one above 1023 by --port"};
    errno = code;
    return SystemError("listening on " + host + " port " + std::to_string(port));
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size);
  *chosen = ntohs(bound.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in*>(&bound)->sin_port : reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);
  return socket;
}

// With SO_REUSEPORT another server of the same user could listen as well, and take half of the connections.
Result<void> RefuseTakenPort(const std::string& host, std::uint16_t port) {
  if (port == 0) return {};
  const Address address = ASSAY_TRY(AddressOf(host, port));
  const int socket = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return SystemError("opening a socket");
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool taken = ::bind(socket, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 && errno == EADDRINUSE;
  ::close(socket);
  if (taken) return Error{ErrorCode::kConflict, "port " + std::to_string(port) + " of " + host + " is taken by another program; choose another by --port, or --port 0 for any"};
  return {};
}

// How many connections the open files allow that this process may have, of which it takes as many as it may.
std::size_t ConnectionsAllowed(std::size_t wanted) {
  constexpr rlim_t kOwnFiles = 64;  // models, logs, listeners
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = wanted + kOwnFiles;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min(limit.rlim_max, needed);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur >= needed ? wanted : std::max<rlim_t>(1, limit.rlim_cur - std::min(limit.rlim_cur, kOwnFiles));
}

}  // namespace

struct HttpServer::Threads {
  std::vector<std::shared_ptr<EventLoop>> loops;
  std::vector<std::thread> threads;
};

Responder::~Responder() {
  if (loop_) Send(ErrorResponse(500, "the request was given up without an answer, which is a defect"));
}

void Responder::Send(HttpResponse response) {
  const std::shared_ptr<EventLoop> loop = std::move(loop_);
  if (loop) loop->Answer(connection_, std::move(response));
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpOptions& options, HttpHandler handler) {
  ASSAY_TRY(RefuseTakenPort(options.host, options.port));
  std::unique_ptr<HttpServer> server(new HttpServer);
  server->threads_ = std::make_unique<Threads>();
  server->port_ = options.port;
  HttpLimits limits = options.limits;
  limits.connections = std::max<std::size_t>(1, ConnectionsAllowed(limits.connections) / static_cast<std::size_t>(options.threads));
  for (int i = 0; i < options.threads; ++i) {
    const int listener = ASSAY_TRY(Listen(options.host, server->port_, &server->port_));
    server->threads_->loops.push_back(ASSAY_TRY(EventLoop::Create(listener, limits, handler)));
  }
  for (const auto& loop : server->threads_->loops) server->threads_->threads.emplace_back([loop] { loop->Run(); });
  return server;
}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Stop() {
  for (const auto& loop : threads_->loops) loop->Stop();
  for (std::thread& thread : threads_->threads) thread.join();
  threads_->threads.clear();
}

HttpCounts HttpServer::counts() const {
  HttpCounts sum;
  for (const auto& loop : threads_->loops) {
    const HttpCounts counts = loop->counts();
    sum.connections += counts.connections;
    sum.open_connections += counts.open_connections;
    sum.requests += counts.requests;
    sum.refused_connections += counts.refused_connections;
    sum.timeouts += counts.timeouts;
    sum.bad_requests += counts.bad_requests;
    sum.failures += counts.failures;
  }
  return sum;
}

}  // namespace assay::server
