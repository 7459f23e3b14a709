// What the suite found, kept in small files below the build directory:
// contract-results/COLUMN/PROPERTY, one word each.
#pragma once

#include "tests/contract/table.hpp"

#include <string_view>

namespace tincan::contract {

// Forgets the result of an earlier run, so that a run that does not come to
// its end leaves none.
void forget(const Column& column, const Property& property);
void record(const Column& column, const Property& property,
            std::string_view word);

// Prints stages and properties as a table. A cell is what was found after the
// server was last built; false if one is missing or a failure.
bool print_table();

}  // namespace tincan::contract
