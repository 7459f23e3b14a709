// ./tincan on a machine of stand-ins: a copy of it in a folder of its own, and
// in place of apt-get, sudo, cmake, ninja and the programs, scripts that write
// into a log how they were called. Nothing is installed or built.
#include "tests/support/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace tincan::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::Test;

std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

fs::path find_in_path(const std::string& tool) {
    std::istringstream path(std::getenv("PATH"));
    for (std::string folder; std::getline(path, folder, ':');) {
        if (fs::path file = fs::path(folder) / tool; fs::exists(file)) {
            return file;
        }
    }
    throw std::runtime_error("these tests need " + tool);
}

// False for a zombie too.
bool runs(pid_t pid) {
    std::string stat = read("/proc/" + std::to_string(pid) + "/stat");
    return !stat.empty() && stat[stat.rfind(')') + 2] != 'Z';
}

struct Result {
    int status;
    std::string out, err;
};

class TincanCommand : public Test {
protected:
    TincanCommand() {
        fs::create_directories(checkout_);
        fs::create_directories(bin_);
        fs::copy_file(TINCAN_SOURCE_DIR "/tincan", checkout_ / "tincan");
        for (const char* stage : {"01-blocking", "03-select", "04-poll"}) {
            fs::create_directories(checkout_ / stage);
        }
        for (const char* tool :
             {"awk", "bash", "cat", "dirname", "env", "flock", "grep", "mkdir",
              "nproc", "readlink", "sed", "sh", "true"}) {
            fs::create_symlink(find_in_path(tool), bin_ / tool);
        }
        for (const char* tool : {"c++", "pkg-config", "ninja"}) {
            stand_in(bin_ / tool);
        }
        stand_in(bin_ / "cmake", ": >build/build.ninja");
        stand_in(build_ / "book/tour/tour", "echo \"$PWD\"");
        stand_in(build_ / "tests/contract/contract");
        // Some tests run as another user, who is to fill the folder.
        for (const fs::path& path : {top_, checkout_, build_}) {
            fs::permissions(path, fs::perms::all);
        }
    }

    ~TincanCommand() override { fs::remove_all(top_); }

    // A script that logs its name and arguments, then does `action`.
    void stand_in(const fs::path& file, const std::string& action = "") {
        fs::create_directories(file.parent_path());
        std::ofstream(file)
            << "#!/bin/sh\necho " << file.filename() << " \"$@\""
            << " >>'" << log_.native() << "'\n"
            << action << "\n";
        fs::permissions(file, fs::perms(0755));
    }

    // Starts it, at no terminal.
    Process start(const Command& arguments, const std::string& directory = "/",
                  Command how = {}) const {
        how.push_back(command_);
        how.insert(how.end(), arguments.begin(), arguments.end());
        return Process(
            how,
            {.environment = {{"PATH", bin_}, {"CDPATH", "/:/usr"}, {"CI", ""}},
             .directory = directory,
             .limits = {}});
    }

    // The same with nothing on its stdin, to its end.
    Result run(const Command& arguments, const std::string& directory = "/",
               const Command& how = {}) const {
        Process process = start(arguments, directory, how);
        process.close_stdin();
        std::optional<Exit> exit = process.wait_exit(Deadline(20s));
        process.end();
        if (!exit) throw std::runtime_error("./tincan does not end");
        return {exit->code, process.out(), process.err()};
    }

    // The same as somebody who is not root.
    Result run_as_user(const Command& arguments) const {
        if (geteuid() != 0) return run(arguments);
        return run(arguments, "/",
                   {find_in_path("setpriv"), "--reuid=65534", "--regid=65534",
                    "--clear-groups"});
    }

    std::string log() const { return read(log_); }

    fs::path top_ = fs::temp_directory_path() /
                    ("tincan command " + std::to_string(getpid()));
    fs::path checkout_ = top_ / "a checkout";
    fs::path build_ = checkout_ / "build";
    fs::path bin_ = top_ / "bin";
    fs::path log_ = top_ / "log";
    fs::path command_ = checkout_ / "tincan";
};

TEST_F(TincanCommand, HelpNamesEveryCommand) {
    for (const Command& arguments : {Command{},
                                     {"help"},
                                     {"--help"},
                                     {"check", "--help"},
                                     {"copy-out", "-h"}}) {
        Result result = run(arguments);
        EXPECT_EQ(result.status, 0);
        for (const char* name :
             {"tour", "test", "check", "chat", "bench", "copy-out", "setup"}) {
            EXPECT_TRUE(contains(result.out, std::string("\n  ") + name));
        }
    }
    EXPECT_EQ(log(), "");
}

TEST_F(TincanCommand, WrongArgumentsAreOneLineAndExit2) {
    for (const Command& arguments : {Command{"nonsense"},
                                     {"setup", "all"},
                                     {"tour", "08"},
                                     {"tour", "3-select"},
                                     {"tour", ""},
                                     {"tour", "*"},
                                     {"tour", "03", "nonsense"},
                                     {"test", "99"},
                                     {"test", "03", "04"},
                                     {"check"},
                                     {"check", "03"},
                                     {"check", "03", "--"},
                                     {"check", "03", "--only", "idle"},
                                     {"check", "0x", "--", "cat", "{port}"},
                                     {"check", "03", "--", "cat"},
                                     {"chat", "Ann", "Bob"},
                                     {"copy-out"},
                                     {"copy-out", "03"},
                                     {"copy-out", "03", ""},
                                     {"copy-out", "03", "a", "b"},
                                     {"copy-out", "08", "/nowhere/a"},
                                     {"setup\nrm"}}) {
        Result result = run(arguments);
        EXPECT_EQ(result.status, 2) << to_string(arguments);
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    }
    EXPECT_EQ(log(), "") << "nothing was to be installed or built";
}

TEST_F(TincanCommand, BuildsWhatTheCommandNeedsAndRunsIt) {
    Result result = run({"check", "3", "--", "my server", "{port}"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(log(),
              "cmake --fresh --preset dev -D TINCAN_EXERCISES=OFF\n"
              "ninja -C " +
                  build_.native() +
                  " contract\n"
                  "contract --check 03 -- my server {port}\n");
}

TEST_F(TincanCommand, AStageHasSeveralNames) {
    run({"tour", "1", "03", "03-select", "select", "se-lect"});
    EXPECT_TRUE(log().ends_with("tour 01 03 03 03 03\n")) << log();
}

TEST_F(TincanCommand, StaysInTheDirectoryItIsCalledFrom) {
    fs::create_directory_symlink(checkout_, top_ / "link");
    fs::create_symlink(command_, top_ / "tincan");
    for (const fs::path& called :
         {command_, top_ / "link/tincan", top_ / "tincan"}) {
        command_ = called;
        Result result = run({"tour", "03", "--svg", "figures"}, "/usr");
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_EQ(result.out, "/usr\n");
        EXPECT_TRUE(log().ends_with("tour 03 --svg figures\n")) << log();
    }
}

TEST_F(TincanCommand, PlansTheBuildOnceForEachPlace) {
    run({"tour"});
    run({"tour"});
    EXPECT_TRUE(contains(log(), "cmake"));
    EXPECT_EQ(log().find("cmake"), log().rfind("cmake"));

    fs::rename(checkout_, top_ / "moved");
    command_ = top_ / "moved/tincan";
    run({"tour"});
    EXPECT_NE(log().find("cmake"), log().rfind("cmake"));
}

TEST_F(TincanCommand, FailuresOfCmakeAndNinjaAreShown) {
    stand_in(bin_ / "ninja", "echo FAILED: something; exit 1");
    Result result = run({"tour"});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "FAILED: something\n")) << result.err;

    stand_in(bin_ / "cmake", "echo No such thing >&2; exit 1");
    fs::remove(build_ / "build.ninja");
    result = run({"tour"});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "No such thing\n")) << result.err;
}

TEST_F(TincanCommand, WithoutAptNamesWhatIsMissingAndChangesNothing) {
    fs::remove(bin_ / "c++");
    fs::remove(bin_ / "ninja");
    Result result = run({"tour"});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "\n  g++ ")) << result.err;
    EXPECT_TRUE(contains(result.err, "\n  ninja-build ")) << result.err;
    EXPECT_FALSE(contains(result.err, "\n  cmake ")) << result.err;
    EXPECT_EQ(log(), "");
}

TEST_F(TincanCommand, AFolderOfThatNameIsNoProgram) {
    fs::remove(bin_ / "ninja");
    fs::create_directory(top_ / "ninja");
    Result result = run({"tour"}, top_);
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "\n  ninja-build ")) << result.err;
}

// In place of apt-get: reports as the real one does, and brings ninja.
const char* const kApt = R"(
case $* in *'install ninja-build')
    echo pmstatus:ninja-build:50.0:Unpacking ninja-build
    mv "$0.ninja" "${0%/*}/ninja";;
esac)";
const char* const kSudo = R"(
[ "$1" != -n ] || shift
exec "$@")";

class WithoutNinja : public TincanCommand {
protected:
    WithoutNinja() {
        fs::create_symlink(find_in_path("mv"), bin_ / "mv");
        fs::rename(bin_ / "ninja", bin_ / "apt-get.ninja");
        fs::permissions(bin_, fs::perms::all);
        stand_in(bin_ / "apt-get", kApt);
    }
};

TEST_F(WithoutNinja, SaysWhatItInstallsThenInstallsThenBuilds) {
    stand_in(bin_ / "sudo", kSudo);
    Result result = run_as_user({"tour"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(contains(result.err, "installing 50 %\n")) << result.err;
    EXPECT_LT(result.err.find("ninja-build"), result.err.find("installing"));
    EXPECT_TRUE(contains(log(), "install ninja-build\n")) << log();
    EXPECT_TRUE(log().ends_with("tour\n")) << log();
}

TEST_F(WithoutNinja, WhoMayNotInstallIsToldWhatToRun) {
    for (bool sudo_wants_a_password : {false, true}) {
        if (sudo_wants_a_password) stand_in(bin_ / "sudo", "exit 1");
        Result result = run_as_user({"tour"});
        EXPECT_EQ(result.status, 1);
        EXPECT_TRUE(contains(result.err, "sudo apt-get install ninja-build\n"))
            << result.err;
        EXPECT_FALSE(contains(log(), "apt-get")) << log();
    }
}

TEST_F(WithoutNinja, WhenAptFailsNothingIsBuilt) {
    stand_in(bin_ / "apt-get", "echo 'E: no network' >&2; exit 100");
    stand_in(bin_ / "sudo", kSudo);
    Result result = run_as_user({"tour"});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "E: no network\n")) << result.err;
    EXPECT_TRUE(contains(result.err, "apt-get install ninja-build\n"))
        << result.err;
    EXPECT_FALSE(contains(log(), "cmake")) << log();
}

class Chat : public TincanCommand {
protected:
    Chat() {
        for (const char* tool : {"setpriv", "sleep"}) {
            fs::create_symlink(find_in_path(tool), bin_ / tool);
        }
        stand_in(build_ / "07-chat/chat_server",
                 "echo $$ $PPID >>'" + servers_.native() +
                     "'\n"
                     "echo listening on 127.0.0.1:4040\n"
                     "exec sleep 1000");
        stand_in(build_ / "07-chat/chat_client", "echo here; exec cat");
    }

    // Waits until the client runs: before, it is still ./tincan.
    static void joins(Process& client) {
        client.wait_for_line("here", Deadline(10s));
    }

    // The servers ever started, each with its parent.
    std::vector<std::pair<pid_t, pid_t>> servers() const {
        std::vector<std::pair<pid_t, pid_t>> all;
        std::ifstream in(servers_);
        for (std::pair<pid_t, pid_t> one; in >> one.first >> one.second;) {
            all.push_back(one);
        }
        return all;
    }

    fs::path servers_ = top_ / "servers";
};

TEST_F(Chat, TheFirstBringsTheServerAndTheLastTakesItAway) {
    Process ann = start({"chat", "Ann"});
    Process bob = start({"chat", "Bob"});
    joins(ann);
    joins(bob);
    ASSERT_EQ(servers().size(), 1U);
    pid_t server = servers()[0].first;
    EXPECT_TRUE(contains(log(), "chat_client 127.0.0.1 4040 --name Bob\n"))
        << log();

    ::kill(-ann.pid(), SIGINT);  // as Ctrl-C does: to the process group
    ASSERT_TRUE(ann.wait_exit(Deadline(10s)));
    EXPECT_TRUE(runs(server));

    bob.close_stdin();
    ASSERT_TRUE(bob.wait_exit(Deadline(10s)));
    EXPECT_TRUE(eventually([&] { return !runs(server); }, Deadline(10s)));

    Process cid = start({"chat", "Cid"});
    joins(cid);
    EXPECT_EQ(servers().size(), 2U);
}

TEST_F(Chat, KilledClientsCountAsGone) {
    Process ann = start({"chat", "Ann"});
    joins(ann);
    ann.signal(SIGKILL);
    pid_t server = servers().at(0).first;
    EXPECT_TRUE(eventually([&] { return !runs(server); }, Deadline(10s)));
}

TEST_F(Chat, WithItsKeeperTheServerEndsToo) {
    Process ann = start({"chat", "Ann"});
    joins(ann);
    auto [server, keeper] = servers().at(0);
    ::kill(keeper, SIGKILL);
    EXPECT_TRUE(
        eventually([&, pid = server] { return !runs(pid); }, Deadline(10s)));
}

TEST_F(Chat, AServerThatFailsIsReported) {
    stand_in(build_ / "07-chat/chat_server", "echo 'no more ports'; exit 1");
    Result result = run({"chat", "Ann"});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "no more ports")) << result.err;
}

}  // namespace
}  // namespace tincan::test
