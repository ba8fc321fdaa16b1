#include "lifecycle/internal/exchange.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "stats/change_points.h"

namespace assay::lifecycle {

namespace {

constexpr std::size_t kLeastStratum = 20;   // units among which outcomes change places
constexpr std::uint32_t kMostSlots = 400;   // of time, in a panel
constexpr std::size_t kMostPeriods = 200;   // among which level shifts are looked for: its cost is their square
constexpr double kShortLife = 0.1;          // of the whole period: units that live shorter follow each other

std::vector<std::uint32_t> Iota(std::size_t n) {
  std::vector<std::uint32_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

// Mean length of the units' lives as a share of the whole period.
double ShareOfLife(const learn::Examples& examples) {
  std::vector<double> first(examples.num_units, 1e300), last(examples.num_units, -1e300);
  double begin = 1e300, end = -1e300;
  for (std::size_t i = 0; i < examples.time.size(); ++i) {
    if (examples.time[i] == base::kMissingTime) continue;
    const auto at = static_cast<double>(examples.time[i]);
    const std::uint32_t unit = examples.unit[i];
    first[unit] = std::min(first[unit], at);
    last[unit] = std::max(last[unit], at);
    begin = std::min(begin, at);
    end = std::max(end, at);
  }
  double sum = 0, count = 0;
  for (std::uint32_t u = 0; u < examples.num_units; ++u) {
    if (first[u] > last[u]) continue;
    sum += last[u] - first[u];
    count += 1;
  }
  return count > 0 && end > begin ? sum / count / (end - begin) : 0;
}

// Dense numbers of the distinct times, in order.
std::vector<std::uint32_t> TimeSlots(const std::vector<base::Micros>& time, std::uint32_t* count) {
  std::vector<base::Micros> distinct = time;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  *count = static_cast<std::uint32_t>(distinct.size());
  std::vector<std::uint32_t> slots(time.size());
  for (std::size_t i = 0; i < time.size(); ++i) slots[i] = static_cast<std::uint32_t>(std::lower_bound(distinct.begin(), distinct.end(), time[i]) - distinct.begin());
  return slots;
}

std::vector<double> MeansOf(const std::vector<std::vector<std::uint32_t>>& members, const std::vector<float>& values) {
  std::vector<double> means;
  for (const std::vector<std::uint32_t>& rows : members) {
    double sum = 0;
    for (const std::uint32_t row : rows) sum += static_cast<double>(values[row]);
    means.push_back(sum / static_cast<double>(rows.size()));
  }
  return means;
}

}  // namespace

Exchange::Exchange(const learn::Examples& examples, Levels levels) : examples_(examples) {
  const bool units = !examples.unit.empty();
  const bool time = !examples.time.empty();
  if (examples.task == learn::Task::kRanking) {
    kind_ = ExchangeKind::kQueries;
    if (!units) {
      members_.resize(examples.num_queries);
      for (std::uint32_t row = 0; row < examples.query.size(); ++row) members_[examples.query[row]].push_back(row);
      return;
    }
  } else if (!units && !time) {
    return;
  }
  if (examples.task != learn::Task::kRanking && time) {
    std::uint32_t num_times = 0;
    const std::vector<std::uint32_t> slots = TimeSlots(examples.time, &num_times);
    if (!units) {
      // Several rows at most times: each time is a period. Else the rows themselves are the series.
      const bool periods = examples.time.size() >= 2 * static_cast<std::size_t>(num_times);
      kind_ = periods ? ExchangeKind::kPeriods : ExchangeKind::kSeries;
      OrderByTime(periods ? slots : Iota(examples.time.size()), periods ? num_times : static_cast<std::uint32_t>(examples.time.size()));
      MeasureDependence(MeansOf(members_, examples.outcome), levels);
      return;
    }
    kind_ = ShareOfLife(examples) <= kShortLife ? ExchangeKind::kPeriods : ExchangeKind::kPanel;
    OrderByTime(examples.unit, examples.num_units);
    if (kind_ == ExchangeKind::kPeriods) {
      MeasureDependence(MeansOf(members_, examples.outcome), levels);
      return;
    }
    num_slots_ = std::min(num_times, kMostSlots);
    for (const std::uint32_t slot : slots) slot_.push_back(static_cast<std::uint32_t>(static_cast<std::uint64_t>(slot) * num_slots_ / num_times));
    Members by_slot(num_slots_);
    for (std::uint32_t row = 0; row < slot_.size(); ++row) by_slot[slot_[row]].push_back(row);
    MeasureDependence(MeansOf(by_slot, examples.outcome), levels);
    MakeStrata();
    return;
  }
  if (kind_ != ExchangeKind::kQueries) kind_ = ExchangeKind::kUnits;
  members_.resize(examples.num_units);
  for (std::uint32_t row = 0; row < examples.unit.size(); ++row) members_[examples.unit[row]].push_back(row);
  std::erase_if(members_, [](const auto& rows) { return rows.empty(); });
  MakeStrata();
}

void Exchange::OrderByTime(const std::vector<std::uint32_t>& item_of_row, std::uint32_t num_items) {
  std::vector<std::uint32_t> order = Iota(item_of_row.size());
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return examples_.time[a] < examples_.time[b]; });
  Members rows(num_items);
  for (const std::uint32_t row : order) rows[item_of_row[row]].push_back(row);
  // Items in order of their middle row.
  std::erase_if(rows, [](const auto& r) { return r.empty(); });
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return examples_.time[a[a.size() / 2]] < examples_.time[b[b.size() / 2]]; });
  members_ = std::move(rows);
}

void Exchange::MakeStrata() {
  std::vector<std::uint32_t> order = Iota(members_.size());
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return members_[a].size() < members_[b].size(); });
  for (const std::uint32_t item : order) {
    const bool larger = !strata_.empty() && static_cast<double>(members_[item].size()) > 1.25 * static_cast<double>(members_[strata_.back().front()].size());
    if (strata_.empty() || (larger && strata_.back().size() >= kLeastStratum)) strata_.emplace_back();
    strata_.back().push_back(item);
  }
  if (strata_.size() > 1 && strata_.back().size() < kLeastStratum) {
    strata_[strata_.size() - 2].insert(strata_[strata_.size() - 2].end(), strata_.back().begin(), strata_.back().end());
    strata_.pop_back();
  }
}

// The stretches between the level shifts of a series, found on the means of at most kMostPeriods periods.
std::vector<Exchange::Stretch> Exchange::StretchesOf(const std::vector<double>& series) {
  const std::size_t n = series.size(), num_periods = std::min(n, kMostPeriods);
  const auto begin_of = [&](std::size_t period) { return period * n / num_periods; };
  std::vector<double> means;
  for (std::size_t p = 0; p < num_periods; ++p) {
    double sum = 0;
    for (std::size_t i = begin_of(p); i < begin_of(p + 1); ++i) sum += series[i];
    means.push_back(sum / static_cast<double>(begin_of(p + 1) - begin_of(p)));
  }
  std::vector<Stretch> stretches = {{0, n, 0}};
  for (const stats::ChangePoint& change : stats::FindChangePoints(means)) {
    stretches.back().end = begin_of(change.first);
    stretches.push_back({begin_of(change.first), n, 0});
  }
  return stretches;
}

// The first lag at which the autocorrelation about the levels is no longer told from 0.
void Exchange::MeasureDependence(const std::vector<double>& series, Levels levels) {
  const std::size_t n = series.size();
  stretches_ = levels == Levels::kStay ? StretchesOf(series) : std::vector<Stretch>{{0, n, 0}};
  std::vector<double> about(n);
  double variance = 0;
  for (const Stretch& stretch : stretches_) {
    double mean = 0;
    for (std::size_t i = stretch.first; i < stretch.end; ++i) mean += series[i];
    mean /= static_cast<double>(stretch.end - stretch.first);
    for (std::size_t i = stretch.first; i < stretch.end; ++i) {
      about[i] = series[i] - mean;
      variance += about[i] * about[i];
    }
  }
  dependence_ = 1;
  if (variance > 0) {
    const double noise = 2 / std::sqrt(static_cast<double>(n));
    const std::size_t most = std::max<std::size_t>(1, n / 8);
    for (std::size_t lag = 1; lag <= most; ++lag) {
      double covariance = 0;
      for (const Stretch& stretch : stretches_) {
        for (std::size_t i = stretch.first + lag; i < stretch.end; ++i) covariance += about[i] * about[i - lag];
      }
      dependence_ = static_cast<std::int64_t>(lag);
      if (covariance / variance < noise) break;
    }
  }
  // Few blocks: each seam between two cuts what belongs together. At least eight times the dependence on average.
  num_blocks_ = 0;
  for (Stretch& stretch : stretches_) {
    const auto length = static_cast<std::int64_t>(stretch.end - stretch.first);
    // A stretch that is shorter than the dependence stays as it is.
    const std::int64_t blocks = std::min(std::clamp<std::int64_t>(length / (8 * dependence_), 2, 8), length / dependence_);
    stretch.blocks = static_cast<std::size_t>(blocks);
    num_blocks_ += blocks;
  }
}

// For each place in the order of time, the place whose outcomes it gets.
std::vector<std::uint32_t> Exchange::Blocks(base::RandomStream* random) const {
  const auto least = static_cast<std::size_t>(dependence_);
  std::vector<std::uint32_t> source;
  source.reserve(stretches_.back().end);
  for (const Stretch& stretch : stretches_) {
    const std::size_t length = stretch.end - stretch.first, blocks = stretch.blocks;
    if (blocks == 0) {
      for (std::size_t i = stretch.first; i < stretch.end; ++i) source.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    const std::size_t turn = random->Below(length);
    const std::size_t slack = length > blocks * least ? length - blocks * least : 0;
    std::vector<std::size_t> cuts = {0, slack};
    for (std::size_t b = 1; b < blocks; ++b) cuts.push_back(random->Below(slack + 1));
    std::sort(cuts.begin(), cuts.end());
    std::vector<std::uint32_t> order = Iota(blocks);
    random->Shuffle(std::span<std::uint32_t>(order));
    const auto begin_of = [&](std::size_t b) { return std::min(length, cuts[b] + b * least); };
    for (const std::uint32_t b : order) {
      const std::size_t end = b + 1 == blocks ? length : begin_of(b + 1);
      for (std::size_t i = begin_of(b); i < end; ++i) source.push_back(static_cast<std::uint32_t>(stretch.first + (i + turn) % length));
    }
  }
  return source;
}

std::vector<std::uint32_t> Exchange::Givers(base::RandomStream* random) const {
  std::vector<std::uint32_t> giver(members_.size());
  for (const std::vector<std::uint32_t>& stratum : strata_) {
    std::vector<std::uint32_t> shuffled = stratum;
    random->Shuffle(std::span<std::uint32_t>(shuffled));
    for (std::size_t i = 0; i < stratum.size(); ++i) giver[stratum[i]] = shuffled[i];
  }
  return giver;
}

// Each item takes a stretch of its giver's rows, from a random one on and round.
std::vector<std::uint32_t> Exchange::DrawItems(base::RandomStream* random) const {
  const std::vector<std::uint32_t> giver = strata_.empty() ? Blocks(random) : Givers(random);
  std::vector<std::uint32_t> drawn(examples_.outcome.size());
  for (std::size_t item = 0; item < members_.size(); ++item) {
    const std::vector<std::uint32_t>& from = members_[giver[item]];
    const std::size_t start = from.size() > 1 ? random->Below(from.size()) : 0;
    for (std::size_t i = 0; i < members_[item].size(); ++i) drawn[members_[item][i]] = from[(start + i) % from.size()];
  }
  return drawn;
}

std::vector<std::uint32_t> Exchange::DrawPanel(base::RandomStream* random) const {
  const std::vector<std::uint32_t> giver = Givers(random);
  const std::vector<std::uint32_t> source = Blocks(random);
  std::vector<std::uint32_t> place(num_slots_);  // of each old slot in the rearranged time
  for (std::uint32_t i = 0; i < source.size(); ++i) place[source[i]] = i;
  std::vector<std::uint32_t> drawn(examples_.outcome.size());
  for (std::size_t item = 0; item < members_.size(); ++item) {
    std::vector<std::uint32_t> from = members_[giver[item]];
    std::stable_sort(from.begin(), from.end(), [&](std::uint32_t a, std::uint32_t b) { return place[slot_[a]] < place[slot_[b]]; });
    for (const std::uint32_t row : members_[item]) {
      auto at = std::lower_bound(from.begin(), from.end(), slot_[row], [&](std::uint32_t r, std::uint32_t slot) { return place[slot_[r]] < slot; });
      if (at == from.end() || (at != from.begin() && slot_[row] - place[slot_[*(at - 1)]] < place[slot_[*at]] - slot_[row])) --at;
      drawn[row] = *at;
    }
  }
  return drawn;
}

// Rows in random order; within each query where there are queries.
std::vector<std::uint32_t> Exchange::DrawRows(base::RandomStream* random) const {
  std::vector<std::uint32_t> drawn = Iota(examples_.outcome.size());
  if (members_.empty()) random->Shuffle(std::span<std::uint32_t>(drawn));
  for (const std::vector<std::uint32_t>& rows : members_) {
    std::vector<std::uint32_t> shuffled = rows;
    random->Shuffle(std::span<std::uint32_t>(shuffled));
    for (std::size_t i = 0; i < rows.size(); ++i) drawn[rows[i]] = shuffled[i];
  }
  return drawn;
}

learn::Examples Exchange::Draw(base::RandomStream* random) const {
  const bool by_rows = kind_ == ExchangeKind::kRows || (kind_ == ExchangeKind::kQueries && strata_.empty());
  const std::vector<std::uint32_t> source = by_rows ? DrawRows(random) : kind_ == ExchangeKind::kPanel ? DrawPanel(random) : DrawItems(random);
  learn::Examples drawn = examples_;
  if (kind_ == ExchangeKind::kQueries && !by_rows) {
    drawn.table = std::make_shared<const table::Table>(examples_.table->Take(source));
    return drawn;
  }
  for (std::size_t row = 0; row < source.size(); ++row) drawn.outcome[row] = examples_.outcome[source[row]];
  return drawn;
}

std::string Exchange::words() const {
  const auto in_blocks = [&](const char* item) {
    const auto still = std::count_if(stretches_.begin(), stretches_.end(), [](const Stretch& s) { return s.blocks == 0; });
    const std::string within = num_shifts() == 0 ? "" : " within the " + std::to_string(stretches_.size()) + " stretches between level shifts" + (still > 0 ? " (" + std::to_string(still) + " too short for that)" : "");
    return num_blocks_ == 0 ? within : " in " + base::Counted(num_blocks_, "block") + " of random length, none shorter than " + base::Counted(dependence_, item) + within;
  };
  const bool times = examples_.unit.empty();
  switch (kind_) {
    case ExchangeKind::kRows: return "the outcomes of rows";
    case ExchangeKind::kQueries: return strata_.empty() ? "the outcomes within each query" : "the features of whole units of about equal size";
    case ExchangeKind::kUnits: return "the outcomes of whole units of about equal size";
    case ExchangeKind::kSeries: return "the outcomes in order of time," + in_blocks("row") + ",";
    case ExchangeKind::kPeriods: return std::string("the outcomes of whole ") + (times ? "times" : "units in order of time") + "," + in_blocks(times ? "time" : "unit") + ",";
    case ExchangeKind::kPanel: return "the outcomes of whole units, and their times" + in_blocks("time") + ",";
  }
  return "";
}

}  // namespace assay::lifecycle
