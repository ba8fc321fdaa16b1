// How reports look on a terminal; each function lives beside the command that made it first.
#pragma once

#include <string>

#include "evidence/reports/common.h"

namespace assay::evidence {
struct ChangeReport;
struct CheckReport;
struct DecisionValueReport;
struct FeasibilityReport;
struct FrontierReport;
struct OpeReport;
struct SlicesReport;
struct TradeoffReport;
struct TrainReport;
struct UnderstandReport;
}  // namespace assay::evidence

namespace assay::cli {

class Terminal;

void RenderCheck(const evidence::CheckReport& report, Terminal& terminal);
// A verdict as a sign and a word, in its colour: "✓ supported".
std::string VerdictMark(evidence::Verdict verdict, const Terminal& terminal);

// A report that stands alone also says what was done to the data and what to do next; a part of a run leaves that to the run.
enum class Part { kAlone, kOfRun };
void RenderUnderstand(const evidence::UnderstandReport& report, Terminal& terminal, Part part = Part::kAlone);
void RenderTrain(const evidence::TrainReport& report, Terminal& terminal, Part part = Part::kAlone);
void RenderFeasibility(const evidence::FeasibilityReport& report, Terminal& terminal, Part part = Part::kAlone);
void RenderChange(const evidence::ChangeReport& report, Terminal& terminal, Part part = Part::kAlone);
void RenderSlices(const evidence::SlicesReport& report, Terminal& terminal, Part part = Part::kAlone);
void RenderFrontier(const evidence::FrontierReport& report, Terminal& terminal);
void RenderTradeoff(const evidence::TradeoffReport& report, Terminal& terminal, Part part = Part::kAlone);
void RenderDecisionValue(const evidence::DecisionValueReport& report, Terminal& terminal);
void RenderOpe(const evidence::OpeReport& report, Terminal& terminal);
void RenderDataNotes(const evidence::ReportHeader& header, Terminal& terminal);

}  // namespace assay::cli
