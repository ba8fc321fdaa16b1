#include "lifecycle/html_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace assay::lifecycle {
namespace {

TEST(HtmlReport, ValuesFromDataNeverBecomeMarkup) {
  evidence::ProjectReport report;
  const std::string nasty = "</script><img src=x onerror=alert(1)>\xE2\x80\xA8\xE2\x80\xA9<!--";
  report.name = nasty;
  report.understand.emplace();
  report.understand->columns.resize(1);
  report.understand->columns[0].top_values = {nasty};
  const Result<std::string> html = HtmlReport(report);
  ASSERT_TRUE(html);
  EXPECT_EQ(html->find("<img"), std::string::npos);
  // Two scripts begin and two end: the data and the bundle.
  std::size_t ends = 0;
  for (std::size_t at = html->find("</script"); at != std::string::npos; at = html->find("</script", at + 1)) ++ends;
  EXPECT_EQ(ends, 2U);
  const std::size_t begin = html->find("id=\"assay-data\">") + 16;
  // Before the bundle, which is ours, neither separator stands as itself inside a script.
  EXPECT_EQ(std::string_view(*html).substr(begin, html->find("</script", begin) - begin).find("\xE2\x80\xA8"), std::string_view::npos);
  const Result<Json> data = base::ParseJson(std::string_view(*html).substr(begin, html->find("</script", begin) - begin), "data");
  ASSERT_TRUE(data);
  EXPECT_EQ((*data)["name"], nasty);
}

TEST(HtmlReport, LoadsNothingAndStaysSmall) {
  const Result<std::string> html = HtmlReport({});
  ASSERT_TRUE(html);
  EXPECT_LT(html->size(), 1'000'000U);
  for (const char* loading : {"src=\"http", "href=\"http", "@import", "url(http"}) EXPECT_EQ(html->find(loading), std::string::npos) << loading;
}

}  // namespace
}  // namespace assay::lifecycle
