#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "server/http_server.h"
#include "server/service.h"

namespace assay::cli {

namespace {

struct Arguments {
  std::string folder = ".", host = "127.0.0.1";
  int port = 8080;
};

bool IsLoopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Result<int> Run(const Arguments& arguments, Session& session) {
  if (!IsLoopback(arguments.host)) return Error{ErrorCode::kUnsupported, "--host " + arguments.host + ": this version serves programs of this machine alone; expected 127.0.0.1 or ::1"};
  // Taken by the wait below on this thread, and by no other: threads that begin later have the same mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(arguments.folder));
  const std::unique_ptr<server::Service> service = ASSAY_TRY(server::Service::Open(project, arguments.host));
  for (const std::string& note : service->notes()) session.Say("Note: " + note);
  server::HttpOptions options;
  options.host = arguments.host;
  options.port = static_cast<std::uint16_t>(arguments.port);
  options.threads = base::NumThreads(session.context());
  const std::unique_ptr<server::HttpServer> http = ASSAY_TRY(server::HttpServer::Start(options, [&](const server::HttpRequest& request, server::Responder responder) { service->Handle(request, std::move(responder)); }));
  service->WatchServer(http.get());
  const std::string host = arguments.host.find(':') == std::string::npos ? arguments.host : "[" + arguments.host + "]";
  const std::string url = "http://" + host + ":" + std::to_string(http->port()) + "/";
  std::vector<std::string> models;
  for (const server::ServiceModel& model : service->models()) models.push_back(model.name);
  std::printf("%s\n", session.json() ? base::WriteJson(Json{{"url", url}, {"models", models}}).c_str() : url.c_str());
  std::fflush(stdout);
  session.Say(base::Counted(static_cast<std::int64_t>(models.size()), "model") + " of '" + project.charter.section("project").text("name") + "'; stop with Ctrl-C");
  int signal = 0;
  sigwait(&signals, &signal);
  http->Stop();
  service->WatchServer(nullptr);
  return 0;
}

}  // namespace

void AddServe(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("serve", "Serve a project: its models by the Open Inference Protocol, until Ctrl-C or SIGTERM.");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("DIR", arguments->folder, "Folder with assay.toml")->capture_default_str();
  command->add_option("--host", arguments->host, "Address to listen on")->capture_default_str();
  command->add_option("--port", arguments->port, "Port to listen on; 0: any that is free")->capture_default_str()->check(CLI::Range(0, 65535));
  session.AddCommonFlags(command);
  command->footer("The first line printed is the address, with --json an object with url and models. GET /readyz lists the models, GET /v2/models/NAME says what a model takes, POST /v2/models/NAME/infer asks it.");
  command->callback([arguments, &session] { session.SetBody([arguments, &session] { return Run(*arguments, session); }); });
}

}  // namespace assay::cli
