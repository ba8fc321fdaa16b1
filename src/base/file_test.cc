#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace assay::base {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "assay-file-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(FileTest, WritesAndReadsBack) {
  const fs::path path = folder_ / "a" / "b.txt";
  ASSERT_TRUE(WriteFileAtomically(path, "one"));
  ASSERT_TRUE(WriteFileAtomically(path, "two"));
  EXPECT_EQ(*ReadFile(path), "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "a"), fs::directory_iterator()), 1);
}

TEST_F(FileTest, ErrorsNameThePath) {
  EXPECT_EQ(ReadFile(folder_ / "none").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(ReadFile(folder_));
  std::ofstream(folder_ / "file") << "x";
  const Result<void> below_a_file = WriteFileAtomically(folder_ / "file" / "x", "y");
  ASSERT_FALSE(below_a_file);
  EXPECT_NE(below_a_file.error().message.find("file"), std::string::npos);
}

// A file size limit stands for a full disk: the write fails part-way.
TEST_F(FileTest, AFullDiskLeavesTheOldFileAndNothingElse) {
  const fs::path path = folder_ / "keep.txt";
  ASSERT_TRUE(WriteFileAtomically(path, "old"));
  ASSERT_TRUE(AppendDurably(folder_ / "log", "line 1\n"));
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const bool refused = !WriteFileAtomically(path, std::string(5000, 'n')) && !AppendDurably(folder_ / "log", std::string(5000, 'l'));
    ::_exit(refused ? 0 : 1);
  }
  int status = 1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(*ReadFile(path), "old");
  EXPECT_EQ(*ReadFile(folder_ / "log"), "line 1\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

}  // namespace
}  // namespace assay::base
