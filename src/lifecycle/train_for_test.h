// Data with a planted truth and looks at a report, for tests of the ladder.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "lifecycle/gathered_for_test.h"
#include "lifecycle/train.h"

namespace assay::lifecycle {

// 4,000 rows; the outcome follows `truth`: 0 nothing, 1 a threshold on x, 2 an interaction of x and z. Two columns are no
// features: the chance that was drawn from, and what an oracle says of the outcome.
inline Gathered Planted(int truth, std::uint64_t seed, const std::string& outcome = "y = 1") {
  base::RandomStream random(seed, "planted");
  std::vector<double> y, x, z, other, oracle;
  for (int i = 0; i < 4000; ++i) {
    x.push_back(random.Uniform());
    z.push_back(random.Uniform());
    double signal = 0;
    if (truth == 1) signal = x.back() > 0.6 ? 1 : -1;
    if (truth == 2) signal = 12 * (x.back() - 0.5) * (z.back() - 0.5);
    const double p = 1 / (1 + std::exp(-1.5 * signal));
    y.push_back(random.Uniform() < p ? 1 : 0);
    other.push_back(p);
    oracle.push_back(y.back() > 0 ? 0.97 : 0.03);
  }
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("y", y));
  columns.push_back(table::Column::Numbers("x", x));
  columns.push_back(table::Column::Numbers("z", z));
  columns.push_back(table::Column::Numbers("other", other));
  columns.push_back(table::Column::Numbers("oracle", oracle));
  Problem problem;
  problem.outcome = outcome;
  problem.exclude = {"other", "oracle"};
  return GatherColumns(problem, std::move(columns));
}

inline const evidence::RungReport& RungOf(const evidence::TrainReport& report, const std::string& name) {
  return *std::find_if(report.rungs.begin(), report.rungs.end(), [&](const evidence::RungReport& rung) { return rung.name == name; });
}

inline bool Says(const std::vector<std::string>& notes, const std::string& words) {
  return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

}  // namespace assay::lifecycle
