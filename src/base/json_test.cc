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

TEST(WriteJson, RepairsOnlyTheBytesThatAreNotUtf8) {
  EXPECT_EQ(WriteJson(Json("\xC3\xA9\xFF\xE2\x82\xAC")), "\"\xC3\xA9\xEF\xBF\xBD\xE2\x82\xAC\"");
  EXPECT_EQ(WriteJson(Json("cut \xE2\x82")), "\"cut \xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(WriteJson(Json{{"k\xFF", 1}}), "{\"k\xEF\xBF\xBD\":1}");
}

TEST(WriteJson, EveryDoubleReadsBackTheSame) {
  for (const double value : {0.1, -1e-7, 1e300, 5e-324, 1.7976931348623157e308, 9007199254740993.0, -0.0, 1.0 / 3}) {
    const Result<Json> back = ParseJson(WriteJson(Json(value)), "x");
    ASSERT_TRUE(back) << value;
    EXPECT_EQ(back->get<double>(), value);
  }
  EXPECT_EQ(WriteJson(Json(INT64_MAX)), "9223372036854775807");
  EXPECT_EQ(WriteJson(Json(UINT64_MAX)), "18446744073709551615");
}

TEST(WriteJson, EmptyThingsAndNesting) {
  EXPECT_EQ(WriteJson(Json::object(), 2), "{}");
  EXPECT_EQ(WriteJson(Json::array(), 2), "[]");
  EXPECT_EQ(WriteJson(Json(nullptr)), "null");
  EXPECT_EQ(WriteJson(Json{{"a", Json::array({Json{{"b", true}}})}}, 2), "{\n  \"a\": [\n    {\n      \"b\": true\n    }\n  ]\n}");
}

TEST(ParseJson, ReadsEscapesAndKeepsOrder) {
  const Result<Json> value = ParseJson(R"({"z": "\u00e9\ud83d\ude00\n\"\\\/", "a": -1.5e3, "m": [true, null]})", "x");
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["z"], "\xC3\xA9\xF0\x9F\x98\x80\n\"\\/");
  EXPECT_EQ((*value)["a"], -1500);
  EXPECT_EQ(value->begin().key(), "z");
}

TEST(ParseJson, BadTextsAreErrorsWithAPlace) {
  struct Case {
    const char* text;
    const char* place;
  };
  const Case cases[] = {
      {"[1,]", "line 1, column 4"},  {"{\"a\" 1}", "line 1, column 6"},      {"[1\n2]", "line 2, column 1"},
      {"nul", "line 1, column 4"},   {"\"open", "line 1"},                   {"[\"\x01\"]", "line 1"},
      {"\"\\ud800\"", "line 1"},     {"\"\xFF\"", "line 1"},                 {"01", "line 1, column 2"},
      {"{\"a\":1}}", "line 1, column 8"},
  };
  for (const Case& c : cases) {
    const Result<Json> value = ParseJson(c.text, "file.json");
    ASSERT_FALSE(value) << c.text;
    EXPECT_EQ(value.error().code, ErrorCode::kInvalidInput) << c.text;
    EXPECT_EQ(value.error().message.rfind("file.json: ", 0), 0U) << value.error().message;
    EXPECT_NE(value.error().message.find(c.place), std::string::npos) << c.text << ": " << value.error().message;
  }
}

TEST(ParseJson, DepthEndsAtSixtyFour) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(ParseJson(nested(64), "x"));
  EXPECT_EQ(ParseJson(nested(66), "x").error().code, ErrorCode::kTooLarge);
  EXPECT_FALSE(ParseJson(nested(1'000'000), "x"));
}

}  // namespace
}  // namespace assay::base
