#include "slices/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <tuple>

#include "base/random.h"
#include "base/thread_pool.h"

namespace assay::slices {
namespace {

using base::RandomStream;
using table::Column;

// A small table with every oddity: missing values, copies of columns, constants, numbers with few and many values.
struct Sample {
  std::vector<Feature> features;
  std::vector<double> losses;
};

Sample MakeSample(std::uint64_t seed) {
  RandomStream random(seed, "slices test");
  Sample sample;
  const auto n = static_cast<std::size_t>(random.Below(8) == 0 ? 1 + random.Below(3) : 4 + random.Below(37));
  const std::size_t m = 1 + random.Below(6);
  std::vector<Column> columns;
  for (std::size_t f = 0; f < m; ++f) {
    const std::string name = "f" + std::to_string(f);
    if (f > 0 && random.Below(6) == 0) {
      columns.push_back(columns[random.Below(f)].Renamed(name));
      continue;
    }
    const std::uint64_t cardinality = 1 + random.Below(5);
    const bool missing = random.Below(3) == 0;
    if (random.Below(2) == 0) {
      std::vector<double> values;
      for (std::size_t i = 0; i < n; ++i) values.push_back(missing && random.Below(4) == 0 ? std::nan("") : static_cast<double>(random.Below(cardinality * 3)));
      columns.push_back(Column::Numbers(name, values));
    } else {
      std::vector<std::uint32_t> codes;
      std::vector<std::string> dictionary;
      for (std::uint64_t c = 0; c < cardinality; ++c) dictionary.push_back(std::string(1, static_cast<char>('a' + (c * 7) % 5)));
      for (std::size_t i = 0; i < n; ++i) codes.push_back(missing && random.Below(4) == 0 ? table::kMissingCode : static_cast<std::uint32_t>(random.Below(cardinality)));
      columns.push_back(Column::Categories(name, codes, dictionary));
    }
  }
  for (const Column& column : columns) sample.features.push_back(*CutFeature(column, {}, {.bins = 4}));
  const std::uint64_t kind = random.Below(6);
  for (std::size_t i = 0; i < n; ++i) {
    switch (kind) {
      case 0: sample.losses.push_back(random.Below(4) == 0 ? 1 : 0); break;
      case 1: sample.losses.push_back(random.Uniform()); break;
      case 2: sample.losses.push_back(std::exp(3 * random.Normal())); break;
      case 3: sample.losses.push_back(0.1 * static_cast<double>(random.Below(4))); break;  // sums that rounding can tell apart
      case 4: sample.losses.push_back(2.5); break;
      default: sample.losses.push_back(random.Below(3) == 0 ? random.Uniform() * random.Uniform() : 0); break;
    }
  }
  return sample;
}

SearchOptions MakeOptions(std::uint64_t seed, std::size_t rows) {
  RandomStream random(seed, "slices test options");
  SearchOptions options;
  options.k = static_cast<std::int64_t>(1 + random.Below(12));
  const double alphas[] = {0.95, 0.5, 0.8, 1.0, 0.99};
  options.alpha = alphas[random.Below(5)];
  options.least_rows = static_cast<std::int64_t>(1 + random.Below(std::max<std::uint64_t>(1, rows / 4)));
  options.max_level = static_cast<std::int64_t>(random.Below(4));
  options.ranges = random.Below(2) == 0;
  options.all_ties = random.Below(3) == 0;
  options.most_overlap = random.Below(4) == 0 ? 0.25 * static_cast<double>(1 + random.Below(3)) : 1;
  return options;
}

// Every conjunction, grouped by rows.
struct Enumerated {
  std::uint64_t rows = 0;
  std::vector<Conjunction> conjunctions;
};

__extension__ using Quad = __float128;  // 113 bits of mantissa, and no part of what is tested

class Oracle {
 public:
  Oracle(const Sample& sample, const SearchOptions& options) : sample_(sample), options_(options) {
    const std::size_t n = sample.losses.size();
    all_ = n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    Enumerate(0, all_, {});
  }

  std::vector<FoundSlice> Slices() const {
    std::vector<std::pair<FoundSlice, std::uint64_t>> found;
    for (const auto& [rows, conjunctions] : by_rows_) {
      const std::int64_t size = std::popcount(rows);
      if (size < options_.least_rows || size == 0) continue;
      FoundSlice slice;
      slice.size = size;
      Quad sum = 0, total = 0;
      for (std::size_t i = 0; i < sample_.losses.size(); ++i) {
        total += sample_.losses[i];
        if ((rows >> i & 1U) == 0) continue;
        sum += sample_.losses[i];
        slice.loss_max = std::max(slice.loss_max, sample_.losses[i]);
      }
      slice.loss_sum = static_cast<double>(sum);
      if (total <= 0) continue;
      slice.score = SliceScore(options_.alpha, slice.loss_sum, size, static_cast<double>(total), static_cast<std::int64_t>(sample_.losses.size()));
      if (!(slice.score > 0)) continue;
      std::vector<Conjunction> minimal;
      for (const Conjunction& c : conjunctions) {
        if (Minimal(c, rows)) minimal.push_back(c);
      }
      std::sort(minimal.begin(), minimal.end(), [&](const Conjunction& a, const Conjunction& b) { return std::tuple(a.size(), Text(a)) < std::tuple(b.size(), Text(b)); });
      slice.predicates = minimal[0];
      for (std::size_t i = 1; i < minimal.size(); ++i) {
        if (i <= 5) {
          slice.same_rows.push_back(minimal[i]);
        } else {
          ++slice.same_rows_more;
        }
      }
      found.emplace_back(slice, rows);
    }
    std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
      const FoundSlice &x = a.first, &y = b.first;
      return std::tuple(-x.score, x.predicates.size(), -x.size, Text(x.predicates)) < std::tuple(-y.score, y.predicates.size(), -y.size, Text(y.predicates));
    });
    std::vector<std::pair<FoundSlice, std::uint64_t>> kept;
    for (const auto& candidate : found) {
      const auto k = static_cast<std::size_t>(options_.k);
      if (kept.size() >= k && !(options_.all_ties && candidate.first.score == kept[k - 1].first.score)) break;
      const bool distinct = std::all_of(kept.begin(), kept.end(), [&](const auto& other) {
        return static_cast<double>(std::popcount(candidate.second & other.second)) / std::popcount(candidate.second | other.second) <= options_.most_overlap;
      });
      if (distinct) kept.push_back(candidate);
    }
    std::vector<FoundSlice> slices;
    for (auto& [slice, rows] : kept) slices.push_back(std::move(slice));
    return slices;
  }

 private:
  std::string Text(const Conjunction& c) const { return DescriptionText(sample_.features, c); }

  std::uint64_t RowsOfOne(const Predicate& p) const {
    std::uint64_t rows = 0;
    ForEachAtom(sample_.features[p.feature], [&](std::size_t row, std::uint32_t atom) {
      if (atom >= p.first && atom <= p.last) rows |= std::uint64_t{1} << row;
    });
    return rows;
  }

  bool Minimal(const Conjunction& c, std::uint64_t rows) const {
    for (std::size_t without = 0; without < c.size(); ++without) {
      std::uint64_t rest = all_;
      for (std::size_t k = 0; k < c.size(); ++k) rest &= k == without ? all_ : RowsOfOne(c[k]);
      if (rest == rows) return false;
    }
    return true;
  }

  void Enumerate(std::uint32_t feature, std::uint64_t rows, const Conjunction& chosen) {
    if (feature == sample_.features.size()) {
      if (!chosen.empty()) by_rows_[rows].push_back(chosen);
      return;
    }
    Enumerate(feature + 1, rows, chosen);
    if (options_.max_level > 0 && static_cast<std::int64_t>(chosen.size()) == options_.max_level) return;
    const Feature& f = sample_.features[feature];
    for (std::uint32_t first = 0; first < f.atoms.size(); ++first) {
      for (std::uint32_t last = first; last < f.atoms.size(); ++last) {
        if (last > first && !(options_.ranges && f.ordered() && last < f.num_known())) break;
        const std::uint64_t next = rows & RowsOfOne({feature, first, last});
        if (next == 0) continue;
        Conjunction more = chosen;
        more.push_back({feature, first, last});
        Enumerate(feature + 1, next, more);
      }
    }
  }

  const Sample& sample_;
  const SearchOptions& options_;
  std::uint64_t all_ = 0;
  std::map<std::uint64_t, std::vector<Conjunction>> by_rows_;
};

std::string Words(const Sample& sample, const FoundSlice& slice) {
  std::string words = DescriptionText(sample.features, slice.predicates);
  for (const Conjunction& c : slice.same_rows) words += " / " + DescriptionText(sample.features, c);
  return words + " +" + std::to_string(slice.same_rows_more) + " size " + std::to_string(slice.size);
}

TEST(SliceSearch, FindsWhatEnumerationFinds) {
  base::ThreadPool pool(2);
  RunContext two;
  two.pool = &pool;
  std::int64_t with_slices = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Sample sample = MakeSample(seed);
    const SearchOptions options = MakeOptions(seed, sample.losses.size());
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(sample.losses.size()) + " rows, k " + std::to_string(options.k) + ", alpha " + std::to_string(options.alpha) + ", support " + std::to_string(options.least_rows) + ", level " + std::to_string(options.max_level) + (options.ranges ? ", ranges" : "") + (options.all_ties ? ", all ties" : "") + ", overlap " + std::to_string(options.most_overlap));
    const std::vector<FoundSlice> expected = Oracle(sample, options).Slices();
    const Result<SearchResult> result = SearchSlices(sample.features, sample.losses, options, seed % 2 == 0 ? RunContext() : two);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->slices.size(), expected.size());
    for (std::size_t s = 0; s < expected.size(); ++s) {
      const FoundSlice& slice = result->slices[s];
      ASSERT_EQ(Words(sample, slice), Words(sample, expected[s])) << "slice " << s;
      ASSERT_EQ(slice.score, expected[s].score);
      ASSERT_EQ(slice.loss_sum, expected[s].loss_sum);
      ASSERT_EQ(slice.loss_max, expected[s].loss_max);
      ASSERT_TRUE(slice.all_descriptions);
      ASSERT_EQ(static_cast<std::int64_t>(RowsOf(sample.features, slice.predicates).size()), slice.size);
    }
    with_slices += expected.empty() ? 0 : 1;
  }
  EXPECT_GT(with_slices, 2000);
}

TEST(SliceSearch, CountsDoNotDependOnThreads) {
  base::ThreadPool pool(4);
  RunContext parallel;
  parallel.pool = &pool;
  RandomStream random(7, "wide table");
  std::vector<Feature> features;
  std::vector<double> losses(3000);
  for (double& loss : losses) loss = std::abs(random.Normal());
  for (int f = 0; f < 12; ++f) {
    std::vector<std::uint32_t> codes(losses.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      codes[i] = static_cast<std::uint32_t>(random.Below(4));
      if (f < 3 && codes[i] == 0) losses[i] *= 2;
    }
    features.push_back(*CutFeature(Column::Categories("c" + std::to_string(f), codes, {"a", "b", "c", "d"}), {}, {}));
  }
  SearchOptions options;
  options.least_rows = 30;
  options.alpha = 0.98;
  const SearchResult serial = *SearchSlices(features, losses, options, {});
  const SearchResult other = *SearchSlices(features, losses, options, parallel);
  EXPECT_EQ(serial.per_level, other.per_level);
  EXPECT_EQ(serial.evaluated, other.evaluated);
  EXPECT_EQ(serial.pruned.by_parents, other.pruned.by_parents);
  EXPECT_EQ(serial.pruned.by_score, other.pruned.by_score);
  ASSERT_EQ(serial.slices.size(), 10U);
  EXPECT_EQ(DescriptionText(features, serial.slices[0].predicates), "c0 = a and c1 = a and c2 = a");
  for (std::size_t s = 0; s < 10; ++s) EXPECT_EQ(serial.slices[s].predicates, other.slices[s].predicates);
}

TEST(SliceSearch, LawsOfTheScore) {
  const Sample sample = MakeSample(11);
  SearchOptions options;
  options.k = 5;
  const SearchResult plain = *SearchSlices(sample.features, sample.losses, options, {});
  std::vector<double> scaled;
  for (const double loss : sample.losses) scaled.push_back(loss * 1024);
  const SearchResult larger = *SearchSlices(sample.features, scaled, options, {});
  ASSERT_EQ(plain.slices.size(), larger.slices.size());
  ASSERT_FALSE(plain.slices.empty());
  for (std::size_t s = 0; s < plain.slices.size(); ++s) {
    EXPECT_EQ(plain.slices[s].predicates, larger.slices[s].predicates);
    EXPECT_EQ(plain.slices[s].score, larger.slices[s].score);
  }
  // Beyond what sums of doubles could hold, or below: the digits stay.
  for (const int exponent : {1020, -1060}) {
    std::vector<double> extreme;
    for (const double loss : sample.losses) extreme.push_back(std::ldexp(std::round(loss * 8), exponent));
    std::vector<double> rounded;
    for (const double loss : sample.losses) rounded.push_back(std::round(loss * 8));
    const SearchResult expected = *SearchSlices(sample.features, rounded, options, {});
    const SearchResult found = *SearchSlices(sample.features, extreme, options, {});
    ASSERT_EQ(found.slices.size(), expected.slices.size());
    for (std::size_t s = 0; s < found.slices.size(); ++s) {
      EXPECT_EQ(found.slices[s].predicates, expected.slices[s].predicates);
      EXPECT_EQ(found.slices[s].score, expected.slices[s].score);
    }
  }
  EXPECT_EQ(SliceScore(0.95, 10, 100, 10, 100), 0);           // all rows
  EXPECT_DOUBLE_EQ(SliceScore(0.5, 5, 10, 10, 100), 0.5 * 4 - 0.5 * 9);
}

TEST(SliceSearch, NothingToFind) {
  const Feature one = *CutFeature(Column::Numbers("x", {1, 1, 2, 2}), {}, {});
  const std::vector<Feature> features = {one};
  const std::vector<double> zero(4, 0), equal(4, 3), none;
  EXPECT_TRUE(SearchSlices(features, zero, {}, {})->slices.empty());
  EXPECT_TRUE(SearchSlices(features, equal, {}, {})->slices.empty());
  EXPECT_TRUE(SearchSlices({}, equal, {}, {})->slices.empty());
  EXPECT_TRUE(SearchSlices({}, none, {}, {})->slices.empty());
}

TEST(SliceSearch, StopsWhenAsked) {
  base::CancelToken token;
  token.Cancel();
  RunContext context;
  context.cancel = &token;
  const Sample sample = MakeSample(11);
  const Result<SearchResult> stopped = SearchSlices(sample.features, sample.losses, {}, context);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(SliceSearch, RefusesWhatItCannotDo) {
  const Sample sample = MakeSample(11);
  const auto refused = [&](SearchOptions options) {
    const Result<SearchResult> result = SearchSlices(sample.features, sample.losses, options, {});
    return result ? std::string() : result.error().message;
  };
  EXPECT_NE(refused({.k = 0}).find("k: 0"), std::string::npos);
  EXPECT_NE(refused({.alpha = 0}).find("alpha"), std::string::npos);
  EXPECT_NE(refused({.alpha = 1.5}).find("alpha: 1.5"), std::string::npos);
  EXPECT_NE(refused({.least_rows = 0}).find("support"), std::string::npos);
  EXPECT_NE(refused({.max_level = -1}).find("level"), std::string::npos);
  EXPECT_NE(refused({.most_overlap = 0}).find("distinct"), std::string::npos);
  EXPECT_NE(refused({.memory_bytes = 100}).find("bitmaps"), std::string::npos);
}

}  // namespace
}  // namespace assay::slices
