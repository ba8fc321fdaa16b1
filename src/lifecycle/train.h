// Stage 3: the ladder, from a random guess to boosted trees, judged once on rows that nothing was chosen by.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/train.h"
#include "learn/learner.h"
#include "lifecycle/gather.h"
#include "lifecycle/own_rules.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

struct ImportedPredictions {
  std::string name;
  std::string column;      // several classes: with '*' in the place of the class, "p_*" for p_red, p_green, ...
  std::string trained_on;  // what the other model saw; without it there is no comparison
};
struct PublishedResult {
  std::string name;
  std::string metric;
  double value = std::numeric_limits<double>::quiet_NaN();  // NaN: not stated
  std::string source, dataset;
};

// What every fitted or imported rung says of the same rows, for use cases that go on from the ladder (what is it worth?).
// Views into the run, valid only during the call. One output per row.
struct RungPredictions {
  std::string name, kind;
  std::span<const double> out_of_fold;  // on choice_rows, each by a fit that did not see it; empty for imported rungs
  std::span<const double> holdout;      // on holdout_rows
};
struct LadderPredictions {
  const learn::Rows& choice_rows;
  const learn::Rows& holdout_rows;
  const Dependence& dependence;
  std::vector<RungPredictions> rungs;     // none for several classes
  std::string chosen;                     // name of the rung that was chosen inside the training part
  std::span<const double> chosen_holdout; // its predictions on holdout_rows, as Model::Predict gives them
};

struct TrainOptions {
  std::string objective;   // name for the report
  std::string metric;      // "" = skill
  double least_gain = std::numeric_limits<double>::quiet_NaN();  // NaN: learn::DefaultLeastGain
  double target = std::numeric_limits<double>::quiet_NaN();
  double holdout_share = 0.2;
  std::vector<OwnRule> own_rules;
  std::vector<ImportedPredictions> imported;
  std::vector<PublishedResult> published;
  int repeats = 15;        // fits of every rung on random halves of the training part; 0 = none, else at least 2
  bool full = false;       // repeated fits use all rows, not a sample
  std::filesystem::path models_folder;  // "" = models are not saved
  // Notes that this holdout (by its fingerprint) is opened once more, returns how often it now has been; null: 1.
  std::function<Result<std::int64_t>(const std::string& fingerprint)> open_holdout;
  std::function<Result<void>(const LadderPredictions&)> on_predictions;  // called once, after the holdout was judged; may be null
};

// Everything is chosen inside the training part: settings, calibration, the rung itself (by rolling-origin or grouped
// folds). Then the holdout is scored once, all rungs together; it can refute the choice, never replace it.
Result<evidence::TrainReport> Train(const Gathered& gathered, const TrainOptions& options, const RunContext& context);

}  // namespace assay::lifecycle
