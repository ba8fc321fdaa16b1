#include "server/internal/event_loop.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <exception>
#include <optional>

namespace assay::server {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::size_t kUnsentBytes = 1 << 20;  // beyond, a client has to take answers before it is read from again
constexpr std::chrono::seconds kLinger{2};
constexpr std::uint64_t kListener = 0, kWakeUp = UINT64_MAX;

void AddOne(std::atomic<std::uint64_t>& counter) { counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct Connection {
  using Parser = http::request_parser<http::string_body>;

  int socket = -1;
  std::uint64_t id = 0;
  std::string unread;              // the beginning of a request, or requests behind the one under way
  std::optional<Parser> parser;    // of the request that is being read or answered
  HttpRequest request;             // views into the parser's message
  bool waiting = false;            // for the answer of its handler
  bool in_parse = false;           // answers need not go on by themselves
  bool continued = false;          // "100 Continue" was sent for this request
  bool ended = false;              // the client sends no more
  bool close = false;              // when everything is sent
  bool refused = false;            // in the midst of a request: what else comes is thrown away, so that the answer is not lost with it
  bool lingering = false;          // everything is sent, the client may still be sending
  bool gone = false;               // the client is; a handler still looks at the request
  std::string out;
  std::size_t sent = 0;
  std::uint32_t interest = EPOLLIN;
  std::chrono::steady_clock::time_point begun, active;
};

EventLoop::EventLoop(const HttpLimits& limits, HttpHandler handler) : limits_(limits), handler_(std::move(handler)), scratch_(kReadBytes) {}

Result<std::shared_ptr<EventLoop>> EventLoop::Create(int listener, const HttpLimits& limits, HttpHandler handler) {
  std::shared_ptr<EventLoop> loop(new EventLoop(limits, std::move(handler)));
  loop->listener_ = listener;
  loop->epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  loop->wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  epoll_event accept{EPOLLIN, {}}, wake{EPOLLIN, {}};
  accept.data.u64 = kListener;
  wake.data.u64 = kWakeUp;
  if (loop->epoll_ < 0 || loop->wake_ < 0 || ::epoll_ctl(loop->epoll_, EPOLL_CTL_ADD, listener, &accept) != 0 || ::epoll_ctl(loop->epoll_, EPOLL_CTL_ADD, loop->wake_, &wake) != 0) return Error{ErrorCode::kIo, std::string("starting to listen: ") + std::strerror(errno)};
  return loop;
}

EventLoop::~EventLoop() {
  for (auto& [id, connection] : connections_) {
    if (!connection->gone) ::close(connection->socket);
  }
  for (const int file : {epoll_, listener_, wake_}) {
    if (file >= 0) ::close(file);
  }
}

void EventLoop::Wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void EventLoop::Stop() {
  stopping_.store(true);
  Wake();
}

HttpCounts EventLoop::counts() const {
  const auto get = [](const std::atomic<std::uint64_t>& counter) { return counter.load(std::memory_order_relaxed); };
  return {get(counters_.connections), get(counters_.open_connections), get(counters_.requests), get(counters_.refused_connections), get(counters_.timeouts), get(counters_.bad_requests), get(counters_.failures)};
}

void EventLoop::Run() {
  thread_ = std::this_thread::get_id();
  next_sweep_ = Clock::now() + std::chrono::seconds(1);
  std::vector<epoll_event> events(256);
  while (!closing_ || (counters_.open_connections.load(std::memory_order_relaxed) > 0 && now_ < stop_until_)) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), closing_ ? 50 : 1000);
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) {
      const std::uint64_t id = events[static_cast<std::size_t>(i)].data.u64;
      if (id == kListener) {
        Accept();
        continue;
      }
      if (id == kWakeUp) {
        TakeAnswers();
        continue;
      }
      const auto found = connections_.find(id);
      if (found == connections_.end() || found->second->gone) continue;
      const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
      if ((what & (EPOLLERR | EPOLLHUP)) != 0 && (what & EPOLLIN) == 0) Close(*found->second);
      else if ((what & EPOLLIN) != 0) Read(*found->second);
      else Flush(*found->second);
    }
    if (stopping_.load() && !closing_) {
      closing_ = true;
      stop_until_ = now_ + limits_.stop_time;
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, listener_, nullptr);
      ::close(std::exchange(listener_, -1));
    }
    if (now_ >= next_sweep_ || closing_) Sweep();
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  answers_.clear();
}

void EventLoop::Accept() {
  for (int i = 0; i < 64; ++i) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    AddOne(counters_.connections);
    if (open_ >= limits_.connections) {
      constexpr std::string_view kFull = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 52\r\n\r\n{\"error\":\"too many connections; try again shortly\"}\n";
      [[maybe_unused]] const auto written = ::send(socket, kFull.data(), kFull.size(), MSG_NOSIGNAL);
      ::close(socket);
      AddOne(counters_.refused_connections);
      continue;
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_unique<Connection>();
    connection->socket = socket;
    connection->id = next_id_++;
    connection->active = now_;
    epoll_event event{EPOLLIN, {}};
    event.data.u64 = connection->id;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) {
      ::close(socket);
      continue;
    }
    connections_.emplace(connection->id, std::move(connection));
    counters_.open_connections.store(++open_, std::memory_order_relaxed);
  }
}

void EventLoop::TakeAnswers() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(wake_, &count, sizeof count);
  std::vector<std::pair<std::uint64_t, HttpResponse>> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (auto& [id, response] : answers) {
    const auto found = connections_.find(id);
    if (found != connections_.end()) Deliver(*found->second, std::move(response));
  }
}

void EventLoop::Answer(std::uint64_t id, HttpResponse response) {
  if (std::this_thread::get_id() == thread_) {
    const auto found = connections_.find(id);
    if (found != connections_.end()) Deliver(*found->second, std::move(response));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    answers_.emplace_back(id, std::move(response));
  }
  Wake();
}

void EventLoop::Read(Connection& connection) {
  const ssize_t size = ::recv(connection.socket, scratch_.data(), scratch_.size(), 0);
  if (size < 0) {
    if (errno != EAGAIN && errno != EINTR) Close(connection);
    return;
  }
  if (connection.lingering) {
    if (size == 0) Close(connection);
    return;
  }
  if (size == 0) {
    connection.ended = true;
    // What was asked for is still answered; half a request never will be whole.
    if (!connection.waiting) connection.close = true;
    Flush(connection);
    return;
  }
  connection.active = now_;
  std::string_view input(scratch_.data(), static_cast<std::size_t>(size));
  if (!connection.unread.empty()) {
    connection.unread.append(input);
    std::string whole = std::move(connection.unread);
    connection.unread.clear();
    if (Parse(connection, whole)) Flush(connection);
    return;
  }
  if (Parse(connection, input)) Flush(connection);
}

bool EventLoop::Parse(Connection& connection, std::string_view input) {
  connection.in_parse = true;
  while (!input.empty() && !connection.waiting && !connection.close && connection.out.size() - connection.sent < kUnsentBytes) {
    if (!connection.parser) {
      connection.parser.emplace();
      connection.parser->header_limit(limits_.header_bytes);
      connection.parser->body_limit(limits_.body_bytes);
      connection.parser->eager(true);
      connection.begun = now_;
      connection.continued = false;
    }
    boost::beast::error_code code;
    const std::size_t used = connection.parser->put(boost::asio::const_buffer(input.data(), input.size()), code);
    input.remove_prefix(used);
    if (code == http::error::need_more) {
      if (!connection.continued && connection.parser->is_header_done() && boost::beast::iequals(connection.parser->get()[http::field::expect], "100-continue")) {
        connection.continued = true;
        connection.out += "HTTP/1.1 100 Continue\r\n\r\n";
      }
      if (used == 0 && input.size() > limits_.header_bytes && !connection.parser->is_header_done()) RefuseRequest(connection, 431, "the header is larger than " + std::to_string(limits_.header_bytes) + " bytes");
      break;
    }
    if (code) {
      if (code == http::error::body_limit) RefuseRequest(connection, 413, "the body is larger than " + std::to_string(limits_.body_bytes) + " bytes");
      else if (code == http::error::header_limit) RefuseRequest(connection, 431, "the header is larger than " + std::to_string(limits_.header_bytes) + " bytes");
      else RefuseRequest(connection, 400, "this is not HTTP/1.1: " + code.message());
      break;
    }
    if (connection.parser->is_done()) HandOver(connection);
  }
  connection.in_parse = false;
  connection.unread.assign(input);
  return true;
}

void EventLoop::HandOver(Connection& connection) {
  AddOne(counters_.requests);
  const auto& message = connection.parser->get();
  HttpRequest& request = connection.request;
  request.method = View(message.method_string());
  const std::string_view target = View(message.target());
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  request.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  request.body = message.body();
  request.headers.clear();
  for (const auto& field : message) request.headers.emplace_back(View(field.name_string()), View(field.value()));
  connection.waiting = true;
  // A handler that throws has dropped its responder, which has answered with 500.
  try {
    handler_(request, Responder(shared_from_this(), connection.id));
  } catch (const std::exception&) {
    AddOne(counters_.failures);
  }
}

void EventLoop::RefuseRequest(Connection& connection, int status, std::string_view text) {
  AddOne(counters_.bad_requests);
  HttpResponse response = ErrorResponse(status, text);
  response.close = true;
  connection.waiting = connection.refused = true;
  Deliver(connection, std::move(response));
}

std::string_view EventLoop::Date() {
  const std::time_t second = std::time(nullptr);
  if (second != date_second_) {
    date_second_ = second;
    std::tm parts{};
    char text[64];
    ::gmtime_r(&second, &parts);
    date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return date_;
}

void EventLoop::Deliver(Connection& connection, HttpResponse response) {
  if (!connection.waiting) return;
  if (connection.gone) {
    connections_.erase(connection.id);
    return;
  }
  const bool head = connection.request.method == "HEAD" && connection.parser && connection.parser->is_done();
  const bool keep = !response.close && !closing_ && !connection.ended && connection.parser && connection.parser->is_done() && connection.parser->keep_alive();
  std::string& out = connection.out;
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(StatusText(response.status)).append("\r\nDate: ").append(Date());
  if (!response.type.empty()) out.append("\r\nContent-Type: ").append(response.type);
  out.append("\r\nContent-Length: ").append(std::to_string(response.body.size()));
  for (const auto& [name, value] : response.headers) out.append("\r\n").append(name).append(": ").append(value);
  if (!keep) out.append("\r\nConnection: close");
  out.append("\r\n\r\n");
  if (!head) out.append(response.body);
  connection.waiting = false;
  connection.close = connection.close || !keep;
  connection.parser.reset();
  connection.active = now_;
  if (connection.in_parse) return;
  const std::string rest = std::move(connection.unread);
  connection.unread.clear();
  if (Parse(connection, rest)) Flush(connection);
}

bool EventLoop::Flush(Connection& connection) {
  while (connection.sent < connection.out.size()) {
    const ssize_t size = ::send(connection.socket, connection.out.data() + connection.sent, connection.out.size() - connection.sent, MSG_NOSIGNAL);
    if (size < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) break;
      Close(connection);
      return false;
    }
    connection.sent += static_cast<std::size_t>(size);
    connection.active = now_;
  }
  const bool all = connection.sent == connection.out.size();
  if (all) {
    connection.sent = 0;
    // What a large answer took is given back.
    if (connection.out.capacity() > kReadBytes) std::string().swap(connection.out);
    else connection.out.clear();
    if (connection.close && !connection.waiting && connection.refused && !connection.ended && !connection.lingering) {
      ::shutdown(connection.socket, SHUT_WR);
      connection.lingering = true;
    } else if (connection.close && !connection.waiting && !connection.lingering) {
      Close(connection);
      return false;
    }
    if (!connection.waiting && !connection.unread.empty() && !connection.parser) {
      const std::string rest = std::move(connection.unread);
      connection.unread.clear();
      if (!Parse(connection, rest)) return false;
      if (!connection.out.empty()) return Flush(connection);
    }
  }
  const bool reads = !connection.waiting && !connection.ended && (!connection.close || connection.lingering) && connection.out.size() - connection.sent < kUnsentBytes;
  const std::uint32_t interest = (reads ? EPOLLIN : 0U) | (all ? 0U : EPOLLOUT);
  if (interest != connection.interest) {
    connection.interest = interest;
    epoll_event event{interest, {}};
    event.data.u64 = connection.id;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket, &event);
  }
  return true;
}

bool EventLoop::Idle(const Connection& connection) const { return !connection.waiting && !connection.lingering && !connection.parser && connection.unread.empty() && connection.out.empty(); }

void EventLoop::Sweep() {
  next_sweep_ = now_ + std::chrono::seconds(1);
  std::vector<std::uint64_t> ids;
  for (const auto& [id, connection] : connections_) ids.push_back(id);
  for (const std::uint64_t id : ids) {
    const auto found = connections_.find(id);
    if (found == connections_.end() || found->second->gone) continue;
    Connection& connection = *found->second;
    // Requests that have arrived but were not read yet are under way too.
    if (closing_ && Idle(connection)) Read(connection);
    const auto still = connections_.find(id);
    if (still == connections_.end()) continue;
    if (closing_ && Idle(connection)) {
      Close(connection);
    } else if (connection.lingering && now_ - connection.active > kLinger) {
      Close(connection);
    } else if (!connection.out.empty() && now_ - connection.active > limits_.request_time) {
      AddOne(counters_.timeouts);
      Close(connection);
    } else if (connection.parser && !connection.waiting && now_ - connection.begun > limits_.request_time) {
      AddOne(counters_.timeouts);
      RefuseRequest(connection, 408, "the request took longer than " + std::to_string(limits_.request_time.count() / 1000) + " s to arrive");
    } else if (Idle(connection) && now_ - connection.active > limits_.idle_time) {
      Close(connection);
    }
  }
}

void EventLoop::Close(Connection& connection) {
  ::close(connection.socket);
  counters_.open_connections.store(--open_, std::memory_order_relaxed);
  connection.gone = true;
  if (!connection.waiting) connections_.erase(connection.id);
}

}  // namespace assay::server
