// ./tincan copy-out: what it writes builds and serves, away from the
// repository, and has nothing in it that the stage does not need.
#include "tests/support/client.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace tincan::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

using Files = std::set<std::string>;  // by their paths below some folder

// A folder that is there for as long as this is.
class Folder {
public:
    Folder() {
        std::string name = fs::temp_directory_path() / "tincan copy XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::system_error(errno, std::generic_category(), name);
        }
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }

    fs::path operator/(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

struct Result {
    int status;
    std::string out, err;
};

Result run(const Command& command, const ProcessOptions& options = {}) {
    Process process(command, options);
    process.close_stdin();
    std::optional<Exit> exit = process.wait_exit(Deadline(400s));
    process.end();
    return {exit ? exit->code : -1, process.out(), process.err()};
}

Result copy_out(const std::string& stage, const fs::path& to) {
    return run({TINCAN_SOURCE_DIR "/tincan", "copy-out", stage, to});
}

Files files_below(const fs::path& folder) {
    Files files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files.insert(fs::relative(entry.path(), folder));
        }
    }
    return files;
}

// What the sources in the copy are made of, says the compiler. What it does
// not find it takes to be generated: packages may be missing here.
Files used_by_sources(const fs::path& copy) {
    Command command{TINCAN_COMPILER, "-std=c++20", "-MM", "-MG", "-I."};
    for (const std::string& file : files_below(copy)) {
        if (file.ends_with(".cpp")) command.push_back(file);
    }
    Result rules = run(command, {.directory = copy});
    EXPECT_EQ(rules.status, 0) << rules.err;
    std::istringstream words(rules.out);
    Files used;
    for (std::string word; words >> word;) {
        if (word.starts_with('0')) used.insert(word);
    }
    return used;
}

std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

// "03-select": a stage.
class CopyOut : public testing::TestWithParam<std::string> {
protected:
    CopyOut() {
        Result result = copy_out(GetParam(), copy_);
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_EQ(result.err, "");
    }

    bool is_of_stage(const std::string& file) const {
        return file.starts_with(GetParam() + "/");
    }

    Folder top_;
    fs::path copy_ = top_ / "a copy";
};

TEST_P(CopyOut, HasTheStageAndTheLicences) {
    fs::path original = fs::path(TINCAN_SOURCE_DIR) / GetParam();
    EXPECT_EQ(files_below(copy_ / GetParam()), files_below(original));
    EXPECT_EQ(read(copy_ / "LICENSE"), read(TINCAN_SOURCE_DIR "/LICENSE"));
    EXPECT_TRUE(fs::exists(copy_ / "LICENSE-TEXT"));
    EXPECT_EQ(read(copy_ / GetParam() / "README.md").find("](../"),
              std::string::npos)
        << "a link that leads nowhere";
}

TEST_P(CopyOut, HasOfLowerStagesJustWhatItUses) {
    Files there = files_below(copy_);
    Files used = used_by_sources(copy_);
    EXPECT_FALSE(used.empty());
    for (const std::string& file : used) {
        EXPECT_TRUE(there.contains(file)) << file << " is missing";
    }
    for (const std::string& file : there) {
        if (is_of_stage(file) || file.starts_with("LICENSE")) continue;
        fs::path path(file);
        if (path.extension() == ".hpp") {
            EXPECT_TRUE(used.contains(file)) << file << " is not used";
        } else if (path.extension() == ".cpp") {
            EXPECT_EQ(read(copy_ / file).find("int main("), std::string::npos)
                << file << " is a program";
        } else if (path.filename() == "CMakeLists.txt") {
            EXPECT_NE(read(copy_ / file).find("add_library("),
                      std::string::npos)
                << file << " is not used";
        } else {
            EXPECT_EQ(file, "01-blocking/stage.cmake");
        }
    }
}

TEST_P(CopyOut, BuildsAndServes) {
    bool chats = GetParam() == "07-chat";
    std::string program = chats ? "chat_server" : "echo_server";
    std::string target = GetParam().substr(0, 2) + "_" + program;
    fs::path build = top_ / "build";
    // As fast as can be: not optimised, and found in ccache, if there is one,
    // although the folder has another name each time.
    ProcessOptions options{.environment = {{"CCACHE_BASEDIR", top_ / ""},
                                           {"CCACHE_NOHASHDIR", "1"}}};
    Result planned =
        run({TINCAN_CMAKE, "-S", copy_ / GetParam(), "-B", build, "-G",
             TINCAN_GENERATOR, "-DCMAKE_CXX_COMPILER=" TINCAN_COMPILER,
             "-DCMAKE_CXX_COMPILER_LAUNCHER=" TINCAN_LAUNCHER,
             "-DCMAKE_BUILD_TYPE=Fast", "-DTINCAN_WERROR=ON"},
            options);
    ASSERT_EQ(planned.status, 0) << planned.out << planned.err;
    Result built = run(
        {TINCAN_CMAKE, "--build", build, "-j2", "--target", target}, options);
    ASSERT_EQ(built.status, 0) << built.out << built.err;

    Server server = Server::ours({build / program, "{port}"});
    Client client(server.endpoint());
    if (chats) {
        client.send("CONNECT Ann\n");
        EXPECT_TRUE(client.receive_line().starts_with("Welcome!"));
    } else {
        client.exchange("Is anybody there?\n");
    }
}

std::vector<std::string> stages() {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(TINCAN_SOURCE_DIR)) {
        std::string name = entry.path().filename();
        if (name.starts_with("0") && entry.is_directory()) all.push_back(name);
    }
    std::ranges::sort(all);
    return all;
}

INSTANTIATE_TEST_SUITE_P(, CopyOut, testing::ValuesIn(stages()),
                         [](const auto& stage) {
                             return "Stage" + stage.param.substr(0, 2);
                         });

void expect_refused(const Result& result, int status, std::string_view why) {
    EXPECT_EQ(result.status, status);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
}

TEST(CopyOutRefuses, AStageThatThereIsNot) {
    Folder top;
    expect_refused(copy_out("08", top / "copy"), 2, "no stage is called '08'");
    EXPECT_FALSE(fs::exists(top / "copy"));
}

TEST(CopyOutRefuses, AFolderWithSomethingInIt) {
    Folder top;
    std::ofstream(top / "mine") << "something of mine";
    expect_refused(copy_out("03", top / ""), 1, "is not empty");
    expect_refused(copy_out("03", top / "mine"), 1, "is not a folder");
    EXPECT_EQ(files_below(top / ""), Files{"mine"});
    EXPECT_EQ(read(top / "mine"), "something of mine");
}

TEST(CopyOutRefuses, TheRepository) {
    const fs::path inside = TINCAN_SOURCE_DIR "/a copy";
    expect_refused(copy_out("03", inside), 1, "inside of the repository");
    EXPECT_FALSE(fs::exists(inside));
    Folder top;
    fs::create_directory_symlink(TINCAN_SOURCE_DIR, top / "link");
    expect_refused(copy_out("03", top / "link/a copy"), 1,
                   "inside of the repository");
    EXPECT_FALSE(fs::exists(inside));
}

TEST(CopyOutRefuses, WhatCannotBeWritten) {
    expect_refused(copy_out("03", "/proc/copy"), 1,
                   "cannot write to /proc/copy");
}

TEST(CopyOutInto, AnEmptyFolder) {
    Folder top;
    EXPECT_EQ(copy_out("select", top / "").status, 0);
    EXPECT_TRUE(fs::exists(top / "03-select/echo_server.cpp"));
}

}  // namespace
}  // namespace tincan::test
