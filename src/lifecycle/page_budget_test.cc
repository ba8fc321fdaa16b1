#include "lifecycle/page_budget.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace assay::lifecycle {
namespace {

using evidence::ProjectReport;

constexpr std::size_t kMost = 3'000'000;

evidence::Estimate Number(double value) { return {value, value - 1.0 / 3, value + 1.0 / 3, 0.95, ""}; }

// 5,000 columns of 20 long categories each, 40,000 days, 1,000 groups: about 100 MB of JSON.
ProjectReport Wide() {
  ProjectReport report;
  report.name = "wide";
  evidence::UnderstandReport& u = report.understand.emplace();
  for (int i = 0; i < 40'000; ++i) u.over_time.points.push_back({"day " + std::to_string(i), 7, Number(std::sin(i * 0.001) + (i >= 20'000 ? 2 : 0)), i >= 20'000 ? 1 : 0});
  for (int i = 0; i < 5'000; ++i) {
    evidence::ColumnProfile column;
    column.name = "column " + std::to_string(i);
    evidence::Association association;
    association.feature = column.name;
    for (int k = 0; k < 20; ++k) {
      column.top_values.push_back(std::string(300, 'x') + std::to_string(k));
      column.top_counts.push_back(k);
      association.level_labels.push_back(column.top_values.back());
      association.level_means.push_back(Number(k / 7.0));
      association.level_rows.push_back(k);
    }
    u.columns.push_back(column);
    u.associations.push_back(association);
  }
  evidence::FeasibilityReport& f = report.feasibility.emplace_back();
  f.objective = "late";
  f.items.resize(1);
  f.items[0].id = "fatal_errors";
  for (int i = 0; i < 1'000; ++i) f.items[0].findings.push_back({"group " + std::to_string(i), "group", Number(i / 3.0), false, std::string(500, 'y')});
  return report;
}

TEST(PageBudget, AnEverydayReportStaysWhole) {
  ProjectReport report;
  report.name = "small";
  report.understand.emplace();
  report.understand->columns.resize(30);
  report.understand->over_time.points.resize(365);
  const Result<Json> data = PageData(report, kMost);
  ASSERT_TRUE(data);
  EXPECT_EQ(*data, evidence::ToJson(report));
}

TEST(PageBudget, ManyColumnsAndCategoriesFitAndWhatIsLeftOutIsCounted) {
  const ProjectReport report = Wide();
  ASSERT_GT(base::WriteJson(evidence::ToJson(report)).size(), 10 * kMost);
  const Result<Json> data = PageData(report, kMost);
  ASSERT_TRUE(data);
  EXPECT_LE(base::WriteJson(*data).size(), kMost);
  ProjectReport page;
  ASSERT_TRUE(evidence::FromJson(*data, &page));
  ASSERT_EQ(page.page.thinned.size(), 1U);
  const evidence::ThinnedSeries& thinned = page.page.thinned[0];
  EXPECT_EQ(thinned.points, 40'000);
  EXPECT_EQ(thinned.drawn, static_cast<std::int64_t>(page.understand->over_time.points.size()));
  EXPECT_LE(thinned.drawn, 1'500);
  EXPECT_GT(thinned.largest_error, 0);
  EXPECT_LT(thinned.largest_error, 0.02);  // of a range of 4.7
  // The level shift still stands between the same two days.
  const auto& points = page.understand->over_time.points;
  const auto first_after = std::find_if(points.begin(), points.end(), [](const evidence::PeriodPoint& p) { return p.segment == 1; });
  EXPECT_EQ(first_after->start, "day 20000");
  EXPECT_EQ((first_after - 1)->start, "day 19999");
  // The strongest features come first and keep their levels; each kind of thing left out is a sentence.
  EXPECT_EQ(page.understand->associations[0].level_labels.size(), 20U);
  EXPECT_LT(page.understand->associations.size(), 5'000U);
  std::string all;
  for (const std::string& sentence : page.page.left_out) all += sentence + "\n";
  for (const char* part : {"of 5,000 features, strongest first", "of 5,000 columns", "of 1,000 findings of 'late', fatal_errors"}) EXPECT_NE(all.find(part), std::string::npos) << part << " in\n" << all;
}

TEST(PageBudget, ManySlicesKeepTheBestAndTheDetailsOfTheFirst) {
  ProjectReport report;
  evidence::SlicesReport& s = report.slices.emplace_back();
  s.objective = "late";
  s.slices.resize(2'000);
  for (std::size_t i = 0; i < s.slices.size(); ++i) {
    evidence::Slice& slice = s.slices[i];
    slice.text = "slice " + std::to_string(i);
    slice.same_rows.resize(70, {{}, std::string(100, 'z')});
    slice.same_rows_more = 3;
    slice.examples.resize(60);
    for (int p = 0; p < 2'000; ++p) slice.over_time.push_back({"day " + std::to_string(p), 7, Number(std::sin(p * 0.01)), 0.5, ""});
  }
  s.slices[0].over_time[1'000].loss_mean = {std::nan(""), std::nan(""), std::nan(""), 0.95, "no rows"};
  const Result<Json> data = PageData(report, kMost);
  ASSERT_TRUE(data);
  EXPECT_LE(base::WriteJson(*data).size(), kMost);
  ProjectReport page;
  ASSERT_TRUE(evidence::FromJson(*data, &page));
  const std::vector<evidence::Slice>& kept = page.slices[0].slices;
  ASSERT_GE(kept.size(), 20U);
  EXPECT_LE(kept.size(), 400U);
  EXPECT_EQ(kept[0].text, "slice 0");
  // The best keep their periods, one without rows too, at most as many as a curve may have; the last keep none. No description goes uncounted.
  EXPECT_GE(kept[0].over_time.size(), 50U);
  EXPECT_LE(kept[0].over_time.size(), 1'500U);
  EXPECT_TRUE(std::any_of(kept[0].over_time.begin(), kept[0].over_time.end(), [](const evidence::SlicePeriod& p) { return p.loss_mean.reason == "no rows"; }));
  EXPECT_TRUE(kept.back().over_time.empty());
  for (const evidence::Slice* slice : {&kept.front(), &kept.back()}) EXPECT_EQ(static_cast<std::int64_t>(slice->same_rows.size()) + slice->same_rows_more, 73) << slice->text;
  std::string all;
  for (const std::string& sentence : page.page.left_out) all += sentence + "\n";
  for (const char* part : {"of 2,000 slices of 'late', best first", "loss over time, example rows and other descriptions of the first", "of 70 other descriptions of slice 1 of 'late'", "of 60 example rows of slice 1 of 'late'"}) EXPECT_NE(all.find(part), std::string::npos) << part << " in\n" << all;
  EXPECT_TRUE(std::any_of(page.page.thinned.begin(), page.page.thinned.end(), [](const evidence::ThinnedSeries& t) { return t.name == "loss over time of slice 1 of 'late'" && t.points == 2'000; }));
}

TEST(PageBudget, LongTextsAreCutBetweenCharacters) {
  ProjectReport report;
  for (int i = 0; i < 2'000'000; ++i) report.why += "é";
  const Result<Json> data = PageData(report, kMost);
  ASSERT_TRUE(data);
  const std::string why = (*data)["why"].get<std::string>();
  EXPECT_LT(why.size(), 5'000U);
  EXPECT_TRUE(why.ends_with("é…")) << why.substr(why.size() - 8);
  EXPECT_EQ((*data)["page"]["left_out"].size(), 1U);
}

TEST(PageBudget, WhatCannotBeShortenedIsAnErrorThatSaysWhatToDo) {
  ProjectReport report;
  report.train.resize(40);
  for (evidence::TrainReport& t : report.train) t.rungs.resize(20);
  const Result<Json> data = PageData(report, 20'000);
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().code, ErrorCode::kTooLarge);
  EXPECT_NE(data.error().message.find("--json"), std::string::npos);
}

}  // namespace
}  // namespace assay::lifecycle
