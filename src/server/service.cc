#include "server/service.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "evidence/reports/common.h"
#include "server/inference.h"
#include "server/internal/work_queue.h"
#include "server/row_inference.h"

namespace assay::server {

namespace {

// Of a body with binary tensors, the bytes of its JSON.
constexpr const char* kJsonBytes = "Inference-Header-Content-Length";

// A body that takes about a millisecond; larger ones would keep others waiting.
constexpr std::size_t kLargeBytes = 64 << 10;
constexpr std::size_t kMostLargeWaiting = 64;

HttpResponse JsonResponse(const Json& json) {
  HttpResponse response;
  response.body = base::WriteJson(json) + "\n";
  return response;
}

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kConflict: return 409;
    case ErrorCode::kTooLarge: return 413;
    case ErrorCode::kUnsupported: return 501;
    case ErrorCode::kInternal: return 500;
    case ErrorCode::kIo: return 503;
    default: return 400;
  }
}

HttpResponse ErrorOf(const Error& error) { return ErrorResponse(StatusOf(error.code), error.message); }

HttpResponse WrongMethod(std::string_view allowed) {
  HttpResponse response = ErrorResponse(405, "this path takes " + std::string(allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

bool Gets(const HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

// The next part of a path, taken off its front.
std::string_view TakePart(std::string_view* path) {
  const std::size_t slash = path->find('/');
  const std::string_view part = path->substr(0, slash);
  path->remove_prefix(slash == std::string_view::npos ? path->size() : slash + 1);
  return part;
}

int HexDigit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

// "my%20model" as it was meant; as it stands where it is no such code.
std::string Decoded(std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool code = part[i] == '%' && i + 2 < part.size() && HexDigit(part[i + 1]) >= 0 && HexDigit(part[i + 2]) >= 0;
    text += code ? static_cast<char>(HexDigit(part[i + 1]) * 16 + HexDigit(part[i + 2])) : part[i];
    if (code) i += 2;
  }
  return text;
}

// "localhost" of "localhost:8080", "[::1]" of "[::1]:8080".
std::string_view HostOf(std::string_view authority) {
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return authority.substr(0, colon);
}

}  // namespace

Result<std::unique_ptr<Service>> Service::Open(const lifecycle::Project& project, const std::string& host) {
  std::unique_ptr<Service> service(new Service);
  const std::string own = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (!base::IsAmong(service->hosts_, own)) service->hosts_.push_back(own);
  service->project_name_ = project.charter.section("project").text("name");
  // The recommended rung of an objective has two names.
  std::map<std::filesystem::path, std::optional<ServiceModel>> loaded;
  for (const lifecycle::ModelFile& file : ASSAY_TRY(lifecycle::ModelFilesOf(project))) {
    const auto [found, added] = loaded.try_emplace(file.path);
    if (added) {
      const std::string text = ASSAY_TRY(base::ReadFile(file.path));
      Result<learn::SavedModel> saved = learn::ReadModel(text, file.path.string());
      if (saved) found->second = {"", base::Sha256Hex(text).substr(0, 12), ASSAY_TRY(lifecycle::ServedModel::Create(std::make_shared<const learn::SavedModel>(std::move(*saved))))};
      else service->notes_.push_back("'" + file.name + "' is not served: " + saved.error().message);
    }
    if (!found->second) continue;
    service->models_.push_back(*found->second);
    service->models_.back().name = file.name;
  }
  return service;
}

const ServiceModel* Service::Find(std::string_view name) const {
  const auto found = std::find_if(models_.begin(), models_.end(), [&](const ServiceModel& model) { return model.name == name; });
  return found == models_.end() ? nullptr : &*found;
}

Service::Service() : queue_(std::make_unique<WorkQueue>(1, kMostLargeWaiting)) {}
Service::~Service() = default;

void Service::Handle(const HttpRequest& request, Responder responder) {
  const auto send = [this](HttpResponse response, Responder& to) {
    if (response.status >= 400) errors_.fetch_add(1, std::memory_order_relaxed);
    to.Send(std::move(response));
  };
  if (request.body.size() <= kLargeBytes) return send(Answer(request), responder);
  // What the request refers to stays until it is answered.
  const auto later = std::make_shared<Responder>(std::move(responder));
  if (queue_->Post([this, send, request, later] { send(Answer(request), *later); })) return;  // what it throws leaves 500
  HttpResponse busy = ErrorResponse(503, "too many large requests wait already; try again shortly");
  busy.headers.emplace_back("Retry-After", "1");
  send(std::move(busy), *later);
}

// A page of another site that the browser of this machine's user shows may send requests here under a name of its own, or with its own origin.
std::optional<HttpResponse> Service::RefuseForeign(const HttpRequest& request) const {
  const std::string_view host = request.header("Host");
  if (host.empty()) return ErrorResponse(400, "the request has no Host header");
  if (std::find(hosts_.begin(), hosts_.end(), HostOf(host)) == hosts_.end()) return ErrorResponse(421, "this server is not '" + std::string(HostOf(host)) + "'; it is " + base::Join(hosts_, ", "));
  const std::string_view origin = request.header("Origin");
  if (Gets(request) || origin.empty() || origin == "http://" + std::string(host)) return std::nullopt;
  return ErrorResponse(403, "pages of '" + std::string(origin) + "' may not change anything here");
}

HttpResponse Service::Answer(const HttpRequest& request) {
  if (std::optional<HttpResponse> refused = RefuseForeign(request)) return std::move(*refused);
  std::string_view path = request.path;
  if (path.starts_with("/v2/models/")) return AnswerModel(request, path.substr(std::string_view("/v2/models/").size()));
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path == "/v2/repository/index") {
    if (request.method != "POST") return WrongMethod("POST");
    Json index = Json::array();
    for (const ServiceModel& model : models_) index.push_back({{"name", model.name}, {"version", model.version}, {"state", "READY"}, {"reason", ""}});
    return JsonResponse(index);
  }
  const auto get = [&](const auto& make) { return Gets(request) ? make() : WrongMethod("GET"); };
  if (path == "/healthz") return get([] { return JsonResponse({{"status", "ok"}}); });
  if (path == "/readyz") {
    return get([&] {
      Json names = Json::array();
      for (const ServiceModel& model : models_) names.push_back(model.name);
      return JsonResponse({{"ready", true}, {"models", std::move(names)}});
    });
  }
  if (path == "/metrics") return get([&] { return Metrics(); });
  if (path == "/v2") return get([&] { return JsonResponse({{"name", "assay"}, {"version", evidence::kAssayVersion}, {"extensions", {"binary_tensor_data", "model_repository(index)"}}}); });
  if (path == "/v2/health/live") return get([] { return JsonResponse({{"live", true}}); });
  if (path == "/v2/health/ready") return get([] { return JsonResponse({{"ready", true}}); });
  return ErrorResponse(404, "there is no path '" + std::string(request.path) + "'");
}

HttpResponse Service::AnswerModel(const HttpRequest& request, std::string_view rest) {
  const std::string name = Decoded(TakePart(&rest));
  const ServiceModel* model = Find(name);
  if (model == nullptr) {
    std::vector<std::string> names;
    for (const ServiceModel& other : models_) names.push_back(other.name);
    return ErrorResponse(404, "there is no model '" + name + "'." + (names.empty() ? " The project has no trained model yet; train one with: assay run" : base::DidYouMean(name, names) + " The models are: " + base::Join(names, ", ")));
  }
  std::string_view action = TakePart(&rest);
  if (action == "versions") {
    const std::string version = Decoded(TakePart(&rest));
    if (version != model->version) return ErrorResponse(404, "model '" + name + "' has no version '" + version + "'; it has " + model->version);
    action = TakePart(&rest);
  }
  if (!rest.empty()) return ErrorResponse(404, "there is no path '" + std::string(request.path) + "'");
  if (action == "infer") return request.method == "POST" ? Infer(request, *model) : WrongMethod("POST");
  if (action == "ready") return Gets(request) ? JsonResponse({{"name", name}, {"ready", true}}) : WrongMethod("GET");
  if (action.empty()) return Gets(request) ? JsonResponse(ModelMetadata(model->model, name, model->version)) : WrongMethod("GET");
  return ErrorResponse(404, "there is no path '" + std::string(request.path) + "'");
}

HttpResponse Service::Infer(const HttpRequest& request, const ServiceModel& model) {
  std::size_t json_bytes = request.body.size();
  if (const std::string_view length = request.header(kJsonBytes); !length.empty()) {
    const auto [end, code] = std::from_chars(length.data(), length.data() + length.size(), json_bytes);
    if (code != std::errc() || end != length.data() + length.size()) return ErrorResponse(400, std::string("the header ") + kJsonBytes + " is no whole number");
    if (json_bytes == 0) return ErrorResponse(501, "a body of bytes alone is not taken; send the JSON with the tensors' names before it");
  }
  if (json_bytes == request.body.size()) {
    if (std::optional<QuickAnswer> quick = AnswerQuickly(request.body, model.model, model.name, model.version)) {
      inferences_.fetch_add(1, std::memory_order_relaxed);
      rows_.fetch_add(static_cast<std::uint64_t>(quick->rows), std::memory_order_relaxed);
      HttpResponse response;
      response.body = std::move(quick->body);
      return response;
    }
  }
  const Result<InferenceRequest> parsed = ParseInference(request.body, json_bytes, model.model);
  if (!parsed) return ErrorOf(parsed.error());
  const Result<std::vector<double>> scores = model.model.Score(parsed->rows);
  if (!scores) return ErrorOf(scores.error());
  Result<InferenceAnswer> answer = WriteInference(*parsed, model.model, model.name, model.version, *scores);
  if (!answer) return ErrorOf(answer.error());
  inferences_.fetch_add(1, std::memory_order_relaxed);
  rows_.fetch_add(static_cast<std::uint64_t>(parsed->rows.num_rows()), std::memory_order_relaxed);
  HttpResponse response;
  if (answer->binary()) {
    response.type = "application/octet-stream";
    response.headers.emplace_back(kJsonBytes, std::to_string(answer->json_bytes));
  }
  response.body = std::move(answer->body);
  return response;
}

HttpResponse Service::Metrics() const {
  std::string text;
  const auto add = [&](const char* name, const char* type, const char* help, double value) { text += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + " " + base::ShortestNumber(value) + "\n"; };
  const HttpServer* server = server_.load();
  const HttpCounts counts = server == nullptr ? HttpCounts{} : server->counts();
  add("assay_http_requests_total", "counter", "Requests that were whole.", static_cast<double>(counts.requests));
  add("assay_http_bad_requests_total", "counter", "Requests refused before they were whole.", static_cast<double>(counts.bad_requests));
  add("assay_http_failures_total", "counter", "Requests whose handling failed, which is a defect or a lack of memory.", static_cast<double>(counts.failures + queue_->failures()));
  add("assay_http_errors_total", "counter", "Answers of status 400 and above.", static_cast<double>(errors_.load()));
  add("assay_http_timeouts_total", "counter", "Connections dropped because their client was slow.", static_cast<double>(counts.timeouts));
  add("assay_http_connections_total", "counter", "Connections taken.", static_cast<double>(counts.connections));
  add("assay_http_refused_connections_total", "counter", "Connections refused because there were too many.", static_cast<double>(counts.refused_connections));
  add("assay_http_open_connections", "gauge", "Connections that are open.", static_cast<double>(counts.open_connections));
  add("assay_inferences_total", "counter", "Inference requests answered with scores.", static_cast<double>(inferences_.load()));
  add("assay_inference_rows_total", "counter", "Rows scored by inference requests.", static_cast<double>(rows_.load()));
  add("assay_models", "gauge", "Models served.", static_cast<double>(models_.size()));
  add("assay_uptime_seconds", "gauge", "Seconds since the server started.", std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count());
  HttpResponse response;
  response.type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(text);
  return response;
}

}  // namespace assay::server
