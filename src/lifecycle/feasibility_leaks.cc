#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/step_clock.h"
#include "base/text.h"
#include "learn/comparison.h"
#include "learn/learner.h"
#include "lifecycle/internal/feasibility_items.h"
#include "lifecycle/internal/leaks.h"
#include "lifecycle/internal/withheld.h"
#include "lifecycle/time_leak.h"
#include "stats/auc.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::Finding;
using evidence::Verdict;
using learn::Examples;

constexpr std::int64_t kLeakRows = 60'000;
// No single column is plausible beyond this: a skill of 0.9 leaves a tenth of the outcome's uncertainty.
constexpr double kPlausible = 0.9;
// From which people are asked whether a column is known at the decision.
constexpr double kStrong = 0.5;
// An id has no business explaining anything beyond what its place tells; a little is allowed for chance.
constexpr double kIdSkill = 0.05;
// What drift may explain; a file whose order tells more is sorted by the outcome.
constexpr double kMostDrift = 0.5;
constexpr int kLeastLeakRows = 5;  // of a leaf of the rule that looks for copies of rare outcomes

// The ceiling of what a single column may plausibly explain: 0.9, and where the other columns together already explain
// much, half-way from there to everything. In an easy problem every good column explains a lot.
double PlausibleCeiling(double others) { return std::max(kPlausible, (1 + std::max(0.0, others)) / 2); }

struct Scored {
  learn::Feature feature;
  evidence::Estimate skill;
  bool known_by_time = false;
};

Result<std::vector<Scored>> ScoreAlone(const SingleColumn& single, const RunContext& context) {
  std::vector<Scored> scored;
  std::int64_t done = 0;
  const std::set<std::string> known = KnownByTime(single.examples());
  for (const learn::Feature& feature : single.examples().features) {
    const Result<stats::Interval> skill = single.Skill(feature);
    if (!skill && skill.error().code == ErrorCode::kCancelled) return skill.error();
    scored.push_back({feature, ToEstimate(skill), known.contains(feature.name)});
    context.Report("leakage: one feature at a time", ++done, static_cast<std::int64_t>(single.examples().features.size()));
  }
  return scored;
}

Finding JudgeAlone(const Scored& scored, double ceiling) {
  Finding finding{scored.feature.name, "single_feature", scored.skill, false, ""};
  const std::string& name = scored.feature.name;
  if (scored.skill.low > kStrong && scored.known_by_time) {
    finding.message = "'" + name + "' alone explains " + base::ReadableShare(scored.skill.value) + " of the outcome: strong, but a part of the decision's own time, which is known";
  } else if (scored.skill.low >= ceiling) {
    finding.kind = "copy";
    finding.accused = true;
    finding.message = "'" + name + "' alone explains " + base::ReadableShare(scored.skill.value) + " of the outcome, above the plausible " + base::ReadableShare(ceiling) + ": it is the outcome under another name, or made from it";
  } else if (scored.skill.low > kStrong) {
    finding.message = "'" + name + "' alone explains " + base::ReadableShare(scored.skill.value) + " of the outcome: strong, but plausible; make sure that it is known at the decision";
  } else {
    finding.message = "'" + name + "' alone explains " + (std::isfinite(scored.skill.value) ? base::ReadableShare(std::max(0.0, scored.skill.value)) : "an unknown part") + " of the outcome, which is plausible";
  }
  return finding;
}

// What the place of a row explains, in time or else in the file: an id that counts rows explains the same.
Result<stats::Interval> SkillOfPlace(const SingleColumn& single) {
  const Examples& examples = single.examples();
  std::vector<double> place(static_cast<std::size_t>(examples.num_rows()));
  for (std::size_t i = 0; i < place.size(); ++i) {
    if (examples.time.empty()) place[i] = static_cast<double>(i);
    else place[i] = examples.time[i] == base::kMissingTime ? std::nan("") : static_cast<double>(examples.time[i]);
  }
  return single.Skill(table::Column::Numbers("place", std::move(place)));
}

// Skill from which an id is accused: drift is no fault of the ids that were given out meanwhile.
double MostOfAnId(const Result<stats::Interval>& place, bool timed) {
  if (!place || !(place->value > 0) || (!timed && place->low > kMostDrift)) return kIdSkill;
  return kIdSkill + place->value;
}

// What a column of values that nearly all differ tells, in itself or through a part of it. Texts that tell rows apart are often
// descriptions, and numbers that do need not be ids (`is_id`): a piece of one may be an honest value (the brand within a title), so
// it is accused only for what no honest value tells.
Result<void> JudgeId(const SingleColumn& single, const table::Column& column, bool is_id, double most, double ceiling, Finding* finding) {
  std::string by = is_id && finding->estimate.low > most ? "it" : "";
  std::string telling_piece;
  evidence::Estimate piece_tells;
  if (by.empty()) {
    const table::Column& whole = single.examples().table->column(static_cast<std::size_t>(single.examples().table->Find(column.name())));
    ASSAY_TRY(ForEachViewOfId(whole, single.examples(), [&](const std::string& words, table::Column view) -> Result<bool> {
      const Result<stats::Interval> skill = single.Skill(std::move(view));
      if (!skill && skill.error().code == ErrorCode::kCancelled) return skill.error();
      if (!skill || skill->low <= most) return true;
      const bool piece = !is_id || (column.type() == table::ColumnType::kCategory && words != kNumberWithin);
      if (piece && skill->low < ceiling) {
        if (telling_piece.empty() || skill->value > piece_tells.value) piece_tells = ToEstimate(skill), telling_piece = words;
        return true;
      }
      finding->estimate = ToEstimate(skill);
      by = words;
      return false;
    }));
  }
  if (by.empty() && !is_id) return {};
  if (by.empty() && !telling_piece.empty()) {
    finding->estimate = piece_tells;
    finding->message = "A part of '" + column.name() + "', " + telling_piece + ", explains " + base::ReadableShare(piece_tells.value) + " of the outcome; make it a column of its own if it is known at the decision";
    return {};
  }
  if (by.empty()) {
    const bool follows = finding->estimate.low > kIdSkill;
    finding->message = "'" + column.name() + "' looks like an id, and neither it nor a part of it tells " + (follows ? "more of the outcome than the place of its row, as the outcome drifts" : "the outcome");
    return {};
  }
  finding->kind = "id";
  finding->accused = true;
  finding->message = "'" + column.name() + "' " + (is_id ? "looks like an id" : "tells rows apart") + ", but " + by + " explains " + base::ReadableShare(finding->estimate.value) + " of the outcome: it was given out after the outcome was known, or holds it";
  return {};
}

// Whether the order of the rows tells the outcome; a finding about the file, not about a column.
std::optional<Finding> JudgeRowOrder(const SingleColumn& single, const Result<stats::Interval>& skill) {
  if (!single.examples().time.empty() || !skill || skill->low <= kIdSkill) return std::nullopt;
  Finding finding{"(order of the rows)", "row_order", ToEstimate(skill), false, ""};
  finding.message = "The order of the rows alone explains " + base::ReadableShare(skill->value) + " of the outcome: the file is sorted by the outcome or by something that goes with it. No row may be judged by its place, and a number given out in this order would leak";
  return finding;
}

void Accuse(const Finding& charge, std::vector<Finding>* findings) {
  for (Finding& finding : *findings) {
    if (finding.name != charge.name) continue;
    if (charge.accused || !finding.accused) finding = charge;
    return;
  }
  findings->push_back(charge);
}

// Clears what is accused for how much it tells alone where people vouch for it.
void ClearVouched(const Examples& examples, const std::vector<std::string>& vouched, std::vector<Finding>* findings) {
  for (Finding& finding : *findings) {
    if (!finding.accused || (finding.kind != "copy" && finding.kind != "id" && finding.kind != "later") || !base::IsAmong(vouched, SourceOf(examples, finding.name))) continue;
    finding.kind = "vouched";
    finding.accused = false;
    // What was seen, without what was made of it.
    finding.message = finding.message.substr(0, finding.message.find(": it ")) + "; it is used because the charter vouches for it (known before the decision, feature = true), which only people can know";
  }
}

// A column all of whose parts leak by its own name, as the file has it: year(refunded_at), month(refunded_at), ... are refunded_at.
std::vector<std::string> NamedByColumn(const Examples& examples, const std::vector<std::string>& leaky) {
  std::vector<std::string> named;
  for (const std::string& name : leaky) {
    const auto& features = examples.features;
    const auto feature = std::find_if(features.begin(), features.end(), [&](const learn::Feature& f) { return f.name == name; });
    const bool whole = feature != features.end() && std::all_of(features.begin(), features.end(), [&](const learn::Feature& f) { return f.source != feature->source || base::IsAmong(leaky, f.name); });
    const std::string& shown = whole && !feature->source.empty() ? feature->source : name;
    if (!base::IsAmong(named, shown)) named.push_back(shown);
  }
  return named;
}

}  // namespace

Result<SingleColumn> SingleColumn::Create(const Examples& examples, std::int64_t num_rows, const RunContext& context) {
  learn::Rows all(static_cast<std::size_t>(examples.num_rows()));
  std::iota(all.begin(), all.end(), 0U);
  return Create(examples, all, num_rows, context);
}

Result<SingleColumn> SingleColumn::Create(const Examples& examples, const learn::Rows& rows, std::int64_t num_rows, const RunContext& context) {
  SingleColumn single;
  single.context_ = context;
  single.examples_ = Restricted(examples, learn::ThinRows(examples, rows, num_rows, context.seed));
  single.examples_.centre = learn::Centre::kMean;  // judged by skill
  if (examples.task == learn::Task::kRegression) {
    const std::vector<double> values(single.examples_.outcome.begin(), single.examples_.outcome.end());
    const std::vector<double> ranks = stats::Midranks(values);
    for (std::size_t i = 0; i < ranks.size(); ++i) single.examples_.outcome[i] = static_cast<float>(ranks[i] / static_cast<double>(ranks.size()));
  }
  learn::Rows all(single.examples_.outcome.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
  single.folds_ = ASSAY_TRY(learn::CrossValidationFolds(single.examples_, all, 3, context.seed));
  single.dependence_ = DependenceOf(single.examples_);
  return single;
}

Result<stats::Interval> SingleColumn::Skill(const learn::Feature& feature) const { return Skill(std::vector<learn::Feature>{feature}); }

Result<stats::Interval> SingleColumn::Skill(const std::vector<learn::Feature>& features) const {
  Examples few = examples_;
  few.features = features;
  return SkillIn(few);
}

Result<stats::Interval> SingleColumn::Skill(table::Column column) const {
  Examples few = examples_;
  few.features = {{0, column.name(), column.name()}};
  few.table = std::make_shared<const table::Table>(ASSAY_TRY(table::Table::Create({std::move(column)})));
  return SkillIn(few);
}

Result<stats::Interval> SingleColumn::SkillIn(const Examples& few) const {
  const Result<stats::Interval> trees = SkillOf(learn::RungKind::kBoosted, few);
  const bool has_classes = few.task == learn::Task::kBinary || few.task == learn::Task::kMulticlass;
  if (!trees || !has_classes || trees->low >= kPlausible) return trees;
  // A few boosted trees do not come near certainty on few rows of a class; the leaf of a rule is there at once.
  const Result<stats::Interval> rule = SkillOf(learn::RungKind::kRule, few);
  if (!rule && rule.error().code == ErrorCode::kCancelled) return rule;
  return rule && rule->low > trees->low ? rule : trees;
}

Result<stats::Interval> SingleColumn::SkillOf(learn::RungKind kind, const Examples& few) const {
  learn::LearnerOptions quick;
  quick.quick = true;
  quick.least_leaf_rows = kLeastLeakRows;
  learn::Rows judged;
  std::vector<double> predictions, constant;
  for (const learn::Split& fold : folds_) {
    const auto model = ASSAY_TRY(learn::MakeLearner(kind, quick)->Fit(few, fold.train, context_.Quiet()));
    const auto base = ASSAY_TRY(learn::MakeLearner(learn::RungKind::kConstant)->Fit(few, fold.train, context_.Quiet()));
    std::vector<double> p(fold.test.size() * few.num_outputs()), c(p.size());
    ASSAY_TRY(model->Predict(*few.table, fold.test, p, context_));
    ASSAY_TRY(base->Predict(*few.table, fold.test, c, context_));
    judged.insert(judged.end(), fold.test.begin(), fold.test.end());
    predictions.insert(predictions.end(), p.begin(), p.end());
    constant.insert(constant.end(), c.begin(), c.end());
  }
  return learn::Judge(few, judged, constant, dependence_.Clusters()).Estimate(learn::Metric::kSkill, predictions);
}

namespace {

// What each feature tells alone, and the ceiling of what may be plausible.
struct Alone {
  std::vector<Scored> scored;
  double ceiling = kPlausible;
};
Result<Alone> MeasureEachAlone(const SingleColumn& single, const RunContext& context) {
  Alone alone;
  alone.scored = ASSAY_TRY(ScoreAlone(single, context));
  // What the columns that are no suspects explain together.
  std::vector<learn::Feature> innocent;
  for (const Scored& s : alone.scored) {
    if (!(s.skill.low >= kPlausible)) innocent.push_back(s.feature);
  }
  if (innocent.size() == alone.scored.size() || innocent.empty()) return alone;
  const Result<stats::Interval> others = single.Skill(innocent);
  if (!others && others.error().code == ErrorCode::kCancelled) return others.error();
  if (others) alone.ceiling = PlausibleCeiling(others->high);
  return alone;
}

// Ids among features that are not accused otherwise. `place`: what the place of a row explains, where that is needed.
Result<void> JudgeIds(const Examples& examples, const SingleColumn& single, const Alone& alone, Result<stats::Interval>* place, std::vector<Finding>* findings) {
  std::vector<TellsApart> how;
  for (const Scored& s : alone.scored) {
    const TellsApart judged = HowTellsApart(single.examples().table->column(s.feature.column));
    how.push_back(judged == TellsApart::kNo ? judged : std::min(judged, HowTellsApart(examples.table->column(s.feature.column))));
  }
  if (examples.time.empty() || std::find(how.begin(), how.end(), TellsApart::kByName) != how.end()) *place = SkillOfPlace(single);
  if (!*place && place->error().code == ErrorCode::kCancelled) return place->error();
  const double most_of_an_id = MostOfAnId(*place, !examples.time.empty());
  for (std::size_t i = 0; i < how.size(); ++i) {
    if (!(*findings)[i].accused && how[i] != TellsApart::kNo) ASSAY_TRY(JudgeId(single, examples.table->column(alone.scored[i].feature.column), how[i] == TellsApart::kByName, most_of_an_id, alone.ceiling, &(*findings)[i]));
  }
  return {};
}

// The latest rows, which judge, need not show a copy that stands in those that models learn from. Only copies: where the outcome
// drifts, what an id tells beyond its place differs by chance from part to part.
Result<void> AddCopiesInTraining(const Examples& examples, const RunContext& context, std::vector<Finding>* findings) {
  if (examples.time.empty()) return {};
  const Result<learn::Split> split = learn::SplitHoldout(examples, {learn::HoldoutOptions{}.share, context.seed});
  if (!split) return {};
  const Result<SingleColumn> single = SingleColumn::Create(examples, split->train, kLeakRows, context);
  if (!single && single.error().code == ErrorCode::kCancelled) return single.error();
  if (!single) return {};
  const Alone alone = ASSAY_TRY(MeasureEachAlone(*single, context));
  for (const Scored& scored : alone.scored) {
    Finding finding = JudgeAlone(scored, alone.ceiling);
    const bool known = std::any_of(findings->begin(), findings->end(), [&](const Finding& f) { return f.name == finding.name && f.accused; });
    if (!finding.accused || known) continue;
    finding.message = "In the rows that train, " + finding.message;
    Accuse(finding, findings);
  }
  return {};
}

}  // namespace

Result<std::vector<Finding>> FindLeaks(const Gathered& gathered, const RunContext& context) {
  const Examples& examples = gathered.examples;
  const SingleColumn single = ASSAY_TRY(SingleColumn::Create(examples, kLeakRows, context));
  const Alone alone = ASSAY_TRY(MeasureEachAlone(single, context));
  std::vector<Finding> findings;
  for (const Scored& scored : alone.scored) findings.push_back(JudgeAlone(scored, alone.ceiling));
  Result<stats::Interval> place = Error{ErrorCode::kInvalidInput, "not needed"};
  ASSAY_TRY(JudgeIds(examples, single, alone, &place, &findings));
  ASSAY_TRY(AddCopiesInTraining(examples, context, &findings));
  for (const Finding& copy : FindDriftingCopies(examples)) {
    // What explains that much alone is hidden by no drift, and was found plausible or not.
    const auto scored = std::find_if(alone.scored.begin(), alone.scored.end(), [&](const Scored& s) { return s.feature.name == copy.name; });
    if (scored != alone.scored.end() && scored->skill.high >= kPlausible) continue;
    const bool known = std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.name == copy.name && f.accused && f.kind == "copy"; });
    if (!known) Accuse(copy, &findings);
  }
  for (const Finding& future : ASSAY_TRY(FindFuture(examples, single, context))) Accuse(future, &findings);
  if (const std::optional<TimeLeak> time_leak = FindTimeLeak(examples); time_leak && time_leak->accused) {
    const std::vector<std::string> clock = ClockFeatures(examples);
    for (Finding& finding : findings) {
      if (finding.accused || !base::IsAmong(clock, finding.name)) continue;
      finding.kind = "time";
      finding.accused = true;
      finding.message = time_leak->message;
    }
  }
  if (const std::optional<Finding> order = JudgeRowOrder(single, place)) findings.push_back(*order);
  ClearVouched(examples, gathered.vouched, &findings);
  return findings;
}

Result<void> LeaveOutLeaks(Gathered* gathered, const RunContext& context) {
  const base::ScopedStep step(context, "leakage");
  const std::vector<Finding> findings = ASSAY_TRY(FindLeaks(*gathered, context));
  std::vector<std::string> leaky;
  for (const Finding& finding : findings) {
    if (finding.accused) leaky.push_back(finding.name);
  }
  leaky = NamedByColumn(gathered->examples, leaky);
  for (const std::string& name : leaky) {
    const auto finding = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.accused && (f.name == name || SourceOf(gathered->examples, f.name) == name); });
    gathered->excluded.push_back({name, "it leaks", false});
    gathered->data.notes.push_back("'" + name + "' is left out because it leaks: " + finding->message.substr(0, finding->message.find_last_not_of('.') + 1));
  }
  gathered->examples = WithoutFeatures(gathered->examples, leaky);
  gathered->leaky = leaky;
  if (leaky.empty()) return RefuseWithoutFeatures(*gathered);
  if (gathered->examples.features.empty()) return Error{ErrorCode::kInvalidInput, "no honest feature is left: " + base::Join(leaky, ", ") + (leaky.size() == 1 ? " leaks" : " leak") + "; assay feasibility says why"};
  return {};
}

Result<std::vector<Finding>> LeakFinder::Find(const Gathered& gathered, const RunContext& context) {
  const Examples& examples = gathered.examples;
  std::vector<std::string> asked = {learn::TaskName(examples.task), examples.outcome_text, examples.time_text, examples.unit_text, examples.query_text, std::to_string(examples.wait), std::to_string(examples.num_rows())};
  for (const learn::Feature& feature : examples.features) asked.push_back(feature.name);
  const std::string key = base::Join(asked, "\n");
  if (!found_.contains(key)) found_[key] = ASSAY_TRY(FindLeaks(gathered, context));
  return found_[key];
}

Result<FeasibilityItem> LeakageItem(const Gathered& gathered, LeakFinder* leaks, const RunContext& context, std::vector<std::string>* leaky) {
  FeasibilityItem item = StartItem("leakage");
  item.method = "each feature alone, out of fold (numbers by rank): accused when the lower 95 % limit of what it explains is above the plausible ceiling, the larger of 90 % and half-way from what all others explain together to everything; an id when it or a part of it explains more than 5 % beyond what the place of its row explains; copies also in the rows alone that would train, where rows have a time, and of numbers by their changes in time; times after the decision, outcomes of neighbouring rows, copies of rows (held together where neither time nor unit is named), and the time of day against the usual time of recurring cases";
  item.findings = ASSAY_TRY(leaks != nullptr ? leaks->Find(gathered, context) : FindLeaks(gathered, context));
  std::string order, vouched;
  std::vector<std::string> strong;
  const std::set<std::string> known = KnownByTime(gathered.examples);
  for (const Finding& finding : item.findings) {
    if (finding.accused) leaky->push_back(finding.name);
    const bool asked = finding.kind == "single_feature" && finding.estimate.low > kStrong && !known.contains(finding.name);
    if (asked && !base::IsAmong(gathered.vouched, SourceOf(gathered.examples, finding.name))) strong.push_back("'" + finding.name + "' (" + base::ReadableShare(finding.estimate.value) + ")");
    if (finding.kind == "vouched" && vouched.find(finding.message) == std::string::npos) vouched += " " + finding.message + ".";
    if (finding.kind == "row_order") order = " " + finding.message + ".";
  }
  std::int64_t declared = 0;
  for (const ExcludedColumn& excluded : gathered.excluded) {
    if (!excluded.known_after) continue;
    ++declared;
    Finding& finding = item.findings.emplace_back();
    finding.name = excluded.column;
    finding.kind = "known_after";
    finding.estimate.reason = "not a feature, so not judged";
    finding.message = "'" + excluded.column + "' is left out: " + excluded.reason;
  }
  // A sample keeps few rows of each case that recurs daily, so that their usual time of day is not known.
  const std::vector<std::string> clock = ClockFeatures(gathered.examples);
  if (!clock.empty() && gathered.data.sampled_from > 0 && !base::IsAmong(*leaky, clock[0]) && !FindTimeLeak(gathered.examples)) {
    order += " Whether the time of day in '" + gathered.examples.time_text + "' was planned or is what happened could not be judged: the sample holds too few rows of each case that recurs; run it on all rows.";
  }
  *leaky = NamedByColumn(gathered.examples, *leaky);
  item.verdict = !leaky->empty() ? Verdict::kRefuted : !vouched.empty() ? Verdict::kNeedsPerson : order.empty() ? Verdict::kSupported : Verdict::kInconclusive;
  item.answer = (leaky->empty() ? "None is found among " + base::Counted(static_cast<std::int64_t>(gathered.examples.features.size()), "feature") + "." : "Yes: " + base::Join(*leaky, ", ") + ". Everything else is judged without.") + vouched + order;
  if (!strong.empty()) item.answer += " A person must make sure that " + std::string(strong.size() == 1 ? "this is" : "these are") + " known at the decision, for alone " + (strong.size() == 1 ? "it explains" : "each explains") + " more than half of the outcome: " + base::Join(strong, ", ") + ".";
  item.figures.push_back(MakeFigure("leaky_columns", "columns that leak", WithoutInterval(static_cast<double>(leaky->size()), "a count")));
  item.figures.push_back(MakeFigure("known_after", "columns left out because the charter says that they, or what they are derived from, are known only after the decision, or predicts them in another objective", WithoutInterval(static_cast<double>(declared), "a count")));
  return item;
}

}  // namespace assay::lifecycle
