#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/split.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/time_leak.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

namespace {

using evidence::Finding;
using learn::Examples;

// A single column that explains more than this is a copy of the outcome under another name.
constexpr double kCopySkill = 0.9;
// An id has no business explaining anything; a little is allowed for chance.
constexpr double kIdSkill = 0.05;

bool LooksLikeId(const table::Column& column) {
  if (column.num_rows() < 50) return false;
  std::int64_t distinct = 0;
  if (column.type() == table::ColumnType::kCategory) {
    distinct = static_cast<std::int64_t>(column.dictionary().size());
  } else if (column.type() == table::ColumnType::kNumber && column.is_integer()) {
    std::unordered_set<double> values;
    for (std::int64_t row = 0; row < column.num_rows(); ++row) values.insert(column.NumberAt(row));
    distinct = static_cast<std::int64_t>(values.size());
  }
  return distinct > column.num_rows() * 95 / 100;
}

// Out-of-fold skill of boosted trees that see this one feature.
Result<stats::Interval> SingleSkill(const Examples& examples, const learn::Feature& feature, const std::vector<learn::Split>& folds, const Dependence& dependence, const RunContext& context) {
  Examples alone = examples;
  alone.features = {feature};
  learn::LearnerOptions quick;
  quick.quick = true;
  learn::Rows judged;
  std::vector<double> predictions, constant;
  for (const learn::Split& fold : folds) {
    const auto model = ASSAY_TRY(learn::MakeLearner(learn::RungKind::kBoosted, quick)->Fit(alone, fold.train, context));
    const auto base = ASSAY_TRY(learn::MakeLearner(learn::RungKind::kConstant)->Fit(alone, fold.train, context));
    std::vector<double> p(fold.test.size() * examples.num_outputs()), c(p.size());
    ASSAY_TRY(model->Predict(*examples.table, fold.test, p, context));
    ASSAY_TRY(base->Predict(*examples.table, fold.test, c, context));
    judged.insert(judged.end(), fold.test.begin(), fold.test.end());
    predictions.insert(predictions.end(), p.begin(), p.end());
    constant.insert(constant.end(), c.begin(), c.end());
  }
  return learn::Judge(examples, judged, constant, dependence.unit, dependence.num_units).Estimate(learn::Metric::kSkill, predictions);
}

}  // namespace

Result<std::vector<Finding>> FindLeaks(const Examples& examples, const RunContext& context) {
  std::vector<Finding> findings;
  const Dependence dependence = DependenceOf(examples);
  const learn::Rows thin = ThinRows(examples, 60'000, context.seed);
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, thin, 3, context.seed));
  const std::optional<TimeLeak> time_leak = FindTimeLeak(examples);
  std::int64_t done = 0;
  for (const learn::Feature& feature : examples.features) {
    Finding finding;
    finding.name = feature.name;
    finding.kind = "single_feature";
    const Result<stats::Interval> skill = SingleSkill(examples, feature, folds, dependence, context);
    if (!skill && skill.error().code == ErrorCode::kCancelled) return skill.error();
    finding.estimate = ToEstimate(skill);
    const double low = finding.estimate.low;
    const table::Column& column = examples.table->column(feature.column);
    const bool clock = feature.name == "hour(" + feature.source + ")" && feature.source == examples.time_text;
    if (low >= kCopySkill) {
      finding.kind = "copy";
      finding.accused = true;
      finding.message = "'" + feature.name + "' alone explains " + base::ReadableShare(finding.estimate.value) + " of the outcome: it is the outcome under another name, or made from it";
    } else if (LooksLikeId(column) && low > kIdSkill) {
      finding.kind = "id";
      finding.accused = true;
      finding.message = "'" + feature.name + "' looks like an id but explains " + base::ReadableShare(finding.estimate.value) + " of the outcome: the order or the number was given out after the outcome was known";
    } else if (clock && time_leak && time_leak->accused) {
      finding.kind = "time";
      finding.accused = true;
      finding.message = time_leak->message;
    } else {
      finding.message = "'" + feature.name + "' alone explains " + (std::isfinite(finding.estimate.value) ? base::ReadableShare(std::max(0.0, finding.estimate.value)) : "an unknown part") + " of the outcome, which is plausible";
    }
    findings.push_back(std::move(finding));
    context.Report("leakage: one feature at a time", ++done, static_cast<std::int64_t>(examples.features.size()));
  }
  return findings;
}

}  // namespace assay::lifecycle
