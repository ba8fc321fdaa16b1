#include "lifecycle/page_budget.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "stats/thin_curve.h"

namespace assay::lifecycle {

namespace {

using evidence::ProjectReport;

// How much of each long list the page holds.
struct Limits {
  std::size_t curve_points = 1500;
  std::size_t associations = 400, associations_with_levels = 60;
  std::size_t columns = 1000, columns_with_values = 300;
  std::size_t list_entries = 400;  // findings, hypotheses, alerts, features, notes, ...
  std::size_t slices_with_details = 100, slice_entries = 50;  // of one slice: other descriptions, example rows
  std::size_t text_bytes = 4000;

  Limits Halved() const {
    const auto half = [](std::size_t n, std::size_t least) { return std::max(least, n / 2); };
    return {half(curve_points, 100), half(associations, 12), half(associations_with_levels, 6), half(columns, 20), half(columns_with_values, 10), half(list_entries, 20), half(slices_with_details, 5), half(slice_entries, 5), half(text_bytes, 200)};
  }
  bool operator==(const Limits&) const = default;
};

std::string Counted(std::size_t kept, std::size_t all, const std::string& what) {
  return "the first " + base::ReadableCount(static_cast<std::int64_t>(kept)) + " of " + base::ReadableCount(static_cast<std::int64_t>(all)) + " " + what;
}

template <class T>
void KeepFirst(std::vector<T>* list, std::size_t most, const std::string& what, std::vector<std::string>* left_out) {
  if (list->size() <= most) return;
  left_out->push_back(Counted(most, list->size(), what));
  list->resize(most);
}

// Thins points whose place is `x_of` and whose mean and interval is `estimate_of`; `anchored` ones stay.
template <class Point, class XOf, class EstimateOf, class Anchored>
void Thin(std::vector<Point>* points, std::size_t most, const std::string& name, XOf x_of, EstimateOf estimate_of, Anchored anchored, ProjectReport* report) {
  if (points->size() <= most) return;
  std::vector<double> x, mean, low, high;
  std::vector<bool> anchors;
  for (std::size_t i = 0; i < points->size(); ++i) {
    const double place = x_of(i);
    if (!x.empty() && !(place > x.back())) return;  // not a curve over x; the size limit still holds
    x.push_back(place);
    mean.push_back(estimate_of((*points)[i]).value);
    low.push_back(estimate_of((*points)[i]).low);
    high.push_back(estimate_of((*points)[i]).high);
    anchors.push_back(anchored(i));
  }
  const std::vector<std::span<const double>> series = {mean, low, high};
  const stats::ThinnedCurve thinned = stats::ThinCurveToFit(x, series, anchors, most);
  std::vector<Point> kept;
  for (const std::size_t i : thinned.kept) kept.push_back((*points)[i]);
  report->page.thinned.push_back({name, static_cast<std::int64_t>(points->size()), static_cast<std::int64_t>(kept.size()), thinned.largest_error});
  *points = std::move(kept);
}

void FitUnderstand(const Limits& limits, ProjectReport* report) {
  evidence::UnderstandReport& u = *report->understand;
  std::vector<std::string>& left_out = report->page.left_out;
  const std::vector<evidence::PeriodPoint>& points = u.over_time.points;
  std::vector<bool> at_change(points.size(), false);
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].segment != points[i - 1].segment) at_change[i] = at_change[i - 1] = true;
  }
  Thin(&u.over_time.points, limits.curve_points, "outcome over time", [](std::size_t i) { return static_cast<double>(i); }, [](const evidence::PeriodPoint& p) -> const evidence::Estimate& { return p.mean; }, [&](std::size_t i) { return at_change[i]; }, report);
  KeepFirst(&u.associations, limits.associations, "features, strongest first", &left_out);
  if (u.associations.size() > limits.associations_with_levels) {
    left_out.push_back("levels of " + Counted(limits.associations_with_levels, u.associations.size(), "features"));
    for (std::size_t i = limits.associations_with_levels; i < u.associations.size(); ++i) {
      u.associations[i].level_labels.clear();
      u.associations[i].level_means.clear();
      u.associations[i].level_rows.clear();
    }
  }
  KeepFirst(&u.columns, limits.columns, "columns", &left_out);
  if (u.columns.size() > limits.columns_with_values) {
    left_out.push_back("histograms and values of " + Counted(limits.columns_with_values, u.columns.size(), "columns"));
    for (std::size_t i = limits.columns_with_values; i < u.columns.size(); ++i) {
      evidence::ColumnProfile& column = u.columns[i];
      column.bin_edges.clear();
      column.bin_counts.clear();
      column.top_values.clear();
      column.top_counts.clear();
    }
  }
  KeepFirst(&u.alerts, limits.list_entries, "things to know about the data", &left_out);
  KeepFirst(&u.hypotheses, limits.list_entries, "hypotheses", &left_out);
}

void FitFeasibility(const Limits& limits, evidence::FeasibilityReport* f, ProjectReport* report) {
  std::vector<std::string>& left_out = report->page.left_out;
  KeepFirst(&f->features, limits.list_entries, "features of '" + f->objective + "'", &left_out);
  KeepFirst(&f->leaky_columns, limits.list_entries, "leaky columns of '" + f->objective + "'", &left_out);
  for (evidence::FeasibilityItem& item : f->items) {
    KeepFirst(&item.findings, limits.list_entries, "findings of '" + f->objective + "', " + item.id, &left_out);
    KeepFirst(&item.figures, limits.list_entries, "figures of '" + f->objective + "', " + item.id, &left_out);
    Thin(&item.curve, limits.curve_points, "learning curve of '" + f->objective + "'", [&](std::size_t i) { return item.curve[i].rows; }, [](const evidence::CurvePoint& p) -> const evidence::Estimate& { return p.score; }, [](std::size_t) { return false; }, report);
  }
}

void FitTrain(const Limits& limits, evidence::TrainReport* t, ProjectReport* report) {
  std::vector<std::string>& left_out = report->page.left_out;
  KeepFirst(&t->features, limits.list_entries, "features of the ladder of '" + t->objective + "'", &left_out);
  KeepFirst(&t->rungs, limits.list_entries, "rungs of '" + t->objective + "'", &left_out);
  for (evidence::RungReport& rung : t->rungs) {
    Thin(&rung.calibration, limits.curve_points, "calibration of '" + rung.name + "'", [&](std::size_t i) { return rung.calibration[i].predicted; }, [](const evidence::CalibrationPoint& p) -> const evidence::Estimate& { return p.observed; }, [](std::size_t) { return false; }, report);
  }
}

void FitSlices(const Limits& limits, evidence::SlicesReport* s, ProjectReport* report) {
  std::vector<std::string>& left_out = report->page.left_out;
  const std::string of = s->objective.empty() ? "" : " of '" + s->objective + "'";
  KeepFirst(&s->features, limits.list_entries, "columns that slices" + of + " are made of", &left_out);
  KeepFirst(&s->notes, limits.list_entries, "notes on the slices" + of, &left_out);
  KeepFirst(&s->slices, limits.list_entries, "slices" + of + ", best first", &left_out);
  if (s->slices.size() > limits.slices_with_details) {
    left_out.push_back("loss over time, example rows and other descriptions of " + Counted(limits.slices_with_details, s->slices.size(), "slices" + of));
    for (std::size_t i = limits.slices_with_details; i < s->slices.size(); ++i) {
      evidence::Slice& slice = s->slices[i];
      slice.over_time.clear();
      slice.examples.clear();
      slice.same_rows_more += static_cast<std::int64_t>(slice.same_rows.size());
      slice.same_rows.clear();
    }
  }
  for (std::size_t i = 0; i < s->slices.size(); ++i) {
    evidence::Slice& slice = s->slices[i];
    const std::string name = "slice " + base::ReadableCount(static_cast<std::int64_t>(i + 1)) + of;
    const std::size_t described = slice.same_rows.size();
    KeepFirst(&slice.same_rows, limits.slice_entries, "other descriptions of " + name, &left_out);
    slice.same_rows_more += static_cast<std::int64_t>(described - slice.same_rows.size());
    KeepFirst(&slice.examples, limits.slice_entries, "example rows of " + name, &left_out);
    Thin(&slice.over_time, limits.curve_points, "loss over time of " + name, [](std::size_t period) { return static_cast<double>(period); }, [](const evidence::SlicePeriod& p) -> const evidence::Estimate& { return p.loss_mean; }, [](std::size_t) { return false; }, report);
    // Periods without rows cannot be thinned: what is still too long loses its end.
    KeepFirst(&slice.over_time, limits.curve_points, "periods of " + name, &left_out);
  }
}

void FitChange(const Limits& limits, evidence::ChangeReport* c, std::vector<std::string>* left_out) {
  KeepFirst(&c->parts, limits.list_entries, "parts of the change of " + c->metric, left_out);
  KeepFirst(&c->features, limits.list_entries, "columns by which the change of " + c->metric + " is told apart", left_out);
  KeepFirst(&c->metrics, limits.list_entries, "metrics of the tree of " + c->metric, left_out);
}

void FitCheck(const Limits& limits, ProjectReport* report) {
  evidence::CheckReport& c = *report->check;
  std::vector<std::string>& left_out = report->page.left_out;
  KeepFirst(&c.fields, limits.list_entries, "judged fields of the charter", &left_out);
  KeepFirst(&c.findings, limits.list_entries, "findings about the charter, contradictions first", &left_out);
  KeepFirst(&c.open_questions, limits.list_entries, "open questions of the charter", &left_out);
  KeepFirst(&c.parts, limits.list_entries, "parts of the charter's problem", &left_out);
}

// Cuts every text of more than `most` bytes, between characters; returns how many were cut.
std::int64_t CutTexts(Json* value, std::size_t most) {
  if (value->is_string()) {
    std::string& text = value->get_ref<std::string&>();
    if (text.size() <= most) return 0;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "…";
    return 1;
  }
  std::int64_t cut = 0;
  if (value->is_structured()) {
    for (Json& child : *value) cut += CutTexts(&child, most);
  }
  return cut;
}

Json WithLimits(const ProjectReport& whole, const Limits& limits) {
  ProjectReport report = whole;
  if (report.check) FitCheck(limits, &report);
  if (report.understand) FitUnderstand(limits, &report);
  if (report.understand && report.understand->carriers) FitSlices(limits, &*report.understand->carriers, &report);
  for (evidence::ChangeReport& c : report.change) FitChange(limits, &c, &report.page.left_out);
  for (evidence::FeasibilityReport& f : report.feasibility) FitFeasibility(limits, &f, &report);
  for (evidence::TrainReport& t : report.train) FitTrain(limits, &t, &report);
  for (evidence::SlicesReport& s : report.slices) FitSlices(limits, &s, &report);
  KeepFirst(&report.board, limits.list_entries, "questions of the board", &report.page.left_out);
  KeepFirst(&report.parts, limits.list_entries, "parts of the problem", &report.page.left_out);
  KeepFirst(&report.notes, limits.list_entries, "notes", &report.page.left_out);
  Json data = evidence::ToJson(report);
  const std::int64_t cut = CutTexts(&data, limits.text_bytes);
  if (cut > 0) data["page"]["left_out"].push_back(base::ReadableCount(cut) + " long texts only up to " + base::ReadableCount(static_cast<std::int64_t>(limits.text_bytes)) + " bytes");
  return data;
}

}  // namespace

Result<Json> PageData(const ProjectReport& report, std::size_t most_bytes) {
  for (Limits limits;; limits = limits.Halved()) {
    Json data = WithLimits(report, limits);
    const std::size_t size = base::WriteJson(data).size();
    if (size <= most_bytes) return data;
    if (limits == limits.Halved()) {
      return Error{ErrorCode::kTooLarge, "the report's data has " + base::ReadableCount(static_cast<std::int64_t>(size)) + " bytes even when shortened, at most " + base::ReadableCount(static_cast<std::int64_t>(most_bytes)) + " fit into one page; read it with --json, or name fewer columns and objectives"};
    }
  }
}

}  // namespace assay::lifecycle
