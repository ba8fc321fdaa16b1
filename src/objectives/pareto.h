// Which points of a trade-off no other point beats, and how much they cover. All metrics count as better when larger.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "objectives/frontier.h"

namespace assay::objectives {

// A stretch of lambda over which both metrics stay as they are: [low, high), or [low, 1] where high is 1; one that ends just before 1 has the double before 1.
struct CurvePoint {
  double lambda_low = 0, lambda_high = 0;
  std::size_t piece = 0;  // the first of its pieces
  double first = 0, second = 0;
};

// The points of the curve of two measures in order of lambda; neighbouring pieces with equal values are one point.
std::vector<CurvePoint> PointsOfCurve(const Frontier& frontier, std::size_t first_measure, std::size_t second_measure);
// Those that no other point dominates (at least as good in both, better in one), in order of lambda. O(n log n).
std::vector<CurvePoint> ParetoOfCurve(const std::vector<CurvePoint>& points);

// One vector of metrics per point; true where no other dominates it. Equal points do not dominate each other. O(n^2 m).
std::vector<bool> NotDominated(const std::vector<std::vector<double>>& points);

// Volume of the region that the points dominate above `reference`, of points of one dimension m >= 1; points that are not above it add nothing. By slices along
// the last metric (While, Hingston, Barone, Huband 2006, doi:10.1109/TEVC.2005.851275): O(n log n) for two metrics, one more factor n for each further.
double Hypervolume(std::vector<std::vector<double>> points, std::span<const double> reference);

// The stretches of lambda in which `holds` (per piece) is true, joined where they touch.
struct LambdaInterval {
  double low = 0, high = 0;  // as in CurvePoint
};
std::vector<LambdaInterval> LambdasWhere(const Frontier& frontier, const std::vector<bool>& holds);

}  // namespace assay::objectives
