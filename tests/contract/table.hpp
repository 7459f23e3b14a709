// The contract as a table: the properties of a server, and which architecture
// has which of them. The one place where both are written down.
#pragma once

#include "tests/contract/trial.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tincan::contract {

// What may run beside it: anything; or, since it takes its time or wants to be
// answered in time, as much as leaves it a core; or nothing, because it wants
// all cores, the port of a server that has ended, or memory to the byte.
enum class Company { any, a_core, none };

// One row. `claim` is what a server that has the property does, `flaw` what
// the book says of one that has not; empty where no stage lacks it.
struct Property {
    std::string id;
    std::string title;
    std::string stages;  // 01 to 07: y yes, n no, - the question is not asked
    std::string claim;
    std::string flaw{};
    std::string likely;  // what is likely to be wrong with who lacks it
    std::string reread;  // where the book tells of it: file: heading
    Company company = Company::any;
    bool memory = false;  // measures memory: not judged under sanitizers
    Observation (*observe)(Trial&);
};

const std::vector<Property>& properties();

// What all of them need: without it none is worth trying. No row of the table.
const Property& basics();

// nullptr if there is none of that name.
const Property* find_property(std::string_view id);

// What a server is expected to do otherwise than its stage: to have a property
// that the stage lacks, or to lack one, in words and ways of its own if the
// stage's are not right for it.
struct Difference {
    std::string property;
    Expectation expectation;
    std::string flaw{};
    Observation (*observe)(Trial&) = nullptr;
};

// One column: a server of ours and what is expected of it.
struct Column {
    std::string name;    // "04", "06 select"
    std::string target;  // the CMake target that builds it
    Command command;     // below the build directory; {port} for the port
    const Protocol* protocol;
    std::vector<Difference> differences{};
    std::chrono::milliseconds grace{2000};  // from SIGTERM to the end

    std::string stage() const { return name.substr(0, 2); }
    Expectation expects(const Property& property) const;
    // What there is to see of it: the property's claim, or the flaw that is
    // expected in its place.
    const std::string& title(const Property& property) const;
    Observation observe(const Property& property, Trial& trial) const;

private:
    const Difference* difference(const Property& property) const;
};

const std::vector<Column>& columns();

// By its name, or the name with a dash for the blank: "06-select".
const Column* find_column(std::string_view name);

// The same; and for "06" the last column of that stage.
const Column* find_stage(std::string_view number);

}  // namespace tincan::contract
