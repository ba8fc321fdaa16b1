#include "learn/internal/encoding_stages.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "learn/internal/row_groups.h"

namespace assay::learn {

namespace {

constexpr int kTimeStages = 8;
constexpr int kGroupStages = 5;
// Stage limits come from at most about this many evenly taken rows.
constexpr std::size_t kLimitRows = 100'000;

// Starts of stages 1 ..: the first stage begins before all time.
std::vector<base::Micros> StageStarts(const Examples& examples, std::span<const std::uint32_t> rows) {
  std::vector<base::Micros> sorted;
  const std::size_t step = rows.size() / kLimitRows + 1;
  for (std::size_t i = 0; i < rows.size(); i += step) sorted.push_back(examples.time[rows[i]]);
  std::sort(sorted.begin(), sorted.end());
  std::vector<base::Micros> starts;
  for (std::size_t s = 1; s < kTimeStages; ++s) starts.push_back(sorted[sorted.size() * s / kTimeStages]);
  return starts;
}

void FindStraddlingGroups(const WholeGroups& groups, std::span<const std::uint32_t> rows, EncodingStages* stages) {
  if (groups.kind() == GroupKind::kRow) return;
  constexpr std::uint8_t kUnseen = 255, kSeveral = 254;
  std::vector<std::uint8_t> stage_of(groups.count(), kUnseen);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint8_t& stage = stage_of[groups.Of(rows[i])];
    if (stage == kUnseen) stage = stages->stage[i];
    if (stage != stages->stage[i]) stage = kSeveral;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (stage_of[groups.Of(rows[i])] == kSeveral) stages->straddling.push_back(static_cast<std::uint32_t>(i));
  }
  std::stable_sort(stages->straddling.begin(), stages->straddling.end(), [&](std::uint32_t a, std::uint32_t b) { return groups.Of(rows[a]) < groups.Of(rows[b]); });
  for (std::size_t k = 0; k < stages->straddling.size(); ++k) {
    if (k == 0 || groups.Of(rows[stages->straddling[k]]) != groups.Of(rows[stages->straddling[k - 1]])) stages->group_begin.push_back(k);
  }
  stages->group_begin.push_back(stages->straddling.size());
}

}  // namespace

EncodingStages MakeEncodingStages(const Examples& examples, std::span<const std::uint32_t> rows, std::uint64_t seed) {
  const WholeGroups groups(examples);
  EncodingStages stages;
  stages.stage.resize(rows.size());
  if (!examples.time.empty() && !rows.empty()) {
    stages.count = kTimeStages;
    stages.by_time = true;
    stages.visible_from.resize(rows.size());
    const std::vector<base::Micros> starts = StageStarts(examples, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const base::Micros time = examples.time[rows[i]];
      stages.stage[i] = static_cast<std::uint8_t>(std::upper_bound(starts.begin(), starts.end(), time) - starts.begin());
      // Known at a stage's start: time + wait <= start, and decided before it.
      const base::Micros known = time == base::kMissingTime ? time : time + examples.wait;
      const auto after = std::upper_bound(starts.begin(), starts.end(), time);
      stages.visible_from[i] = static_cast<std::uint8_t>(std::lower_bound(after, starts.end(), known) - starts.begin() + 1);
    }
    FindStraddlingGroups(groups, rows, &stages);
    return stages;
  }
  stages.count = kGroupStages;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    stages.stage[i] = static_cast<std::uint8_t>(base::RandomStream(seed, "encoding stage", groups.Of(rows[i])).Below(kGroupStages));
  }
  return stages;
}

StageSums::StageSums(const EncodingStages& stages, std::size_t num_groups, std::size_t num_targets)
    : stages_(stages), num_groups_(num_groups), width_(num_targets + 1), sums_(static_cast<std::size_t>(stages.count) * num_groups * width_, 0.0), all_(num_groups * width_, 0.0) {}

void StageSums::Add(std::size_t position, std::size_t group, std::span<const double> targets) {
  double* all = &all_[group * width_];
  all[0] += 1;
  for (std::size_t t = 0; t < targets.size(); ++t) all[t + 1] += targets[t];
  const std::size_t at = stages_.by_time ? stages_.visible_from[position] : stages_.stage[position];
  if (at >= static_cast<std::size_t>(stages_.count)) return;
  double* sums = &sums_[(at * num_groups_ + group) * width_];
  sums[0] += 1;
  for (std::size_t t = 0; t < targets.size(); ++t) sums[t + 1] += targets[t];
}

void StageSums::Finish() {
  const std::size_t block = num_groups_ * width_;
  for (std::size_t s = 0; s < static_cast<std::size_t>(stages_.count); ++s) {
    for (std::size_t k = 0; k < block; ++k) {
      double& here = sums_[s * block + k];
      if (!stages_.by_time) {
        here = all_[k] - here;
      } else if (s > 0) {
        here += sums_[(s - 1) * block + k];
      }
    }
  }
}

}  // namespace assay::learn
