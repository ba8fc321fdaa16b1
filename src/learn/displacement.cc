#include <algorithm>
#include <numeric>

#include "learn/metrics.h"

namespace assay::learn {

namespace {

// The ranks that a row may take among those of its list: equal rows share theirs. Counted from 0, ends included.
struct Ranks {
  double first = 0, last = 0;
};

// `order`: rows of one list, the highest value first. Entries of `ranks` of other lists stay.
template <class Value>
void RanksOfList(std::span<const std::uint32_t> order, const Value& value, std::vector<Ranks>* ranks) {
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && value(order[end]) == value(order[first])) ++end;
    for (std::size_t i = first; i < end; ++i) (*ranks)[order[i]] = {static_cast<double>(first), static_cast<double>(end - 1)};
    first = end;
  }
}

// Mean over the ranks that the score leaves open of how many ranks lie between and those that are right.
double MeanDistance(const Ranks& stands, const Ranks& right) {
  const auto sum_to = [](double n) { return n > 0 ? n * (n + 1) / 2 : 0; };
  const double before = sum_to(right.first - stands.first) - sum_to(right.first - stands.last - 1);
  const double after = sum_to(stands.last - right.last) - sum_to(stands.first - right.last - 1);
  return (before + after) / (stands.last - stands.first + 1);
}

}  // namespace

std::vector<double> Displacements(const Examples& examples, std::span<const std::uint32_t> rows, std::span<const double> scores) {
  const auto query = [&](std::uint32_t i) { return examples.query[rows[i]]; };
  const auto outcome = [&](std::uint32_t i) { return examples.outcome[rows[i]]; };
  const auto score = [&](std::uint32_t i) { return scores[i]; };
  std::vector<Ranks> stands(rows.size()), right(rows.size());
  std::vector<double> longest(rows.size());
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto rank_by = [&](const auto& value, std::vector<Ranks>* ranks) {
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return query(a) != query(b) ? query(a) < query(b) : value(a) > value(b); });
    for (std::size_t first = 0; first < order.size();) {
      std::size_t end = first + 1;
      while (end < order.size() && query(order[end]) == query(order[first])) ++end;
      const std::span<const std::uint32_t> list(order.data() + first, end - first);
      RanksOfList(list, value, ranks);
      for (const std::uint32_t i : list) longest[i] = static_cast<double>(list.size() - 1);
      first = end;
    }
  };
  rank_by(outcome, &right);
  rank_by(score, &stands);
  std::vector<double> displacements(rows.size(), 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (longest[i] > 0) displacements[i] = MeanDistance(stands[i], right[i]) / longest[i];
  }
  return displacements;
}

}  // namespace assay::learn
