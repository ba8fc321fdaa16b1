#include "charter/vague.h"

#include <gtest/gtest.h>

namespace assay::charter {
namespace {

TEST(Vague, AnswersWithoutWhatIsDue) {
  struct Case {
    const char *section, *key, *answer;
    bool vague;
  };
  const Case cases[] = {
      {"problem", "solve", "Warn passengers of a third of the late flights.", false},
      {"problem", "solve", "Warn 30 % of them", false},
      {"problem", "solve", "Make passengers happier with better warnings.", true},
      {"problem", "budget", "40,000 USD", false},
      {"problem", "budget", "$40000", false},
      {"problem", "budget", "40000", true},
      {"problem", "budget", "as little as possible", true},
      {"problem", "deadline", "2001-12-01", false},
      {"problem", "deadline", "by December 2001", false},
      {"problem", "deadline", "2001-13-01", true},
      {"problem", "deadline", "soon", true},
      {"problem", "know", "delays", true},
      {"problem", "know", "The chance that a flight is late.", false},
      {"project", "name", "TODO", true},
      {"project", "name", "?", true},
      {"project", "name", "Later flights on time", false},
      {"baselines.published", "source", "somebody", true},
      {"baselines.published", "source", "Doe, 2003", false},
      {"data.columns", "meaning", "miles", false},
  };
  for (const Case& c : cases) {
    const Field* field = FindField(c.section, c.key);
    ASSERT_NE(field, nullptr) << c.section << "." << c.key;
    EXPECT_EQ(!VagueReason(*field, c.answer).empty(), c.vague) << c.section << "." << c.key << " = " << c.answer;
  }
}

TEST(Vague, EveryExampleOfTheFieldTableIsAGoodAnswer) {
  for (const Field& field : Fields()) {
    const std::string example = field.example;
    if (field.kind != FieldKind::kText || example == "\"\"") continue;
    const std::string answer = example.substr(1, example.size() - 2);
    EXPECT_EQ(VagueReason(field, answer), "") << field.section << "." << field.key;
    EXPECT_EQ(WrongChoice(field, answer), "") << field.section << "." << field.key;
  }
}

TEST(Vague, ChoicesNameTheNearest) {
  const Field& direction = *FindField("phenomenon.hypotheses", "direction");
  EXPECT_EQ(WrongChoice(direction, "Higher"), "");
  EXPECT_NE(WrongChoice(direction, "highr").find("Did you mean 'higher'"), std::string::npos);
  const Field& known = *FindField("data.columns", "known");
  EXPECT_EQ(WrongChoice(known, "after landing"), "");
  EXPECT_NE(WrongChoice(known, "afterwards"), "");
  EXPECT_NE(WrongChoice(known, "sometimes"), "");
}

TEST(Vague, DatesInTexts) {
  EXPECT_EQ(DateIn("by 2001-12-01 at the latest"), "2001-12-01");
  EXPECT_EQ(DateIn("end of March 2002"), "2002-03-01");
  EXPECT_EQ(DateIn("12001-12-01"), "");
  EXPECT_EQ(DateIn("in May"), "");
}

}  // namespace
}  // namespace assay::charter
