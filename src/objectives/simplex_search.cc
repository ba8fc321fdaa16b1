#include "objectives/simplex_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace assay::objectives {

namespace {

using Weights = std::vector<double>;

// The points found so far that no other one dominates.
class Archive {
 public:
  explicit Archive(std::size_t num_metrics) : num_metrics_(num_metrics) {}

  void Offer(WeightedPoint point) {
    for (const WeightedPoint& other : points_) {
      if (AtLeast(other, point)) return;  // an equal one is there already
    }
    std::erase_if(points_, [&](const WeightedPoint& other) { return AtLeast(point, other); });
    points_.push_back(std::move(point));
  }
  const std::vector<WeightedPoint>& points() const { return points_; }
  std::vector<WeightedPoint> Sorted() && {
    std::sort(points_.begin(), points_.end(), [&](const WeightedPoint& a, const WeightedPoint& b) { return a.values != b.values ? a.values > b.values : a.weights > b.weights; });
    return std::move(points_);
  }

 private:
  bool AtLeast(const WeightedPoint& a, const WeightedPoint& b) const {
    for (std::size_t i = 0; i < num_metrics_; ++i) {
      if (a.values[i] < b.values[i]) return false;
    }
    return true;
  }
  std::size_t num_metrics_;
  std::vector<WeightedPoint> points_;
};

struct LineSearch {
  const RankedItems& items;
  const std::vector<std::vector<double>>& scores;
  const FrontierOptions& options;
  const RunContext& context;
  Archive archive;
  std::int64_t lines = 0, points = 0;

  std::vector<double> Blend(const Weights& weights) const {
    std::vector<double> blend(items.num_items(), 0.0);
    for (std::size_t o = 0; o < scores.size(); ++o) {
      for (std::size_t i = 0; i < blend.size(); ++i) blend[i] += weights[o] * scores[o][i];
    }
    return blend;
  }

  Result<void> Line(const Weights& from, const Weights& to) {
    const Frontier curve = ASSAY_TRY(Frontier::Sweep(items, Blend(from), Blend(to), options, context.Quiet()));
    ++lines;
    const std::size_t measures = items.measures().size();
    const std::size_t taken = std::min(curve.num_pieces(), kMostPointsPerLine);
    for (std::size_t i = 0; i < taken; ++i) {
      const std::size_t piece = taken == 1 ? 0 : i * (curve.num_pieces() - 1) / (taken - 1);
      const double begin = curve.PieceBegin(piece), end = piece + 1 < curve.num_pieces() ? curve.PieceBegin(piece + 1) : 1;
      const double lambda = begin + (end - begin) / 2;
      WeightedPoint point{Weights(from.size()), std::vector<double>(measures)};
      for (std::size_t o = 0; o < from.size(); ++o) point.weights[o] = (1 - lambda) * from[o] + lambda * to[o];
      for (std::size_t m = 0; m < measures; ++m) point.values[m] = curve.Value(piece, m);
      archive.Offer(std::move(point));
      ++points;
    }
    return {};
  }
};

Weights Corner(std::size_t at, std::size_t count) {
  Weights weights(count, 0.0);
  weights[at] = 1;
  return weights;
}

// Where the line from a corner through a point leaves the simplex: the corner's own weight is 0 there.
Weights Opposite(std::size_t corner, const Weights& through) {
  Weights weights = through;
  weights[corner] = 0;
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = sum > 0 ? weights[i] / sum : i == corner ? 0 : 1 / static_cast<double>(weights.size() - 1);
  return weights;
}

// Even over the simplex: exponentials over their sum.
Weights Anywhere(std::size_t count, base::RandomStream* random) {
  Weights weights(count);
  double sum = 0;
  for (double& weight : weights) sum += weight = -std::log(1 - random->Uniform());
  for (double& weight : weights) weight /= sum;
  return weights;
}

// Between a point and another anywhere, at most a third of the way.
Weights Near(const Weights& point, base::RandomStream* random) {
  Weights weights = Anywhere(point.size(), random);
  const double share = random->Uniform() / 3;
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = (1 - share) * point[i] + share * weights[i];
  return weights;
}

}  // namespace

Result<SimplexSearch> SearchSimplex(const RankedItems& items, const std::vector<std::vector<double>>& scores, const FrontierOptions& options, std::int64_t lines, const RunContext& context) {
  const std::size_t count = scores.size();
  if (count < 2 || items.measures().size() < count) return Error{ErrorCode::kInvalidInput, "a search over weights needs two or more objectives and a metric for each"};
  FrontierOptions uncounted = options;
  uncounted.count_orderings = false;
  LineSearch search{items, scores, uncounted, context, Archive(count)};
  const auto next = [&](const Weights& from, const Weights& to) -> Result<void> {
    ASSAY_TRY(search.Line(from, to));
    context.Report("lines through the weights", std::min(search.lines, lines), lines);
    return {};
  };
  const Weights middle(count, 1 / static_cast<double>(count));
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = a + 1; b < count; ++b) ASSAY_TRY(next(Corner(a, count), Corner(b, count)));
  }
  for (std::size_t a = 0; a < count && count > 2; ++a) ASSAY_TRY(next(Corner(a, count), Opposite(a, middle)));
  for (std::uint64_t drawn = 0; search.lines < lines && count > 2; ++drawn) {
    base::RandomStream random(context.seed, "weights", drawn);
    const std::vector<WeightedPoint>& best = search.archive.points();
    const Weights through = drawn % 2 == 0 ? Anywhere(count, &random) : Near(best[random.Below(best.size())].weights, &random);
    const std::size_t corner = drawn % count;
    ASSAY_TRY(next(Corner(corner, count), Opposite(corner, through)));
  }
  return SimplexSearch{std::move(search.archive).Sorted(), search.lines, search.points};
}

}  // namespace assay::objectives
