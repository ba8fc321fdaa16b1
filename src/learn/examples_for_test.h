// Examples whose truth is known, for tests of what learns.
#pragma once

#include <cstdint>

#include "learn/learner.h"

namespace assay::learn {

enum class Truth { kNoise, kThreshold, kXor, kLinear };

// Columns: x, z uniform; colour of 5 values; id of as many values as rows; partly missing w. Queries of ten rows for ranking.
Examples PlantedExamples(Truth truth, Task task, std::size_t n, std::uint64_t seed);

// 1 - loss / loss of the constant, on a holdout that the learner was not fitted to.
double SkillOf(RungKind kind, const Examples& examples, const LearnerOptions& options = {});

}  // namespace assay::learn
