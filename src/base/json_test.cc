#include "base/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace assay::base {
namespace {

TEST(WriteJson, IsSafeInsideAScriptAndKeepsOrder) {
  const Json value = {{"b", "</script><img onerror=x>"}, {"a", "\xE2\x80\xA8\xE2\x80\xA9"}, {"c", "\x01\n\"\\"}, {"d", "bad\xFFutf"}};
  const std::string text = WriteJson(value);
  EXPECT_EQ(text, "{\"b\":\"\\u003c/script>\\u003cimg onerror=x>\",\"a\":\"\\u2028\\u2029\",\"c\":\"\\u0001\\n\\\"\\\\\",\"d\":\"bad\xEF\xBF\xBDutf\"}");
  const Result<Json> back = ParseJson(text, "test");
  ASSERT_TRUE(back);
  EXPECT_EQ((*back)["b"], value["b"]);
}

TEST(WriteJson, NumbersAreShortAndIndentIsForPeople) {
  EXPECT_EQ(WriteJson(Json{{"x", 1.0}, {"y", 0.1}, {"z", Json::array({1, 2})}}, 2), "{\n  \"x\": 1,\n  \"y\": 0.1,\n  \"z\": [1, 2]\n}");
}

TEST(ParseJson, NamesLineAndColumn) {
  const Result<Json> bad = ParseJson("{\"a\": 1,\n  \"b\": }", "file.json");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("file.json: line 2, column 8"), std::string::npos) << bad.error().message;
  EXPECT_FALSE(ParseJson("", "x"));
  EXPECT_FALSE(ParseJson("{} {}", "x"));
  EXPECT_FALSE(ParseJson(std::string(100, '[') + std::string(100, ']'), "x"));
}

}  // namespace
}  // namespace assay::base
