#include "objectives/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace assay::objectives {

namespace {

// Where a piece ends. The last one is the point 1; the one before it does not reach 1, so that an end of 1 always says that 1 is part of the stretch.
double PieceEnd(const Frontier& frontier, std::size_t piece) {
  if (piece + 1 == frontier.num_pieces()) return 1;
  return std::min(frontier.PieceBegin(piece + 1), std::nextafter(1.0, 0.0));
}

bool Dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] < b[i]) return false;
    better = better || a[i] > b[i];
  }
  return better;
}

// The area between the staircase of the points (first, second) and the reference.
double Area(std::vector<std::pair<double, double>> points, double first_reference, double second_reference) {
  std::sort(points.begin(), points.end(), std::greater<>());
  double area = 0, height = second_reference;
  for (const auto& [first, second] : points) {
    if (first <= first_reference) break;
    if (second <= height) continue;
    area += (first - first_reference) * (second - height);
    height = second;
  }
  return area;
}

double Volume(std::vector<std::vector<double>> points, std::size_t dimensions, std::span<const double> reference) {
  if (dimensions == 1) {
    double most = reference[0];
    for (const std::vector<double>& point : points) most = std::max(most, point[0]);
    return most - reference[0];
  }
  if (dimensions == 2) {
    std::vector<std::pair<double, double>> flat;
    for (const std::vector<double>& point : points) flat.emplace_back(point[0], point[1]);
    return Area(std::move(flat), reference[0], reference[1]);
  }
  const std::size_t last = dimensions - 1;
  std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) { return a[last] > b[last]; });
  double volume = 0;
  for (std::size_t i = 0; i < points.size() && points[i][last] > reference[last]; ++i) {
    const double below = i + 1 < points.size() ? std::max(points[i + 1][last], reference[last]) : reference[last];
    if (points[i][last] > below) volume += (points[i][last] - below) * Volume({points.begin(), points.begin() + static_cast<std::ptrdiff_t>(i) + 1}, last, reference);
  }
  return volume;
}

}  // namespace

std::vector<CurvePoint> PointsOfCurve(const Frontier& frontier, std::size_t first_measure, std::size_t second_measure) {
  std::vector<CurvePoint> points;
  for (std::size_t piece = 0; piece < frontier.num_pieces(); ++piece) {
    const double first = frontier.Value(piece, first_measure), second = frontier.Value(piece, second_measure);
    if (points.empty() || points.back().first != first || points.back().second != second) points.push_back({frontier.PieceBegin(piece), 0, piece, first, second});
    points.back().lambda_high = PieceEnd(frontier, piece);
  }
  return points;
}

std::vector<CurvePoint> ParetoOfCurve(const std::vector<CurvePoint>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a].first != points[b].first ? points[a].first > points[b].first : points[a].second > points[b].second; });
  std::vector<std::size_t> kept;
  double best = -std::numeric_limits<double>::infinity();  // second metric of the points with a larger first
  for (std::size_t i = 0; i < order.size();) {
    // Of equal first metrics only those with the best second are left.
    const double first = points[order[i]].first, second = points[order[i]].second;
    for (; i < order.size() && points[order[i]].first == first; ++i) {
      if (points[order[i]].second == second && second > best) kept.push_back(order[i]);
    }
    best = std::max(best, second);
  }
  std::sort(kept.begin(), kept.end());
  std::vector<CurvePoint> pareto;
  for (const std::size_t at : kept) pareto.push_back(points[at]);
  return pareto;
}

std::vector<bool> NotDominated(const std::vector<std::vector<double>>& points) {
  std::vector<bool> kept(points.size(), true);
  for (std::size_t a = 0; a < points.size(); ++a) {
    for (std::size_t b = 0; b < points.size() && kept[a]; ++b) kept[a] = !Dominates(points[b], points[a]);
  }
  return kept;
}

double Hypervolume(std::vector<std::vector<double>> points, std::span<const double> reference) { return Volume(std::move(points), reference.size(), reference); }

std::vector<LambdaInterval> LambdasWhere(const Frontier& frontier, const std::vector<bool>& holds) {
  std::vector<LambdaInterval> intervals;
  bool open = false;
  for (std::size_t piece = 0; piece < holds.size(); ++piece) {
    if (holds[piece]) {
      if (!open) intervals.push_back({frontier.PieceBegin(piece), 0});
      intervals.back().high = PieceEnd(frontier, piece);
    }
    open = holds[piece];
  }
  return intervals;
}

}  // namespace assay::objectives
