// Predictions for rows by models that did not see them: every member of a family fitted on every fold.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "learn/calibration.h"
#include "learn/learner.h"
#include "learn/split.h"

namespace assay::learn {

// How member `member` is fitted on `rows`. Called from several threads, each time with a serial context.
using FitMember = std::function<Result<std::unique_ptr<Model>>(std::size_t member, std::span<const std::uint32_t> rows, const RunContext& context)>;

struct MemberOutOfFold {
  std::vector<FoldPredictions> folds;  // one per fold, in its order: predictions of its test rows
  std::unique_ptr<Model> last;         // the model of the last fold
  std::vector<double> All() const;     // the predictions of all folds, one fold after the other
};

// Fits stand side by side, each on one thread: small fits share badly. As many are in memory at once as the pool has
// threads; the same bytes with any number of them. An error stops the fits not yet begun. `step` is reported.
Result<std::vector<MemberOutOfFold>> PredictOutOfFold(const Examples& examples, std::span<const Split> folds, std::size_t num_members, const FitMember& fit, const RunContext& context, std::string_view step);

}  // namespace assay::learn
