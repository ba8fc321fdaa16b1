#include "learn/internal/timeline.h"

#include <algorithm>

#include "base/random.h"

namespace assay::learn {

namespace {
Split Sorted(Split split) {
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}
}  // namespace

Timeline::Timeline(const Examples& examples, std::span<const std::uint32_t> rows) : examples_(examples), groups_(examples), order_(rows.begin(), rows.end()) {
  if (examples.task == Task::kRanking) {
    first_.assign(examples.num_queries, base::kMissingTime);
    last_ = first_;
    for (const std::uint32_t row : rows) {
      const base::Micros time = examples.time[row];
      if (time == base::kMissingTime) continue;
      base::Micros& first = first_[examples.query[row]];
      base::Micros& last = last_[examples.query[row]];
      first = first == base::kMissingTime ? time : std::min(first, time);
      last = last == base::kMissingTime ? time : std::max(last, time);
    }
  }
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const base::Micros time_a = FirstTime(a), time_b = FirstTime(b);
    return time_a != time_b ? time_a < time_b : groups_.Of(a) < groups_.Of(b);
  });
}

std::size_t Timeline::Limit(std::size_t position) const {
  const auto move_back = [&](const auto& key) {
    while (position > 0 && position < size() && key(order_[position - 1]) == key(order_[position])) --position;
  };
  const auto time = [&](std::uint32_t row) { return FirstTime(row); };
  move_back(time);
  move_back([&](std::uint32_t row) { return groups_.Of(row); });
  // A unit that begins amid equal times is cut rather than they; its early rows will not train.
  move_back(time);
  return position;
}

bool Timeline::KnownAt(std::uint32_t row, base::Micros moment) const {
  const base::Micros time = last_.empty() ? examples_.time[row] : last_[examples_.query[row]];
  return time == base::kMissingTime || time + examples_.wait <= moment;
}

Split Timeline::Cut(std::size_t begin, std::size_t end, CrossingUnits crossing) const {
  Split split;
  if (begin >= end) return split;
  const base::Micros start = FirstTime(order_[begin]);
  std::vector<char> tested(groups_.count(), 0);
  for (std::size_t i = begin; i < end; ++i) {
    split.test.push_back(order_[i]);
    tested[groups_.Of(order_[i])] = 1;
  }
  for (std::size_t i = 0; i < begin; ++i) {
    const std::uint32_t row = order_[i];
    if (KnownAt(row, start) && (crossing == CrossingUnits::kOnBothSides || tested[groups_.Of(row)] == 0)) split.train.push_back(row);
  }
  return Sorted(std::move(split));
}

std::vector<std::uint8_t> Timeline::DealHalves(std::uint64_t seed) const {
  std::vector<std::uint32_t> present;
  std::vector<std::uint8_t> half_of(groups_.count(), 2);
  for (const std::uint32_t row : order_) {
    std::uint8_t& half = half_of[groups_.Of(row)];
    if (half == 2) present.push_back(groups_.Of(row));
    half = 0;
  }
  std::sort(present.begin(), present.end());
  base::RandomStream(seed, "halves of units").Shuffle(std::span<std::uint32_t>(present));
  for (std::size_t i = 0; i < present.size(); ++i) half_of[present[i]] = static_cast<std::uint8_t>(i % 2);
  return half_of;
}

Split Timeline::CutPanel(std::size_t begin, std::size_t end, std::span<const std::uint8_t> half_of, std::uint8_t half) const {
  Split split;
  if (begin >= end) return split;
  const base::Micros start = FirstTime(order_[begin]);
  for (std::size_t i = 0; i < end; ++i) {
    const std::uint32_t row = order_[i];
    const bool tested = half_of[groups_.Of(row)] == half;
    if (i >= begin && tested) split.test.push_back(row);
    if (i < begin && !tested && KnownAt(row, start)) split.train.push_back(row);
  }
  return Sorted(std::move(split));
}

TimeCut Timeline::CutLatest(std::size_t position) const {
  const std::size_t limit = Limit(position);
  TimeCut result{Cut(limit, size(), CrossingUnits::kJudgeOnly), CrossingUnits::kJudgeOnly};
  if (groups_.kind() != GroupKind::kUnit) return result;
  Split both_sides = Cut(limit, size(), CrossingUnits::kOnBothSides);
  if (result.split.train.size() * 4 < both_sides.train.size()) result = {std::move(both_sides), CrossingUnits::kOnBothSides};
  return result;
}

}  // namespace assay::learn
