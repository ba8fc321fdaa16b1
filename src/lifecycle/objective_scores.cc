#include "lifecycle/objective_scores.h"

#include <algorithm>
#include <numeric>

#include "lifecycle/internal/sealed_file.h"

namespace assay::lifecycle {

namespace {

constexpr char kMagic[] = "assay objective scores 2\n";

ObjectiveScores::Part PartOf(const learn::Rows& rows, std::span<const double> scores, const Gathered& gathered) {
  ObjectiveScores::Part part;
  if (scores.size() != rows.size()) return part;
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return gathered.source_rows[rows[a]] < gathered.source_rows[rows[b]]; });
  for (const std::uint32_t i : order) {
    part.rows.push_back(gathered.source_rows[rows[i]]);
    part.scores.push_back(scores[i]);
    part.gains.push_back(gathered.examples.outcome[rows[i]]);
  }
  return part;
}

bool Fits(const ObjectiveScores::Part& part) {
  return part.scores.size() == part.rows.size() && part.gains.size() == part.rows.size() && std::is_sorted(part.rows.begin(), part.rows.end());
}

}  // namespace

ObjectiveScores ScoresOf(const LadderPredictions& predictions, const Gathered& gathered) {
  ObjectiveScores scores;
  scores.rung = predictions.chosen;
  scores.task = learn::TaskName(gathered.examples.task);
  scores.holdout = PartOf(predictions.holdout_rows, predictions.chosen_holdout, gathered);
  for (const RungPredictions& rung : predictions.rungs) {
    if (rung.name != predictions.chosen) continue;
    scores.kind = rung.kind;
    scores.out_of_fold = PartOf(predictions.choice_rows, rung.out_of_fold, gathered);
  }
  return scores;
}

Result<void> SaveObjectiveScores(const std::filesystem::path& path, const ObjectiveScores& scores) {
  SealedWriter out(kMagic);
  out.Put(scores.rung);
  out.Put(scores.kind);
  out.Put(scores.task);
  out.Put(scores.learned_from);
  for (const ObjectiveScores::Part* part : {&scores.out_of_fold, &scores.holdout}) {
    out.Put(part->rows);
    out.Put(part->scores);
    out.Put(part->gains);
  }
  return out.Write(path);
}

Result<ObjectiveScores> LoadObjectiveScores(const std::filesystem::path& path) {
  SealedReader in = ASSAY_TRY(SealedReader::Open(path, kMagic));
  ObjectiveScores scores;
  bool whole = in.Take(&scores.rung) && in.Take(&scores.kind) && in.Take(&scores.task) && in.Take(&scores.learned_from);
  for (ObjectiveScores::Part* part : {&scores.out_of_fold, &scores.holdout}) {
    whole = whole && in.Take(&part->rows) && in.Take(&part->scores) && in.Take(&part->gains) && Fits(*part);
  }
  if (!whole || !in.empty()) return in.Damaged();
  return scores;
}

}  // namespace assay::lifecycle
