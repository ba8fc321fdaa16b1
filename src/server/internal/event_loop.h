// The loop of one thread: accepts, reads, parses, hands over, writes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "server/http_server.h"

namespace assay::server {

struct Connection;

// Answer and Stop may be called from any thread; the rest is the loop's own.
class EventLoop : public std::enable_shared_from_this<EventLoop> {
 public:
  // Owns `listener` from now on, also when it fails.
  static Result<std::shared_ptr<EventLoop>> Create(int listener, const HttpLimits& limits, HttpHandler handler);
  ~EventLoop();

  void Run();   // until Stop
  void Stop();
  void Answer(std::uint64_t connection, HttpResponse response);
  HttpCounts counts() const;

 private:
  using Clock = std::chrono::steady_clock;

  EventLoop(const HttpLimits& limits, HttpHandler handler);
  void Accept();
  void Wake();
  void TakeAnswers();
  void Read(Connection& connection);
  // Takes whole requests from what has been read. False: the connection is gone.
  bool Parse(Connection& connection, std::string_view input);
  void HandOver(Connection& connection);
  void Deliver(Connection& connection, HttpResponse response);
  void RefuseRequest(Connection& connection, int status, std::string_view text);
  // Sends what it can, and asks for what it waits for. False: the connection is gone.
  bool Flush(Connection& connection);
  void Sweep();
  void Close(Connection& connection);
  bool Idle(const Connection& connection) const;
  std::string_view Date();

  const HttpLimits limits_;
  const HttpHandler handler_;
  int epoll_ = -1, listener_ = -1, wake_ = -1;
  std::thread::id thread_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::uint64_t next_id_ = 1;
  std::size_t open_ = 0;  // connections whose client is not gone
  std::vector<char> scratch_;
  Clock::time_point now_, next_sweep_, stop_until_;
  std::string date_;
  std::time_t date_second_ = 0;
  bool closing_ = false;

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::pair<std::uint64_t, HttpResponse>> answers_;  // from other threads
  bool ended_ = false;                                           // guarded by mutex_: nobody takes answers any more

  struct Counters {
    std::atomic<std::uint64_t> connections{0}, open_connections{0}, requests{0}, refused_connections{0}, timeouts{0}, bad_requests{0}, failures{0};
  } counters_;
};

}  // namespace assay::server
