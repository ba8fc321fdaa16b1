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

// Runs `work` in a child process and returns its exit status.
template <class Work>
int InChild(Work work) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(work());
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Root may write anywhere, so a child gives its rights up first.
TEST_F(FileTest, AnUnwritableFolderIsAnErrorThatNamesThePath) {
  std::ofstream(folder_ / "log") << "line 1\n";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const int status = InChild([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 3;
    const Result<void> written = WriteFileAtomically(folder_ / "new.txt", "x");
    const Result<void> made = WriteFileAtomically(folder_ / "deeper" / "new.txt", "x");
    const Result<void> appended = AppendDurably(folder_ / "new-log", "x");
    const bool locked = FileLock::Acquire(folder_ / "lock").has_value();
    if (written || made || appended || locked) return 1;
    const Result<void> checked = CheckWritable(folder_ / "a" / "b");
    if (checked) return 4;
    for (const Result<void>* result : {&written, &made, &appended, &checked}) {
      if (result->error().code != ErrorCode::kIo || result->error().message.find(folder_.string()) == std::string::npos) return 2;
    }
    return 0;
  });
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

// A writer is killed at any moment; a reader sees the old or the new file, whole.
TEST_F(FileTest, AKillInMidWriteLeavesAWholeFile) {
  const fs::path path = folder_ / "state.json";
  const std::string old_bytes(300'000, 'o'), new_bytes(500'000, 'n');
  ASSERT_TRUE(WriteFileAtomically(path, old_bytes));
  for (int round = 0; round < 10; ++round) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      for (bool even = true;; even = !even) {
        if (!WriteFileAtomically(path, even ? new_bytes : old_bytes)) ::_exit(1);
      }
    }
    ::usleep(static_cast<useconds_t>(1000 + 1700 * round));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    const std::string bytes = *ReadFile(path);
    ASSERT_TRUE(bytes == old_bytes || bytes == new_bytes) << bytes.size();
  }
  // At most the one whole file that was killed between getting a name and taking the place of the old one, per round.
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    const std::string bytes = *ReadFile(entry.path());
    EXPECT_TRUE(bytes == old_bytes || bytes == new_bytes) << entry.path();
  }
}

TEST_F(FileTest, ALinkIsFollowedADeviceIsWrittenToAndAFolderIsRefused) {
  std::ofstream(folder_ / "target") << "old";
  fs::create_symlink(folder_ / "target", folder_ / "link");
  ASSERT_TRUE(WriteFileAtomically(folder_ / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(*ReadFile(folder_ / "target"), "new");
  EXPECT_TRUE(WriteFileAtomically("/dev/null", "gone"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  const Result<void> full = WriteFileAtomically("/dev/full", "x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kIo);
  const Result<void> folder = WriteFileAtomically(folder_, "x");
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().message.find("is a folder"), std::string::npos);
}

TEST_F(FileTest, TheLockKeepsOthersOutUntilItsObjectEnds) {
  const fs::path lock_path = folder_ / "deep" / "lock", log = folder_ / "log";
  // Each round reads, waits and writes back: without the lock, counts get lost.
  const auto count_up = [&] {
    for (int i = 0; i < 50; ++i) {
      const auto lock = FileLock::Acquire(lock_path);
      if (!lock) return 1;
      const Result<std::string> before = ReadFile(log);
      if (!WriteFileAtomically(log, std::to_string((before ? std::stoi(*before) : 0) + 1))) return 1;
    }
    return 0;
  };
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) ::_exit(count_up());
  EXPECT_EQ(count_up(), 0);
  int status = 1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(*ReadFile(log), "100");
  // A moved lock is held once and freed once.
  auto first = FileLock::Acquire(lock_path);
  ASSERT_TRUE(first);
  { const FileLock moved = std::move(*first); }
  EXPECT_TRUE(FileLock::Acquire(lock_path));
}

TEST_F(FileTest, KeepsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (const std::string& content : {std::string(), bytes, std::string(3'000'000, '\0')}) {
    ASSERT_TRUE(WriteFileAtomically(folder_ / "bytes", content));
    EXPECT_TRUE(*ReadFile(folder_ / "bytes") == content) << content.size();
  }
  ASSERT_TRUE(AppendDurably(folder_ / "new" / "log", "a\n"));
  ASSERT_TRUE(AppendDurably(folder_ / "new" / "log", std::string("b\0\n", 3)));
  EXPECT_EQ(*ReadFile(folder_ / "new" / "log"), std::string("a\nb\0\n", 5));
}

}  // namespace
}  // namespace assay::base
