#include "objectives/gains.h"

#include <gtest/gtest.h>

namespace assay::objectives {
namespace {

TEST(ParseGains, Amounts) {
  struct Case {
    std::vector<std::string> texts;
    std::string tp, fp, tn, fn;
  };
  const Case cases[] = {
      {{"tp=4,fp=-1"}, "4", "-1", "0", "0"},
      {{" TP = 4 , fn=-9,fp = -1,"}, "4", "-1", "0", "-9"},
      {{"tp=4", "fp=-1,tn=0.5"}, "4", "-1", "0.5", "0"},
      {{"tp=greatest(a, b),fp=-\"cost, net\",tn=0,fn=case when kind in ('x,y', 'z') then -1 else 0 end"}, "greatest(a, b)", "-\"cost, net\"", "0", "case when kind in ('x,y', 'z') then -1 else 0 end"},
      {{"tp=case when kind = 'it''s, so' then 1 else 2 end,fp=-1"}, "case when kind = 'it''s, so' then 1 else 2 end", "-1", "0", "0"},
  };
  for (const Case& c : cases) {
    const Result<GainTexts> gains = ParseGains(c.texts);
    ASSERT_TRUE(gains) << c.texts[0];
    EXPECT_EQ(gains->true_positive, c.tp);
    EXPECT_EQ(gains->false_positive, c.fp);
    EXPECT_EQ(gains->true_negative, c.tn);
    EXPECT_EQ(gains->false_negative, c.fn);
  }
}

TEST(ParseGains, Faults) {
  struct Case {
    std::vector<std::string> texts;
    std::string message;
  };
  const Case cases[] = {
      {{"tp=4"}, "'fp' is missing, the money for acting where it is not, a false alarm"},
      {{"fp=4"}, "'tp' is missing"},
      {{"4,-1"}, "'4' does not begin with tp=, fp=, tn= or fn="},
      {{"tp=1,fpr=2"}, "'fpr=2' does not begin with"},
      {{"tp=1,fp="}, "no amount stands behind 'fp='"},
      {{"tp=1,fp=2", "tp=3"}, "'tp' is given twice"},
      {{"tp=(1,fp=2"}, "a bracket is opened and not closed"},
      {{"tp=1),fp=2"}, "a bracket is closed that was not opened"},
      {{"tp='1,fp=2"}, "a quote is opened and not closed"},
      {{""}, "'tp' is missing"},
  };
  for (const Case& c : cases) {
    const Result<GainTexts> gains = ParseGains(c.texts);
    ASSERT_FALSE(gains) << c.texts[0];
    EXPECT_NE(gains.error().message.find(c.message), std::string::npos) << gains.error().message;
    EXPECT_EQ(gains.error().code, ErrorCode::kInvalidInput);
  }
}

}  // namespace
}  // namespace assay::objectives
