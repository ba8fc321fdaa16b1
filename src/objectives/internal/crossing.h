// Where two items change places as lambda goes from 0 to 1, compared exactly.
#pragma once

#include <limits>

namespace assay::objectives {

// An item as the line (1 - lambda) * first + lambda * second.
struct ScoreLine {
  double first = 0, second = 0;
};

// Requires `above` ahead of `below` just above some lambda in [0, 1). They change places once, before 1, just where below.second > above.second; at the
// odds lambda / (1 - lambda) = lead / gain with lead = above.first - below.first, gain = below.second - above.second.
struct Crossing {
  ScoreLine above, below;
  double odds = std::numeric_limits<double>::infinity();  // rounded; infinity: they do not
  bool exists() const { return odds != std::numeric_limits<double>::infinity(); }
};
Crossing CrossingOf(ScoreLine above, ScoreLine below);

// In (0, 1), as the nearest double.
double LambdaOf(const Crossing& crossing);

// Sign of the difference of their lambdas, exact for scores as the doubles they are (products of differences that a double can hold; scores at most 1e100
// and differences at least 1e-100 in size). By rounded odds where these are far enough apart, else by expansions (Shewchuk 1997, doi:10.1007/PL00009321).
// One that does not exist comes last.
int CompareCrossings(const Crossing& a, const Crossing& b);

}  // namespace assay::objectives
