// A whole run of a project: the life cycle as a board of questions, and every report behind it. This is what the HTML
// report and the page show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/reports/change.h"
#include "evidence/reports/check.h"
#include "evidence/reports/feasibility.h"
#include "evidence/reports/slices.h"
#include "evidence/reports/tradeoff.h"
#include "evidence/reports/train.h"
#include "evidence/reports/understand.h"
#include "evidence/reports/value.h"

namespace assay::evidence {

// A question of the life cycle with its answer, and where the answer comes from.
struct BoardQuestion {
  std::string stage;     // understand, define, design, deploy, business
  std::string question;
  std::string answer;    // "" while open
  std::string source;    // "charter", "evidence", "person" (open, and only people can answer), "later" (not built yet)
  std::string status;    // answered, supported, refuted, inconclusive, needs_person, empty, vague, contradicted
  std::string key;       // of the charter, or the report and item it comes from
  std::string note;      // what check says about the answer, or the method
};
template <class V>
void Describe(V& v, BoardQuestion& b) {
  v("stage", b.stage, "stage of the life cycle");
  v("question", b.question, "the question");
  v("answer", b.answer, "its answer; empty while open");
  v("source", b.source, "charter, evidence, person or later");
  v("status", b.status, "how good the answer is");
  v("key", b.key, "key of the charter, or report and item");
  v("note", b.note, "what the check says, or the method");
}
inline const char* DescribedName(const BoardQuestion*) { return "BoardQuestion"; }

// An option of the charter (nothing, a rule, ML) with what was measured for it, per objective.
struct OptionResult {
  std::string name;
  std::string objective;
  std::string kind;            // of rung that measures it, as the charter says
  std::string rung;            // the rung that did; "" when none
  std::string stated_cost, stated_time;
  Estimate measured;           // the run's metric of that rung on the holdout
  Estimate value_per_day;      // in the charter's currency, running cost taken off
  Estimate against_nothing;    // the same minus doing nothing, paired
  double cost_per_day = std::nan("");  // taken off; null when unknown
  std::string cost_per_day_reason;     // why it is null; "" otherwise
  std::string timing_step;     // its fitting seconds stand in timing.steps under this name; "" where nothing is fitted
  std::string note;
};
template <class V>
void Describe(V& v, OptionResult& o) {
  v("name", o.name, "the option");
  v("objective", o.objective, "the objective it was measured for");
  v("kind", o.kind, "kind of rung that measures it");
  v("rung", o.rung, "the rung that measured it; empty when none");
  v("stated_cost", o.stated_cost, "cost as the charter states it");
  v("stated_time", o.stated_time, "time as the charter states it");
  v("measured", o.measured, "the run's metric for it");
  v("value_per_day", o.value_per_day, "money per day minus running cost");
  v("against_nothing", o.against_nothing, "value per day minus that of doing nothing, paired by row");
  v("cost_per_day", o.cost_per_day, "running cost taken off per day; null when unknown");
  v("cost_per_day_reason", o.cost_per_day_reason, "why cost_per_day is null; empty otherwise");
  v("timing_step", o.timing_step, "name of its fitting seconds in timing.steps; empty where nothing is fitted");
  v("note", o.note, "what to know");
}
inline const char* DescribedName(const OptionResult*) { return "OptionResult"; }

// A figure of the run that an exit criterion turns on.
struct StepFigure {
  std::string name;  // as the criterion names it
  std::string objective;
  std::string figure;
  double value = std::nan("");
  std::string reason;
};
template <class V>
void Describe(V& v, StepFigure& f) {
  v("name", f.name, "as the criterion names it");
  v("objective", f.objective, "whose figure it is; empty for one of the data");
  v("figure", f.figure, "its name without the objective's");
  v("value", f.value, "what this run measured; null with a reason");
  v("reason", f.reason, "why the run has no such figure");
}
inline const char* DescribedName(const StepFigure*) { return "StepFigure"; }

struct StepResult {
  std::string name;
  std::string criterion;  // EXPR
  std::string state;      // met, not_met, not_measurable
  std::string detail;
  std::vector<StepFigure> figures;
};
template <class V>
void Describe(V& v, StepResult& s) {
  v("name", s.name, "the step");
  v("criterion", s.criterion, "its exit criterion");
  v("state", s.state, "met, not_met or not_measurable");
  v("detail", s.detail, "the figures in words");
  v("figures", s.figures, "the figures that the criterion names");
}
inline const char* DescribedName(const StepResult*) { return "StepResult"; }

struct LedgerSummary {
  std::int64_t records = 0;
  std::string head;
  std::string verify;
  std::string notice;
};
template <class V>
void Describe(V& v, LedgerSummary& l) {
  v("records", l.records, "records in the ledger");
  v("head", l.head, "hash of the last record; note it elsewhere to detect truncation");
  v("verify", l.verify, "the command that verifies the records and that they still hold this head");
  v("notice", l.notice, "what was set aside; empty when nothing");
}
inline const char* DescribedName(const LedgerSummary*) { return "LedgerSummary"; }

// A part of the problem, broken down into a tree.
struct ProblemPart {
  std::string name;
  std::string of;    // the part it belongs to; "" at the root
  std::string what;
};
template <class V>
void Describe(V& v, ProblemPart& p) {
  v("name", p.name, "the part");
  v("of", p.of, "the part that it belongs to; empty at the root");
  v("what", p.what, "what it is");
}
inline const char* DescribedName(const ProblemPart*) { return "ProblemPart"; }

// A curve that the HTML report draws with fewer points than the run has.
struct ThinnedSeries {
  std::string name;
  std::int64_t points = 0, drawn = 0;
  double largest_error = 0;  // in units of the curve
};
template <class V>
void Describe(V& v, ThinnedSeries& t) {
  v("name", t.name, "the curve");
  v("points", t.points, "points that the run has");
  v("drawn", t.drawn, "points that are drawn");
  v("largest_error", t.largest_error, "largest distance between the drawn lines and a point left out, in units of the curve");
}
inline const char* DescribedName(const ThinnedSeries*) { return "ThinnedSeries"; }

// What the HTML report holds less of than the run, so that it stays one small file; empty in the run's own JSON.
struct PageSummary {
  std::vector<ThinnedSeries> thinned;
  std::vector<std::string> left_out;  // sentences with counts
};
template <class V>
void Describe(V& v, PageSummary& p) {
  v("thinned", p.thinned, "curves drawn with fewer points");
  v("left_out", p.left_out, "what is not in the page, in sentences with counts");
}
inline const char* DescribedName(const PageSummary*) { return "PageSummary"; }

// A step of the run and how far it came.
struct RunStep {
  std::string name;    // "understand", "feasibility late"
  std::string state;   // done, skipped, failed, interrupted, waiting
  std::string detail;  // why, unless done
};
template <class V>
void Describe(V& v, RunStep& s) {
  v("name", s.name, "the step");
  v("state", s.state, "done, skipped, failed, interrupted or waiting");
  v("detail", s.detail, "why it is not done; empty when it is");
}
inline const char* DescribedName(const RunStep*) { return "RunStep"; }

struct ProjectReport {
  ReportHeader header;
  std::string name;
  std::string why;
  std::string headline;        // the verdict in one sentence
  std::string status = "running";  // running (or killed), complete, failed, interrupted
  std::vector<RunStep> progress;
  std::vector<BoardQuestion> board;
  std::optional<CheckReport> check;
  std::optional<UnderstandReport> understand;
  std::vector<ChangeReport> change;            // the last period against the one before; empty where there is none
  std::vector<FeasibilityReport> feasibility;  // one per objective
  std::vector<TrainReport> train;              // one per objective
  std::vector<ValueReport> value;              // one per trained objective
  std::vector<SlicesReport> slices;            // one per trained objective
  std::optional<TradeoffReport> tradeoff;      // where there are several objectives
  std::vector<OptionResult> options;
  std::vector<StepResult> steps;
  std::vector<ProblemPart> parts;
  LedgerSummary ledger;
  std::vector<std::string> notes;
  PageSummary page;
  Timing timing;
};
template <class V>
void Describe(V& v, ProjectReport& r) {
  DescribeHeader(v, r.header);
  v("name", r.name, "the project");
  v("why", r.why, "why it exists");
  v("headline", r.headline, "the verdict in a sentence");
  v("status", r.status, "complete; failed or interrupted with what was done until then; running, also after a kill");
  v("progress", r.progress, "the steps of the run and how far each came");
  v("board", r.board, "the life cycle: each question with its answer");
  v("check", r.check, "the charter, every field judged; null when that step has not run");
  v("understand", r.understand, "what happens; null when that step has not run");
  v("change", r.change, "why the first metric, or the outcome's mean, moved from the period before the last to the last; empty where it was not asked");
  v("feasibility", r.feasibility, "is ML right, per objective");
  v("train", r.train, "the ladder, per objective");
  v("value", r.value, "what decisions by each rung are worth, per objective");
  v("slices", r.slices, "where the rung that was chosen is wrong on the holdout, per objective");
  v("tradeoff", r.tradeoff, "what the objectives give and take at every weight, and the policy recommended; null where there is one objective, or that step has not run");
  v("options", r.options, "the charter's options with what was measured");
  v("steps", r.steps, "the charter's steps with their exit criteria");
  v("parts", r.parts, "the problem broken down into parts");
  v("ledger", r.ledger, "the state of the ledger");
  v("notes", r.notes, "what to know about this run");
  v("page", r.page, "what the HTML report holds less of");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const ProjectReport*) { return "ProjectReport"; }

}  // namespace assay::evidence
