// Requests and responses as handlers see them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::server {

// Views into the connection's own memory, valid until the request is answered.
struct HttpRequest {
  std::string_view method;  // "GET"
  std::string_view path;    // without the query, as it was sent
  std::string_view query;   // behind the question mark; "" without one
  std::string_view body;
  std::vector<std::pair<std::string_view, std::string_view>> headers;

  // The first header of that name, whatever its case; "" where there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beside those of every response
  bool close = false;                                        // no further request on this connection
};

// {"error": "..."}; the text is for people.
HttpResponse ErrorResponse(int status, std::string_view text);
std::string_view StatusText(int status);

}  // namespace assay::server
