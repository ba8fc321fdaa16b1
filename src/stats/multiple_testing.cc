#include "stats/multiple_testing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace assay::stats {

namespace {
// Positions of the tests (not NaN), smallest p first.
std::vector<std::size_t> Order(std::span<const double> p_values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

// Step up: min over k' >= k of p(k') m / k', times `factor`.
std::vector<double> StepUp(std::span<const double> p_values, double factor) {
  std::vector<double> adjusted(p_values.size(), std::nan(""));
  const std::vector<std::size_t> order = Order(p_values);
  const double tests = factor * static_cast<double>(order.size());
  double smallest = 1.0;
  for (std::size_t k = order.size(); k > 0; --k) {
    smallest = std::min(smallest, p_values[order[k - 1]] * tests / static_cast<double>(k));
    adjusted[order[k - 1]] = smallest;
  }
  return adjusted;
}

}  // namespace

std::vector<double> BenjaminiHochberg(std::span<const double> p_values) { return StepUp(p_values, 1); }

std::vector<double> BenjaminiYekutieli(std::span<const double> p_values) {
  double harmonic = 0;
  for (std::size_t k = Order(p_values).size(); k > 0; --k) harmonic += 1 / static_cast<double>(k);
  return StepUp(p_values, harmonic);
}

std::vector<double> Holm(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.size(), std::nan(""));
  const std::vector<std::size_t> order = Order(p_values);
  double largest = 0.0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    largest = std::max(largest, std::min(1.0, p_values[order[k]] * static_cast<double>(order.size() - k)));
    adjusted[order[k]] = largest;
  }
  return adjusted;
}

}  // namespace assay::stats
