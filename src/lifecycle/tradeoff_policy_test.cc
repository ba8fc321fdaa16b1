#include "lifecycle/policy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/text.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "lifecycle/tradeoff_for_test.h"

namespace assay::lifecycle {
namespace {

// Predicts the mean label of the nearest rows, whatever the labels are: a linear smoother.
class Nearest : public learn::Learner {
 public:
  class Fitted : public learn::Model {
   public:
    std::vector<double> at, label;
    learn::RungKind kind() const override { return learn::RungKind::kLinear; }
    Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out, const RunContext&) const override {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        std::vector<std::pair<double, double>> near;
        for (std::size_t j = 0; j < at.size(); ++j) near.emplace_back(std::abs(at[j] - table.column(0).NumberAt(rows[i])), label[j]);
        std::partial_sort(near.begin(), near.begin() + 5, near.end());
        out[i] = 0;
        for (int j = 0; j < 5; ++j) out[i] += near[j].second / 5;
      }
      return {};
    }
    std::vector<std::string> columns() const override { return {}; }
    Json ToJson() const override { return {}; }
    std::string Explain(std::span<const std::string>) const override { return ""; }
  };
  learn::RungKind kind() const override { return learn::RungKind::kLinear; }
  std::string name() const override { return "nearest"; }
  Result<std::unique_ptr<learn::Model>> Fit(const learn::Examples& examples, std::span<const std::uint32_t> rows, const RunContext&) const override {
    auto fitted = std::make_unique<Fitted>();
    for (const std::uint32_t row : rows) {
      fitted->at.push_back(examples.table->column(0).NumberAt(row));
      fitted->label.push_back(examples.outcome[row]);
    }
    return std::unique_ptr<learn::Model>(std::move(fitted));
  }
};

// For a linear smoother the two ways are the same (shared/references/objectives-change-value.md 4.7); trees adapt, and may differ.
TEST(RetrainGap, IsNothingForALinearSmootherAndIsMeasuredForTrees) {
  base::RandomStream random(8, "retrain");
  std::vector<double> x, session;
  learn::Examples first;
  std::vector<float> second;
  for (int i = 0; i < 3000; ++i) {
    x.push_back(random.Normal());
    session.push_back(i / 20);
    first.outcome.push_back(static_cast<float>(std::sin(2 * x.back()) + 0.3 * random.Normal()));
    second.push_back(static_cast<float>(1e6 * (std::abs(x.back()) + random.Normal())));
  }
  const auto table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("x", x), table::Column::Numbers("session", session)}));
  first.table = table;
  first.task = learn::Task::kRegression;
  first.features = {{0, "x", "x"}};
  learn::Examples other = first;
  other.outcome = second;
  Feed feed = MakeFeed("", 4);
  learn::Rows rows(3000);
  for (std::uint32_t i = 0; i < 3000; ++i) rows[i] = i;
  const TradeoffInput input{feed.project, feed.objectives, feed.scores, table, {}, {std::make_shared<const learn::Examples>(first), std::make_shared<const learn::Examples>(other)}, {rows, rows}};
  const TradeoffSettings settings = TradeoffSettingsOf(feed.project.charter);
  const evidence::RetrainReport same = RetrainGap(input, settings, Nearest(), {});
  ASSERT_EQ(same.reason, "");
  ASSERT_EQ(same.points.size(), 3U);
  EXPECT_EQ(same.items, 20 * same.queries);  // whole lists are held back
  for (const evidence::RetrainPoint& point : same.points) {
    for (const auto& [name, gap] : point.gaps) EXPECT_NEAR(gap.value, 0, name == "quality" ? 1e-3 : 1e3) << name;  // float labels swap a pair now and then
  }
  const evidence::RetrainReport trees = RetrainGap(input, settings, *learn::MakeLearner(learn::RungKind::kBoosted), {});
  ASSERT_EQ(trees.reason, "");
  EXPECT_NE(trees.points[1].gaps.at("quality").value, 0);
  EXPECT_TRUE(std::isfinite(trees.points[1].gaps.at("quality").low));
}

// A policy in use stands before the charter; what people wrote into it is never lost, and its bounds are kept to.
TEST(Policy, InUseIsWhereTheTradeoffStarts) {
  Feed feed = MakeFeed("");
  feed.project.folder = std::filesystem::temp_directory_path() / "assay-tradeoff-test-policy";
  std::filesystem::remove_all(feed.project.folder);
  for (const Objective& objective : feed.objectives) {
    const std::filesystem::path models = feed.project.state() / "models" / objective.name;
    std::filesystem::create_directories(models);
    ASSERT_TRUE(base::WriteFileAtomically(models / "model.json", "{\"of\": \"" + objective.name + "\"}"));
  }
  charter::Policy policy;
  policy.query = "session";
  for (const Objective& objective : feed.objectives) policy.objectives.push_back({objective.name, objective.name == "quality" ? 0.8 : 0.2, 0, 1, 1, "rung", base::Sha256Hex("{\"of\": \"" + objective.name + "\"}")});
  const evidence::TradeoffReport before = Weigh(feed);
  for (std::size_t o = 0; o < 2; ++o) policy.objectives[o].scale = before.objectives[o].scale;
  policy.objectives[1].most = 0.4;
  policy.guardrails.push_back({"explicit", "nsfw = 1", 0.1, false});
  ASSERT_TRUE(base::WriteFileAtomically(PolicyPath(feed.project), charter::WritePolicy(policy, "Feed")));
  const evidence::TradeoffReport report = Weigh(feed);
  EXPECT_EQ(report.weights_from, "policy");
  EXPECT_NEAR(report.current->lambda, 0.2, 1e-12);
  EXPECT_NE(SettingsFingerprint(feed.project), before.settings_fingerprint);
  EXPECT_NE(report.notes.at(0).find("the policy in use differs from the charter in guardrails"), std::string::npos) << report.notes.at(0);
  // What is recommended keeps to the bounds that a person set.
  Feed guarded = MakeFeed("[tradeoff]\nk = 5\n[[guardrails]]\nname = \"clicks\"\nexpression = \"nsfw = 1\"\nleast = 0.2\n");
  guarded.project.folder = feed.project.folder;
  const evidence::TradeoffReport within = Weigh(guarded);
  if (within.recommended->feasible) EXPECT_LE(within.recommended->lambda, 0.4);
  else EXPECT_NE(within.nearest.find("within the bounds that the policy in use sets"), std::string::npos) << within.nearest;
  // Scores on another scale now: the same lists by other weights.
  policy.objectives[0].scale *= 2;
  ASSERT_TRUE(base::WriteFileAtomically(PolicyPath(feed.project), charter::WritePolicy(policy, "Feed")));
  EXPECT_NEAR(Weigh(feed).current->lambda, 0.2 / 0.6, 1e-12);
  // A policy of models that are gone is not looked at, and that is said.
  policy.objectives[0].model = std::string(64, '0');
  ASSERT_TRUE(base::WriteFileAtomically(PolicyPath(feed.project), charter::WritePolicy(policy, "Feed")));
  const evidence::TradeoffReport stale = Weigh(feed);
  EXPECT_EQ(stale.weights_from, "charter");
  EXPECT_NE(stale.notes.at(0).find("the policy file is not looked at"), std::string::npos);
  std::filesystem::remove_all(feed.project.folder);
}

TEST(ObjectiveScores, AreReadBackAndGuarded) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "assay-objective-scores-test";
  const ObjectiveScores scores = MakeFeed("", 4).scores[0];
  ASSERT_TRUE(SaveObjectiveScores(path, scores));
  const Result<ObjectiveScores> read = LoadObjectiveScores(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->rung, "linear");
  EXPECT_EQ(read->out_of_fold.rows, scores.out_of_fold.rows);
  EXPECT_EQ(read->holdout.gains, scores.holdout.gains);
  std::string bytes = *base::ReadFile(path);
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(base::WriteFileAtomically(path, bytes));
  EXPECT_FALSE(LoadObjectiveScores(path));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace assay::lifecycle
