#include <gtest/gtest.h>

#include "lifecycle/frontier.h"

namespace assay::lifecycle {
namespace {

TEST(ParseFrontierObjective, TakesNameScoreAndGain) {
  struct Case {
    const char* text;
    const char* says;  // name|score|gain; "" = refused
  };
  const Case cases[] = {
      {"quality=p,rating", "quality|p|rating"},
      {" quality = p , rating ", "quality|p|rating"},
      {"quality=p", "quality|p|p"},
      {"a=least(p, 1),case when x = 'a,b' then 1 else 0 end", "a|least(p, 1)|case when x = 'a,b' then 1 else 0 end"},
      {"a=\"x,y\"", "a|\"x,y\"|\"x,y\""},
      {"a=p = 1", "a|p = 1|p = 1"},
      {"", ""},
      {"=", ""},
      {"a", ""},
      {"a=", ""},
      {"a=,", ""},
      {"a=p,", ""},
      {"a=,g", ""},
      {"=p", ""},
      {"a=p,g,h", ""},
  };
  for (const Case& c : cases) {
    const Result<evidence::FrontierObjective> parsed = ParseFrontierObjective(c.text);
    EXPECT_EQ(parsed ? parsed->name + "|" + parsed->score + "|" + parsed->gain : "", c.says) << c.text;
    EXPECT_TRUE(parsed || parsed.error().message.starts_with("--objective: '")) << c.text;
  }
}

TEST(ParseFrontierGuardrail, TakesNameExpressionAndBound) {
  struct Case {
    const char* text;
    const char* says;  // name|expression, then the sign; "" = refused
    double limit = 0;
  };
  const Case cases[] = {
      {"adult: nsfw <= 0.02", "adult|nsfw<=", 0.02},
      {"adult:nsfw>=-1e-3", "adult|nsfw>=", -1e-3},
      {"cheap: price <= 10 <= 0.5", "cheap|price <= 10<=", 0.5},
      {"cheap: price <= 10 >= 0.5", "cheap|price <= 10>=", 0.5},
      {"a: (x <= 1) <= 1", "a|(x <= 1)<=", 1},
      {"a: x = ':' <= 1", "a|x = ':'<=", 1},
      {"nsfw <= 0.02", ""},
      {"a: nsfw", ""},
      {"a: nsfw < 0.02", ""},
      {"a: nsfw <= b", ""},
      {"a: nsfw <=", ""},
      {"a: <= 1", ""},
      {": nsfw <= 1", ""},
      {"a <= 1: nsfw", ""},
      {"a: nsfw <= inf", ""},
      {"", ""},
  };
  for (const Case& c : cases) {
    const Result<evidence::FrontierGuardrail> parsed = ParseFrontierGuardrail(c.text);
    EXPECT_EQ(parsed ? parsed->name + "|" + parsed->expression + (parsed->at_least ? ">=" : "<=") : "", c.says) << c.text;
    EXPECT_EQ(parsed ? parsed->limit : 0, c.limit) << c.text;
    EXPECT_TRUE(parsed || parsed.error().message.starts_with("--guardrail: '")) << c.text;
  }
}

}  // namespace
}  // namespace assay::lifecycle
