#include "charter/fields.h"

#include <algorithm>
#include <string>

namespace assay::charter {

namespace {
using K = FieldKind;
}

const std::vector<Field>& Fields() {
  static const std::vector<Field> fields = {
      {"project", "name", K::kText, Due::kNothing, true, "define", "What is the project called?", "\"Flights on time\""},
      {"project", "why", K::kText, Due::kSentence, true, "understand", "Why does it exist: what happens that somebody minds?", "\"Passengers miss connections because they learn of a delay at the gate.\""},
      {"project", "owner", K::kText, Due::kNothing, true, "define", "Who answers for it?", "\"Travel app team, J. Doe\""},
      {"project", "agreed", K::kText, Due::kDate, true, "define", "When was this charter last agreed upon?", "\"2001-07-02\""},

      {"phenomenon", "what", K::kText, Due::kNumber, true, "understand", "What happens, how often, to whom?", "\"One flight in five arrives more than 15 minutes late.\""},
      {"phenomenon", "difficulty", K::kText, Due::kSentence, true, "understand", "What is hard about it?", "\"Weather and knock-on delays are not in the schedule.\""},
      {"phenomenon", "alternatives", K::kList, Due::kSentence, true, "understand", "What else could be done about it, without a model?", "[\"publish each route's share of late flights\"]"},
      {"phenomenon.hypotheses", "name", K::kText, Due::kNothing, true, "understand", "A short name of the belief", "\"fridays\""},
      {"phenomenon.hypotheses", "claim", K::kText, Due::kSentence, true, "understand", "What do you believe causes it?", "\"Flights on Fridays are late more often.\""},
      {"phenomenon.hypotheses", "segment", K::kExpression, Due::kNothing, true, "understand", "Which rows does the belief speak of?", "\"weekday(date) = 5\""},
      {"phenomenon.hypotheses", "metric", K::kExpression, Due::kNothing, false, "understand", "Which value should differ there (default: the first objective's outcome)?", "\"delay > 15\""},
      {"phenomenon.hypotheses", "direction", K::kText, Due::kNothing, true, "understand", "higher, lower or different inside the segment?", "\"higher\"", "higher|lower|different"},
      {"phenomenon.hypotheses", "period", K::kExpression, Due::kNothing, false, "understand", "Which rows in time does it speak of (default: all)?", "\"date >= '2001-03-01'\""},

      {"problem", "solve", K::kText, Due::kNumber, true, "define", "What do we want to solve, in concrete terms?", "\"Warn passengers of at least a third of the late flights.\""},
      {"problem", "know", K::kText, Due::kSentence, true, "define", "What do we want to know for it?", "\"The chance that a flight arrives more than 15 minutes late.\""},
      {"problem", "decision", K::kText, Due::kSentence, true, "define", "Who decides what, when, because of the answer?", "\"Two hours before departure the app decides whether to warn.\""},
      {"problem", "wait", K::kDuration, Due::kNothing, true, "define", "How long after the decision is the outcome known?", "\"12 hours\""},
      {"problem", "budget", K::kText, Due::kNumberAndUnit, true, "define", "What may it cost?", "\"40,000 USD\""},
      {"problem", "deadline", K::kText, Due::kDate, true, "define", "By when must it work?", "\"2001-12-01\""},
      {"problem.parts", "name", K::kText, Due::kNothing, true, "define", "A part of the problem", "\"late departures\""},
      {"problem.parts", "of", K::kText, Due::kNothing, false, "define", "The part it belongs to (the problem is a tree)", "\"\""},
      {"problem.parts", "what", K::kText, Due::kNothing, false, "define", "What that part is", "\"Flights that leave late\""},
      {"problem.parts", "where", K::kExpression, Due::kNothing, false, "define", "Which rows belong to that part?", "\"delay > 15\""},
      {"problem.options", "name", K::kText, Due::kNothing, true, "define", "An option: nothing, a rule, a model, something else", "\"a rule\""},
      {"problem.options", "kind", K::kText, Due::kNothing, true, "define", "Which rung measures it: nothing (never act), random, constant, rule, own_rule, linear, boosted, imported, or other", "\"rule\"", "nothing|random|constant|rule|own_rule|linear|boosted|imported|other"},
      {"problem.options", "cost", K::kText, Due::kNumberAndUnit, true, "define", "What does it cost?", "\"500 USD a month\""},
      {"problem.options", "time", K::kText, Due::kNumberAndUnit, true, "define", "How long until it works?", "\"2 weeks\""},
      {"problem.steps", "name", K::kText, Due::kNothing, true, "define", "A step of the work", "\"a model worth having\""},
      {"problem.steps", "exit", K::kExpression, Due::kNothing, true, "define", "When is the step done? An EXPR over measured results (see docs/charter.md)", "\"recommended_skill >= 0.05\""},

      {"data", "source", K::kText, Due::kNothing, true, "understand", "Where is the data?", "\"flights.parquet\""},
      {"data", "time", K::kExpression, Due::kNothing, true, "understand", "Which column says when the decision is taken?", "\"date\""},
      {"data", "time_of_day_known", K::kBoolean, Due::kNothing, false, "understand", "Is the time of day in that column known at the decision?", "false"},
      {"data", "unit", K::kExpression, Due::kNothing, true, "understand", "Which rows depend on each other?", "\"date(date)\""},
      {"data", "query", K::kExpression, Due::kNothing, false, "understand", "Within which list are rows ranked?", "\"\""},
      {"data", "least_query_rows", K::kNumber, Due::kNothing, false, "understand", "How many rows must a query have to be ranked?", "10"},
      {"data", "where", K::kExpression, Due::kNothing, false, "understand", "Which rows are kept?", "\"delay between -120 and 1440\""},
      {"data", "rows_per_day", K::kNumber, Due::kNothing, true, "understand", "How many rows arise per day?", "16500"},
      {"data.derived", "name", K::kText, Due::kNothing, true, "understand", "A column made or repaired from others", "\"year\""},
      {"data.derived", "expression", K::kExpression, Due::kNothing, true, "understand", "How it is made", "\"year(release_date)\""},
      {"data.exclusions", "reason", K::kText, Due::kNothing, true, "understand", "Why can some rows not be used?", "\"the year of release lies in the future\""},
      {"data.exclusions", "rows", K::kExpression, Due::kNothing, true, "understand", "Which rows are these? They are left out and counted", "\"year(release_date) > 2011\""},
      {"data.columns", "name", K::kText, Due::kNothing, true, "understand", "A column of the data", "\"distance\""},
      {"data.columns", "meaning", K::kText, Due::kNothing, true, "understand", "What does it mean?", "\"Great-circle distance between the airports\""},
      {"data.columns", "unit", K::kText, Due::kNothing, false, "understand", "In which unit?", "\"miles\""},
      {"data.columns", "known", K::kText, Due::kNothing, true, "understand", "When is it known: before the decision, or after it?", "\"before\"", "before|after"},
      {"data.columns", "feature", K::kBoolean, Due::kNothing, false, "understand", "May a model use it (default: yes, where it is known before the decision)? With known = \"before\", a yes vouches for a column that alone tells more than is plausible", "true"},
      {"data.columns", "sensitive", K::kBoolean, Due::kNothing, false, "understand", "Does it say something about people that needs care?", "false"},
      {"data.columns", "business_step", K::kText, Due::kNothing, false, "business", "In which business step does it arise?", "\"schedule\""},

      {"metrics", "name", K::kText, Due::kNothing, false, "understand", "A metric whose changes are to be explained (see docs/change.md)", "\"revenue\""},
      {"metrics", "is", K::kText, Due::kNothing, false, "understand", "What is it: sum(x), avg(x), count(), sum(x)/sum(y), or a formula over other metrics' names?", "\"visits * conversion * basket\""},

      {"objectives", "name", K::kText, Due::kNothing, true, "design", "What is the objective called?", "\"late\""},
      {"objectives", "outcome", K::kExpression, Due::kNothing, true, "design", "Which outcome is to be known?", "\"delay > 15\""},
      {"objectives", "task", K::kText, Due::kNothing, false, "design", "binary, multiclass, regression or ranking (default: from the outcome)", "\"binary\"", "binary|multiclass|regression|ranking"},
      {"objectives", "metric", K::kText, Due::kNothing, false, "design", "Which metric decides (default: skill)?", "\"skill\"", "skill|auc|log_loss|brier|accuracy|rmse|mae|r2|ndcg"},
      {"objectives", "target", K::kNumber, Due::kNothing, true, "design", "Which value of the metric is the goal?", "0.1"},
      {"objectives", "least_gain", K::kNumber, Due::kNothing, true, "design", "Which improvement of the metric is the smallest worth having (default: 0.01; of rmse and mae a hundredth of what the constant reaches)?", "0.01"},
      {"objectives", "weight", K::kNumber, Due::kNothing, false, "design", "How much does this objective weigh against the others?", "1"},
      {"objectives", "amount", K::kNumber, Due::kNothing, false, "design", "What is one unit more of its outcome worth, in the currency of [value]: of an item in a list, one click more, say (where rows are decided singly: of a row acted on)?", "2.5"},
      {"tradeoff", "k", K::kNumber, Due::kNothing, false, "design", "How many ranks of a list count where objectives conflict (default: 10)?", "10"},
      {"tradeoff", "discount", K::kText, Due::kNothing, false, "design", "What does a rank weigh: none (all alike) or log2 (the first ones more) (default: none)?", "\"none\"", "none|log2"},
      {"tradeoff", "blend", K::kText, Due::kNothing, false, "design", "How are the objectives' scores blended: their sum, a product with the weights as exponents, or a sum times a multiplier (default: sum)?", "\"sum\"", "sum|product|multiplier"},
      {"tradeoff", "multiplier", K::kExpression, Due::kNothing, false, "design", "What is the sum multiplied with?", "\"case when followed then 1 else 0.75 end\""},
      {"tradeoff", "filter", K::kExpression, Due::kNothing, false, "design", "Which items may be shown at all (default: all)? The others are taken out before ranking", "\"not blocked\""},
      {"tradeoff", "share", K::kNumber, Due::kNothing, false, "design", "Or, where single rows are decided in place of lists: which share of them is acted on?", "0.1"},
      {"tradeoff", "calibrate", K::kBoolean, Due::kNothing, false, "design", "Are scores brought to the scale of their outcome before they are blended (default: no)?", "true"},
      {"tradeoff", "lists_per_day", K::kNumber, Due::kNothing, false, "design", "How many lists are shown per day?", "5000"},
      {"guardrails", "name", K::kText, Due::kNothing, true, "design", "What must not get worse?", "\"false alarms\""},
      {"guardrails", "expression", K::kExpression, Due::kNothing, true, "design", "How is it measured?", "\"delay <= 15\""},
      {"guardrails", "limit", K::kNumber, Due::kNothing, true, "design", "Which value may it not exceed?", "0.5"},
      {"guardrails", "least", K::kNumber, Due::kNothing, false, "design", "Or, in place of a limit: which value must it reach?", "0.1"},

      {"baselines.rules", "name", K::kText, Due::kNothing, true, "design", "A rule that people use or would use", "\"friday afternoon\""},
      {"baselines.rules", "expression", K::kExpression, Due::kNothing, true, "design", "The rule: a condition or a score", "\"weekday(date) = 5\""},
      {"baselines.rules", "objective", K::kText, Due::kNothing, false, "design", "For which objective (default: all)?", "\"late\""},
      {"baselines.imported", "name", K::kText, Due::kNothing, true, "design", "Another model's predictions", "\"the old model\""},
      {"baselines.imported", "column", K::kText, Due::kNothing, true, "design", "The column that holds them; several classes: one each, with * for the class, like p_*", "\"old_score\""},
      {"baselines.imported", "trained_on", K::kText, Due::kNothing, true, "design", "What was that model trained on?", "\"flights of 2000\""},
      {"baselines.imported", "objective", K::kText, Due::kNothing, false, "design", "For which objective (default: all)?", "\"late\""},
      {"baselines.published", "name", K::kText, Due::kNothing, true, "design", "A published result", "\"a paper\""},
      {"baselines.published", "metric", K::kText, Due::kNothing, true, "design", "Its metric", "\"auc\"", "skill|auc|log_loss|brier|accuracy|rmse|mae|r2|ndcg"},
      {"baselines.published", "value", K::kNumber, Due::kNothing, true, "design", "Its value", "0.7"},
      {"baselines.published", "source", K::kText, Due::kNumber, true, "design", "Where was it published?", "\"Doe, On-time Performance, 2003\""},
      {"baselines.published", "dataset", K::kText, Due::kNothing, true, "design", "On which data?", "\"flights of 2003\""},
      {"baselines.published", "objective", K::kText, Due::kNothing, false, "design", "For which objective (default: all)?", "\"late\""},

      {"ethics", "harmed", K::kText, Due::kSentence, true, "design", "Who could be harmed?", "\"Passengers who give up a connection that would have worked\""},
      {"ethics", "worst_error", K::kText, Due::kSentence, true, "design", "Which error is the worst, and how bad is it?", "\"A false alarm before a once-a-day flight\""},
      {"ethics", "fatal", K::kBoolean, Due::kNothing, false, "design", "Can a single error do irreparable harm?", "false"},
      {"ethics", "largest_error_rate", K::kNumber, Due::kNothing, false, "design", "Above which error rate in any group must it stop?", "0.4"},

      {"value", "currency", K::kText, Due::kNothing, true, "business", "In which currency?", "\"USD\""},
      {"value", "true_positive", K::kNumber, Due::kNothing, true, "business", "What is a right alarm worth?", "4"},
      {"value", "false_positive", K::kNumber, Due::kNothing, true, "business", "What does a false alarm cost (negative)?", "-1"},
      {"value", "true_negative", K::kNumber, Due::kNothing, false, "business", "What is a right silence worth?", "0"},
      {"value", "false_negative", K::kNumber, Due::kNothing, true, "business", "What does a miss cost (negative)?", "0"},
      {"value", "decisions_per_day", K::kNumber, Due::kNothing, true, "business", "How many decisions a day?", "16500"},
      {"value", "cost_per_month", K::kNumber, Due::kNothing, true, "business", "What does running ML cost per month?", "6000"},

      {"business", "offer", K::kText, Due::kSentence, true, "business", "What does the company offer?", "\"A travel app with re-booking\""},
      {"business", "customers", K::kText, Due::kSentence, true, "business", "To whom?", "\"Passengers with connections\""},
      {"business.steps", "name", K::kText, Due::kNothing, true, "business", "A step of the business", "\"schedule\""},
      {"business.steps", "value", K::kText, Due::kSentence, true, "business", "Which value is made there?", "\"The flight can be booked\""},
      {"business.steps", "columns", K::kList, Due::kNothing, true, "business", "Which data arises there?", "[\"origin\", \"destination\"]"},

      {"proof", "metric", K::kText, Due::kSentence, true, "deploy", "Which business metric will an A/B test decide on?", "\"Share of connections reached\""},
      {"proof", "link", K::kText, Due::kSentence, true, "deploy", "How is it linked to the model's metric?", "\"Each right warning saves one connection in ten.\""},
      {"proof", "unit", K::kText, Due::kNothing, true, "deploy", "What is assigned to a variant?", "\"passenger\""},
      {"proof", "baseline_rate", K::kNumber, Due::kNothing, true, "deploy", "What is the metric today (a share between 0 and 1, or a mean)?", "0.9"},
      {"proof", "standard_deviation", K::kNumber, Due::kNothing, false, "deploy", "Where the metric is a mean: how much does it differ between units?", "12.5"},
      {"proof", "smallest_effect", K::kNumber, Due::kNothing, true, "deploy", "What is the smallest effect worth having?", "0.005"},
      {"proof", "units_per_decision", K::kNumber, Due::kNothing, false, "deploy", "How many units does one decision reach (default: 1)?", "1"},
      {"proof", "units_per_day", K::kNumber, Due::kNothing, true, "deploy", "How many units a day take part?", "4000"},
      {"proof", "days", K::kNumber, Due::kNothing, true, "deploy", "How many days may the test run?", "28"},
  };
  return fields;
}

const Field* FindField(std::string_view section, std::string_view key) {
  for (const Field& field : Fields()) {
    if (section == field.section && key == field.key) return &field;
  }
  return nullptr;
}

std::vector<std::string> ChoicesOf(const Field& field) {
  std::vector<std::string> choices;
  std::string_view rest = field.choices;
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    choices.emplace_back(rest.substr(0, bar));
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return choices;
}

const char* SectionMeaning(std::string_view section) {
  struct Meaning {
    std::string_view section;
    const char* text;
  };
  static constexpr Meaning kMeanings[] = {
      {"project", "The project and why it exists."},
      {"phenomenon", "Stage 1, understand: what happens, what is hard about it, what else could be done."},
      {"phenomenon.hypotheses", "Beliefs as claims that the data can refute: one block each."},
      {"problem", "Stage 2, define: what is to be solved, in clear and concrete terms."},
      {"problem.parts", "The problem broken down: a tree, one block per part; `of` names the part above."},
      {"problem.options", "What could be done, compared: a rule, a model, nothing at all. One block each."},
      {"problem.steps", "The way there: one block per step, each with an exit criterion that a run can measure."},
      {"data", "Where the data is and how its rows hang together."},
      {"data.derived", "Columns made or repaired from others before anything else happens."},
      {"data.exclusions", "Rows that cannot be used, each with its reason; they are left out and counted."},
      {"data.columns", "What each column means, when it is known, and where in the business it arises."},
      {"metrics", "Metrics whose changes `assay change` explains: measured in the data, or made of other metrics. One block each."},
      {"objectives", "Stage 3, design: what is to be predicted and how good is good enough. One block each."},
      {"tradeoff", "How objectives that pull apart are weighed against each other (docs/tradeoff.md)."},
      {"guardrails", "What must not get worse, whatever the objectives gain."},
      {"baselines.rules", "Better than what? Rules that people use or would use."},
      {"baselines.imported", "Columns of the data that hold another model's predictions."},
      {"baselines.published", "Results that others published, with source and data; shown, never tested."},
      {"ethics", "Who could be harmed, and which error is the worst."},
      {"value", "Stage 5, business: what each kind of right and wrong decision is worth."},
      {"business", "What the company offers, and to whom."},
      {"business.steps", "Where value is made, step by step, and which data arises there."},
      {"proof", "Stage 4, deploy: the A/B test that will decide whether users are better off."},
  };
  for (const Meaning& meaning : kMeanings) {
    if (meaning.section == section) return meaning.text;
  }
  return "";
}

const char* ListQuestion(std::string_view section) {
  struct Question {
    std::string_view section;
    const char* text;
  };
  static constexpr Question kQuestions[] = {
      {"phenomenon.hypotheses", "Which hypotheses do people have?"},
      {"problem.parts", "Which parts does the problem have?"},
      {"problem.options", "Which options are there?"},
      {"problem.steps", "Which steps lead there?"},
      {"data.columns", "Which data, and when is it known?"},
      {"metrics", "Which metrics move the business, and what are they made of?"},
      {"objectives", "Which objectives?"},
      {"guardrails", "What must not get worse?"},
      {"baselines.rules", "Which rules do people use?"},
      {"business.steps", "Where is value made, step by step?"},
  };
  for (const Question& question : kQuestions) {
    if (question.section == section) return question.text;
  }
  return "";
}

bool IsListSection(std::string_view section) {
  static constexpr std::string_view kLists[] = {"phenomenon.hypotheses", "problem.parts", "problem.options", "problem.steps", "data.derived", "data.exclusions", "data.columns", "metrics", "objectives", "guardrails", "baselines.rules", "baselines.imported", "baselines.published", "business.steps"};
  return std::find(std::begin(kLists), std::end(kLists), section) != std::end(kLists);
}

std::vector<std::string_view> Sections() {
  std::vector<std::string_view> sections;
  for (const Field& field : Fields()) {
    if (sections.empty() || sections.back() != field.section) sections.emplace_back(field.section);
  }
  return sections;
}

const char* FieldKindName(FieldKind kind) {
  switch (kind) {
    case FieldKind::kText: return "text";
    case FieldKind::kNumber: return "number";
    case FieldKind::kBoolean: return "yes or no";
    case FieldKind::kDuration: return "duration";
    case FieldKind::kExpression: return "EXPR";
    case FieldKind::kList: return "list of texts";
  }
  return "";
}

}  // namespace assay::charter
