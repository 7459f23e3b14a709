// Can the fault matrix fail? It is tried on a server that can't stand all of
// it.
#include "tests/faults/servers.hpp"

#include <cstring>
#include <set>

using namespace tincan::faults;

namespace {

// A server with one flaw loses the cells of this flaw, and no other one.
struct Flaw {
    const char* call;
    int error;
    std::set<std::string> lost;
};

void PrintTo(const Flaw& flaw, std::ostream* out) {
    *out << flaw.call << " " << flaw.error;
}

class FragileServer : public testing::TestWithParam<Flaw> {};

TEST_P(FragileServer, LosesTheCellsOfItsFlaw) {
    const auto& [call, error, expected] = GetParam();
    Subject fragile{.name = "fragile_echo_server",
                    .command = built("tests/faults/fragile_echo_server",
                                     {call, std::to_string(error)}),
                    .conversation = &kEcho,
                    .one_at_a_time = true};
    std::set<std::string> lost;
    for (const auto& [cell, why] : try_all(fragile, cells_of(fragile))) {
        lost.insert(to_string(cell) + ": " + why.substr(0, why.find(':')));
    }
    EXPECT_EQ(lost, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Flaws, FragileServer,
    testing::Values(
        Flaw{"accept4",
             EMFILE,
             {"accept4 #1: EMFILE: the server exited with 1",
              "accept4 #2: EMFILE: the server exited with 1",
              "accept4 #1 and the next: EMFILE: the server exited with 1"}},
        Flaw{"recv",
             EINTR,
             {"recv #1: EINTR: the server exited with 1",
              "recv #2: EINTR: the server exited with 1",
              "recv #1 and the next: EINTR: the server exited with 1"}},
        Flaw{"recv",
             ECONNRESET,
             {"recv #1: ECONNRESET: the server exited with 1",
              "recv #2: ECONNRESET: the server exited with 1"}},
        Flaw{"send",
             kShort,
             {"send #1: short: clients lost 1, allowed 0",
              "send #2: short: clients lost 1, allowed 0",
              "send #1 and the next: short: clients lost 2, allowed 0"}},
        Flaw{"close",
             ETIMEDOUT,
             {"recv #1: ETIMEDOUT: descriptors of clients that have gone",
              "recv #2: ETIMEDOUT: descriptors of clients that have gone",
              "send #1: ETIMEDOUT: descriptors of clients that have gone",
              "send #2: ETIMEDOUT: descriptors of clients that have gone"}},
        Flaw{"listen",
             EADDRINUSE,
             {"bind at start-up #1: EADDRINUSE: the server exited with 0",
              "listen at start-up #1: EADDRINUSE: the server exited with 0"}}),
    [](const auto& flaw) {
        std::string name(flaw.param.call);
        return name + "_" +
               (flaw.param.error == kShort
                    ? "short"
                    : ::strerrorname_np(flaw.param.error));
    });

TEST(Matrix, AFaultThatNeverComesIsALostCell) {
    Cell fork{.fault = {.call = call_named("fork"), .error = EAGAIN},
              .effect = Effect::one_client};
    EXPECT_EQ(try_cell(kServers.front(), fork),
              "the fault never came: the call was not made");
}

}  // namespace
