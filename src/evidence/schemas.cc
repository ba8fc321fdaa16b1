#include "evidence/schemas.h"

#include "base/file.h"
#include "evidence/reports/change.h"
#include "evidence/reports/check.h"
#include "evidence/reports/checklist.h"
#include "evidence/reports/decision_value.h"
#include "evidence/reports/feasibility.h"
#include "evidence/reports/frontier.h"
#include "evidence/reports/init.h"
#include "evidence/reports/ledger.h"
#include "evidence/reports/ope.h"
#include "evidence/reports/policy_score.h"
#include "evidence/reports/project.h"
#include "evidence/reports/score.h"
#include "evidence/reports/slices.h"
#include "evidence/reports/tradeoff.h"
#include "evidence/reports/train.h"
#include "evidence/reports/understand.h"

namespace assay::evidence {

std::vector<NamedSchema> AllSchemas() {
  return {
      {"init", SchemaDocument<InitReport>("assay init")},
      {"check", SchemaDocument<CheckReport>("assay check")},
      {"understand", SchemaDocument<UnderstandReport>("assay understand")},
      {"feasibility", SchemaDocument<FeasibilityReport>("assay feasibility")},
      {"train", SchemaDocument<TrainReport>("assay train")},
      {"score", SchemaDocument<ScoreReport>("assay score")},
      {"policy-score", SchemaDocument<PolicyScoreReport>("assay score --policy")},
      {"slices", SchemaDocument<SlicesReport>("assay slices")},
      {"ope", SchemaDocument<OpeReport>("assay ope")},
      {"checklist", SchemaDocument<ChecklistReport>("assay checklist")},
      {"change", SchemaDocument<ChangeReport>("assay change")},
      {"frontier", SchemaDocument<FrontierReport>("assay frontier")},
      {"tradeoff", SchemaDocument<TradeoffReport>("assay tradeoff")},
      {"decision-value", SchemaDocument<DecisionValueReport>("assay value")},
      {"value", SchemaDocument<ValueReport>("a step of assay run")},
      {"evidence", SchemaDocument<Evidence>("a conclusion in the ledger")},
      {"ledger", SchemaDocument<LedgerReport>("assay ledger")},
      {"ledger-diff", SchemaDocument<LedgerDiffReport>("assay ledger diff")},
      {"project", SchemaDocument<ProjectReport>("assay run")},
  };
}

Result<void> WriteSchemas(const std::string& folder) {
  for (const NamedSchema& entry : AllSchemas()) ASSAY_TRY(base::WriteFileAtomically(folder + "/" + entry.name + ".schema.json", base::WriteJson(entry.schema, 2) + "\n"));
  return {};
}

}  // namespace assay::evidence
