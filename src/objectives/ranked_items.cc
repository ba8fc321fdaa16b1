#include "objectives/ranked_items.h"

#include <cmath>

namespace assay::objectives {

double DiscountOf(Discount discount, std::size_t rank) { return discount == Discount::kNone ? 1 : 1 / std::log2(static_cast<double>(rank) + 1); }

Result<RankedItems> RankedItems::Create(std::span<const std::uint32_t> query, std::uint32_t num_queries, std::vector<Measure> measures) {
  if (query.empty()) return Error{ErrorCode::kInvalidInput, "there is no item to rank"};
  for (const Measure& measure : measures) {
    if (measure.values.size() != query.size()) return Error{ErrorCode::kInvalidInput, "'" + measure.name + "' has another number of values than there are items"};
    for (const double value : measure.values) {
      if (!(std::abs(value) <= kLargestValue)) return Error{ErrorCode::kInvalidInput, "'" + measure.name + "' has a value that is missing or beyond 1e100"};
    }
  }
  RankedItems items;
  items.begin_.assign(std::size_t{num_queries} + 1, 0);
  for (const std::uint32_t q : query) {
    if (q >= num_queries) return Error{ErrorCode::kInvalidInput, "a query's number is beyond the number of queries"};
    ++items.begin_[q + 1];
  }
  for (std::uint32_t q = 0; q < num_queries; ++q) {
    if (items.begin_[q + 1] == 0) return Error{ErrorCode::kInvalidInput, "a query has no item"};
    items.begin_[q + 1] += items.begin_[q];
  }
  items.item_.resize(query.size());
  std::vector<std::size_t> next(items.begin_.begin(), items.begin_.end() - 1);
  for (std::uint32_t i = 0; i < query.size(); ++i) items.item_[next[query[i]]++] = i;
  items.measures_ = std::move(measures);
  return items;
}

}  // namespace assay::objectives
