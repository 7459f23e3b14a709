// Every server of the project in the fault matrix.
#include "tests/faults/servers.hpp"

#include <fmt/core.h>

#include <set>

using namespace tincan::faults;

namespace {

// How much was tried, over all servers.
struct Tally {
    std::size_t servers = 0;
    std::set<std::size_t> calls;
    std::set<int> faults;
    std::size_t cells = 0;
    std::size_t lost = 0;

    void add(const std::vector<Cell>& tried, std::size_t failed) {
        ++servers;
        cells += tried.size();
        lost += failed;
        for (const Cell& cell : tried) {
            calls.insert(cell.fault.call);
            faults.insert(cell.fault.error);
        }
    }
    void print(const std::string& whose) const {
        fmt::print("{}: {} calls × {} faults: {} cells tried, {} lost\n", whose,
                   calls.size(), faults.size(), cells, lost);
    }
};

class FaultMatrix : public testing::TestWithParam<Subject> {
protected:
    static void TearDownTestSuite() {
        if (total.servers > 1) {
            total.print(fmt::format("{} servers", total.servers));
        }
    }
    static inline Tally total;
};

TEST_P(FaultMatrix, IsSurvived) {
    const Subject& server = GetParam();
    std::vector<Cell> cells = cells_of(server);
    EXPECT_FALSE(cells.empty()) << "the library has seen no call";
    std::vector<Lost> lost = try_all(server, cells);
    for (const auto& [cell, why] : lost) {
        ADD_FAILURE() << server.name << ", " << to_string(cell) << ": " << why;
    }
    Tally tally;
    tally.add(cells, lost.size());
    tally.print(server.name);
    total.add(cells, lost.size());
}

INSTANTIATE_TEST_SUITE_P(Servers, FaultMatrix, testing::ValuesIn(kServers),
                         test_name);

}  // namespace
