// How reports look on a terminal; each function lives beside the command that made it first.
#pragma once

namespace assay::evidence {
struct CheckReport;
struct FeasibilityReport;
struct TrainReport;
struct UnderstandReport;
}  // namespace assay::evidence

namespace assay::cli {

class Terminal;

void RenderCheck(const evidence::CheckReport& report, Terminal& terminal);
void RenderUnderstand(const evidence::UnderstandReport& report, Terminal& terminal);
void RenderTrain(const evidence::TrainReport& report, Terminal& terminal);
void RenderFeasibility(const evidence::FeasibilityReport& report, Terminal& terminal);

}  // namespace assay::cli
