// The contract: one suite for every server.
//
//   $ ./contract 03                          the server of stage 3
//   $ ./contract 06-select idle              one property of it
//   $ ./contract --check 03 -- ./mine {port} your own server
//   $ ./contract --table                     what was found so far
#include "01-blocking/program.hpp"
#include "tests/contract/results.hpp"
#include "tests/contract/verdict.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <set>

using namespace tincan;
using namespace tincan::contract;

namespace {

constexpr const char* kUsage =
    "COLUMN [PROPERTY]\n"
    "       contract --check STAGE [--only PROPERTY] -- COMMAND... with "
    "{port}\n"
    "       contract --table [--ci]\n"
    "       contract --write-ctest FILE TARGET...";

// Servers inherit it: more than 1024 clients need more than the usual.
void raise_descriptor_limit() {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

const Property& property_of(const std::string& id) {
    if (const Property* property = find_property(id)) return *property;
    std::string all;
    for (const Property& property : properties())
        all += " " + property.id;
    throw std::runtime_error(
        fmt::format("no property is called {}; there are{}", id, all));
}

std::string word_for(const Property& property, Expectation expectation) {
    if (expectation == Expectation::no) return "no";
    return property.memory && !kMemoryIsJudged ? "yes*" : "yes";
}

// One server of ours and one property. A flaw that the table asks for must be
// there: the book tells of it.
class ContractTest : public testing::Test {
public:
    ContractTest(const Column& column, const Property& property)
        : column_(column), property_(property) {}

    void TestBody() override {
        forget(column_, property_);
        Subject subject{.command = column_.command,
                        .protocol = column_.protocol,
                        .grace = column_.grace};
        subject.command[0] =
            std::string(TINCAN_BUILD_DIR "/") + subject.command[0];
        Expectation expectation = column_.expects(property_);
        Verdict verdict = judge(subject, column_, property_);
        bool right = verdict.result == Verdict::Result::as_expected;
        record(column_, property_,
               right ? word_for(property_, expectation) : "FAIL");
        if (verdict.result == Verdict::Result::better) {
            FAIL() << "the book says: " << column_.title(property_) << "\nbut "
                   << property_.claim;
        }
        if (!right) FAIL() << verdict.text;
        if (property_.memory && !kMemoryIsJudged) {
            print_line("memory is not judged under sanitizers");
        }
    }

private:
    const Column& column_;
    const Property& property_;
};

void run_column(const Arguments& arguments) {
    const Column* column = find_stage(arguments[0]);
    if (!column) {
        throw std::runtime_error("no column is called " + arguments[0]);
    }
    const Property* only =
        arguments.size() > 1 ? &property_of(arguments[1]) : nullptr;
    for (const Property& property : properties()) {
        Expectation expectation = column->expects(property);
        if (expectation == Expectation::unasked) continue;
        if (only && only != &property) continue;
        testing::RegisterTest(column->name.c_str(),
                              column->title(property).c_str(), nullptr, nullptr,
                              __FILE__, __LINE__,
                              [column, &property]() -> testing::Test* {
                                  return new ContractTest(*column, property);
                              });
    }
    if (RUN_ALL_TESTS() != 0) std::exit(1);
}

// Tries one property of somebody's server and prints how it went; false if it
// lacks what its stage has. A server that ends as it did before, as one of
// `deaths` tells, has one fault and not two.
bool check_property(const Subject& subject, const Column& column,
                    const Property& property, std::set<std::string>& deaths) {
    Verdict verdict = judge(subject, column, property);
    switch (verdict.result) {
        case Verdict::Result::as_expected:
            print_line("pass  {}", column.title(property));
            return true;
        case Verdict::Result::better:
            print_line("pass  {}: better than this stage", property.claim);
            return true;
        case Verdict::Result::broken:
            break;
    }
    bool again = !verdict.death.empty() && !deaths.insert(verdict.death).second;
    print_line("FAIL  {}\n{}", column.title(property),
               again ? "      likely    the same as above: the server " +
                           verdict.death + "\n"
                     : verdict.text);
    return false;
}

struct CheckRequest {
    const Column* column = nullptr;
    const Property* only = nullptr;
    Command command;
};

// --check STAGE [--only PROPERTY] -- COMMAND...
CheckRequest check_request(const Arguments& arguments) {
    auto dashes = std::ranges::find(arguments, "--");
    Arguments options(arguments.begin(), dashes);
    bool has_only = options.size() == 4 && options[2] == "--only";
    if (options.size() != 2 && !has_only) throw UsageError(kUsage);
    CheckRequest request{.column = find_stage(options[1]),
                         .only = has_only ? &property_of(options[3]) : nullptr,
                         .command = {}};
    if (!request.column) {
        throw std::runtime_error(fmt::format(
            "there is no stage {}; there are 01 to 07", options[1]));
    }
    if (dashes != arguments.end()) {
        request.command.assign(dashes + 1, arguments.end());
    }
    if (request.command.empty()) {
        throw std::runtime_error(
            "which server? say -- and the command that starts it");
    }
    if (test::with_port(request.command, 0) == request.command) {
        throw std::runtime_error(
            "the command must contain {port}: the port to listen on");
    }
    return request;
}

void check_server(const Arguments& arguments) {
    CheckRequest request = check_request(arguments);
    Subject subject{.command = request.command,
                    .foreign = true,
                    .protocol = request.column->protocol,
                    .grace = request.column->grace};
    subject.start();  // or one clear line why it can't
    int failures = 0;
    std::set<std::string> deaths;
    auto check = [&](const Property& property) {
        bool well = check_property(subject, *request.column, property, deaths);
        if (!well) ++failures;
        return well;
    };
    if (!request.only && !check(basics())) {
        throw std::runtime_error(
            "nothing else was tried: all the rest needs this");
    }
    for (const Property& property : properties()) {
        if (request.column->expects(property) == Expectation::unasked) continue;
        if (!request.only || request.only == &property) check(property);
    }
    if (failures != 0) {
        throw std::runtime_error(
            fmt::format("not a server of stage {}: {} of its properties {}",
                        request.column->stage(), failures,
                        failures == 1 ? "is missing"
                                      : "are missing; begin with the first"));
    }
    if (!request.only) {
        print_line("It is a server of stage {}.", request.column->stage());
    }
}

void show_table(const Arguments& arguments) {
    bool complete = print_table();
    bool strict = arguments.size() == 2 && arguments[1] == "--ci";
    if (!strict && arguments.size() != 1) throw UsageError(kUsage);
    if (strict && !complete) {
        throw std::runtime_error("the table is not complete");
    }
}

// The same for CTest, which runs three tests a core.
const char* room_for(Company company) {
    switch (company) {
        case Company::any:
            break;
        case Company::a_core:
            return "PROCESSORS 2";
        case Company::none:
            return "RUN_SERIAL TRUE";
    }
    return "";
}

// Every property of every column whose target is built, as CTest reads it.
void write_ctest(const Arguments& arguments) {
    if (arguments.size() < 2) throw UsageError(kUsage);
    Arguments targets(arguments.begin() + 2, arguments.end());
    std::ofstream file(arguments[1]);
    for (const Column& column : columns()) {
        if (std::ranges::find(targets, column.target) == targets.end()) {
            continue;
        }
        for (const Property& property : properties()) {
            Expectation expectation = column.expects(property);
            if (expectation == Expectation::unasked) continue;
            std::string name = fmt::format("{}/contract/{}", column.name,
                                           column.title(property));
            file << fmt::format(
                "add_test(\"{0}\" \"{1}\" \"{2}\" {3})\n"
                "set_tests_properties(\"{0}\" PROPERTIES\n"
                "  LABELS \"stage-{4};contract\" {5} {6})\n",
                name, TINCAN_BUILD_DIR "/tests/contract/contract", column.name,
                property.id, column.stage(), room_for(property.company),
                kMemoryIsJudged
                    ? "TIMEOUT 120"
                    : "TIMEOUT 480 ENVIRONMENT TINCAN_TIME_SCALE=4");
        }
    }
    if (!file.flush()) {
        throw std::runtime_error(
            fmt::format("{} can't be written", arguments[1]));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [&](Arguments arguments) {
        if (arguments.empty()) throw UsageError(kUsage);
        raise_descriptor_limit();
        if (arguments[0] == "--check") return check_server(arguments);
        if (arguments[0] == "--table") return show_table(arguments);
        if (arguments[0] == "--write-ctest") return write_ctest(arguments);
        testing::InitGoogleTest(&argc, argv);
        arguments.assign(argv + 1, argv + argc);
        if (arguments.empty() || arguments.size() > 2) throw UsageError(kUsage);
        run_column(arguments);
    });
}
