// What is odd about the data: columns that tell nothing or too much, rows that repeat or contradict each other.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "base/thread_pool.h"
#include "lifecycle/internal/leaks.h"
#include "lifecycle/personal_data.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

namespace {

using evidence::Alert;
using evidence::ColumnProfile;
using table::Column;
using table::ColumnType;

std::uint64_t MixHash(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ULL + (hash << 6U) + (hash >> 2U);
  hash *= 0xFF51AFD7ED558CCDULL;
  return hash ^ (hash >> 33U);
}

// The bits that make a value: equal values (0 and -0, any NaN) have equal bits.
template <class T>
std::uint64_t BitsOf(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isnan(value) ? 0x7FF8DEADULL : std::bit_cast<std::uint64_t>(static_cast<double>(value == 0 ? T{0} : value));
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

// One 64-bit hash per row over the given columns. Two different rows of 100 million share one with a chance of 0.03 %.
std::vector<std::uint64_t> RowHashes(const table::Table& table, const std::vector<std::size_t>& columns) {
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(table.num_rows()), 0x243F6A8885A308D3ULL);
  for (const std::size_t c : columns) {
    std::visit(
        [&](const auto& values) {
          for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = MixHash(hashes[i], BitsOf(values[i]));
        },
        table.column(c).storage());
  }
  return hashes;
}

std::string Quoted(const std::string& text) { return "'" + (text.size() > 60 ? text.substr(0, 60) + "..." : text) + "'"; }

// A text column most of whose values are numbers (or times): the rest are slips or words for "missing".
void MixedTypes(const Column& column, std::vector<Alert>* alerts) {
  if (column.type() != ColumnType::kCategory || column.dictionary().size() < 3) return;
  struct Kind {
    const char* words;
    bool (*is)(const std::string&);
  };
  static const Kind kinds[] = {{"numbers", [](const std::string& t) { double v = 0; return base::ParseNumber(base::Trim(t), &v); }},
                               {"times", [](const std::string& t) { return static_cast<bool>(base::ParseTime(t)); }}};
  for (const Kind& kind : kinds) {
    std::size_t of_kind = 0;
    std::vector<char> other(column.dictionary().size(), 0);
    for (std::size_t c = 0; c < other.size(); ++c) {
      if (kind.is(column.dictionary()[c])) ++of_kind;
      else other[c] = 1;
    }
    if (of_kind == other.size() || 2 * of_kind < other.size()) continue;
    std::int64_t first = -1, rows = 0;
    for (std::int64_t row = 0; row < column.num_rows(); ++row) {
      const std::uint32_t code = column.CodeAt(row);
      if (code == table::kMissingCode || other[code] == 0) continue;
      if (first < 0) first = row;
      ++rows;
    }
    if (first < 0) continue;
    alerts->push_back({"mixed_types", column.name(), "'" + column.name() + "' is read as text: most of its different values are " + kind.words + ", but " + base::ReadableCount(rows) + (rows == 1 ? " row holds" : " rows hold") + " something else, first " +
                           Quoted(column.TextAt(first)) + " in row " + base::ReadableCount(first + 1) + "; mend those values or leave them empty", rows});
    return;
  }
}

void ColumnAlerts(const Column& column, const ColumnProfile& profile, std::vector<Alert>* alerts) {
  const std::int64_t rows = column.num_rows();
  const std::int64_t known = rows - profile.missing;
  const std::string quoted = "'" + profile.name + "'";
  if (profile.missing > 0) {
    alerts->push_back({"missing", profile.name, quoted + " is missing in " + base::ReadableShare(static_cast<double>(profile.missing) / static_cast<double>(rows)) + " of the rows", profile.missing});
  }
  if (profile.distinct <= 1 && known > 0) alerts->push_back({"constant", profile.name, quoted + " has the same value in every row that has one; it cannot tell rows apart", known});
  double least = 0, most = 0;
  const bool numbers = base::ParseNumber(profile.least, &least) && base::ParseNumber(profile.most, &most);
  if (known >= 50 && profile.distinct > known * 95 / 100 && NamesRows(column, numbers ? most - least : 0)) {
    alerts->push_back({"id_like", profile.name, quoted + " has " + base::ReadableCount(profile.distinct) + " different values in " + base::ReadableCount(known) + " rows: it looks like an id", known});
  }
  if (profile.outliers > 0) {
    alerts->push_back({"outliers", profile.name, quoted + " has " + base::Counted(profile.outliers, "value") + " more than three interquartile ranges outside the quartiles (least " + base::GroupedDigits(profile.least) + (column.type() == ColumnType::kTime ? "" : ", median " + base::GroupedDigits(base::PlainNumber(profile.median, 4))) + ", largest " + base::GroupedDigits(profile.most) + ")", profile.outliers});
  }
  const PersonalFinding personal = FindPersonalData(column);
  if (!personal.what.empty()) alerts->push_back({"pii_like", profile.name, quoted + " looks like it holds " + personal.what + " (" + personal.reason + "); check that it may be used", known});
  MixedTypes(column, alerts);
  if (column.type() == ColumnType::kTime && !profile.most.empty() && profile.most > "2100") {
    alerts->push_back({"future_time", profile.name, quoted + " reaches " + profile.most + ", which lies in the far future", 0});
  }
}

void Duplicates(const table::Table& table, std::vector<Alert>* alerts) {
  std::vector<std::size_t> all(table.num_columns());
  for (std::size_t c = 0; c < all.size(); ++c) all[c] = c;
  std::vector<std::uint64_t> hashes = RowHashes(table, all);
  std::sort(hashes.begin(), hashes.end());
  std::int64_t repeated = 0;
  for (std::size_t i = 1; i < hashes.size(); ++i) repeated += hashes[i] == hashes[i - 1] ? 1 : 0;
  if (repeated > 0) alerts->push_back({"duplicates", "", base::Counted(repeated, "row repeats", "rows repeat") + " another row in every column", repeated});
}

// Equal features, different outcome: no model of these features can be right on both.
void ConflictingLabels(const learn::Examples& examples, std::vector<Alert>* alerts) {
  if (examples.task == learn::Task::kRegression || examples.task == learn::Task::kRanking || examples.features.empty()) return;
  std::vector<std::size_t> features;
  for (const learn::Feature& feature : examples.features) features.push_back(feature.column);
  // The class stands in the lowest bits of the hash of the features: sorted, equal features lie side by side.
  const std::uint64_t class_bits = std::bit_ceil(examples.classes.size()) - 1;
  std::vector<std::uint64_t> keys = RowHashes(*examples.table, features);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = (keys[i] & ~class_bits) | static_cast<std::uint64_t>(examples.outcome[i]);
  std::sort(keys.begin(), keys.end());
  std::int64_t conflicting = 0;
  for (std::size_t begin = 0; begin < keys.size();) {
    std::size_t end = begin + 1;
    while (end < keys.size() && (keys[end] & ~class_bits) == (keys[begin] & ~class_bits)) ++end;
    if (keys[end - 1] != keys[begin]) conflicting += static_cast<std::int64_t>(end - begin);
    begin = end;
  }
  if (conflicting > 0) {
    alerts->push_back({"conflicting_labels", "", base::ReadableCount(conflicting) + " rows (" + base::ReadableShare(static_cast<double>(conflicting) / static_cast<double>(keys.size())) + ") have a twin with the same features and another outcome; these features alone cannot tell them apart", conflicting});
  }
}

}  // namespace

std::vector<Alert> FindAlerts(const Gathered& gathered, const std::vector<ColumnProfile>& profiles, const RunContext& context) {
  // The two checks of whole rows first, each on a thread, then the columns; the list has its own order.
  std::vector<std::vector<Alert>> found(profiles.size() + 2);
  const auto tasks = static_cast<std::int64_t>(found.size());
  const Result<void> done = base::ParallelFor(
      context, tasks,
      [&](std::int64_t t) {
        std::vector<Alert>* own = &found[static_cast<std::size_t>(t)];
        if (t == 0) return Duplicates(*gathered.source, own);
        if (t == 1) return ConflictingLabels(gathered.examples, own);
        const auto c = static_cast<std::size_t>(t - 2);
        ColumnAlerts(gathered.source->column(c), profiles[c], own);
      },
      "check rows and columns");
  (void)done;  // a cancelled run is noticed by the caller's next step
  std::rotate(found.begin(), found.begin() + 2, found.end());
  std::vector<Alert> alerts;
  for (std::vector<Alert>& own : found) alerts.insert(alerts.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  if (gathered.rows_without_outcome > 0) {
    alerts.push_back({"missing_outcome", "", base::ReadableCount(gathered.rows_without_outcome) + " rows have no outcome (yet)", gathered.rows_without_outcome});
  }
  return alerts;
}

}  // namespace assay::lifecycle
