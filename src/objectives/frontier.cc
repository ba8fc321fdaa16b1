#include "objectives/frontier.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/thread_pool.h"
#include "objectives/internal/orderings.h"
#include "objectives/internal/query_sweep.h"
#include "stats/exact_sum.h"

namespace assay::objectives {

namespace {

constexpr std::size_t kItemsPerBlock = 4096;
constexpr std::uint64_t kStepsAtOnce = 256;  // that a thread tells the others of
constexpr std::string_view kStepName = "frontier";

// Where blocks of whole queries begin, and the end of the last one: about as many items in each, so that a few long queries run side by side too.
std::vector<std::uint32_t> BlocksOf(const RankedItems& items) {
  std::vector<std::uint32_t> begins = {0};
  std::size_t in_block = 0;
  for (std::uint32_t q = 0; q < items.num_queries(); ++q) {
    in_block += items.ItemsOf(q).size();
    if (in_block < kItemsPerBlock && q + 1 < items.num_queries()) continue;
    begins.push_back(q + 1);
    in_block = 0;
  }
  return begins;
}

// Tells the sweeps of all threads when to stop: on request, or when more steps were found than may be held. Whether they are too many does not depend on
// the threads: the count only grows.
class StepLimit {
 public:
  // `alone`: there is one block, so how far it is says how far all is.
  StepLimit(std::uint64_t most, bool alone, const RunContext& context) : most_(most), alone_(alone), context_(context) {}
  bool Take(std::uint64_t steps, double lambda) {
    if (alone_) context_.Report(kStepName, static_cast<std::int64_t>(lambda * 1000), 1000);
    return (taken_ += steps) <= most_ && !context_.cancelled();
  }
  bool exceeded() const { return taken_ > most_; }

 private:
  std::uint64_t most_;
  bool alone_;
  const RunContext& context_;
  std::atomic<std::uint64_t> taken_{0};
};

// The steps of a block of queries, one query after the other.
struct Steps {
  std::vector<std::size_t> count;  // per query
  std::vector<double> lambda, sums;
  std::int64_t orderings = 0, lists = 0;
};

// Sweeps queries one after the other, keeping the sums of the list up to date swap by swap.
class BlockSweep {
 public:
  BlockSweep(const RankedItems& items, std::span<const double> first, std::span<const double> second, const FrontierOptions& options)
      : items_(items), first_(first), second_(second), k_(options.k), count_orderings_(options.count_orderings), metric_weight_(options.k) {
    for (std::size_t rank = 0; rank < options.k; ++rank) metric_weight_[rank] = DiscountOf(options.discount, rank + 1);
    shown_weight_.assign(options.k, 1);
  }

  // False when it was stopped half-way.
  bool Query(std::uint32_t query, StepLimit* limit, Steps* steps) {
    ids_ = items_.ItemsOf(query);
    lines_.clear();
    for (const std::uint32_t item : ids_) lines_.push_back({first_[item], second_[item]});
    if (count_orderings_) steps->orderings += orderings_.Count(lines_);
    sweep_.Begin(lines_, k_);
    const std::size_t measures = items_.measures().size();
    sums_.assign(measures, {});
    for (std::size_t rank = 0; rank < sweep_.list().size(); ++rank) Put(rank, sweep_.list()[rank], 1);
    std::size_t count = 0;
    const auto record = [&](double lambda) {
      steps->lambda.push_back(lambda);
      for (const stats::ExactSum& sum : sums_) steps->sums.push_back(sum.Value());
      ++count;
      return ++untaken_ < kStepsAtOnce || Report(limit, lambda);
    };
    if (!record(0)) return false;
    const auto change = [&](std::size_t rank, std::uint32_t before, std::uint32_t now) {
      Put(rank, before, -1);
      Put(rank, now, 1);
    };
    while (sweep_.Next(change)) {
      if (!record(sweep_.lambda())) return false;
    }
    steps->lists += static_cast<std::int64_t>(count);
    const std::vector<std::uint32_t> at_one = TopAtOne(lines_, k_);
    bool differs = false;
    for (std::size_t rank = 0; rank < at_one.size(); ++rank) {
      if (at_one[rank] == sweep_.list()[rank]) continue;
      change(rank, sweep_.list()[rank], at_one[rank]);
      differs = true;
    }
    const bool kept = !differs || record(1);
    steps->count.push_back(count);
    return kept;
  }

  // Tells of the steps since the last time; false when it is time to stop. To be called after the last query.
  bool Report(StepLimit* limit, double lambda) { return limit->Take(std::exchange(untaken_, 0), lambda); }

 private:
  void Put(std::size_t rank, std::uint32_t position, double sign) {
    const std::uint32_t item = ids_[position];
    for (std::size_t m = 0; m < sums_.size(); ++m) {
      const Measure& measure = items_.measures()[m];
      sums_[m].Add(sign * (measure.kind == Measure::Kind::kMetric ? metric_weight_ : shown_weight_)[rank], measure.values[item]);
    }
  }

  const RankedItems& items_;
  std::span<const double> first_, second_;
  std::size_t k_;
  bool count_orderings_;
  std::vector<double> metric_weight_, shown_weight_;
  std::span<const std::uint32_t> ids_;
  std::vector<ScoreLine> lines_;
  QuerySweep sweep_;
  OrderingCounter orderings_;
  std::vector<stats::ExactSum> sums_;
  std::uint64_t untaken_ = 0;
};

Result<void> CheckScores(std::span<const double> scores, std::size_t num_items) {
  if (scores.size() != num_items) return Error{ErrorCode::kInvalidInput, "an objective needs one score per item"};
  for (const double score : scores) {
    if (!(std::abs(score) <= kLargestValue)) return Error{ErrorCode::kInvalidInput, "a score is missing or beyond 1e100"};
  }
  return {};
}

// A whole number that every count of shown items divides, so that shares of lists of different lengths add up without rounding; 1 where there is none
// that is small enough.
double CommonMultiple(const std::vector<std::uint32_t>& shown) {
  std::vector<std::uint32_t> counts = shown;
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  std::uint64_t multiple = 1;
  for (const std::uint32_t count : counts) {
    multiple = std::lcm(multiple, std::uint64_t{count});
    if (multiple > (std::uint64_t{1} << 40)) return 1;
  }
  return static_cast<double>(multiple);
}

}  // namespace

Result<Frontier> Frontier::Sweep(const RankedItems& items, std::span<const double> first, std::span<const double> second, const FrontierOptions& options, const RunContext& context) {
  if (options.k == 0) return Error{ErrorCode::kInvalidInput, "k must be at least 1"};
  ASSAY_TRY(CheckScores(first, items.num_items()));
  ASSAY_TRY(CheckScores(second, items.num_items()));
  std::size_t most_items = 0;
  double looks = 0;
  for (std::uint32_t q = 0; q < items.num_queries(); ++q) {
    most_items = std::max(most_items, items.ItemsOf(q).size());
    looks += OrderingCounter::LooksFor(items.ItemsOf(q).size());
  }
  FrontierOptions bounded = options;
  bounded.k = std::min(options.k, most_items);
  bounded.count_orderings = options.count_orderings && looks <= kMostLooks;
  const std::vector<std::uint32_t> begins = BlocksOf(items);
  std::vector<Steps> by_block(begins.size() - 1);
  StepLimit limit(std::min(options.most_steps, kMostSteps), by_block.size() == 1, context);
  ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(by_block.size()), [&](std::int64_t at) {
    const auto block = static_cast<std::size_t>(at);
    BlockSweep sweep(items, first, second, bounded);
    Steps steps;  // of its own: neighbouring blocks share cache lines
    for (std::uint32_t q = begins[block]; q < begins[block + 1] && sweep.Query(q, &limit, &steps); ++q) {}
    sweep.Report(&limit, 1);
    by_block[block] = std::move(steps);
  }, kStepName));
  if (limit.exceeded()) {
    return Error{ErrorCode::kTooLarge, "the lists of the first " + base::ReadableCount(static_cast<std::int64_t>(bounded.k)) + " change more than " + base::ReadableCount(static_cast<std::int64_t>(std::min(options.most_steps, kMostSteps))) + " times, more than can be held"};
  }

  Frontier frontier;
  frontier.num_measures_ = items.measures().size();
  for (const Measure& measure : items.measures()) {
    frontier.divisor_.push_back(measure.kind == Measure::Kind::kShown ? 0 : options.discount == Discount::kNone ? static_cast<double>(options.k) : 1);
  }
  for (std::uint32_t q = 0; q < items.num_queries(); ++q) frontier.shown_.push_back(static_cast<std::uint32_t>(std::min(options.k, items.ItemsOf(q).size())));
  std::size_t num_steps = 0;
  for (const Steps& steps : by_block) num_steps += steps.lambda.size();
  frontier.step_begin_ = {0};
  frontier.step_lambda_.reserve(num_steps);
  frontier.step_sums_.reserve(num_steps * frontier.num_measures_);
  for (Steps& steps : by_block) {
    for (const std::size_t count : steps.count) frontier.step_begin_.push_back(frontier.step_begin_.back() + count);
    frontier.step_lambda_.insert(frontier.step_lambda_.end(), steps.lambda.begin(), steps.lambda.end());
    frontier.step_sums_.insert(frontier.step_sums_.end(), steps.sums.begin(), steps.sums.end());
    frontier.orderings_ += steps.orderings;
    frontier.distinct_top_k_ += steps.lists;
    steps = {};
  }
  if (!bounded.count_orderings) frontier.orderings_ = -1;
  frontier.AddUpQueries();
  return frontier;
}

// All queries' steps in order of lambda, and the sums over queries after each.
void Frontier::AddUpQueries() {
  const double multiple = CommonMultiple(shown_);
  const auto weight = [&](std::uint32_t query, std::size_t measure) { return divisor_[measure] > 0 ? 1 : multiple / shown_[query]; };
  struct Step {
    double lambda;
    std::uint32_t at, query;
  };
  std::vector<Step> order;
  order.reserve(step_lambda_.size() - num_queries());
  std::vector<stats::ExactSum> sums(num_measures_);
  for (std::uint32_t q = 0; q < num_queries(); ++q) {
    for (std::size_t m = 0; m < num_measures_; ++m) sums[m].Add(weight(q, m), step_sums_[step_begin_[q] * num_measures_ + m]);
    for (std::size_t s = step_begin_[q] + 1; s < step_begin_[q + 1]; ++s) order.push_back({step_lambda_[s], static_cast<std::uint32_t>(s), q});
  }
  std::sort(order.begin(), order.end(), [](const Step& a, const Step& b) { return a.lambda != b.lambda ? a.lambda < b.lambda : a.at < b.at; });
  const auto record = [&] {
    for (std::size_t m = 0; m < num_measures_; ++m) values_.push_back(sums[m].Value() / (num_queries() * (divisor_[m] > 0 ? divisor_[m] : multiple)));
  };
  record();
  for (std::size_t i = 0; i < order.size();) {
    const double lambda = order[i].lambda;
    for (; i < order.size() && order[i].lambda == lambda; ++i) {
      const std::size_t now = std::size_t{order[i].at} * num_measures_, before = now - num_measures_;
      for (std::size_t m = 0; m < num_measures_; ++m) {
        const double w = weight(order[i].query, m);
        sums[m].Add(w, step_sums_[now + m]);
        sums[m].Add(-w, step_sums_[before + m]);
      }
    }
    if (lambda < 1) breakpoints_.push_back(lambda);
    record();
  }
  if (values_.size() < num_pieces() * num_measures_) record();  // nothing changes at 1
}

double Frontier::PieceBegin(std::size_t piece) const { return piece == 0 ? 0 : piece + 1 == num_pieces() ? 1 : breakpoints_[piece - 1]; }

std::size_t Frontier::PieceAt(double lambda) const {
  if (lambda >= 1) return num_pieces() - 1;
  return static_cast<std::size_t>(std::upper_bound(breakpoints_.begin(), breakpoints_.end(), lambda) - breakpoints_.begin());
}

void Frontier::PerQuery(double lambda, std::size_t measure, std::span<double> values) const {
  for (std::uint32_t q = 0; q < num_queries(); ++q) {
    const auto begin = step_lambda_.begin() + static_cast<std::ptrdiff_t>(step_begin_[q]), end = step_lambda_.begin() + static_cast<std::ptrdiff_t>(step_begin_[q + 1]);
    const auto step = static_cast<std::size_t>(std::upper_bound(begin, end, lambda) - step_lambda_.begin()) - 1;
    values[q] = step_sums_[step * num_measures_ + measure] / DivisorOf(q, measure);
  }
}

std::vector<std::uint32_t> TopOfQuery(const RankedItems& items, std::span<const double> first, std::span<const double> second, std::uint32_t query, std::size_t k, double lambda) {
  const std::span<const std::uint32_t> ids = items.ItemsOf(query);
  std::vector<ScoreLine> lines;
  for (const std::uint32_t item : ids) lines.push_back({first[item], second[item]});
  std::vector<std::uint32_t> top;
  if (lambda >= 1) {
    top = TopAtOne(lines, k);
  } else {
    QuerySweep sweep;
    sweep.Begin(lines, k);
    while (sweep.NextLambda() <= lambda) sweep.Next([](std::size_t, std::uint32_t, std::uint32_t) {});
    top.assign(sweep.list().begin(), sweep.list().end());
  }
  for (std::uint32_t& position : top) position = ids[position];
  return top;
}

}  // namespace assay::objectives
