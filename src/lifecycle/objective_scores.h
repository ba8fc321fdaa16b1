// What one objective's rung says of rows that it did not learn from, kept between the steps of a run so that scores of several objectives can be blended.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "lifecycle/gather.h"
#include "lifecycle/train.h"

namespace assay::lifecycle {

struct ObjectiveScores {
  // Rows of the data as read, each once and ascending, with the score and the outcome as a number (of classes 1 = positive).
  struct Part {
    learn::Rows rows;
    std::vector<double> scores, gains;
  };
  std::string rung, kind, task;
  std::string learned_from;  // hash of the data and of what the charter says of learning; "" where nobody asks
  Part out_of_fold;  // of the training part, each by a fit that did not see it; empty where the rung has none
  Part holdout;
};

// Of the rung that was chosen. One output per row, so not of several classes.
ObjectiveScores ScoresOf(const LadderPredictions& predictions, const Gathered& gathered);
// One file, whole or not at all. Load: kInvalidInput when it is not such a file or damaged.
Result<void> SaveObjectiveScores(const std::filesystem::path& path, const ObjectiveScores& scores);
Result<ObjectiveScores> LoadObjectiveScores(const std::filesystem::path& path);

}  // namespace assay::lifecycle
