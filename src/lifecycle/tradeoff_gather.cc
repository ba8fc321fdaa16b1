// Which items both objectives score, and how their scores are blended.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <unordered_map>

#include "base/text.h"
#include "lifecycle/internal/flag_columns.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "objectives/blend.h"

namespace assay::lifecycle {

namespace {

using evidence::FrontierGuardrail;
using table::Column;

// All that items are made of, by row of the source.
struct Columns {
  std::vector<std::uint64_t> query;  // of single rows their unit
  std::vector<std::uint64_t> unit;   // of lists; empty: the query is the unit
  std::vector<std::vector<double>> guardrails;
  std::vector<double> multiplier;  // empty: 1
  std::vector<double> allowed;     // 1: may be shown; empty: all may
};

// A list of which most items are missing says little of what people would see.
constexpr double kLeastOfList = 0.5;

class Gatherer {
 public:
  Gatherer(const TradeoffInput& input, const TradeoffSettings& settings, const Columns& columns, std::uint64_t seed, TradeoffItems* items) : input_(input), settings_(settings), columns_(columns), seed_(seed), items_(*items) {}

  // The rows of one part that every objective scores and whose query is known.
  Result<FrontierItems> Part(bool holdout, const std::string& words) const {
    FrontierItems found;
    std::vector<std::vector<double>> gains(input_.scores.size());
    found.scores.resize(input_.scores.size());
    std::vector<std::size_t> at(input_.scores.size(), 0);
    for (const std::uint32_t row : PartOf(0, holdout).rows) {
      bool everywhere = true;
      for (std::size_t o = 0; o < at.size(); ++o) {
        const learn::Rows& rows = PartOf(o, holdout).rows;
        while (at[o] < rows.size() && rows[at[o]] < row) ++at[o];
        everywhere = everywhere && at[o] < rows.size() && rows[at[o]] == row;
      }
      if (!everywhere || !MayBeShown(row, &found.dropped)) continue;
      for (std::size_t o = 0; o < at.size(); ++o) {
        found.scores[o].push_back(ASSAY_TRY(Term(o, PartOf(o, holdout).scores[at[o]], row)));
        gains[o].push_back(PartOf(o, holdout).gains[at[o]]);
      }
      found.source_rows.push_back(row);
    }
    if (found.source_rows.empty()) return Error{ErrorCode::kNumeric, "no " + words + " row has a score of every objective"};
    std::uint32_t num_queries = 0;
    const std::vector<std::uint32_t> query = std::isfinite(settings_.share) ? ASSAY_TRY(Deal(words, &found, &gains, &num_queries)) : QueriesOf(found.source_rows, &num_queries);
    if (!std::isfinite(settings_.share)) {
      ASSAY_TRY(RefuseTornLists(words, found.source_rows));
      if (!columns_.unit.empty()) {
        std::vector<std::uint64_t> units;
        for (const std::uint32_t row : found.source_rows) units.push_back(columns_.unit[row]);
        found.unit_of_query = UnitsOfQueries(query, num_queries, units, &items_.units_cross);
      }
    }
    std::vector<objectives::Measure> measures;
    for (std::size_t o = 0; o < gains.size(); ++o) measures.push_back({items_.problem.objectives[o].name, objectives::Measure::Kind::kMetric, std::move(gains[o])});
    for (std::size_t g = 0; g < columns_.guardrails.size(); ++g) {
      objectives::Measure measure{items_.problem.guardrails[g].name, objectives::Measure::Kind::kShown, {}};
      for (const std::uint32_t row : found.source_rows) measure.values.push_back(columns_.guardrails[g][row]);
      measures.push_back(std::move(measure));
    }
    found.items = ASSAY_TRY(objectives::RankedItems::Create(query, num_queries, std::move(measures)));
    return found;
  }

 private:
  const ObjectiveScores::Part& PartOf(std::size_t objective, bool holdout) const { return holdout ? input_.scores[objective].holdout : input_.scores[objective].out_of_fold; }

  bool MayBeShown(std::uint32_t row, evidence::DroppedItems* dropped) const {
    if (columns_.query[row] == table::kMissingKey) return ++dropped->query, false;
    if (!columns_.allowed.empty() && columns_.allowed[row] != 1) return ++items_.filtered, false;
    if (!columns_.multiplier.empty() && std::isnan(columns_.multiplier[row])) return ++dropped->score, false;
    if (std::any_of(columns_.guardrails.begin(), columns_.guardrails.end(), [&](const std::vector<double>& values) { return std::isnan(values[row]); })) return ++dropped->guardrail, false;
    return true;
  }

  Result<double> Term(std::size_t objective, double score, std::uint32_t row) const {
    learn::ApplyCalibration(items_.maps[objective], CalibrationTask(input_.scores[objective].task), 1, {&score, 1});
    const double term = objectives::BlendTerm(objectives::BlendNamed(settings_.blend), score, items_.scales[objective], columns_.multiplier.empty() ? 1 : columns_.multiplier[row]);
    if (std::isfinite(term)) return term;
    const std::string where = "'" + items_.problem.objectives[objective].name + "' has the score " + base::ShortestNumber(score) + " in row " + std::to_string(row + 1) + " of the data";
    if (settings_.blend == "product") return Error{ErrorCode::kNumeric, "a product needs scores above 0, and " + where + "; take blend = \"sum\"" + (settings_.calibrate ? "" : ", or calibrate = true where outcomes are above 0")};
    return Error{ErrorCode::kNumeric, where + ", which cannot be blended"};
  }

  std::vector<std::uint32_t> QueriesOf(const std::vector<std::uint32_t>& rows, std::uint32_t* num_queries) const {
    std::vector<std::uint64_t> keys;
    for (const std::uint32_t row : rows) keys.push_back(columns_.query[row]);
    return NumberedAsTheyAppear(keys, num_queries);
  }

  // Batches of single rows, drawn by seed, rows of one unit together; what is left over is taken out.
  Result<std::vector<std::uint32_t>> Deal(const std::string& words, FrontierItems* found, std::vector<std::vector<double>>* gains, std::uint32_t* num_queries) const {
    const Batches batches = BatchesOf(input_, settings_.share);
    const std::size_t rows = found->source_rows.size();
    std::vector<std::uint64_t> units;
    for (const std::uint32_t row : found->source_rows) units.push_back(columns_.query[row]);
    Dealt dealt = DealBatches(units, batches.size, seed_);
    std::vector<std::uint32_t>& batch = dealt.batch;
    *num_queries = dealt.num_batches;
    if (*num_queries < 2) return Error{ErrorCode::kNumeric, "a share of " + base::PlainNumber(settings_.share) + " needs two batches of " + base::ReadableCount(batches.size) + " rows at least, and there are " + base::ReadableCount(static_cast<std::int64_t>(rows)) + " " + words + " rows" + (dealt.group_of_batch.empty() ? "" : ", dealt by whole units")};
    found->unit_of_query = dealt.group_of_batch;
    const auto take_out = [&](auto* values) {
      std::size_t to = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        if (dealt.batch[i] < *num_queries) (*values)[to++] = (*values)[i];
      }
      values->resize(to);
    };
    for (std::vector<double>& scores : found->scores) take_out(&scores);
    for (std::vector<double>& values : *gains) take_out(&values);
    take_out(&found->source_rows);
    take_out(&units);
    std::erase_if(batch, [&](std::uint32_t b) { return b >= *num_queries; });
    items_.k = batches.shown;
    if (found->unit_of_query.empty()) return std::move(batch);
    std::uint32_t count = 0;
    items_.holdout_unit = NumberedAsTheyAppear(units, &count);  // the holdout is dealt last
    return std::move(batch);
  }

  Result<void> RefuseTornLists(const std::string& words, const std::vector<std::uint32_t>& rows) const {
    // Of every query, the rows of which all outcomes are known, whichever part they stand in.
    std::vector<std::size_t> known(columns_.query.size(), 0);
    for (std::size_t o = 0; o < input_.scores.size(); ++o) {
      for (const bool holdout : {false, true}) {
        for (const std::uint32_t row : PartOf(o, holdout).rows) known[row] += known[row] == o ? 1 : 0;
      }
    }
    std::unordered_map<std::uint64_t, double> whole, here;
    for (const std::uint32_t row : rows) ++here[columns_.query[row]];
    for (std::size_t row = 0; row < known.size(); ++row) {
      evidence::DroppedItems unused;
      const std::int64_t filtered = items_.filtered;
      if (known[row] == input_.scores.size() && here.contains(columns_.query[row]) && MayBeShown(static_cast<std::uint32_t>(row), &unused)) ++whole[columns_.query[row]];
      items_.filtered = filtered;
    }
    double shares = 0;
    for (const auto& [query, count] : here) shares += count / whole[query];
    shares /= static_cast<double>(here.size());
    if (shares < kLeastOfList) return Error{ErrorCode::kNumeric, "lists are torn: of a query's items only " + base::PlainNumber(100 * shares, 2) + " % are " + words + " rows, so no list can be judged as people see it; name the query as unit in [data], so that lists are held back whole"};
    return {};
  }

  const TradeoffInput& input_;
  const TradeoffSettings& settings_;
  const Columns& columns_;
  std::uint64_t seed_;
  TradeoffItems& items_;
};

// The map that brings an objective's scores to its outcome's scale, from rows that its model did not see.
Result<learn::Calibration> MapOf(const ObjectiveScores::Part& part, learn::Task task) {
  learn::Examples examples;
  examples.task = task;
  if (task == learn::Task::kBinary) examples.classes = {"no", "yes"};
  for (const double gain : part.gains) examples.outcome.push_back(static_cast<float>(gain));
  learn::Rows rows(part.gains.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return learn::FitCalibration(examples, rows, part.scores);
}

// A multiplier below 1 takes a positive sum down and a negative one up, which nobody means.
void NoteMultipliers(const std::vector<double>& multiplier, TradeoffItems* items) {
  std::int64_t not_above = 0, negative = 0;
  bool vary = false;
  for (const std::uint32_t row : items->choice.source_rows) {
    not_above += multiplier[row] <= 0 ? 1 : 0;
    vary = vary || multiplier[row] != multiplier[items->choice.source_rows[0]];
  }
  for (std::size_t i = 0; vary && i < items->choice.source_rows.size(); ++i) {
    negative += std::any_of(items->choice.scores.begin(), items->choice.scores.end(), [&](const std::vector<double>& scores) { return scores[i] * multiplier[items->choice.source_rows[i]] < 0; }) ? 1 : 0;
  }
  if (not_above > 0) items->notes.push_back(base::Counted(not_above, "item has a multiplier that is", "items have a multiplier that is") + " not above 0, which turns its order round");
  if (negative > 0) items->notes.push_back(base::Counted(negative, "item has a score", "items have a score") + " below 0, which a smaller multiplier moves up the list, not down; bring scores above 0, with calibrate = true where outcomes are");
}

}  // namespace

double StandardDeviation(std::span<const double> values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(values.size(), 2) - 1));
}

learn::Task CalibrationTask(const std::string& task) { return task == "binary" ? learn::Task::kBinary : learn::Task::kRegression; }
const char* CalibrationName(learn::Task task) { return task == learn::Task::kBinary ? "logistic" : "linear"; }

Result<TradeoffItems> GatherTradeoff(const TradeoffInput& input, const TradeoffSettings& settings, const RunContext& context) {
  const charter::Charter& charter = input.project.charter;
  TradeoffItems items;
  const Problem& problem = input.objectives.front().problem;
  const bool single = std::isfinite(settings.share);
  items.problem.query = single ? "" : !problem.query.empty() ? problem.query : "date(" + problem.time + ")";
  for (const Objective& objective : input.objectives) items.problem.objectives.push_back({objective.name, objective.name, objective.problem.outcome});
  items.problem.guardrails = GuardrailsOf(charter);
  items.k = settings.k;

  Columns columns;
  columns.query.resize(static_cast<std::size_t>(input.source->num_rows()));
  const std::string& together = single ? problem.unit : items.problem.query;
  if (together.empty()) {
    std::iota(columns.query.begin(), columns.query.end(), std::uint64_t{0});
  } else {
    const Column column = ASSAY_TRY_WITH(ColumnOf(together, single ? "data.unit" : "data.query", *input.source, context), charter.path());
    column.CopyKeys(0, columns.query);
  }
  if (!single && !problem.unit.empty() && problem.unit != items.problem.query) {
    const Column unit = ASSAY_TRY_WITH(ColumnOf(problem.unit, "data.unit", *input.source, context), charter.path());
    columns.unit.resize(columns.query.size());
    unit.CopyKeys(0, columns.unit);
  }
  for (const FrontierGuardrail& guardrail : items.problem.guardrails) {
    columns.guardrails.push_back(ASSAY_TRY_WITH(NumbersOf(guardrail.expression, "guardrails.expression of '" + guardrail.name + "'", "a number or a condition", *input.source, context), charter.path()));
  }
  if (!settings.filter.empty()) columns.allowed = ASSAY_TRY_WITH(NumbersOf(settings.filter, "tradeoff.filter", "a number or a condition", *input.source, context), charter.path());
  if (settings.blend == "multiplier") columns.multiplier = ASSAY_TRY_WITH(NumbersOf(settings.multiplier, "tradeoff.multiplier", "a number or a condition", *input.source, context), charter.path());

  for (std::size_t o = 0; o < input.scores.size(); ++o) {
    const ObjectiveScores& scores = input.scores[o];
    const std::string rung = "'" + scores.rung + "', the rung chosen for '" + items.problem.objectives[o].name + "', ";
    if (scores.kind == "random" || scores.kind == "constant") return Error{ErrorCode::kNumeric, rung + "knows nothing of single items, so there is nothing to blend"};
    if (scores.out_of_fold.rows.empty()) return Error{ErrorCode::kNumeric, rung + "has no out-of-fold predictions, so no policy can be chosen without the holdout"};
    std::vector<double> mapped = scores.out_of_fold.scores;
    items.maps.emplace_back();
    if (settings.calibrate) {
      const learn::Task task = CalibrationTask(scores.task);
      const Result<learn::Calibration> map = MapOf(scores.out_of_fold, task);
      if (!map) return Error{ErrorCode::kNumeric, rung + "cannot be calibrated: " + map.error().message};
      items.maps.back() = *map;
      learn::ApplyCalibration(*map, task, 1, mapped);
    }
    const double spread = StandardDeviation(mapped);
    if (!(spread > 0)) return Error{ErrorCode::kNumeric, rung + "gives every row the same score, so there is nothing to blend"};
    // A product's logarithms are comparable as they are: its weights are exponents.
    items.scales.push_back(settings.blend == "product" ? 1 : spread);
  }
  const Gatherer gatherer(input, settings, columns, context.seed, &items);
  items.choice = ASSAY_TRY(gatherer.Part(false, "out-of-fold"));
  items.holdout = ASSAY_TRY(gatherer.Part(true, "holdout"));
  if (!columns.multiplier.empty()) NoteMultipliers(columns.multiplier, &items);
  const auto note = [&](std::int64_t count, const std::string& one, const std::string& many) {
    if (count > 0) items.notes.push_back(base::Counted(count, one, many));
  };
  const evidence::DroppedItems &a = items.choice.dropped, &b = items.holdout.dropped;
  if (items.units_cross) items.notes.push_back(kUnitsCross);
  note(a.query + b.query, "item has no query and is left out", "items have no query and are left out");
  note(items.filtered, "item may not be shown (tradeoff.filter) and is left out", "items may not be shown (tradeoff.filter) and are left out");
  note(a.score + b.score, "item has no multiplier and is not shown", "items have no multiplier and are not shown");
  note(a.guardrail + b.guardrail, "item misses a guardrail's value and is not shown", "items miss a guardrail's value and are not shown");
  return items;
}

namespace {

// The column that names items best: the text with the most different values.
const Column* NamingColumn(const table::Table& source) {
  const Column* best = nullptr;
  for (const Column& column : source.columns()) {
    if (column.type() == table::ColumnType::kCategory && (best == nullptr || column.dictionary().size() > best->dictionary().size())) best = &column;
  }
  return best;
}

}  // namespace

std::vector<evidence::TradeoffQuery> ExampleLists(const TradeoffItems& items, const table::Table& source, const std::string& query_text) {
  constexpr std::size_t kLists = 4, kMostItems = 300;
  const objectives::RankedItems& ranked = items.holdout.items;
  std::vector<std::uint32_t> order(ranked.num_queries());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return ranked.ItemsOf(a).size() > ranked.ItemsOf(b).size(); });
  const Column* naming = NamingColumn(source);
  const Result<Column> query = query_text.empty() ? Result<Column>(Error{ErrorCode::kNotFound, ""}) : ColumnOf(query_text, "data.query", source, {});
  std::vector<evidence::TradeoffQuery> lists;
  for (const std::uint32_t q : order) {
    if (lists.size() == kLists) break;
    if (ranked.ItemsOf(q).size() > kMostItems) continue;
    evidence::TradeoffQuery list;
    for (const std::uint32_t i : ranked.ItemsOf(q)) {
      const std::uint32_t row = items.holdout.source_rows[i];
      if (list.name.empty()) list.name = query ? query->TextAt(row) : "batch " + std::to_string(q + 1);
      evidence::TradeoffItem item;
      item.row = row + 1;
      item.name = naming != nullptr && !naming->IsMissing(row) ? naming->TextAt(row) : "row " + std::to_string(row + 1);
      for (const std::vector<double>& scores : items.holdout.scores) item.scores.push_back(scores[i]);
      for (std::size_t m = 0; m < ranked.measures().size(); ++m) (m < items.holdout.scores.size() ? item.gains : item.guardrails).push_back(ranked.measures()[m].values[i]);
      list.items.push_back(std::move(item));
    }
    lists.push_back(std::move(list));
  }
  std::sort(lists.begin(), lists.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return lists;
}

}  // namespace assay::lifecycle
