// The main job: a project's charter and data to a verdict with evidence, step by step, into reports and the ledger.
#pragma once

#include <functional>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/project.h"
#include "lifecycle/project.h"
#include "store/engine.h"

namespace assay::lifecycle {

struct RunOptions {
  bool full = false;
  int repeats = TrainOptions{}.repeats;  // see TrainOptions
  bool fresh = false;   // start over: no finished step is taken over
  std::int64_t sample_rows = 0;  // of the source, 0 = all
  std::string command;  // for reports and the ledger
  // Called after each step with the report so far, so that a stop leaves everything done until then. A kill between two
  // calls leaves the state of the one before.
  std::function<Result<void>(const evidence::ProjectReport&)> after_step;
  std::function<void(const std::string&)> say;  // a line for people: which steps were taken over; may be null
};

// A finished run; report.status says how it ended. `failures` holds the errors of objectives that could not be finished
// (status "failed"): the other objectives and the report are complete all the same.
struct RunResult {
  evidence::ProjectReport report;
  std::vector<Error> failures;
};

// understand, then per objective feasibility, the ladder and its value; then options, steps and the board. A verdict of
// stop is an answer, not an end: the ladder still shows what each option would be worth. Each step's report and conclusions are appended to the ledger as soon as it is done,
// and a step whose program, seed, data and charter sections are those of a finished one is taken over from it.
// An error when nothing could be done at all; kCancelled when interrupted: what was done is in the ledger and was handed
// to after_step.
Result<RunResult> RunProject(const Project& project, const RunOptions& options, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
