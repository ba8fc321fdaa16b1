// Which items both objectives score, and how their scores are blended.
#include <algorithm>
#include <cmath>
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

double SpreadOf(const std::vector<double>& values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(values.size(), 2) - 1));
}

// All that items are made of, by row of the source.
struct Columns {
  std::vector<std::uint64_t> query;
  std::vector<std::vector<double>> guardrails;
  std::vector<double> multiplier;  // empty: 1
  std::vector<double> allowed;     // 1: may be shown; empty: all may
};

class Gatherer {
 public:
  Gatherer(const TradeoffInput& input, const TradeoffSettings& settings, const Columns& columns, TradeoffItems* items) : input_(input), settings_(settings), columns_(columns), items_(*items) {}

  // The rows of one part that every objective scores and whose query is known.
  Result<FrontierItems> Part(bool holdout, const std::string& words) const {
    std::vector<const ObjectiveScores::Part*> parts;
    for (const ObjectiveScores& scores : input_.scores) parts.push_back(holdout ? &scores.holdout : &scores.out_of_fold);
    const objectives::Blend blend = objectives::BlendNamed(settings_.blend);
    FrontierItems found;
    std::vector<std::vector<double>> scores(parts.size()), gains(parts.size());
    std::vector<std::size_t> at(parts.size(), 0);
    for (const std::uint32_t row : parts[0]->rows) {
      bool everywhere = true;
      for (std::size_t o = 0; o < parts.size(); ++o) {
        const learn::Rows& rows = parts[o]->rows;
        while (at[o] < rows.size() && rows[at[o]] < row) ++at[o];
        everywhere = everywhere && at[o] < rows.size() && rows[at[o]] == row;
      }
      if (!everywhere || columns_.query[row] == table::kMissingKey) continue;
      if (!columns_.allowed.empty() && columns_.allowed[row] != 1) continue;
      if (!columns_.multiplier.empty() && std::isnan(columns_.multiplier[row])) {
        ++found.dropped.score;
        continue;
      }
      if (std::any_of(columns_.guardrails.begin(), columns_.guardrails.end(), [&](const std::vector<double>& values) { return std::isnan(values[row]); })) {
        ++found.dropped.guardrail;
        continue;
      }
      for (std::size_t o = 0; o < parts.size(); ++o) {
        const double score = parts[o]->scores[at[o]];
        scores[o].push_back(objectives::BlendTerm(blend, score, items_.scales[o], columns_.multiplier.empty() ? 1 : columns_.multiplier[row]));
        if (!std::isfinite(scores[o].back())) return Error{ErrorCode::kNumeric, "a product needs scores above 0, and '" + items_.problem.objectives[o].name + "' has the score " + base::ShortestNumber(score) + " in row " + std::to_string(row + 1) + " of the data; take blend = \"sum\""};
        gains[o].push_back(parts[o]->gains[at[o]]);
      }
      found.source_rows.push_back(row);
    }
    if (found.source_rows.empty()) return Error{ErrorCode::kNumeric, "no " + words + " row has a score of every objective"};
    std::unordered_map<std::uint64_t, std::uint32_t> ids;
    std::vector<std::uint32_t> query;
    for (const std::uint32_t row : found.source_rows) query.push_back(ids.try_emplace(columns_.query[row], static_cast<std::uint32_t>(ids.size())).first->second);
    std::vector<objectives::Measure> measures;
    for (std::size_t o = 0; o < parts.size(); ++o) measures.push_back({items_.problem.objectives[o].name, objectives::Measure::Kind::kMetric, std::move(gains[o])});
    for (std::size_t g = 0; g < columns_.guardrails.size(); ++g) {
      objectives::Measure measure{items_.problem.guardrails[g].name, objectives::Measure::Kind::kShown, {}};
      for (const std::uint32_t row : found.source_rows) measure.values.push_back(columns_.guardrails[g][row]);
      measures.push_back(std::move(measure));
    }
    found.items = ASSAY_TRY(objectives::RankedItems::Create(query, static_cast<std::uint32_t>(ids.size()), std::move(measures)));
    found.scores = std::move(scores);
    return found;
  }

 private:
  const TradeoffInput& input_;
  const TradeoffSettings& settings_;
  const Columns& columns_;
  TradeoffItems& items_;
};

}  // namespace

Result<TradeoffItems> GatherTradeoff(const TradeoffInput& input, const TradeoffSettings& settings, const RunContext& context) {
  const charter::Charter& charter = input.project.charter;
  TradeoffItems items;
  const Problem& problem = input.objectives.front().problem;
  items.problem.query = !problem.query.empty() ? problem.query : "date(" + problem.time + ")";
  for (const Objective& objective : input.objectives) items.problem.objectives.push_back({objective.name, objective.name, objective.problem.outcome});
  items.problem.guardrails = GuardrailsOf(charter);

  Columns columns;
  const Column query = ASSAY_TRY_WITH(ColumnOf(items.problem.query, "data.query", *input.source, context), charter.path());
  columns.query.resize(static_cast<std::size_t>(input.source->num_rows()));
  query.CopyKeys(0, columns.query);
  for (const FrontierGuardrail& guardrail : items.problem.guardrails) {
    columns.guardrails.push_back(ASSAY_TRY_WITH(NumbersOf(guardrail.expression, "guardrails.expression of '" + guardrail.name + "'", "a number or a condition", *input.source, context), charter.path()));
  }
  if (!settings.filter.empty()) columns.allowed = ASSAY_TRY_WITH(NumbersOf(settings.filter, "tradeoff.filter", "a number or a condition", *input.source, context), charter.path());
  if (settings.blend == "multiplier") columns.multiplier = ASSAY_TRY_WITH(NumbersOf(settings.multiplier, "tradeoff.multiplier", "a number or a condition", *input.source, context), charter.path());

  for (std::size_t o = 0; o < input.scores.size(); ++o) {
    const ObjectiveScores& scores = input.scores[o];
    if (scores.out_of_fold.rows.empty()) return Error{ErrorCode::kNumeric, "'" + scores.rung + "', the rung chosen for '" + items.problem.objectives[o].name + "', has no out-of-fold predictions, so no policy can be chosen without the holdout"};
    const double spread = SpreadOf(scores.out_of_fold.scores);
    if (!(spread > 0)) return Error{ErrorCode::kNumeric, "'" + scores.rung + "', the rung chosen for '" + items.problem.objectives[o].name + "', gives every row the same score, so there is nothing to blend"};
    // A product's logarithms are comparable as they are: its weights are exponents.
    items.scales.push_back(settings.blend == "product" ? 1 : spread);
  }
  const Gatherer gatherer(input, settings, columns, &items);
  items.choice = ASSAY_TRY(gatherer.Part(false, "out-of-fold"));
  items.holdout = ASSAY_TRY(gatherer.Part(true, "holdout"));
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
  const Result<Column> query = ColumnOf(query_text, "data.query", source, {});
  std::vector<evidence::TradeoffQuery> lists;
  for (const std::uint32_t q : order) {
    if (lists.size() == kLists) break;
    if (ranked.ItemsOf(q).size() > kMostItems) continue;
    evidence::TradeoffQuery list;
    for (const std::uint32_t i : ranked.ItemsOf(q)) {
      const std::uint32_t row = items.holdout.source_rows[i];
      if (list.name.empty() && query) list.name = query->TextAt(row);
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
