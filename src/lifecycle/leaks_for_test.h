// Searches for leaks in data with a planted column, for tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/leaks.h"

namespace assay::lifecycle {

// Columns, one of them "extra"; `timed`: "at" is the time of decision.
struct PlantedColumns {
  std::vector<table::Column> columns;
  std::string outcome;
  bool timed = false;
};

// How often the column "extra" is accused over the seeds; no other may be.
inline int TimesAccused(const char* what, const std::function<PlantedColumns(base::RandomStream&)>& plant) {
  int accused = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    base::RandomStream random(seed, what);
    PlantedColumns planted = plant(random);
    Problem problem;
    problem.outcome = planted.outcome;
    if (planted.timed) problem.time = "at";
    const Result<Gathered> gathered = GatherFromTable(problem, std::make_shared<const table::Table>(*table::Table::Create(std::move(planted.columns))), {}, {});
    EXPECT_TRUE(gathered) << what << ": " << gathered.error().message;
    const Result<std::vector<evidence::Finding>> findings = FindLeaks(*gathered, {});
    EXPECT_TRUE(findings) << what << ": " << findings.error().message;
    for (const evidence::Finding& finding : *findings) {
      accused += finding.accused && finding.name == "extra" ? 1 : 0;
      EXPECT_TRUE(!finding.accused || finding.name == "extra") << what << ": " << finding.message;
    }
  }
  return accused;
}

}  // namespace assay::lifecycle
