#include "slices/features.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "base/thread_pool.h"
#include "base/time.h"
#include "expression/expression.h"

namespace assay::slices {

namespace {

using table::Column;
using table::ColumnType;

constexpr double kOpen = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostAtoms = 60'000;
constexpr std::size_t kBlock = std::size_t{1} << 16U;
constexpr std::uint32_t kNoAtom = UINT32_MAX;

std::int64_t RowsOf(const Column& column, std::span<const std::uint32_t> rows) { return rows.empty() ? column.num_rows() : static_cast<std::int64_t>(rows.size()); }

// Calls use(i, code) for entry i of the rows; missing as table::kMissingCode.
template <class Use>
void ForEachCode(const Column& column, std::span<const std::uint32_t> rows, const Use& use) {
  if (!rows.empty()) {
    for (std::size_t i = 0; i < rows.size(); ++i) use(i, column.CodeAt(rows[i]));
    return;
  }
  std::vector<std::uint32_t> codes(kBlock);
  const auto all = static_cast<std::size_t>(column.num_rows());
  for (std::size_t begin = 0; begin < all; begin += kBlock) {
    const auto block = std::span(codes).first(std::min(kBlock, all - begin));
    column.CopyCodes(static_cast<std::int64_t>(begin), block);
    for (std::size_t i = 0; i < block.size(); ++i) use(begin + i, block[i]);
  }
}

std::vector<double> NumbersOf(const Column& column, std::span<const std::uint32_t> rows) {
  std::vector<double> values(static_cast<std::size_t>(RowsOf(column, rows)));
  if (rows.empty()) {
    column.CopyNumbers(0, values);
  } else {
    for (std::size_t i = 0; i < rows.size(); ++i) values[i] = column.NumberAt(rows[i]);
  }
  return values;
}

// Puts atom_of(i) for each entry into the narrowest width that leaves room for "no atom".
template <class AtomOf>
void Store(std::size_t num_rows, const AtomOf& atom_of, Feature* feature) {
  const auto fill = [&](auto narrow) {
    using Width = decltype(narrow);
    std::vector<Width> atoms(num_rows);
    atom_of([&](std::size_t i, std::uint32_t atom) {
      atoms[i] = static_cast<Width>(atom);  // kNoAtom becomes the width's largest value
      if (atom == kNoAtom) {
        ++feature->rare_rows;
      } else {
        ++feature->atoms[atom].rows;
      }
    });
    feature->atom_of_row = std::move(atoms);
  };
  feature->atoms.size() < 255 ? fill(std::uint8_t{0}) : fill(std::uint16_t{0});
}

Result<Feature> CutCategories(const Column& column, std::span<const std::uint32_t> rows, const FeatureOptions& options) {
  Feature feature;
  const bool boolean = column.type() == ColumnType::kBoolean;
  const std::size_t size = boolean ? 2 : column.dictionary().size();
  std::vector<std::int64_t> count(size + 1, 0);
  const auto place = [&](std::uint32_t code) { return code == table::kMissingCode ? size : code; };
  ForEachCode(column, rows, [&](std::size_t, std::uint32_t code) { ++count[place(code)]; });
  std::vector<std::uint32_t> atom_of(size + 1, kNoAtom);
  for (std::size_t c = 0; c <= size; ++c) {
    if (count[c] == 0 || count[c] < options.least_rows) continue;
    atom_of[c] = static_cast<std::uint32_t>(feature.atoms.size());
    Atom atom;
    atom.op = c == size ? Operator::kMissing : Operator::kEquals;
    if (c < size) atom.value = boolean ? (c == 1 ? "true" : "false") : column.dictionary()[c];
    feature.atoms.push_back(std::move(atom));
  }
  if (feature.atoms.size() > kMostAtoms) {
    return Error{ErrorCode::kTooLarge, "column '" + column.name() + "': " + base::ReadableCount(static_cast<std::int64_t>(feature.atoms.size())) + " of its values have " + base::Counted(options.least_rows, "row") + " or more, at most " + base::ReadableCount(kMostAtoms) + " can be looked at; raise the minimum support or leave the column out"};
  }
  Store(static_cast<std::size_t>(RowsOf(column, rows)), [&](const auto& put) { ForEachCode(column, rows, [&](std::size_t i, std::uint32_t code) { put(i, atom_of[place(code)]); }); }, &feature);
  return feature;
}

// Lower ends of the atoms: every distinct value where there are at most `bins`, else of bins with about equal counts.
std::vector<double> LowerEnds(std::vector<double> values, std::size_t bins, bool* few) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  std::sort(values.begin(), values.end());
  std::vector<double> lows;
  for (auto at = values.begin(); at != values.end() && lows.size() <= bins; at = std::upper_bound(at, values.end(), *at)) lows.push_back(*at == 0 ? 0.0 : *at);
  *few = lows.size() <= bins;
  if (*few) return lows;
  lows = {values.front()};
  for (std::size_t b = 1; b < bins; ++b) {
    const double low = values[values.size() * b / bins];
    if (low > lows.back()) lows.push_back(low == 0 ? 0.0 : low);
  }
  return lows;
}

std::string EndText(const Feature& feature, double end) {
  return feature.type == ColumnType::kTime ? base::FormatTime(static_cast<base::Micros>(end)) : base::ShortestNumber(end);
}

Feature CutNumbers(const Column& column, std::span<const std::uint32_t> rows, const FeatureOptions& options) {
  Feature feature;
  feature.type = column.type();
  const std::vector<double> values = NumbersOf(column, rows);
  bool few = false;
  const std::vector<double> lows = LowerEnds(values, static_cast<std::size_t>(options.bins), &few);
  for (std::size_t a = 0; a < lows.size(); ++a) {
    Atom atom;
    atom.op = few ? Operator::kEquals : Operator::kRange;
    atom.low = a == 0 ? kOpen : lows[a];
    atom.high = a + 1 < lows.size() ? lows[a + 1] : kOpen;
    if (few) atom.value = EndText(feature, lows[a]);
    feature.atoms.push_back(std::move(atom));
  }
  const auto known = static_cast<std::uint32_t>(lows.size());
  const bool missing = std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  if (missing) feature.atoms.push_back({Operator::kMissing, "", kOpen, kOpen, 0});
  Store(values.size(), [&](const auto& put) {
    for (std::size_t i = 0; i < values.size(); ++i) put(i, std::isnan(values[i]) ? known : static_cast<std::uint32_t>(std::upper_bound(lows.begin() + 1, lows.end(), values[i]) - lows.begin() - 1));
  }, &feature);
  return feature;
}

}  // namespace

const char* OperatorName(Operator op) {
  switch (op) {
    case Operator::kEquals: return "=";
    case Operator::kRange: return "range";
    case Operator::kMissing: return "missing";
  }
  return "";
}

Result<void> FeatureOptions::Validate() const {
  if (bins < 1 || bins > 250) return Error{ErrorCode::kInvalidInput, "bins: " + std::to_string(bins) + " is not between 1 and 250"};
  return {};
}

Result<Feature> CutFeature(const Column& column, std::span<const std::uint32_t> rows, const FeatureOptions& options) {
  const bool coded = column.type() == ColumnType::kCategory || column.type() == ColumnType::kBoolean;
  Feature feature = coded ? ASSAY_TRY(CutCategories(column, rows, options)) : CutNumbers(column, rows, options);
  feature.name = column.name();
  feature.expression = expression::ColumnAsExpression(column.name());
  feature.type = column.type();
  return feature;
}

Result<std::vector<Feature>> CutFeatures(const table::Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows, const FeatureOptions& options, const RunContext& context) {
  ASSAY_TRY(options.Validate());
  std::vector<Result<Feature>> cut(columns.size(), Error{ErrorCode::kInternal, "not cut"});
  ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(columns.size()), [&](std::int64_t c) {
    cut[static_cast<std::size_t>(c)] = CutFeature(table.column(columns[static_cast<std::size_t>(c)]), rows, options);
  }, "cutting features"));
  std::vector<Feature> features;
  for (Result<Feature>& feature : cut) features.push_back(ASSAY_TRY(std::move(feature)));
  return features;
}

Feature Taken(const Feature& feature, std::span<const std::uint32_t> rows) {
  Feature taken;
  taken.name = feature.name;
  taken.expression = feature.expression;
  taken.type = feature.type;
  taken.atoms = feature.atoms;
  for (Atom& atom : taken.atoms) atom.rows = 0;
  std::visit(
      [&](const auto& atoms) {
        std::decay_t<decltype(atoms)> of_row(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) of_row[i] = atoms[rows[i]];
        taken.atom_of_row = std::move(of_row);
      },
      feature.atom_of_row);
  taken.rare_rows = static_cast<std::int64_t>(rows.size());
  ForEachAtom(taken, [&](std::size_t, std::uint32_t atom) {
    ++taken.atoms[atom].rows;
    --taken.rare_rows;
  });
  return taken;
}

Operator OperatorOf(const Feature& feature, const Predicate& predicate) {
  return predicate.first == predicate.last ? feature.atoms[predicate.first].op : Operator::kRange;
}

std::string PredicateText(const Feature& feature, const Predicate& predicate) {
  const Atom& first = feature.atoms[predicate.first];
  switch (OperatorOf(feature, predicate)) {
    case Operator::kEquals: return feature.name + " = " + first.value;
    case Operator::kMissing: return feature.name + " is missing";
    case Operator::kRange: break;
  }
  const double low = first.low, high = feature.atoms[predicate.last].high;
  if (std::isnan(low) && std::isnan(high)) return feature.name + " is known";
  if (std::isnan(low)) return feature.name + " < " + EndText(feature, high);
  const std::string from = EndText(feature, low) + " <= " + feature.name;
  return std::isnan(high) ? from : from + " < " + EndText(feature, high);
}

std::string PredicateExpression(const Feature& feature, const Predicate& predicate) {
  const std::string& name = feature.expression;
  const Atom& first = feature.atoms[predicate.first];
  const auto end = [&](double value) { return feature.type == ColumnType::kTime ? expression::TextAsExpression(EndText(feature, value)) : EndText(feature, value); };
  switch (OperatorOf(feature, predicate)) {
    case Operator::kEquals: {
      const bool text = feature.type == ColumnType::kCategory || feature.type == ColumnType::kTime;
      return name + " = " + (text ? expression::TextAsExpression(first.value) : first.value);
    }
    case Operator::kMissing: return name + " is null";
    case Operator::kRange: break;
  }
  const double low = first.low, high = feature.atoms[predicate.last].high;
  if (std::isnan(low) && std::isnan(high)) return name + " is not null";
  if (std::isnan(low)) return name + " < " + end(high);
  return std::isnan(high) ? name + " >= " + end(low) : name + " >= " + end(low) + " and " + name + " < " + end(high);
}

namespace {
template <class Text>
std::string Joined(std::span<const Feature> features, std::span<const Predicate> predicates, const Text& text, const char* none) {
  std::string joined;
  for (const Predicate& p : predicates) joined += (joined.empty() ? "" : " and ") + text(features[p.feature], p);
  return joined.empty() ? none : joined;
}
}  // namespace

std::string DescriptionText(std::span<const Feature> features, std::span<const Predicate> predicates) { return Joined(features, predicates, PredicateText, "every row"); }

std::string DescriptionExpression(std::span<const Feature> features, std::span<const Predicate> predicates) { return Joined(features, predicates, PredicateExpression, "true"); }

}  // namespace assay::slices
