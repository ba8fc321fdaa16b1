#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/change_parts.h"

namespace assay::lifecycle {

namespace {

// How the sentence begins that the terminal and the page name a step by.
constexpr const char* kTogether = "moved together";

using evidence::ChangePart;
using evidence::ChangeReport;

bool Excludes0(double low, double high) { return low > 0 || high < 0; }

std::string Moved(double change) { return change > 0 ? "rose" : change < 0 ? "fell" : "stayed"; }

// "by 2.77 (95 % interval 1.9 to 3.6)"
std::string ByInWords(double value, double low, double high) {
  if (std::isnan(low) || low == high) return "by " + base::ReadableNumber(std::abs(value));
  const bool falls = value < 0;
  const double least = falls ? -high : low, most = falls ? -low : high;
  const base::ReadableEnds ends = base::ReadableInterval(std::abs(value), least, most);
  return "by " + ends.value + " (95 % interval " + ends.low + " to " + ends.high + ")";
}

double SumOfParts(const ChangeReport& report) {
  double sum = 0;
  for (const ChangePart& part : report.parts) sum += part.contribution;
  return sum;
}

std::string PartsInWords(const ChangeReport& report) {
  const auto count = static_cast<std::int64_t>(report.parts.size());
  if (count == 0) return "";
  const auto largest = std::max_element(report.parts.begin(), report.parts.end(), [](const ChangePart& a, const ChangePart& b) { return std::abs(a.contribution) < std::abs(b.contribution); });
  const std::string name = "'" + largest->text + "'" + (largest->metric.empty() ? "" : " (" + largest->metric + ")");
  const std::string share = largest->share ? ", " + base::ReadableShare(*largest->share) + " of the change" : "";
  if (!report.tested) return " The largest departure is " + name + ": " + base::ReadableNumber(largest->contribution) + share + ".";
  if (count == 1) return " One part moved otherwise than the rest: " + name + " contributed " + base::ReadableNumber(largest->contribution) + share + ".";
  return " " + std::to_string(count) + " parts moved otherwise than the rest; the largest, " + name + ", contributed " + base::ReadableNumber(largest->contribution) + share + ".";
}

std::string ReversalInWords(const ChangeReport& report) {
  for (const evidence::ChangeByFeature& feature : report.features) {
    if (feature.reversal) return " " + feature.text;
  }
  return "";
}

// Of a tree: what is left of leaves whose rows moved alike beyond noise, and of the others.
std::string LeftOfTree(const ChangeReport& report) {
  double even = 0, noise = 0;
  std::string moved_alike;
  for (const evidence::ChangeOfMetric& metric : report.metrics) {
    if (!metric.unexplained || metric.unexplained_text.empty()) continue;
    const bool alike = metric.unexplained_text.starts_with(kTogether);
    (alike ? even : noise) += *metric.unexplained;
    if (alike) moved_alike += (moved_alike.empty() ? "'" : ", '") + metric.name + "'";
  }
  const std::string noisy = noise == 0 ? "" : "too noisy to explain: " + base::ReadableNumber(noise);
  if (moved_alike.empty()) return noisy;
  return std::string(kTogether) + " in the rows of " + moved_alike + ": " + base::ReadableNumber(even) + (noisy.empty() ? "" : "; " + noisy);
}

bool IsLeft(const ChangeReport& report) {
  const double change = report.total.change;
  const bool rows = !report.metrics.empty() || report.rest.rows_before + report.rest.rows_after > 0;
  return rows && change != 0 && std::abs(report.unexplained) >= 1e-9 * std::abs(change);
}

std::string SizeOfRest(const ChangeReport& report) {
  const double share = report.unexplained / report.total.change;
  return share > 0 ? base::ReadableShare(share) + " of the change" : base::ReadableNumber(report.unexplained) + ", against the change";
}

// The last sentence of an answer with parts.
std::string RestInWords(const ChangeReport& report) {
  if (!IsLeft(report)) return "";
  const std::string begin = SumOfParts(report) / report.total.change > 1 ? " The parts add up to more than the change; what is left" : " What is left";
  if (!report.metrics.empty() && report.tested) return begin + ": " + LeftOfTree(report) + ".";
  if (!report.tested) return begin + ": " + SizeOfRest(report) + ".";
  return begin + " (" + SizeOfRest(report) + ") " + (Excludes0(report.rest.low, report.rest.high) ? "moved together." : "is too noisy to explain.");
}

}  // namespace

std::string UnexplainedText(const ChangeReport& report) {
  if (!IsLeft(report)) return "";
  if (!report.metrics.empty() && report.tested) return LeftOfTree(report);
  if (!report.tested) return "left over: " + SizeOfRest(report) + " (nothing was tested)";
  // What no part holds may still be beyond noise as a whole. That no rows are told apart does not show that all moved alike.
  if (Excludes0(report.rest.low, report.rest.high)) return std::string(kTogether) + ": " + SizeOfRest(report) + ", in which no rows could be shown to have moved otherwise than others";
  return "too noisy to explain: " + SizeOfRest(report);
}

std::string AnswerOf(const ChangeReport& report, const std::string& words) {
  const evidence::ChangeTotal& total = report.total;
  const std::string from = " from " + base::ReadableNumber(total.before) + " to " + base::ReadableNumber(total.after);
  std::string answer = words + " " + (total.change == 0 ? "stayed at " + base::ReadableNumber(total.after) : Moved(total.change) + from + ", " + ByInWords(total.change, total.low, total.high)) + ".";
  const bool beyond = Excludes0(total.low, total.high), known = !std::isnan(total.low);
  if (!report.tested && report.metrics.empty()) {
    answer += " Nothing was tested, because " + report.rest.reason + ": " + std::string(report.parts.empty() ? "no part stands out." : "the parts are departures that may be noise.");
  } else if (report.metrics.empty() && !known) {
    answer += " Whether that is beyond noise cannot be told, because " + total.reason + "." + (report.parts.empty() ? " No rows moved otherwise than the rest beyond noise." : "");
  } else if (report.metrics.empty() && total.change == 0) {
    if (report.parts.empty()) answer += " No rows moved otherwise than the rest beyond noise.";
  } else if (report.metrics.empty() && !beyond) {
    answer += report.parts.empty() ? " That is within noise, and no rows moved otherwise than the rest beyond noise: there is nothing to explain." : " As a whole that is within noise.";
  } else if (report.parts.empty()) {
    answer += " No rows moved otherwise than the rest beyond noise" + std::string(report.metrics.empty() ? ": it moved as a whole, as far as the noise lets one see." : ".");
  }
  answer += PartsInWords(report);
  if (!report.parts.empty()) answer += RestInWords(report);
  return answer + ReversalInWords(report);
}

std::string BlocksInWords(const slices::ChangeRows& rows, const slices::ChangeFound& found, const ChangeProblem& problem) {
  using slices::BlockKind;
  const std::string count = base::ReadableCount(found.blocks[0]) + " before, " + base::ReadableCount(found.blocks[1]) + " after";
  const auto in_runs = [](const slices::NoiseOfChange& noise) {
    if (noise.kind != BlockKind::kTimes || noise.runs.length <= 1) return std::string();
    return "in runs of " + std::to_string(noise.runs.length) + ", because neighbouring ones resemble each other (autocorrelation " + base::FixedNumber(noise.runs.autocorrelation, 2) + ")";
  };
  const bool two_ways = rows.kind == BlockKind::kUnits && !rows.day.empty(), stretches = !problem.unit.empty() && !two_ways;
  const std::string runs = in_runs(found.noise), runs_of_metric = in_runs(found.noise_of_metric);
  std::string words;
  switch (found.noise.kind) {
    case BlockKind::kRows: return "by row (" + count + "): neither unit nor time was given, so rows count as independent";
    case BlockKind::kUnits: words = "by unit (" + problem.unit + "; " + count + ")" + (found.noise.crossed ? ", and for what rows of one day (" + problem.time + ") share" : ""); break;
    case BlockKind::kTimes:
      words = stretches ? "by stretch of time (" + problem.unit + "; " + count + ")" : "by day (" + problem.time + "; " + count + ")";
      if (two_ways) words += ", because rows of one day share more noise than those of one unit (" + problem.unit + ")" + (found.noise.crossed ? ", which is added" : "");
      if (!two_ways && !stretches && runs.empty() && runs_of_metric.empty()) words += ", because no unit was given";
      if (!runs.empty()) words += ", " + runs;
      break;
  }
  if (found.noise_of_metric.kind != found.noise.kind) return words + "; that of the metric itself by " + (found.noise_of_metric.kind == BlockKind::kTimes ? "day (" + problem.time : "unit (" + problem.unit) + ")" + (runs_of_metric.empty() ? "" : ", " + runs_of_metric);
  if (runs_of_metric != runs) words += "; that of the metric itself " + runs_of_metric;
  return words;
}

}  // namespace assay::lifecycle
