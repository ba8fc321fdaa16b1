// Writes made-up lists of items with two scores that pull apart as Parquet, for the benchmarks of `assay frontier`:
//
//     generate_frontier QUERIES ITEMS FILE.parquet
//     generate_frontier 10000 100 feed.parquet
//
// Columns: session (0, 1, ..., ITEMS rows each, in order); quality and click, scores in [0, 1), click falling with quality; liked and clicked, 0 or 1 with those
// chances; explicit, 1 in a tenth of the rows. Every value comes from a hash of its row: the same table each time.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "row_hash.h"
#include "store/engine.h"
#include "table/column.h"

namespace {

using namespace assay;
using bench::Uniform;

constexpr std::int64_t kRowsPerBlock = 100'000;

std::vector<table::Column> Block(std::int64_t begin, std::int64_t end, std::int64_t items) {
  std::vector<std::int64_t> session, liked, clicked, is_explicit;
  std::vector<double> quality, click;
  for (std::int64_t row = begin; row < end; ++row) {
    session.push_back(row / items);
    quality.push_back(Uniform(row, 0));
    click.push_back(0.7 * Uniform(row, 1) + 0.3 * (1 - quality.back()));
    liked.push_back(Uniform(row, 2) < quality.back() ? 1 : 0);
    clicked.push_back(Uniform(row, 3) < click.back() ? 1 : 0);
    is_explicit.push_back(Uniform(row, 4) < 0.1 ? 1 : 0);
  }
  return {table::Column::Integers("session", session), table::Column::Numbers("quality", quality), table::Column::Numbers("click", click),
          table::Column::Integers("liked", liked), table::Column::Integers("clicked", clicked), table::Column::Integers("explicit", is_explicit)};
}

Result<void> Generate(std::int64_t queries, std::int64_t items, const std::string& path) {
  if (queries < 1 || items < 1) return Error{ErrorCode::kInvalidInput, "queries and items are whole numbers from 1"};
  const std::int64_t rows = queries * items;
  const auto engine = ASSAY_TRY(store::Engine::Open({0, 2, ""}));
  table::Schema schema;
  for (const table::Column& column : Block(0, 1, items)) schema.push_back({column.name(), column.type(), column.name() != "quality" && column.name() != "click", {}});
  std::int64_t row = 0;
  ASSAY_TRY(engine->WriteBlocks(schema, [&](std::vector<table::Column>* block) -> Result<bool> {
    if (row >= rows) return false;
    const std::int64_t end = std::min(rows, row + kRowsPerBlock);
    *block = Block(row, end, items);
    row = end;
    return true;
  }, path));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: generate_frontier QUERIES ITEMS FILE.parquet\n");
    return 2;
  }
  const Result<void> done = Generate(std::atoll(argv[1]), std::atoll(argv[2]), argv[3]);
  if (!done) std::fprintf(stderr, "generate_frontier: %s\n", done.error().message.c_str());
  return done ? 0 : 2;
}
