#include "charter/policy.h"

#include <gtest/gtest.h>

namespace assay::charter {
namespace {

Policy Example() {
  Policy policy;
  policy.version = 3;
  policy.query = "year(\"Release Date\")";
  policy.objectives = {{"quality", 0.6, 0.1, 1, 0.376, "linear", "ab12"}, {"engage \"ment\"", 0.4, 0, 1, 31738964.559469443, "biggest budget first", "cd34"}};
  policy.filter = "not blocked";
  policy.guardrails = {{"R-rated", "rating = 'R'", 0.45, false}, {"small films", "budget < 1", 0.1, true}};
  return policy;
}

TEST(Policy, ReadsBackAsItWasWritten) {
  const std::string text = WritePolicy(Example(), "Films");
  const Result<Policy> read = ParsePolicy(text, "policy.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(WritePolicy(*read, "Films"), text);
  EXPECT_EQ(read->objectives[1].name, "engage \"ment\"");
  EXPECT_EQ(read->objectives[1].scale, 31738964.559469443);
  EXPECT_EQ(read->filter, "not blocked");
  EXPECT_EQ(read->guardrails[0].limit, 0.45);
  EXPECT_TRUE(read->guardrails[0].Holds(0.45) && !read->guardrails[0].Holds(0.46));
  EXPECT_TRUE(read->guardrails[1].Holds(0.1) && !read->guardrails[1].Holds(0.09));
}

TEST(Policy, OfSingleRowsHasAThresholdInPlaceOfLists) {
  Policy policy = Example();
  policy.query = "";
  policy.threshold = 0.1234567;
  policy.objectives[0].calibration = "linear";
  policy.objectives[0].intercept = -0.25;
  policy.objectives[0].slope = 1.5;
  const std::string text = WritePolicy(policy, "Films");
  const Result<Policy> read = ParsePolicy(text, "policy.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->threshold, 0.1234567);
  EXPECT_EQ(read->objectives[0].intercept, -0.25);
  EXPECT_EQ(read->objectives[1].calibration, "");
  EXPECT_EQ(WritePolicy(*read, "Films"), text);
}

TEST(Policy, SaysWhatIsWrong) {
  const std::string good = WritePolicy(Example(), "Films");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    if (to.starts_with("guardrails")) text.resize(text.find("[[guardrails]]"));
    text.replace(text.find(from), from.size(), to);
    const Result<Policy> read = ParsePolicy(text, "policy.toml");
    return read ? std::string("read") : read.error().message;
  };
  struct Case {
    const char *from, *to, *expected;
  };
  for (const Case& c : std::vector<Case>{{"weight = 0.6", "weight = 0.01", "line 10: the weight of 'quality' is 0.01, of all weights 0.02439, outside its bounds 0.1 to 1"},
                                         {"weight = 0.6", "weight = \"0.6\"", "'objectives.weight' must be a number without quotes"},
                                         {"weight = 0.6", "weigth = 0.6", "'objectives.weight' is missing"},
                                         {"k = 10", "k = 10.5", "'k' must be a whole number"},
                                         {"k = 10", "kk = 10", "there is no key 'kk'. Did you mean 'k'?"},
                                         {"blend = \"sum\"", "blend = \"mean\"", "'blend' is \"mean\", expected one of sum, product, multiplier"},
                                         {"blend = \"sum\"", "blend = \"multiplier\"", "'multiplier' is missing"},
                                         {"scale = 0.376", "scale = 0", "'objectives.scale' is 0, expected 1e-100 to 1e+100"},
                                         {"version = 3", "version = ", "not valid TOML"},
                                         {"[[objectives]]\nname = \"quality\"", "[[objective]]\nname = \"quality\"", "there is no key 'objective'. Did you mean 'objectives'?"},
                                         {"k = 10", "guardrails = 3\nk = 10", "write [[guardrails]] above each"}}) {
    EXPECT_NE(with(c.from, c.to).find(c.expected), std::string::npos) << c.to << ": " << with(c.from, c.to);
  }
  Policy twice = Example();
  twice.objectives[1].name = "quality";
  EXPECT_NE(ParsePolicy(WritePolicy(twice, "Films"), "p").error().message.find("the objective 'quality' stands there twice"), std::string::npos);
  EXPECT_NE(with("limit = 0.45", "limit = 0.45\nleast = 0.1").find("has both a limit and a least value"), std::string::npos);
  EXPECT_NE(with("k = 10", "k = 10\nthreshold = 1").find("is of lists, and this policy decides single rows by a threshold"), std::string::npos);
  EXPECT_NE(ParsePolicy("version = 1\nquery = \"q\"\nobjectives = []\n", "p").error().message.find("two or more"), std::string::npos);
}

}  // namespace
}  // namespace assay::charter
