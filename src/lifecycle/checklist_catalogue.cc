// The 49 items in our words. Sources: E. Breck et al., "The ML Test Score", IEEE Big Data 2017; Deon, drivendata.org.
#include "lifecycle/internal/checklist_parts.h"

namespace assay::lifecycle {

const std::vector<CatalogueItem>& ChecklistCatalogue() {
  using S = evidence::ChecklistState;
  static constexpr const char* kScore = "ml_test_score";
  static constexpr const char* kDeon = "deon";
  static const std::vector<CatalogueItem> items = {
      {kScore, "D1", "data", "New rows look as the training rows led to expect", DecideSchema, S::kDecided, ""},
      {kScore, "D2", "data", "Every feature earns its place", DecideFeaturesBeneficial, S::kDecided, ""},
      {kScore, "D3", "data", "No feature costs more than it is worth", nullptr, S::kNotYet, "the time that each feature takes when a decision is served (serving is not built yet)"},
      {kScore, "D4", "data", "Features keep to the requirements of the charter", DecideForbiddenColumns, S::kDecided, ""},
      {kScore, "D5", "data", "The pipeline controls who sees personal data", nullptr, S::kNeedsPerson, "Who may read the data file, the models and the reports, and who checks that?"},
      {kScore, "D6", "data", "A new feature can be added quickly", nullptr, S::kNeedsPerson, "How many days did the last new column take from the idea to a trained model?"},
      {kScore, "D7", "data", "The code that makes the features is tested", nullptr, S::kNeedsPerson, "Is the code that writes the data file tested, beyond the derived columns of the charter?"},

      {kScore, "M1", "model", "Changes of the specification are reviewed", nullptr, S::kNeedsPerson, "Who reviews changes of assay.toml before they count?"},
      {kScore, "M2", "model", "The offline metric goes with the metric of the business", nullptr, S::kNotYet, "results of past A/B tests to compare with (experiments are not built yet)"},
      {kScore, "M3", "model", "Settings of the model are tuned", DecideTuned, S::kDecided, ""},
      {kScore, "M4", "model", "It is known what an old model costs", DecideStaleness, S::kDecided, ""},
      {kScore, "M5", "model", "No simpler model does as well", DecideSimplerModel, S::kDecided, ""},
      {kScore, "M6", "model", "Quality holds on all important slices", nullptr, S::kNotYet, "the search for slices on which the model is wrong (assay slices is not built yet)"},
      {kScore, "M7", "model", "It works for every group", DecideInclusion, S::kDecided, ""},

      {kScore, "I1", "infrastructure", "Training twice gives the same model", DecideReproducible, S::kDecided, ""},
      {kScore, "I2", "infrastructure", "The code of the model is unit tested", nullptr, S::kNeedsPerson, "Is code of your own between the data and the decision, and is it tested?"},
      {kScore, "I3", "infrastructure", "The whole pipeline is tested end to end", DecidePipeline, S::kDecided, ""},
      {kScore, "I4", "infrastructure", "A model is judged before it may serve", DecideGate, S::kDecided, ""},
      {kScore, "I5", "infrastructure", "A single decision can be stepped through", nullptr, S::kNeedsPerson, "Who can explain one given decision, feature by feature, and how long does that take?"},
      {kScore, "I6", "infrastructure", "A new model meets a small share of traffic first", nullptr, S::kNotYet, "serving with a share of traffic (serving is not built yet)"},
      {kScore, "I7", "infrastructure", "A model can be rolled back at once", nullptr, S::kNotYet, "serving with several versions (serving is not built yet)"},

      {kScore, "R1", "monitoring", "Changes of what the data depends on are announced", nullptr, S::kNeedsPerson, "Who tells this project when a source of its data changes?"},
      {kScore, "R2", "monitoring", "Live data keeps the rules of the training data", nullptr, S::kNotYet, "a watch over live data (monitoring is not built yet)"},
      {kScore, "R3", "monitoring", "Training and serving see the same features", nullptr, S::kNotYet, "logged decisions to compare with (serving is not built yet)"},
      {kScore, "R4", "monitoring", "Models in use are not too old", nullptr, S::kNotYet, "the age of the model in use (serving is not built yet)"},
      {kScore, "R5", "monitoring", "Predictions stay finite whatever comes in", DecideStability, S::kDecided, ""},
      {kScore, "R6", "monitoring", "Speed and memory have not become worse", nullptr, S::kNotYet, "the history of latency and memory in use (monitoring is not built yet)"},
      {kScore, "R7", "monitoring", "Predictions have not become worse on live data", nullptr, S::kNotYet, "outcomes of live decisions (monitoring is not built yet)"},

      {kDeon, "A.1", "collection", "People agreed to this use of their data", nullptr, S::kNeedsPerson, "Did the people in the data agree to this use, knowing what it is?"},
      {kDeon, "A.2", "collection", "Bias of the collection is known and reduced", nullptr, S::kNeedsPerson, "Whom does the data leave out? Shares of a reference population are needed to test it"},
      {kDeon, "A.3", "collection", "Personal data is kept out where it is not needed", DecidePersonalFeatures, S::kDecided, ""},
      {kDeon, "A.4", "collection", "Results can be tested for bias between groups of people", DecideGroupsTestable, S::kDecided, ""},
      {kDeon, "B.1", "storage", "The data is stored safely", nullptr, S::kNeedsPerson, "Who can reach the data, and is it encrypted?"},
      {kDeon, "B.2", "storage", "People can have their data removed", nullptr, S::kNeedsPerson, "How does a person have their rows removed, and from the models too?"},
      {kDeon, "B.3", "storage", "Data is deleted when it is no longer needed", nullptr, S::kNeedsPerson, "After how many months are rows deleted, and who sees to it?"},
      {kDeon, "C.1", "analysis", "Those concerned were asked", nullptr, S::kNeedsPerson, "Who of those concerned, or who knows the field, has read the charter and objected to what?"},
      {kDeon, "C.2", "analysis", "Known sources of bias in the data were looked for", DecideDataBias, S::kDecided, ""},
      {kDeon, "C.3", "analysis", "Figures and plots represent the data honestly", nullptr, S::kNeedsPerson, "Does anything made from this report leave out the intervals or the open questions?"},
      {kDeon, "C.4", "analysis", "Personal data is not shown in the analysis", DecidePersonalDisplay, S::kDecided, ""},
      {kDeon, "C.5", "analysis", "The analysis can be repeated and audited", DecideAuditability, S::kDecided, ""},
      {kDeon, "D.1", "modeling", "Features do not stand in for sensitive traits", DecideProxies, S::kDecided, ""},
      {kDeon, "D.2", "modeling", "Errors are alike across groups", DecideFairness, S::kDecided, ""},
      {kDeon, "D.3", "modeling", "The metric is the right one", nullptr, S::kNeedsPerson, "Which harm does the metric not count, and who decided that it does not matter?"},
      {kDeon, "D.4", "modeling", "The model can be explained in words", DecideExplainable, S::kDecided, ""},
      {kDeon, "D.5", "modeling", "Its limits were told to those who use it", nullptr, S::kNeedsPerson, "Who was told in plain words where the model is wrong?"},
      {kDeon, "E.1", "deployment", "The model is watched after deployment", nullptr, S::kNotYet, "a watch over metrics and drift (monitoring is not built yet)"},
      {kDeon, "E.2", "deployment", "People who are harmed are heard and helped", nullptr, S::kNeedsPerson, "Where does somebody turn who was harmed by a decision, and what happens then?"},
      {kDeon, "E.3", "deployment", "The model can be switched off", nullptr, S::kNotYet, "a switch back to the rung below (serving is not built yet)"},
      {kDeon, "E.4", "deployment", "Misuse was thought of", nullptr, S::kNeedsPerson, "Which use of the model would you not want, and what hinders it?"},
  };
  return items;
}

}  // namespace assay::lifecycle
