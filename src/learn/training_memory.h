// How much memory learning takes, said from rows and columns before anything is allocated.
#pragma once

#include <cstdint>

#include "learn/examples.h"

namespace assay::learn {

// Columns of the encoder's matrix: one for a number, the share and at most 12 values for a category.
std::int64_t EncodedColumns(const Examples& examples);

// The rung is chosen on a sample of at most about this many rows, unless all are asked for.
inline constexpr std::int64_t kChoiceRows = 1'000'000;

// Bytes that a ladder takes beside the examples when it learns from `rows` of them: the predictions that the choice is made by,
// the encoded matrix and its copy in bins, or, for wide data, the folds on which settings are tuned, or such fits side by side
// on `threads` threads. On the safe side: measured peaks are in docs/data.md.
std::int64_t TrainingBytes(const Examples& examples, std::int64_t rows, int threads, std::int64_t most_choice_rows = kChoiceRows);

}  // namespace assay::learn
