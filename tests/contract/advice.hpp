// What is likely to be wrong with a server that has failed, in words for who
// wrote it, and where the book tells of it.
#pragma once

#include "tests/contract/table.hpp"

#include <string>

namespace tincan::contract {

struct Advice {
    std::string likely;
    std::string reread;
};

// `end` is how the server ended, empty if it did not; `err` what it said.
Advice advise(const Property& property, const test::Failure& failure,
              const std::string& end, const std::string& err);

}  // namespace tincan::contract
