// Evaluates a bound tree on blocks of rows: one pass per operator, values of a block stay in cache.
#pragma once

#include <unordered_map>
#include <vector>

#include "expression/internal/node.h"
#include "table/table.h"

namespace assay::expression::internal {

// Values of a block: `numbers` for all types but text, `texts` for text.
struct Block {
  std::vector<double> numbers;
  std::vector<const std::string*> texts;
};

// A part of the tree that reads one text column and nothing else has one value per dictionary
// entry: it is evaluated on the dictionary, then looked up by code. The last value is that of a
// missing text.
using DictionaryResults = std::unordered_map<const Node*, Block>;

// For the largest such parts of `root`, where the dictionary is shorter than the table.
DictionaryResults EvaluateOnDictionaries(const Node& root, const table::Table& table);

// Rows [begin, begin + size) of the table. `results` may be empty; it is only read.
Block EvaluateBlock(const Node& root, const table::Table& table, const DictionaryResults& results,
                    std::int64_t begin, std::size_t size);

}  // namespace assay::expression::internal
