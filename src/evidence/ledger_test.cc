#include "evidence/ledger.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/file.h"

namespace assay::evidence {
namespace {

namespace fs = std::filesystem;

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "assay-ledger-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Bytes() const { return *base::ReadFile(folder_ / "ledger.jsonl"); }
  void Overwrite(const std::string& bytes) const { std::ofstream(folder_ / "ledger.jsonl", std::ios::binary) << bytes; }

  // `work(0)` and `work(1)` at once; both must give true.
  static void InTwoProcesses(const std::function<bool(int)>& work) {
    std::vector<pid_t> children;
    for (int child = 0; child < 2; ++child) {
      const pid_t pid = ::fork();
      ASSERT_GE(pid, 0);
      if (pid == 0) ::_exit(work(child) ? 0 : 1);
      children.push_back(pid);
    }
    for (const pid_t pid : children) {
      int status = 0;
      ASSERT_EQ(::waitpid(pid, &status, 0), pid);
      EXPECT_EQ(status, 0);
    }
  }

  fs::path folder_;
};

TEST_F(LedgerTest, AppendsAChainThatReadsBack) {
  Ledger ledger(folder_);
  EXPECT_TRUE(ledger.Read()->records.empty());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ledger.Append("report", Json{{"i", i}, {"x", 0.1}}));
  const Result<LedgerState> state = ledger.Read();
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_EQ(state->records.size(), 5U);
  EXPECT_EQ(state->records[0].previous, std::string(64, '0'));
  EXPECT_EQ(state->records[4].body["i"], 4);
  EXPECT_EQ(state->head, state->records[4].hash);
  EXPECT_TRUE(ledger.CheckHead(*state, state->records[2].hash));
  EXPECT_TRUE(ledger.CheckHead(*state, state->head.substr(0, 12)));
}

TEST_F(LedgerTest, AnyChangeIsFoundAtItsLine) {
  Ledger ledger(folder_);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(ledger.Append("report", Json{{"word", "alpha"}}));
  const std::string good = Bytes();
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < good.size();) {
    const std::size_t end = good.find('\n', begin) + 1;
    lines.push_back(good.substr(begin, end - begin));
    begin = end;
  }
  const auto changed = [&](std::size_t line, const std::string& from, const std::string& to) {
    std::vector<std::string> copy = lines;
    copy[line].replace(copy[line].find(from), from.size(), to);
    return copy[0] + copy[1] + copy[2] + copy[3];
  };
  struct Case {
    const char* what;
    std::string bytes;
    const char* names;
  };
  const Case cases[] = {
      {"a changed value", changed(1, "alpha", "alphb"), "line 2"},
      {"a blank added", changed(2, "\"body\":", "\"body\": "), "line 3"},
      {"a changed time", changed(2, "\"time\":\"2", "\"time\":\"1"), "line 3"},
      {"a changed seal", changed(1, "\"seal\":\"", "\"seal\":\"0"), "line 2"},
      {"a record removed", lines[0] + lines[2] + lines[3], "line 2"},
      {"two records swapped", lines[1] + lines[0] + lines[2] + lines[3], "line 1"},
      {"a record twice", lines[0] + lines[0] + lines[1], "line 2"},
      {"a line of something else", lines[0] + "{\"a\":1}\n", "line 2"},
      {"not JSON", lines[0] + "hello\n", "line 2"},
  };
  for (const Case& c : cases) {
    Overwrite(c.bytes);
    const Result<LedgerState> state = ledger.Read();
    ASSERT_FALSE(state) << c.what;
    EXPECT_NE(state.error().message.find(c.names), std::string::npos) << c.what << ": " << state.error().message;
  }
  // Cutting off the end keeps the chain whole; only a head noted elsewhere shows it.
  Overwrite(lines[0] + lines[1]);
  EXPECT_TRUE(ledger.Read());
  Overwrite(good);
  const std::string head = ledger.Read()->head;
  Overwrite(lines[0] + lines[1]);
  EXPECT_FALSE(ledger.CheckHead(*ledger.Read(), head));
}

TEST_F(LedgerTest, ATornLastLineIsSetAsideWithANotice) {
  Ledger ledger(folder_);
  ASSERT_TRUE(ledger.Append("report", Json{{"i", 1}}));
  const std::string whole = Bytes();
  for (const std::size_t cut : {std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
    fs::remove(folder_ / "ledger.torn");
    Overwrite(whole + whole.substr(0, cut));
    const Result<LedgerState> before = ledger.Read();
    ASSERT_TRUE(before) << before.error().message;
    EXPECT_NE(before->notice, "");
    EXPECT_EQ(before->records.size(), 1U);
    ASSERT_TRUE(ledger.Append("report", Json{{"i", 2}}));
    const Result<LedgerState> after = ledger.Read();
    ASSERT_TRUE(after) << after.error().message;
    ASSERT_EQ(after->records.size(), 3U);
    EXPECT_EQ(after->records[1].kind, "notice");
    EXPECT_EQ(after->records[2].body["i"], 2);
    EXPECT_EQ(*base::ReadFile(folder_ / "ledger.torn"), whole.substr(0, cut) + "\n");
  }
}

TEST_F(LedgerTest, ALineLongerThanTheReadStepIsFoundWhole) {
  Ledger ledger(folder_);
  ASSERT_TRUE(ledger.Append("report", Json{{"text", std::string(200'000, 'x')}}));
  ASSERT_TRUE(ledger.Append("report", Json{{"i", 2}}));
  ASSERT_TRUE(ledger.Append("report", Json{{"text", std::string(70'000, 'y')}}));
  ASSERT_TRUE(ledger.Append("report", Json{{"i", 4}}));
  EXPECT_EQ(ledger.Read()->records.size(), 4U);
}

TEST_F(LedgerTest, EqualWorkGivesEqualHeadsAtAnyHour) {
  const fs::path other = folder_ / "other";
  Ledger first(folder_), second(other);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(first.Append("report", Json{{"i", i}}));
  ::sleep(1);  // the next second
  ASSERT_TRUE(second.AppendAll({{"report", Json{{"i", 0}}}, {"report", Json{{"i", 1}}}, {"report", Json{{"i", 2}}}}));
  const Result<LedgerState> a = first.Read(), b = second.Read();
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->head, b->head);
  EXPECT_NE(a->seal, b->seal) << "the times differ, and the seal covers them";
  EXPECT_TRUE(second.CheckHead(*b, b->seal));
  EXPECT_FALSE(second.CheckHead(*b, a->seal));
  EXPECT_FALSE(second.CheckHead(*b, b->head.substr(0, 7))) << "too short to mean anything";
}

TEST_F(LedgerTest, TwoProcessesAppendingTenThousandRecordsLoseNone) {
  const int each = 5000;
  InTwoProcesses([&](int child) {
    Ledger ledger(folder_);
    for (int i = 0; i < each; ++i) {
      if (!ledger.Append("report", Json{{"child", child}, {"i", i}})) return false;
    }
    return true;
  });
  const Result<LedgerState> state = Ledger(folder_).Read();
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_EQ(state->records.size(), static_cast<std::size_t>(2 * each));
  int next[2] = {0, 0};
  for (const LedgerRecord& record : state->records) {
    const int child = record.body["child"].get<int>();
    EXPECT_EQ(record.body["i"].get<int>(), next[child]++);
  }
}

TEST_F(LedgerTest, WhatTwoProcessesCountAtOnceIsCountedOnce) {
  const int each = 100;
  InTwoProcesses([&](int) {
    Ledger ledger(folder_);
    for (int i = 0; i < each; ++i) {
      if (!ledger.AppendAfter([](const LedgerState& before) { return LedgerEntry{"opened", Json{{"opening", before.records.size() + 1}}}; })) return false;
    }
    return true;
  });
  const Result<LedgerState> state = Ledger(folder_).Read();
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_EQ(state->records.size(), static_cast<std::size_t>(2 * each));
  for (const LedgerRecord& record : state->records) EXPECT_EQ(record.body["opening"].get<std::int64_t>(), record.number);
}

// Killed at random moments, the ledger still reads: every record acknowledged before the kill is there.
TEST_F(LedgerTest, AKillInMidWriteLosesNothingAcknowledged) {
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 20; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      ::close(pipe_ends[0]);
      Ledger ledger(folder_);
      for (;;) {
        if (!ledger.Append("report", Json{{"text", std::string(3000, 'z')}})) ::_exit(1);
        if (::write(pipe_ends[1], "+", 1) != 1) ::_exit(1);
      }
    }
    ::close(pipe_ends[1]);
    ::usleep(static_cast<useconds_t>(2000 + 1700 * round));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    char sink[4096];
    for (ssize_t n = ::read(pipe_ends[0], sink, sizeof sink); n > 0; n = ::read(pipe_ends[0], sink, sizeof sink)) acknowledged += n;
    ::close(pipe_ends[0]);
    const Result<LedgerState> state = Ledger(folder_).Read();
    ASSERT_TRUE(state) << state.error().message;
    const auto reports = std::count_if(state->records.begin(), state->records.end(), [](const LedgerRecord& r) { return r.kind == "report"; });
    ASSERT_GE(reports, acknowledged);
  }
  EXPECT_GT(acknowledged, 0);
}

TEST_F(LedgerTest, AnUnwritableFolderIsSaidSo) {
  std::ofstream(folder_ / "file") << "x";
  const Result<LedgerRecord> record = Ledger(folder_ / "file" / "below").Append("report", Json::object());
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, ErrorCode::kIo);
  EXPECT_NE(record.error().message.find("file"), std::string::npos);
}

TEST(CompareBodies, NamesEveryPathThatDiffersAndLeavesTimingOut) {
  const Json before = {{"a", 1}, {"items", Json::array({Json{{"v", "x"}}, Json{{"v", "y"}}})}, {"timing", {{"seconds", 1}}}, {"gone", true}};
  const Json after = {{"a", 1}, {"items", Json::array({Json{{"v", "x"}}, Json{{"v", "z"}}, 3})}, {"timing", {{"seconds", 2}}}, {"come", 0.5}};
  std::vector<std::string> seen;
  for (const BodyDifference& d : CompareBodies(before, after)) seen.push_back(d.path + ":" + d.before + ">" + d.after);
  EXPECT_EQ(seen, (std::vector<std::string>{"items[1].v:\"y\">\"z\"", "items[2]:>3", "gone:true>", "come:>0.5"}));
}

}  // namespace
}  // namespace assay::evidence
