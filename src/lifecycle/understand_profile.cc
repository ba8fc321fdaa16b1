// Inventory and quality: every column alone, then what is odd about the data.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "base/text.h"
#include "base/thread_pool.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

namespace {

using evidence::Alert;
using evidence::ColumnProfile;
using table::Column;
using table::ColumnType;

constexpr int kHistogramBins = 24;
constexpr std::size_t kTopValues = 12;

// Finite values, sorted.
std::vector<double> SortedValues(const Column& column) {
  std::vector<double> values(static_cast<std::size_t>(column.num_rows()));
  column.CopyNumbers(0, values);
  std::erase_if(values, [](double v) { return std::isnan(v); });
  std::sort(values.begin(), values.end());
  return values;
}

// Linear interpolation between order statistics (type 7 of Hyndman, Fan 1996).
double Quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void ProfileNumbers(const Column& column, ColumnProfile* profile) {
  const std::vector<double> sorted = SortedValues(column);
  profile->missing = column.num_rows() - static_cast<std::int64_t>(sorted.size());
  if (sorted.empty()) return;
  profile->distinct = 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) profile->distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
  const bool time = column.type() == ColumnType::kTime;
  const auto text = [&](double v) { return time ? base::FormatTime(static_cast<base::Micros>(v)) : base::ShortestNumber(v); };
  profile->least = text(sorted.front());
  profile->most = text(sorted.back());
  if (!time) {
    double mean = 0, squares = 0;
    double count = 0;
    for (const double v : sorted) {  // Welford
      count += 1;
      const double step = v - mean;
      mean += step / count;
      squares += step * (v - mean);
    }
    profile->mean = mean;
    if (count > 1) profile->standard_deviation = std::sqrt(squares / (count - 1));
    profile->median = Quantile(sorted, 0.5);
  }
  const double q1 = Quantile(sorted, 0.25), q3 = Quantile(sorted, 0.75);
  const double reach = 3 * (q3 - q1);
  if (reach > 0) {
    const auto low = std::lower_bound(sorted.begin(), sorted.end(), q1 - reach) - sorted.begin();
    const auto high = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), q3 + reach);
    profile->outliers = low + high;
  }
  // The histogram spans the middle 99.8 %, so that a few absurd values do not flatten it; its end bins take the rest.
  const double from = Quantile(sorted, 0.001), to = Quantile(sorted, 0.999);
  if (to <= from) return;
  profile->bin_counts.assign(kHistogramBins, 0);
  for (int b = 0; b <= kHistogramBins; ++b) profile->bin_edges.push_back(from + (to - from) * b / kHistogramBins);
  for (const double v : sorted) {
    const int bin = static_cast<int>((v - from) / (to - from) * kHistogramBins);
    ++profile->bin_counts[static_cast<std::size_t>(std::clamp(bin, 0, kHistogramBins - 1))];
  }
}

void ProfileCodes(const Column& column, ColumnProfile* profile) {
  const bool boolean = column.type() == ColumnType::kBoolean;
  std::vector<std::int64_t> counts(boolean ? 2 : column.dictionary().size(), 0);
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(column.num_rows()));
  column.CopyCodes(0, codes);
  for (const std::uint32_t code : codes) {
    if (code == table::kMissingCode) {
      ++profile->missing;
    } else {
      ++counts[code];
    }
  }
  std::vector<std::uint32_t> order;
  for (std::uint32_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) order.push_back(c);
  }
  profile->distinct = static_cast<std::int64_t>(order.size());
  const auto name = [&](std::uint32_t c) { return boolean ? std::string(c == 1 ? "true" : "false") : column.dictionary()[c]; };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return counts[a] != counts[b] ? counts[a] > counts[b] : name(a) < name(b); });
  for (std::size_t k = 0; k < order.size() && k < kTopValues; ++k) {
    profile->top_values.push_back(name(order[k]));
    profile->top_counts.push_back(counts[order[k]]);
  }
  const std::int64_t known = column.num_rows() - profile->missing;
  if (boolean && known > 0) profile->mean = static_cast<double>(counts[1]) / static_cast<double>(known);
}

// ------------------------------------------------------------------ alerts

std::uint64_t MixHash(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ULL + (hash << 6U) + (hash >> 2U);
  hash *= 0xFF51AFD7ED558CCDULL;
  return hash ^ (hash >> 33U);
}

// One 64-bit hash per row over the given columns.
std::vector<std::uint64_t> RowHashes(const table::Table& table, const std::vector<std::size_t>& columns) {
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(table.num_rows()), 0x243F6A8885A308D3ULL);
  std::vector<double> numbers(hashes.size());
  for (const std::size_t c : columns) {
    table.column(c).CopyNumbers(0, numbers);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      std::uint64_t bits = 0x7FF8DEADULL;
      if (!std::isnan(numbers[i])) {
        const double normal = numbers[i] == 0 ? 0.0 : numbers[i];
        std::memcpy(&bits, &normal, sizeof bits);
      }
      hashes[i] = MixHash(hashes[i], bits);
    }
  }
  return hashes;
}

std::string PersonalKind(const Column& column) {
  // Looks at up to 200 distinct texts: most must have the form.
  std::size_t seen = 0, emails = 0, phones = 0, cards = 0;
  for (const std::string& text : column.dictionary()) {
    if (++seen > 200) break;
    const std::size_t at = text.find('@');
    if (at != std::string::npos && at > 0 && text.find('.', at) != std::string::npos && text.find(' ') == std::string::npos) ++emails;
    const auto digits = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
    const bool only_phone_signs = text.find_first_not_of("0123456789 +-()/.") == std::string::npos;
    if (only_phone_signs && digits >= 8 && digits <= 15 && (text[0] == '+' || text[0] == '(' || text.find('-') != std::string::npos)) ++phones;
    if (only_phone_signs && digits == 16) ++cards;
  }
  seen = std::min<std::size_t>(seen, 200);
  if (seen == 0) return "";
  if (2 * emails > seen) return "e-mail addresses";
  if (2 * cards > seen) return "card numbers";
  if (2 * phones > seen) return "phone numbers";
  return "";
}

std::string PersonalName(const std::string& name) {
  const std::string lower = base::Lowercase(name);
  for (const char* word : {"email", "e-mail", "phone", "ssn", "passport", "birth", "surname", "lastname", "last_name", "firstname", "first_name", "full_name", "street", "iban", "credit_card"}) {
    if (lower.find(word) != std::string::npos) return word;
  }
  return "";
}

void ColumnAlerts(const Column& column, const ColumnProfile& profile, std::vector<Alert>* alerts) {
  const std::int64_t rows = column.num_rows();
  const std::int64_t known = rows - profile.missing;
  const std::string quoted = "'" + profile.name + "'";
  if (profile.missing > 0) {
    alerts->push_back({"missing", profile.name, quoted + " is missing in " + base::ReadableShare(static_cast<double>(profile.missing) / static_cast<double>(rows)) + " of the rows", profile.missing});
  }
  if (profile.distinct <= 1 && known > 0) alerts->push_back({"constant", profile.name, quoted + " has the same value in every row that has one; it cannot tell rows apart", known});
  const bool discrete = column.type() == ColumnType::kCategory || (column.type() == ColumnType::kNumber && column.is_integer());
  if (discrete && known >= 50 && profile.distinct > known * 95 / 100) {
    alerts->push_back({"id_like", profile.name, quoted + " has " + base::ReadableCount(profile.distinct) + " different values in " + base::ReadableCount(known) + " rows: it looks like an id", known});
  }
  if (profile.outliers > 0) {
    alerts->push_back({"outliers", profile.name, quoted + " has " + base::ReadableCount(profile.outliers) + " values far outside the rest (least " + profile.least + ", median " + base::ReadableNumber(profile.median) + ", largest " + profile.most + ")", profile.outliers});
  }
  const std::string personal = column.type() == ColumnType::kCategory ? PersonalKind(column) : "";
  if (!personal.empty()) {
    alerts->push_back({"pii_like", profile.name, quoted + " looks like it holds " + personal + "; check that it may be used", known});
  } else if (!PersonalName(profile.name).empty()) {
    alerts->push_back({"pii_like", profile.name, quoted + " is named like personal data; check that it may be used", known});
  }
  if (column.type() == ColumnType::kTime && !profile.most.empty() && profile.most > "2100") {
    alerts->push_back({"future_time", profile.name, quoted + " reaches " + profile.most + ", which lies in the far future", 0});
  }
}

void RowAlerts(const Gathered& gathered, std::vector<Alert>* alerts) {
  const table::Table& table = *gathered.source;
  std::vector<std::size_t> all(table.num_columns());
  for (std::size_t c = 0; c < all.size(); ++c) all[c] = c;
  std::vector<std::uint64_t> hashes = RowHashes(table, all);
  std::sort(hashes.begin(), hashes.end());
  std::int64_t repeated = 0;
  for (std::size_t i = 1; i < hashes.size(); ++i) repeated += hashes[i] == hashes[i - 1] ? 1 : 0;
  if (repeated > 0) alerts->push_back({"duplicates", "", base::ReadableCount(repeated) + " rows repeat an earlier row in every column", repeated});

  // Equal features, different outcome: no model of these features can be right on both.
  const learn::Examples& examples = gathered.examples;
  if (examples.task == learn::Task::kRegression || examples.task == learn::Task::kRanking || examples.features.empty()) return;
  std::vector<std::size_t> features;
  for (const learn::Feature& feature : examples.features) features.push_back(feature.column);
  const std::vector<std::uint64_t> keys = RowHashes(*examples.table, features);
  struct Case {
    float outcome;
    std::int64_t rows, same;
  };
  std::unordered_map<std::uint64_t, Case> cases;
  cases.reserve(keys.size() / 2);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto [found, added] = cases.emplace(keys[i], Case{examples.outcome[i], 1, 1});
    if (added) continue;
    ++found->second.rows;
    found->second.same += found->second.outcome == examples.outcome[i] ? 1 : 0;
  }
  std::int64_t conflicting = 0;
  for (const auto& [key, c] : cases) conflicting += c.same < c.rows ? c.rows : 0;
  if (conflicting > 0) {
    alerts->push_back({"conflicting_labels", "", base::ReadableCount(conflicting) + " rows (" + base::ReadableShare(static_cast<double>(conflicting) / static_cast<double>(keys.size())) + ") have a twin with the same features and another outcome; these features alone cannot tell them apart", conflicting});
  }
}

}  // namespace

std::vector<ColumnProfile> ProfileColumns(const table::Table& table, const RunContext& context) {
  std::vector<ColumnProfile> profiles(table.num_columns());
  // A cancelled run is noticed by the caller's next step.
  const Result<void> done = base::ParallelFor(
      context, static_cast<std::int64_t>(table.num_columns()),
      [&](std::int64_t c) {
        const Column& column = table.column(static_cast<std::size_t>(c));
        ColumnProfile& profile = profiles[static_cast<std::size_t>(c)];
        profile.name = column.name();
        profile.type = table::ColumnTypeName(column.type());
        if (column.type() == ColumnType::kNumber || column.type() == ColumnType::kTime) {
          ProfileNumbers(column, &profile);
        } else {
          ProfileCodes(column, &profile);
        }
      },
      "profile columns");
  (void)done;
  return profiles;
}

std::vector<Alert> FindAlerts(const Gathered& gathered, const std::vector<ColumnProfile>& profiles) {
  std::vector<Alert> alerts;
  for (std::size_t c = 0; c < profiles.size(); ++c) ColumnAlerts(gathered.source->column(c), profiles[c], &alerts);
  RowAlerts(gathered, &alerts);
  if (gathered.rows_without_outcome > 0) {
    alerts.push_back({"missing_outcome", "", base::ReadableCount(gathered.rows_without_outcome) + " rows have no outcome (yet)", gathered.rows_without_outcome});
  }
  return alerts;
}

}  // namespace assay::lifecycle
