#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/internal/leaks.h"
#include "stats/auc.h"

namespace assay::lifecycle {

std::set<std::string> KnownByTime(const learn::Examples& examples) {
  std::vector<std::string> of_time = expression::ColumnsOf(examples.time_text);
  for (const learn::Derivation& derivation : examples.derivations) {
    const std::vector<std::string> columns = expression::ColumnsOf(derivation.expression);
    if (!columns.empty() && std::all_of(columns.begin(), columns.end(), [&](const std::string& column) { return base::IsAmong(of_time, column); })) of_time.push_back(derivation.name);
  }
  std::set<std::string> known;
  for (const learn::Feature& feature : examples.features) {
    if (base::IsAmong(of_time, feature.name) || base::IsAmong(of_time, feature.source)) known.insert(feature.name);
  }
  return known;
}

namespace {

using evidence::Finding;
using learn::Examples;

constexpr double kLater = 0.95;       // share of rows after the decision
constexpr double kTellingGap = 0.1;   // skill of the distance alone that no plan explains
constexpr double kSame = 0.98;        // agreement from which one column is the other
constexpr double kPersistent = 0.94;  // an outcome that tells its neighbour this well may be known from the past
constexpr double kFarBetter = 0.05;   // of what persistence leaves open, all that a column may leave open that is no guess from the past
constexpr double kLeastOpen = 0.001;  // that persistence leaves open, where a difference can be told
constexpr double kLeastMoves = 20;    // pairs whose outcomes differ
constexpr std::size_t kSeriesRows = 50'000;

// How well x tells y whatever its scale: for two values of y the AUC (either direction), else |Spearman|.
double Agreement(const std::vector<double>& x, const std::vector<double>& y, bool binary) {
  if (x.size() < 50) return 0;
  if (binary) {
    std::vector<std::uint8_t> positive;
    for (const double v : y) positive.push_back(v > 0.5 ? 1 : 0);
    const Result<stats::AucParts> auc = stats::Auc(x, positive);
    return auc ? std::max(auc->auc, 1 - auc->auc) : 0;
  }
  const std::vector<double> a = stats::Midranks(x), b = stats::Midranks(y);
  const double mean = (static_cast<double>(a.size()) + 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) * (a[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
  }
  return aa > 0 && bb > 0 ? std::abs(ab) / std::sqrt(aa * bb) : 0;
}

// The class that goes most often with each value of x, and the mean over the classes of y of the share that it hits.
double ClassAgreement(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() < 50) return 0;
  std::map<double, std::map<double, double>> rows;
  std::map<double, double> of_class, hit;
  for (std::size_t i = 0; i < x.size(); ++i) {
    rows[x[i]][y[i]] += 1;
    of_class[y[i]] += 1;
  }
  for (const auto& [value, classes] : rows) {
    const auto most = std::max_element(classes.begin(), classes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    hit[most->first] += most->second;
  }
  double sum = 0;
  for (const auto& [c, count] : of_class) sum += hit[c] / count;
  return sum / static_cast<double>(of_class.size());
}

// Whether the column has hardly more values than the outcome: labels, perhaps one for "none yet".
bool IsLabel(const table::Column& column, std::size_t num_classes) {
  std::set<double> values;
  for (std::int64_t row = 0; row < column.num_rows(); ++row) {
    if (const double value = column.NumberAt(row); !std::isnan(value)) values.insert(value);
    if (values.size() > num_classes + 1) return false;
  }
  return values.size() >= 2;
}

// Rows in order of time, unit by unit; of many the last kSeriesRows, which without units are the latest.
std::vector<std::uint32_t> SeriesOrder(const Examples& examples) {
  std::vector<std::uint32_t> order(examples.time.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (!examples.unit.empty() && examples.unit[a] != examples.unit[b]) return examples.unit[a] < examples.unit[b];
    return examples.time[a] < examples.time[b];
  });
  if (order.size() > kSeriesRows) order.erase(order.begin(), order.end() - kSeriesRows);
  return order;
}

struct Neighbours {
  std::vector<double> x, y, own;  // column, the neighbour's outcome, the row's own outcome
  double waiting = 0;             // share of pairs whose earlier outcome was not known yet at the later decision
  double missed = 0, moved = 0;   // pairs in which the column, and the row's own outcome, is not the neighbour's outcome
};

// Levels of units tell them apart, not their times: each value less its unit's mean.
void TakeLevelsOff(const std::vector<std::uint32_t>& unit, std::uint32_t num_units, std::vector<double>* values) {
  std::vector<double> sum(num_units, 0.0), count(num_units, 0.0);
  for (std::size_t i = 0; i < values->size(); ++i) {
    sum[unit[i]] += (*values)[i];
    count[unit[i]] += 1;
  }
  for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] -= sum[unit[i]] / count[unit[i]];
}

// Pairs of a row and the row `step` places on (negative: back), of one unit.
Neighbours PairUp(const Examples& examples, const std::vector<std::uint32_t>& order, const table::Column& column, int step) {
  Neighbours pairs;
  std::vector<std::uint32_t> unit;
  const auto n = static_cast<std::ptrdiff_t>(order.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::ptrdiff_t j = i + step;
    if (j < 0 || j >= n) continue;
    const std::uint32_t row = order[static_cast<std::size_t>(i)], other = order[static_cast<std::size_t>(j)];
    if (!examples.unit.empty() && examples.unit[row] != examples.unit[other]) continue;
    const double value = column.NumberAt(row);
    if (std::isnan(value)) continue;
    pairs.x.push_back(value);
    pairs.y.push_back(static_cast<double>(examples.outcome[other]));
    pairs.own.push_back(static_cast<double>(examples.outcome[row]));
    pairs.missed += static_cast<float>(value) != examples.outcome[other] ? 1 : 0;
    pairs.moved += examples.outcome[row] != examples.outcome[other] ? 1 : 0;
    if (!examples.unit.empty()) unit.push_back(examples.unit[row]);
    pairs.waiting += examples.time[row] < examples.time[other] + examples.wait ? 1 : 0;
  }
  if (!pairs.x.empty()) pairs.waiting /= static_cast<double>(pairs.x.size());
  if (examples.task == learn::Task::kRegression && !unit.empty()) {
    for (std::vector<double>* values : {&pairs.x, &pairs.y, &pairs.own}) TakeLevelsOff(unit, examples.num_units, values);
  }
  return pairs;
}

std::string Steps(int step) { return std::abs(step) == 1 ? (step > 0 ? "the next row" : "the previous row") : "the row " + std::to_string(std::abs(step)) + (step > 0 ? " places on" : " places back"); }

// How one column agrees with the outcomes of neighbours.
struct Kinship {
  double of_column = 0;    // of the column with the neighbour's outcome
  double of_own = 0;       // of the row's own outcome with it: what persistence explains
  double of_change = 0;    // of the row's own outcome plus or minus the column
};

Kinship KinshipOf(const Neighbours& pairs, int step, bool labels, bool binary) {
  if (labels) return {ClassAgreement(pairs.x, pairs.y), ClassAgreement(pairs.own, pairs.y), 0};
  Kinship kinship{Agreement(pairs.x, pairs.y, binary), 0, 0};
  if (step > 0 && kinship.of_column < kSame) {
    std::vector<double> sum(pairs.x.size()), difference(pairs.x.size());
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] = pairs.own[i] + pairs.x[i];
      difference[i] = pairs.own[i] - pairs.x[i];
    }
    kinship.of_change = std::max(Agreement(sum, pairs.y, binary), Agreement(difference, pairs.y, binary));
  }
  if (std::max(kinship.of_column, kinship.of_change) >= kSame) kinship.of_own = Agreement(pairs.own, pairs.y, binary);
  return kinship;
}

// Whether a value that agrees this well may be a guess from what is known: an outcome that hardly moves tells its neighbour about as well. What holds the
// neighbour's outcome itself where the outcome moves is no guess.
bool MayBePersistence(const Neighbours& pairs, double agreement, double of_own) {
  if (of_own <= kPersistent) return false;
  const bool same = pairs.moved >= kLeastMoves && pairs.missed <= (1 - kSame) * static_cast<double>(pairs.x.size()) && pairs.missed <= kFarBetter * pairs.moved;
  const bool far_better = 1 - of_own >= kLeastOpen && 1 - agreement <= kFarBetter * (1 - of_own);
  return !same && !far_better;
}

// Changes from row to row of one unit, in order of time, of a column and of the outcome, and the outcome's change before.
struct Changes {
  std::vector<double> x, y;
  std::vector<double> after, before;
};

Changes ChangesOf(const Examples& examples, const std::vector<std::uint32_t>& order, const table::Column& column) {
  Changes changes;
  const auto same_unit = [&](std::size_t i) { return examples.unit.empty() || examples.unit[order[i]] == examples.unit[order[i - 1]]; };
  const auto change = [&](std::size_t i) { return static_cast<double>(examples.outcome[order[i]]) - static_cast<double>(examples.outcome[order[i - 1]]); };
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (!same_unit(i)) continue;
    if (i > 1 && same_unit(i - 1)) {
      changes.after.push_back(change(i));
      changes.before.push_back(change(i - 1));
    }
    const double step = column.NumberAt(order[i]) - column.NumberAt(order[i - 1]);
    if (std::isnan(step)) continue;
    changes.x.push_back(step);
    changes.y.push_back(change(i));
  }
  return changes;
}

std::vector<Finding> FindNeighbours(const Examples& examples) {
  std::vector<Finding> findings;
  if (examples.time.empty() || examples.task == learn::Task::kRanking) return findings;
  const std::vector<std::uint32_t> order = SeriesOrder(examples);
  const bool binary = examples.task == learn::Task::kBinary, multiclass = examples.task == learn::Task::kMulticlass;
  const std::set<std::string> known = KnownByTime(examples);
  for (const learn::Feature& feature : examples.features) {
    if (known.contains(feature.name)) continue;
    const table::Column& column = examples.table->column(feature.column);
    const bool numbers = column.type() == table::ColumnType::kNumber || column.type() == table::ColumnType::kBoolean;
    const bool labels = multiclass || !numbers;
    if (labels && (examples.task == learn::Task::kRegression || !IsLabel(column, std::max<std::size_t>(2, examples.classes.size())))) continue;
    for (const int step : {1, 2, 3, -1, -2, -3}) {
      const Neighbours pairs = PairUp(examples, order, column, step);
      if (step < 0 && pairs.waiting < 0.5) continue;  // known by then: an honest lag
      const Kinship kinship = KinshipOf(pairs, step, labels, binary);
      const bool change = kinship.of_column < kSame;
      const double agreement = change ? kinship.of_change : kinship.of_column;
      if (agreement < kSame || MayBePersistence(pairs, agreement, kinship.of_own)) continue;
      Finding finding{feature.name, "future", {}, true, ""};
      finding.estimate = {agreement, std::nan(""), std::nan(""), 0.95, "agreement of two columns of the same rows; judged against a fixed mark"};
      const std::string measure = labels ? "share of each class hit " : binary ? "AUC " : "rank correlation ";
      finding.message = "'" + feature.name + "' holds " + (change ? "the difference to the outcome of " : "the outcome of ") + Steps(step) + (examples.unit.empty() ? "" : " of the same unit") + " (" + measure + base::ReadableNumber(agreement, 3) + ")" + (step > 0 ? ", which is not known at the decision" : ", whose wait was not over at the decision");
      findings.push_back(std::move(finding));
      break;
    }
  }
  return findings;
}

// Hours from the decision to the column's time, and the share of known ones above 0.
struct Distance {
  std::vector<double> hours;
  double later = 0;
};

Distance DistanceOf(const Examples& examples, const table::Column& column) {
  Distance distance{std::vector<double>(examples.time.size(), std::nan("")), 0};
  double known = 0;
  for (std::size_t i = 0; i < distance.hours.size(); ++i) {
    const base::Micros at = column.TimeAt(static_cast<std::int64_t>(i));
    if (at == base::kMissingTime || examples.time[i] == base::kMissingTime) continue;
    known += 1;
    distance.later += at > examples.time[i] ? 1 : 0;
    distance.hours[i] = static_cast<double>(at - examples.time[i]) / 3.6e9;
  }
  distance.later = known > 0 ? distance.later / known : 0;
  return distance;
}

Result<std::vector<Finding>> FindLaterTimes(const SingleColumn& single) {
  std::vector<Finding> findings;
  const Examples& examples = single.examples();
  if (examples.time.empty()) return findings;
  for (std::size_t c = 0; c < examples.table->num_columns(); ++c) {
    const table::Column& column = examples.table->column(c);
    if (column.type() != table::ColumnType::kTime) continue;
    std::vector<std::string> features;
    for (const learn::Feature& feature : examples.features) {
      if (feature.source == column.name()) features.push_back(feature.name);
    }
    if (features.empty()) continue;
    const Distance distance = DistanceOf(examples, column);
    if (distance.later < kLater) continue;
    const Result<stats::Interval> skill = single.Skill(table::Column::Numbers("distance", distance.hours));
    if (!skill && skill.error().code == ErrorCode::kCancelled) return skill.error();
    const bool tells = skill && skill->low > kTellingGap;
    const std::string where = "'" + column.name() + "' lies after the decision in " + base::ReadableShare(distance.later) + " of its rows";
    for (const std::string& name : features) {
      Finding finding{name, "later", ToEstimate(skill), tells, ""};
      finding.message = tells ? where + ", and how long after explains " + base::ReadableShare(skill->value) + " of the outcome: it tells what happened, and '" + name + "' is made from it" : where + " but hardly tells the outcome: it may be a plan; is it known at the decision?";
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace

std::vector<Finding> FindDriftingCopies(const Examples& examples) {
  std::vector<Finding> findings;
  if (examples.time.empty() || examples.task != learn::Task::kRegression) return findings;
  const std::vector<std::uint32_t> order = SeriesOrder(examples);
  const std::set<std::string> known = KnownByTime(examples);
  for (const learn::Feature& feature : examples.features) {
    const table::Column& column = examples.table->column(feature.column);
    if (column.type() != table::ColumnType::kNumber || known.contains(feature.name)) continue;
    const Changes changes = ChangesOf(examples, order, column);
    const double agreement = Agreement(changes.x, changes.y, false);
    if (agreement < kSame) continue;
    // Where the outcome moves as it moved before, so does an honest lag.
    const double own = Agreement(changes.before, changes.after, false);
    if (own > kPersistent && (1 - own < kLeastOpen || 1 - agreement > kFarBetter * (1 - own))) continue;
    Finding finding{feature.name, "copy", {}, true, ""};
    finding.estimate = {agreement, std::nan(""), std::nan(""), 0.95, "agreement of two columns of the same rows; judged against a fixed mark"};
    finding.message = "'" + feature.name + "' changes from row to row in time" + (examples.unit.empty() ? "" : " of the same unit") + " as the outcome does (rank correlation of the changes " + base::ReadableNumber(agreement, 3) + "): it is the outcome under another name, or made from it";
    findings.push_back(std::move(finding));
  }
  return findings;
}

Result<std::vector<Finding>> FindFuture(const Examples& examples, const SingleColumn& single, const RunContext&) {
  std::vector<Finding> findings = ASSAY_TRY(FindLaterTimes(single));
  std::vector<Finding> neighbours = FindNeighbours(examples);
  findings.insert(findings.end(), neighbours.begin(), neighbours.end());
  return findings;
}

}  // namespace assay::lifecycle
