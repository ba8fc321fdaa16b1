// The parts of a run of the ladder, which train.cc puts in order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "learn/calibration.h"
#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/split.h"
#include "lifecycle/internal/judged_metrics.h"
#include "lifecycle/train.h"

namespace assay::lifecycle {

// One rung on its way through the run.
struct Rung {
  std::string name;
  learn::RungKind kind = learn::RungKind::kConstant;
  std::string own_rule;                // EXPR
  std::string source;                  // imported: what its model was trained on
  std::unique_ptr<learn::Model> model = nullptr;  // null for imported ones
  std::vector<double> predictions = {};     // on the holdout
  std::vector<double> out_of_fold = {};     // on the choice folds, in their order
  learn::Calibration calibration = {};      // fitted inside the training part
};

// Learned rungs by their learner with `options`, own rules by their EXPR.
Result<std::unique_ptr<learn::Model>> FitRung(const Rung& rung, const learn::Examples& examples, std::span<const std::uint32_t> rows,
                                              const learn::LearnerOptions& options, const RunContext& context);

// The improvement of the best candidate over each rung, with the level shared among the rungs that are compared with it
// (Bonferroni): that corrects for having picked the best after seeing all. p values carry the same correction.
struct Standing {
  std::size_t best = 0;
  std::vector<JudgedImprovement> behind;  // best - rung; the best's own is 0
};
// The first `num_candidates` are ours and may be the best; those behind them (imported) are only compared with it, and take
// nothing from the level of the others.
Result<Standing> Compare(const learn::Judge& judge, learn::Metric metric, const std::vector<const std::vector<double>*>& predictions, std::size_t num_candidates);

// Another model's predictions of the holdout rows; nothing, and a note that says why, where they cannot be compared. Rows
// without a usable prediction count as the constant, with a note; where they are more than a twentieth there is no rung.
// kNotFound, kInvalidInput: no such column, or no numbers.
Result<std::optional<Rung>> ImportRung(const ImportedPredictions& import, const learn::Examples& examples, const learn::Rows& holdout, const std::vector<double>& constant, std::vector<std::string>* notes);

// The rung that training rows alone speak for.
struct Choice {
  std::size_t rung = 0;
  learn::Rows rows;  // of the folds' test parts, in the order of the rungs' out_of_fold
  std::string how;
};
// Also fills out_of_fold and calibration of every rung.
Result<Choice> ChooseInsideTraining(const learn::Examples& examples, const learn::Rows& training, std::vector<Rung>* rungs, const TrainOptions& options,
                                    learn::Metric metric, const Dependence& dependence, const RunContext& context);

// Every rung's procedure fitted again and again on random halves of the training part (learn::RandomHalves).
struct ProcedureComparisons {
  evidence::ProcedureSummary summary;
  std::vector<std::optional<evidence::Comparison>> against_previous;  // one per rung
};
Result<ProcedureComparisons> CompareProcedures(const learn::Examples& examples, const learn::Rows& training, const std::vector<Rung>& rungs, const TrainOptions& options,
                                               learn::Metric metric, const Dependence& dependence, const RunContext& context);

// What people must know to read figures of this holdout: its level is not that of the training rows, or it has classes that they lack.
std::vector<std::string> HoldoutNotes(const learn::Examples& examples, const learn::Split& split, const Dependence& dependence);

evidence::Comparison ToComparison(const std::string& other, const JudgedImprovement& judged, const std::string& method);
// Paired on the holdout: a over b, with the interval by formula, which decides, and the one by the bootstrap.
Result<evidence::Comparison> AgainstPrevious(const learn::Judge& judge, learn::Metric metric, const std::string& other, const std::vector<double>& a, const std::vector<double>& b, const Dependence& dependence, std::uint64_t seed);
// One of the two intervals holds 0, the other does not.
bool Disagree(const evidence::Comparison& comparison);
std::vector<evidence::CalibrationPoint> CalibrationCurve(const learn::Examples& examples, const learn::Rows& rows, const std::vector<double>& predictions, const Dependence& dependence);
// against_best, status and the rows that would decide.
void FillStatus(const Standing& standing, std::size_t r, const learn::Judge& judge, const Dependence& dependence, const TrainOptions& options, const std::string& best_name, evidence::RungReport* report);
// Nothing where outcomes are not classes.
std::optional<evidence::McNemarResult> McNemarAgainst(const std::string& other, const learn::Examples& examples, const learn::Rows& rows, const std::vector<double>& a, const std::vector<double>& b, const Dependence& dependence);

}  // namespace assay::lifecycle
