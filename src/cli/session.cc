#include "cli/session.h"

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/text.h"
#include "base/time.h"
#include "cli/number_flags.h"
#include "cli/output.h"

namespace assay::cli {

namespace {
// Signal handlers can only reach globals; lock-free and written once per Ctrl-C.
base::CancelToken interrupted;
std::atomic<int> interrupted_by{SIGINT};

void OnInterrupt(int signal) {
  if (interrupted.cancelled()) ::_exit(128 + signal);  // a second Ctrl-C does not wait
  interrupted_by.store(signal, std::memory_order_relaxed);
  interrupted.Cancel();
}

std::string NowUtc() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return base::FormatTime(std::chrono::duration_cast<std::chrono::seconds>(now).count() * base::kMicrosPerSecond) + " UTC";
}
}  // namespace

Result<std::int64_t> ParseMemory(const std::string& text) {
  const std::size_t split = text.find_first_not_of("0123456789. ");
  const std::string unit = base::Lowercase(base::Trim(split == std::string::npos ? "b" : text.substr(split)));
  double amount = 0;
  constexpr struct { const char* name; double bytes; } kUnits[] = {
      {"b", 1},         {"kb", 1e3},          {"mb", 1e6},           {"gb", 1e9},  {"tb", 1e12}, {"kib", 1024.0}, {"mib", 1048576.0},
      {"gib", 1073741824.0}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}};
  if (base::ParseNumber(text.substr(0, split), &amount) && amount > 0) {
    for (const auto& row : kUnits) {
      if (unit == row.name && amount * row.bytes < 9e18) return static_cast<std::int64_t>(amount * row.bytes);
    }
  }
  return Error{ErrorCode::kInvalidInput, "--memory '" + text + "' is not an amount of memory; write it like 4GB or 800MB"};
}

Session::Session() : start_(std::chrono::steady_clock::now()), started_(NowUtc()) {
  struct sigaction action {};
  action.sa_handler = OnInterrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}
Session::~Session() = default;

void Session::AddCommonFlags(CLI::App* command) {
  command->add_flag("--json", json_, "Print the report as one JSON document (see schema/)")->group("Common");
  AddWholeNumber(command, {"--seed", "Seed of every random stream; same data, seed and version give the same bytes", "42"}, &seed_, 0)
      ->default_str(std::to_string(seed_))->group("Common");
  AddWholeNumber(command, {"--threads", "Threads; the result does not depend on it (default: all cores)", "2"}, &threads_, 1, 1024)->group("Common");
  command->add_option("--memory", memory_, "Cap on memory, like 4GB (default: no cap of ours)")->group("Common");
  command->add_flag("--quiet", quiet_, "No progress on stderr")->group("Common");
}

const RunContext& Session::context() {
  if (context_ready_) return context_;
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  pool_ = std::make_unique<base::ThreadPool>(threads_ > 0 ? threads_ : cores);
  if (!quiet_) progress_ = std::make_unique<ProgressBar>();
  context_.seed = seed_;
  context_.pool = pool_.get();
  context_.progress = progress_.get();
  context_.cancel = &interrupted;
  context_.clock = &clock_;
  if (!memory_.empty()) {
    const Result<std::int64_t> bytes = ParseMemory(memory_);
    if (bytes) context_.memory_bytes = *bytes;  // RunBody has refused a bad one before
  }
  context_ready_ = true;
  return context_;
}

Result<store::Engine*> Session::engine() {
  if (!engine_) {
    store::EngineOptions options;
    options.memory_bytes = context().memory_bytes;
    options.threads = context().pool->num_threads();
    engine_ = ASSAY_TRY(store::Engine::Open(options));
  }
  return engine_.get();
}

int Session::RunBody() {
  const auto run = [&]() -> Result<int> {
    if (!memory_.empty()) ASSAY_TRY(ParseMemory(memory_));
    return body_();
  };
  const Result<int> result = run();
  if (progress_) progress_->Clear();
  const Result<void> printed = FinishOutput();
  if (result && printed) return *result;
  const Error& error = result ? printed.error() : result.error();
  if (error.code == ErrorCode::kCancelled) {
    std::fprintf(stderr, "assay: %s. Nothing half-written was left behind; the same command starts it again.\n", base::WithoutControls(error.message).c_str());
    return 128 + interrupted_by;
  }
  std::fprintf(stderr, "assay: %s\n", base::WithoutControls(error.message).c_str());
  return base::ExitCode(error.code);
}

evidence::Timing Session::timing() const {
  evidence::Timing timing;
  timing.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  timing.steps = clock_.seconds();
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  timing.peak_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  timing.threads = pool_ ? pool_->num_threads() : 1;
  timing.started = started_;
  return timing;
}

void Session::Say(const std::string& line) {
  if (quiet_) return;
  if (progress_) progress_->Clear();
  std::fprintf(stderr, "assay: %s\n", base::WithoutControls(line).c_str());
}

void Session::PrintJson(const Json& json) {
  if (progress_) progress_->Clear();
  const std::string text = base::WriteJson(json, 2);
  WriteOutput(text);
  WriteOutput("\n");
}

}  // namespace assay::cli
