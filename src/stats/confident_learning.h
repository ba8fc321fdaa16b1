// How many labels are wrong, from out-of-fold probabilities: the confident joint of given and true labels.
//
// A row counts for class k when its probability of k reaches the mean probability of k among rows labelled k; what is
// counted off the diagonal, brought to the number of labels per class, is the estimated noise. Where features say little,
// most of it is ignorance and not noise: then it is an upper bound.
// Source: Northcutt, Jiang, Chuang 2021, doi:10.1613/jair.1.12125.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/cluster_mean.h"

namespace assay::stats {

struct ConfidentJoint {
  std::vector<double> thresholds;   // per class; NaN for a class without labels
  std::vector<std::int64_t> counts; // [given x K + guessed true], rows that reach a threshold; the diagonal is at least 1
  std::vector<double> joint;        // the same brought to the label counts per class, as shares of all rows; sums to 1
  double noise = 0;                 // off the diagonal of `joint`
  std::vector<std::int32_t> guess;  // per row: the class it counts for, -1 when it reaches no threshold
};

// `labels`: class per row, 0 .. num_classes - 1. `probabilities`: num_classes per row, side by side.
// kInvalidInput with fewer than two classes or no rows. Cost: rows x classes.
Result<ConfidentJoint> FindConfidentJoint(std::span<const std::uint32_t> labels, std::span<const double> probabilities, std::size_t num_classes);

// The noise with its interval by units (delta method; thresholds held fixed).
Result<Interval> NoiseInterval(const ConfidentJoint& joint, std::span<const std::uint32_t> labels, const Clusters& clusters, double level = 0.95);

}  // namespace assay::stats
