// Items in lists (queries), and what a ranked list is measured by.
//
// A measure is a number per item. Of a ranked list it becomes one number: the discounted sum over the first k ranks (a metric), or the plain mean over
// the items shown (a guardrail); of many lists, the mean over lists.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::objectives {

// What rank r = 1, 2, ... of a metric weighs: 1, the sum then divided by k also where a list is shorter; or 1 / log2(r + 1) as in DCG (Järvelin, Kekäläinen
// 2002, doi:10.1145/582415.582418), not divided.
enum class Discount { kNone, kLog2 };
double DiscountOf(Discount discount, std::size_t rank);  // rank from 1

struct Measure {
  enum class Kind { kMetric, kShown };
  std::string name;
  Kind kind = Kind::kMetric;
  std::vector<double> values;  // per item, finite, at most kLargestValue in size
};

// Scores and gains beyond this could not be multiplied with each other; no model means them.
inline constexpr double kLargestValue = 1e100;

// Items grouped by query, in the order of the input within each. Immutable after Create; thread-safe.
class RankedItems {
 public:
  // `query`: dense ids 0 .. num_queries - 1, one per item, in any order. kInvalidInput when lengths differ, a value is not finite or too large, a query has no
  // item, or there is none at all.
  static Result<RankedItems> Create(std::span<const std::uint32_t> query, std::uint32_t num_queries, std::vector<Measure> measures);

  std::size_t num_items() const { return item_.size(); }
  std::uint32_t num_queries() const { return static_cast<std::uint32_t>(begin_.size() - 1); }
  // Items of a query: positions in the input, ascending.
  std::span<const std::uint32_t> ItemsOf(std::uint32_t query) const { return {item_.data() + begin_[query], item_.data() + begin_[query + 1]}; }
  const std::vector<Measure>& measures() const { return measures_; }

 private:
  std::vector<std::size_t> begin_;
  std::vector<std::uint32_t> item_;
  std::vector<Measure> measures_;
};

}  // namespace assay::objectives
