// The servers of the project, as the fault matrix knows them.
#pragma once

#include "tests/faults/matrix.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tincan::faults {

// What was built as `program`, with {port} behind `options`.
test::Command built(const std::string& program,
                    const test::Command& options = {});

extern const std::vector<Subject> kServers;

// For GoogleTest.
void PrintTo(const Subject& server, std::ostream* out);
std::string test_name(const testing::TestParamInfo<Subject>& server);

}  // namespace tincan::faults
