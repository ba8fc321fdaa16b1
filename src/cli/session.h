// What every command shares: common flags, threads, progress, Ctrl-C, the engine, printing a report.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/run_context.h"
#include "base/step_clock.h"
#include "base/thread_pool.h"
#include "cli/progress_bar.h"
#include "cli/terminal.h"
#include "evidence/reports/common.h"
#include "store/engine.h"

namespace CLI {
class App;
}

namespace assay::cli {

// One per process. A command file adds its flags to its CLI::App and hands its body to SetBody:
//
//   void AddFeasibility(CLI::App& app, Session& session) {
//     CLI::App* command = app.add_subcommand("feasibility", "...");
//     auto arguments = std::make_shared<Arguments>();
//     session.AddCommonFlags(command);
//     command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
//   }
class Session {
 public:
  Session();
  ~Session();

  // --json, --threads, --seed, --memory, --quiet.
  void AddCommonFlags(CLI::App* command);
  // The body returns the exit code (0 done, 1 the answer is no) or an error.
  void SetBody(std::function<Result<int>()> body) { body_ = std::move(body); }
  // Runs the body of the parsed command, prints its error, returns the exit code of the process.
  int RunBody();

  // Set up by the flags at the first call; valid until the session ends.
  const RunContext& context();
  Result<store::Engine*> engine();
  bool json() const { return json_; }
  Terminal& terminal() { return terminal_; }
  std::string command_line;  // for reports: as the person typed it, less the flags that cannot change the result

  // Seconds so far, steps, peak memory, threads.
  evidence::Timing timing() const;

  // With --json the report as JSON, else the text that `render` writes. Fills command, seed and timing first.
  template <class Report>
  void Print(Report& report, const std::function<void(const Report&, Terminal&)>& render) {
    Stamp(report);
    if (json_) {
      PrintJson(evidence::ToJson(report));
    } else {
      render(report, terminal_);
    }
  }
  template <class Report>
  void Stamp(Report& report) {
    report.header.command = command_line;
    report.header.seed = context().seed;
    report.timing = timing();
  }
  void PrintJson(const Json& json);
  // A line on stderr for people, unless --quiet.
  void Say(const std::string& line);

 private:
  bool json_ = false;
  bool quiet_ = false;
  int threads_ = 0;
  std::uint64_t seed_ = 42;
  std::string memory_;
  std::chrono::steady_clock::time_point start_;
  std::string started_;
  std::function<Result<int>()> body_;
  std::unique_ptr<base::ThreadPool> pool_;
  std::unique_ptr<ProgressBar> progress_;
  std::unique_ptr<store::Engine> engine_;
  base::StepClock clock_;
  RunContext context_;
  bool context_ready_ = false;
  Terminal terminal_;
};

// "4GB", "512 MB", "1.5GiB" to bytes.
Result<std::int64_t> ParseMemory(const std::string& text);

}  // namespace assay::cli
