#include "learn/out_of_fold.h"

#include <atomic>
#include <optional>

#include "base/thread_pool.h"

namespace assay::learn {

std::vector<double> MemberOutOfFold::All() const {
  std::vector<double> all;
  for (const FoldPredictions& fold : folds) all.insert(all.end(), fold.predictions.begin(), fold.predictions.end());
  return all;
}

Result<std::vector<MemberOutOfFold>> PredictOutOfFold(const Examples& examples, std::span<const Split> folds, std::size_t num_members, const FitMember& fit, const RunContext& context, std::string_view step) {
  std::vector<MemberOutOfFold> members(num_members);
  for (MemberOutOfFold& member : members) member.folds.resize(folds.size());
  const std::size_t count = folds.size() * num_members;
  std::vector<std::optional<Error>> errors(count);
  std::atomic<bool> failed = false;
  const auto one = [&](std::size_t f, std::size_t m, const RunContext& serial) -> Result<void> {
    std::unique_ptr<Model> model = ASSAY_TRY(fit(m, folds[f].train, serial));
    FoldPredictions& fold = members[m].folds[f];
    fold.rows = folds[f].test;
    fold.predictions.resize(fold.rows.size() * examples.num_outputs());
    ASSAY_TRY(model->Predict(*examples.table, fold.rows, fold.predictions, serial));
    if (f + 1 == folds.size()) members[m].last = std::move(model);
    return {};
  };
  ASSAY_TRY(base::ParallelFor(
      context, static_cast<std::int64_t>(count),
      [&](std::int64_t i) {
        // Last folds and last members first: they take longest, and what is left at the end should be short.
        const std::size_t task = count - 1 - static_cast<std::size_t>(i);
        if (failed) return;
        const Result<void> done = one(task / num_members, task % num_members, context.Serial());
        if (done) return;
        errors[task] = done.error();
        failed = true;
      },
      step));
  for (std::optional<Error>& error : errors) {
    if (error) return std::move(*error);
  }
  return members;
}

}  // namespace assay::learn
