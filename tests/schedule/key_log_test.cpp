#include "schedule/key_log.hpp"

#include "schedule/support.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace pavise::schedule {
namespace {

using namespace testing;

class Lines final : public KeyLog {
  public:
    std::vector<std::string> lines;
    void write_line(std::string_view line) noexcept override { lines.emplace_back(line); }
};

class FileKeyLogTest : public ::testing::Test {
  protected:
    std::filesystem::path folder_;
    std::string path_;

    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "pavise-key-log-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        path_ = (folder_ / "keys").string();
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::vector<std::string> lines() const {
        std::ifstream file(path_);
        std::vector<std::string> found;
        for (std::string line; std::getline(file, line);) found.push_back(line);
        return found;
    }
};

TEST(LogSecret, writes_label_random_and_secret_in_hex) {
    Lines log;
    log_secret(log, key_log_label::server_handshake_traffic_secret, from_hex("00ff10"), from_hex("abcdef"));
    ASSERT_EQ(log.lines.size(), 1u);
    EXPECT_EQ(log.lines[0], "SERVER_HANDSHAKE_TRAFFIC_SECRET 00ff10 abcdef");
}

TEST(LogSecret, leaves_out_what_does_not_fit_a_line) {
    Lines log;
    constexpr std::size_t most = (2048 - 1 - 2) / 2; // "L", two spaces, two digits a byte
    log_secret(log, "L", {}, ByteVector(most));
    EXPECT_EQ(log.lines.size(), 1u);
    log_secret(log, "L", {}, ByteVector(most + 1));
    EXPECT_EQ(log.lines.size(), 1u);
}

TEST(KeyLogTap, passes_secrets_on) {
    Lines log;
    KeyLogTap key_log_tap(log);
    wire::Tap& tap = key_log_tap;
    tap.on_message(wire::Direction::sent, from_hex("01"));
    tap.on_secret(key_log_label::exporter_master_secret, from_hex("01"), from_hex("02"));
    ASSERT_EQ(log.lines.size(), 1u);
    EXPECT_EQ(log.lines[0], "EXPORTER_SECRET 01 02");
}

TEST_F(FileKeyLogTest, begins_an_empty_file_with_a_comment_and_appends_to_another) {
    for (const std::string_view line : {"one", "two"}) {
        const auto log = FileKeyLog::open(path_);
        ASSERT_TRUE(log);
        (*log)->write_line(line);
    }
    const auto found = lines();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].substr(0, 2), "# ");
    EXPECT_EQ(found[1], "one");
    EXPECT_EQ(found[2], "two");
}

TEST_F(FileKeyLogTest, is_readable_by_its_owner_alone) {
    ASSERT_TRUE(FileKeyLog::open(path_));
    struct stat status{};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(FileKeyLogTest, says_why_a_file_cannot_be_opened) {
    const auto log = FileKeyLog::open((folder_ / "missing" / "keys").string());
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, ErrorCode::key_log_failed);
    EXPECT_EQ(log.error().detail, ENOENT);
}

TEST_F(FileKeyLogTest, keeps_the_lines_of_threads_and_sinks_whole) {
    constexpr std::size_t writers = 4;
    constexpr std::size_t lines_each = 200;
    std::set<std::string> written;
    for (std::size_t writer = 0; writer < writers; ++writer)
        for (std::size_t i = 0; i < lines_each; ++i)
            written.insert(std::string(150, static_cast<char>('a' + writer)) + std::to_string(i));
    {
        const auto one = FileKeyLog::open(path_);
        const auto other = FileKeyLog::open(path_);
        ASSERT_TRUE(one && other);
        std::vector<std::jthread> threads;
        for (std::size_t writer = 0; writer < writers; ++writer)
            threads.emplace_back([&, writer] {
                for (std::size_t i = 0; i < lines_each; ++i)
                    (writer % 2 == 0 ? *one : *other)
                        ->write_line(std::string(150, static_cast<char>('a' + writer)) + std::to_string(i));
            });
    }
    auto found = lines();
    ASSERT_EQ(found.size(), 1 + writers * lines_each);
    found.erase(found.begin());
    EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), written);
}

} // namespace
} // namespace pavise::schedule
