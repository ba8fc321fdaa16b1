// What the server answers: one handler per path, over a project and its saved models.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lifecycle/project.h"
#include "lifecycle/served_model.h"
#include "server/http_server.h"

namespace assay::server {

class WorkQueue;

struct ServiceModel {
  std::string name, version;  // version: the first 12 digits of its file's SHA-256
  lifecycle::ServedModel model;
};

// Immutable after Open but for its counters; Handle is thread-safe.
class Service {
 public:
  // A project that was never trained has no models. kNotFound when there is no project; a model file that cannot be read is left out, with a note.
  // `host`: the address it listens on; requests under another name than that or this machine's own are refused.
  static Result<std::unique_ptr<Service>> Open(const lifecycle::Project& project, const std::string& host);

  // Small requests at once, on the calling thread; large ones on a thread of its own, or 503 where too many of them wait.
  void Handle(const HttpRequest& request, Responder responder);
  ~Service();  // answers what is waiting
  // For /metrics; the server must live as long.
  void WatchServer(const HttpServer* server) { server_ = server; }
  const std::vector<ServiceModel>& models() const { return models_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::optional<HttpResponse> RefuseForeign(const HttpRequest& request) const;
  Service();
  HttpResponse Answer(const HttpRequest& request);
  HttpResponse AnswerModel(const HttpRequest& request, std::string_view rest);
  HttpResponse Infer(const HttpRequest& request, const ServiceModel& model);
  HttpResponse Metrics() const;
  const ServiceModel* Find(std::string_view name) const;

  std::string project_name_;
  std::vector<std::string> hosts_ = {"127.0.0.1", "localhost", "[::1]"};
  std::vector<ServiceModel> models_;
  std::vector<std::string> notes_;
  std::atomic<const HttpServer*> server_{nullptr};
  std::atomic<std::uint64_t> inferences_{0}, rows_{0}, errors_{0};
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::unique_ptr<WorkQueue> queue_;  // of large requests; last, because its threads use what stands above
};

}  // namespace assay::server
