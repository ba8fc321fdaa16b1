// An HTTP/1.1 server: one event loop (epoll) per thread with a listening socket of its own, Beast's parser, no hand-over of a request to another thread unless its
// handler asks for it. A connection answers one request after the other, in order, however many are sent ahead.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "server/http.h"

namespace assay::server {

struct HttpLimits {
  std::uint32_t header_bytes = 16 << 10;
  std::uint64_t body_bytes = 64 << 20;
  std::size_t connections = 10'000;                 // beyond: 503 with Retry-After; fewer where the system allows fewer open files
  std::chrono::milliseconds request_time{30'000};   // from a request's first byte to its last; also for taking an answer
  std::chrono::milliseconds idle_time{75'000};      // between requests
  std::chrono::milliseconds stop_time{10'000};      // for requests under way when the server is asked to stop
};

struct HttpOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any that is free
  int threads = 1;
  HttpLimits limits;
};

class EventLoop;

// Answers a request once, now or later, from any thread; the server may be gone by then. Dropped without an answer it sends 500.
class Responder {
 public:
  Responder(std::shared_ptr<EventLoop> loop, std::uint64_t connection) : loop_(std::move(loop)), connection_(connection) {}
  Responder(Responder&& other) noexcept = default;
  Responder& operator=(Responder&& other) = delete;
  ~Responder();
  void Send(HttpResponse response);

 private:
  std::shared_ptr<EventLoop> loop_;
  std::uint64_t connection_;
};

// Called on the loop's thread: what takes longer than a few requests belongs on another. The request is valid until the answer is sent. What it throws becomes a 500.
using HttpHandler = std::function<void(const HttpRequest& request, Responder responder)>;

struct HttpCounts {
  std::uint64_t connections = 0, open_connections = 0, requests = 0, refused_connections = 0, timeouts = 0, bad_requests = 0, failures = 0;
};

class HttpServer {
 public:
  // Listens; kInvalidInput when the host is no address, kConflict when the port is taken.
  static Result<std::unique_ptr<HttpServer>> Start(const HttpOptions& options, HttpHandler handler);
  ~HttpServer();  // stops

  std::uint16_t port() const { return port_; }
  // No new connection is taken; requests whose first byte has come are answered, within limits.stop_time. Returns when all loops have ended.
  void Stop();
  HttpCounts counts() const;

 private:
  HttpServer() = default;
  struct Threads;
  std::unique_ptr<Threads> threads_;
  std::uint16_t port_ = 0;
};

}  // namespace assay::server
