// A PostgreSQL server of the test's own: a new cluster in a temporary folder,
// reached through a socket there and no port. Stopped, and the folder gone, on
// every path.
#pragma once

#include "tests/support/process.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace tincan::test {

class Cluster {
public:
    Cluster() {
        using namespace std::chrono_literals;
        if (geteuid() == 0) hand_over();
        Process initdb(as_owner({TINCAN_POSTGRES_BIN "/initdb", "--pgdata",
                                 data_, "--username", "ann", "--auth", "trust",
                                 "--encoding", "UTF8", "--locale", "C.UTF-8",
                                 "--no-sync", "--no-instructions"}));
        std::optional<Exit> exit = initdb.wait_exit(Deadline(60s));
        if (!exit || exit->code != 0) {
            initdb.end();
            std::filesystem::remove_all(folder_);
            throw std::runtime_error("initdb: " + initdb.out() + initdb.err());
        }
        start();
    }
    Cluster(const Cluster&) = delete;
    ~Cluster() {
        if (server_) stop(SIGQUIT);
        std::filesystem::remove_all(folder_);
    }

    void start() {
        using namespace std::chrono_literals;
        server_.emplace(
            as_owner({"sh", "-c", "exec \"$0\" \"$@\" 2>&1",
                      TINCAN_POSTGRES_BIN "/postgres", "-D", data_, "-k",
                      folder_, "-c", "listen_addresses=", "-c", "fsync=off",
                      "-c", "max_connections=20", "-c", "autovacuum=off"}));
        server_->wait_for_line("ready to accept connections", Deadline(60s));
    }

    // Ends the server by `signal`: SIGINT is polite to clients, SIGQUIT is
    // not, SIGKILL is like a power cut.
    void stop(int signal) {
        using namespace std::chrono_literals;
        server_->signal(signal);
        server_->wait_exit(Deadline(20s));
        server_->end();
        server_.reset();
    }
    void signal(int number) const { server_->signal(number); }

    // Goes with the cluster.
    const std::string& folder() const { return folder_; }

    // As libpq takes it.
    std::string conninfo() const {
        return fmt::format("host={} user=ann dbname=postgres", folder_);
    }

private:
    static std::string make_folder() {
        std::string name =
            std::filesystem::temp_directory_path() / "tincan-sql-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("mkdtemp failed: " + name);
        }
        return name;
    }

    // PostgreSQL refuses to be run by root.
    void hand_over() {
        const passwd* nobody = ::getpwnam("nobody");
        if (nobody == nullptr ||
            ::chown(folder_.c_str(), nobody->pw_uid, nobody->pw_gid) == -1) {
            throw std::runtime_error("cannot give " + folder_ + " to nobody");
        }
        // Ends with us all the same: changing the user forgets who asked.
        owner_ = {"setpriv", fmt::format("--reuid={}", nobody->pw_uid),
                  fmt::format("--regid={}", nobody->pw_gid), "--clear-groups",
                  "--pdeathsig=QUIT"};
    }
    Command as_owner(Command command) const {
        command.insert(command.begin(), owner_.begin(), owner_.end());
        return command;
    }

    std::string folder_ = make_folder();
    std::string data_ = folder_ + "/data";
    Command owner_;
    std::optional<Process> server_;
};

// All tests of a program share one: it takes seconds to make.
inline std::unique_ptr<Cluster> cluster;

class Postgres : public testing::Environment {
    void SetUp() override { cluster = std::make_unique<Cluster>(); }
    void TearDown() override { cluster.reset(); }
};

[[maybe_unused]] inline auto* const postgres =
    testing::AddGlobalTestEnvironment(new Postgres);

}  // namespace tincan::test
