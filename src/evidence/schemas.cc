#include "evidence/schemas.h"

#include "evidence/reports/check.h"
#include "evidence/reports/checklist.h"
#include "evidence/reports/feasibility.h"
#include "evidence/reports/init.h"
#include "evidence/reports/ledger.h"
#include "evidence/reports/project.h"
#include "evidence/reports/score.h"
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
      {"checklist", SchemaDocument<ChecklistReport>("assay checklist")},
      {"value", SchemaDocument<ValueReport>("a step of assay run")},
      {"evidence", SchemaDocument<Evidence>("a conclusion in the ledger")},
      {"ledger", SchemaDocument<LedgerReport>("assay ledger")},
      {"ledger-diff", SchemaDocument<LedgerDiffReport>("assay ledger diff")},
      {"project", SchemaDocument<ProjectReport>("assay run")},
  };
}

}  // namespace assay::evidence
