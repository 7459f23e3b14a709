// Compares what a server did with what is expected of its kind, and says so.
#pragma once

#include "tests/contract/table.hpp"

#include <string>

namespace tincan::contract {

struct Verdict {
    // `better`: it has a property that its kind lacks.
    enum class Result { as_expected, better, broken };

    Result result = Result::broken;
    std::string text{};   // broken: lines that tell what is likely to be wrong,
                          // what was sent, what came, what was expected, and
                          // where to read about it
    std::string death{};  // how the server ended meanwhile, and its last
                          // words; empty if it did not
};

Verdict judge(const Subject& subject, const Column& column,
              const Property& property);

}  // namespace tincan::contract
