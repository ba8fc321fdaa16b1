#include "lifecycle/internal/copies.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <unordered_map>

#include "base/text.h"
#include "lifecycle/internal/leaks.h"

namespace assay::lifecycle {

namespace {

using learn::Examples;
using Keys = std::vector<std::uint64_t>;

constexpr double kLeastCopies = 0.005;     // share of rows from which copies matter
constexpr std::size_t kLeastRows = 10;
constexpr double kMostDisagreement = 0.2;  // of equal cases, as a share of what chance makes
constexpr double kBeyondChance = 10;       // pairs of equal rows for each that the values of single columns would make
constexpr double kMostByChance = 0.05;     // partners that a row would have if the columns had nothing to do with each other
constexpr std::size_t kFewValues = 64;
constexpr std::size_t kAskedGroups = 20'000, kMostSorted = 1'000'000, kBlock = 65'536;

std::uint64_t Mixed(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

template <class Take>
void ForEachValue(const table::Column& column, const Take& take) {
  Keys block(kBlock);
  const auto n = static_cast<std::size_t>(column.num_rows());
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t size = std::min(kBlock, n - begin);
    column.CopyKeys(static_cast<std::int64_t>(begin), std::span<std::uint64_t>(block).first(size));
    for (std::size_t i = 0; i < size; ++i) take(begin + i, block[i]);
  }
}

// A random number for each value of a column: sums of them are keys of rows, from which a column can be taken off again.
Keys KeysOf(const table::Table& table, const std::vector<std::size_t>& columns) {
  Keys keys(static_cast<std::size_t>(table.num_rows()), 0);
  for (const std::size_t c : columns) {
    const std::uint64_t salt = Mixed(c + 1);
    ForEachValue(table.column(c), [&](std::size_t row, std::uint64_t value) { keys[row] += Mixed(value ^ salt); });
  }
  return keys;
}

// Columns that say the same in other words (a product's number and name) have one number: the rows' values in order of first appearance.
struct Partition {
  std::uint64_t number = 0;
  std::size_t parts = 0;
  double alike = 0;  // chance that two rows have the same value
};
Partition PartitionOf(const table::Column& column) {
  struct Part {
    std::uint64_t place = 0;
    double rows = 0;
  };
  std::unordered_map<std::uint64_t, Part> parts;
  Partition partition;
  ForEachValue(column, [&](std::size_t, std::uint64_t value) {
    Part& part = parts.emplace(value, Part{parts.size(), 0}).first->second;
    part.rows += 1;
    partition.number = Mixed(partition.number + part.place + 1);
  });
  partition.parts = parts.size();
  const auto n = static_cast<double>(column.num_rows());
  // In the order of the keys' first rows, so that the sum is the same wherever the map keeps them.
  std::vector<double> rows(parts.size());
  for (const auto& [value, part] : parts) rows[part.place] = part.rows;
  for (const double count : rows) partition.alike += count / n * (count / n);
  return partition;
}

std::vector<std::uint32_t> SortedBy(const Keys& keys) {
  std::vector<std::uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  return order;
}

// Calls `take` with the rows of each key.
template <class Take>
void ForEachGroup(const Keys& keys, const std::vector<std::uint32_t>& order, const Take& take) {
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && keys[order[end]] == keys[order[begin]]) ++end;
    take(std::span<const std::uint32_t>(order).subspan(begin, end - begin));
    begin = end;
  }
}

// Whether enough rows have an equal one. Of many rows those with a part of the keys are looked at, among which equal ones are all or none.
bool ManyRecur(const Keys& keys) {
  const std::size_t parts = keys.size() / kMostSorted + 1;
  Keys part;
  for (const std::uint64_t key : keys) {
    if (parts == 1 || Mixed(key) % parts == 0) part.push_back(key);
  }
  std::sort(part.begin(), part.end());
  std::size_t recurring = 0;
  for (std::size_t i = 0; i < part.size(); ++i) recurring += (i > 0 && part[i] == part[i - 1]) || (i + 1 < part.size() && part[i] == part[i + 1]) ? 1 : 0;
  return recurring >= kLeastRows && static_cast<double>(recurring) >= kLeastCopies * static_cast<double>(part.size());
}

// How often rows of equal cases turn out differently, as a share of how often any two of these rows do.
double Disagreement(const Examples& examples, const Keys& cases) {
  std::map<float, double> of_outcome;
  double rows = 0, differ = 0;
  ForEachGroup(cases, SortedBy(cases), [&](std::span<const std::uint32_t> members) {
    if (members.size() < 2) return;
    std::map<float, double> here;
    for (const std::uint32_t row : members) here[examples.outcome[row]] += 1;
    const auto n = static_cast<double>(members.size());
    double alike = 0;
    for (const auto& [outcome, count] : here) {
      alike += count * (count - 1);
      of_outcome[outcome] += count;
    }
    rows += n;
    differ += n * (1 - alike / (n * (n - 1)));
  });
  double by_chance = 1;
  for (const auto& [outcome, count] : of_outcome) by_chance -= count / rows * (count / rows);
  return by_chance > 0 ? differ / rows / by_chance : 1;
}

// Pairs of an asked row and a row that differs from it in these columns alone. `part`: the keys of these columns.
double NeighbouringPairs(const Keys& whole, Keys part, const std::unordered_map<std::uint64_t, double>& asked) {
  struct Place {
    double rows = 0, asked = 0, squares = 0;
  };
  std::unordered_map<std::uint64_t, Place> places;  // key without these columns
  for (std::size_t i = 0; i < part.size(); ++i) {
    part[i] = whole[i] - part[i];
    const auto found = asked.find(whole[i]);
    if (found == asked.end()) continue;
    Place& place = places[part[i]];
    place.asked += 1;
    place.squares += found->second;  // once for each of its rows
  }
  for (const std::uint64_t key : part) {
    if (const auto found = places.find(key); found != places.end()) found->second.rows += 1;
  }
  // Whole numbers below 2^53, whose sum is the same in any order.
  double pairs = 0;
  for (const auto& [key, place] : places) pairs += place.asked * place.rows - place.squares;
  return pairs;
}

}  // namespace

std::optional<Copies> FindCopies(const Examples& examples, std::size_t num_columns, const std::vector<std::string>& outcome_columns) {
  const auto n = static_cast<std::size_t>(examples.num_rows());
  Copies copies;
  std::vector<std::size_t> compared, known;  // known: without those that the outcome is made of
  for (std::size_t c = 0; c < num_columns; ++c) {
    const table::Column& column = examples.table->column(c);
    const bool outcome = base::IsAmong(outcome_columns, column.name());
    if (!outcome && CountsOrNames(column)) {
      copies.ids.push_back(column.name());
      continue;
    }
    compared.push_back(c);
    if (!outcome) known.push_back(c);
  }
  if (known.empty()) return std::nullopt;
  const Keys whole = KeysOf(*examples.table, compared);
  if (!ManyRecur(whole) || Disagreement(examples, KeysOf(*examples.table, known)) > kMostDisagreement) return std::nullopt;

  copies.group.resize(n);
  std::unordered_map<std::uint64_t, double> asked;  // of a random part of the groups: key -> rows
  double equal_pairs = 0;
  const std::size_t parts = n / kAskedGroups + 1;
  ForEachGroup(whole, SortedBy(whole), [&](std::span<const std::uint32_t> members) {
    for (const std::uint32_t row : members) copies.group[row] = copies.num_groups;
    ++copies.num_groups;
    const auto rows = static_cast<double>(members.size());
    if (members.size() > 1) copies.rows += static_cast<std::int64_t>(members.size());
    if (Mixed(whole[members[0]]) % parts != 0) return;
    asked.emplace(whole[members[0]], rows);
    equal_pairs += rows * (rows - 1);
  });
  struct Alike {
    std::vector<std::size_t> columns;
    double chance = 0;
  };
  std::map<std::uint64_t, Alike> same;  // columns that part the rows alike
  for (const std::size_t c : compared) {
    const Partition partition = PartitionOf(examples.table->column(c));
    // Numbers that differ from row to row part the rows alike without saying the same; a few values that do say the same.
    Alike& alike = same[partition.parts < copies.num_groups || partition.parts <= kFewValues ? partition.number : Mixed(partition.number + c + 1)];
    alike.columns.push_back(c);
    alike.chance = partition.alike;
  }
  double partners = static_cast<double>(n);
  for (const auto& [partition, alike] : same) partners *= alike.chance;
  if (partners > kMostByChance) return std::nullopt;
  for (const auto& [partition, alike] : same) {
    // Rows that are equal in all other columns and differ here: had this column's values come together by chance, that many
    // times the odds would be equal here too.
    const double pairs = NeighbouringPairs(whole, KeysOf(*examples.table, alike.columns), asked);
    if (equal_pairs * (1 - alike.chance) < kBeyondChance * pairs * alike.chance) return std::nullopt;
  }
  return copies;
}

}  // namespace assay::lifecycle
