// Load for an echo server: many connections, each of which sends a message,
// waits for all of its echo, compares every byte, and sends the next one.
//
//   $ ./load 127.0.0.1 8000 64 2          64 connections, two seconds
//   $ ./load 127.0.0.1 8000 64 2 16384    with messages of 16 KiB
//
// It prints one line of JSON; README.md says what is in it. Without the
// numbers it reads what to do from stdin, a command a line, and answers each
// one with a line:
//
//   connect N                until there are N connections, each proved by an
//                            echo; they are silent until the next command
//   run SECONDS [BYTES]      as many round trips as fit, on all connections
//   count ROUNDS [BYTES]     this many, all connections together
//
// Whatever goes wrong with a connection is counted, ends that connection, and
// makes the exit status 1.

#include "bench/load_generator.hpp"
#include "bench/load_program.hpp"

using namespace tincan;
using namespace tincan::bench;

namespace {

constexpr const char* kSynopsis =
    "HOST PORT [CONNECTIONS SECONDS [BYTES]]   (without CONNECTIONS: reads "
    "commands from stdin)";

void print_result(const Result& result) {
    print_line(R"({{"connections": {}, "bytes": {}, "seconds": {:.6f}, )"
               R"("roundtrips": {}, "total": {}, "p50_us": {:.1f}, )"
               R"("p99_us": {:.1f}, "max_us": {:.1f}, "errors": {}, )"
               R"("first_error": "{}"}})",
               result.connections, result.bytes, result.elapsed.count(),
               result.roundtrips, result.total,
               microseconds(result.times.quantile(0.5)),
               microseconds(result.times.quantile(0.99)),
               microseconds(result.times.max()), result.errors,
               result.first_error);
}

struct Command {
    std::string name;
    double amount = 0;  // connections, seconds or round trips
    std::size_t bytes = kUsualMessage;
};

Command parse(const Arguments& words) {
    bool run = !words.empty() && words[0] == "run";
    bool count = !words.empty() && words[0] == "count";
    bool connect = !words.empty() && words[0] == "connect";
    if (!(connect && words.size() == 2) &&
        !((run || count) && (words.size() == 2 || words.size() == 3))) {
        throw UsageError(kSynopsis);
    }
    Command command{.name = words[0]};
    if (run) {
        command.amount = number<double>(words[1], 0.001, 3600, kSynopsis);
    } else {
        command.amount = number<unsigned>(words[1], 1, 1'000'000, kSynopsis);
    }
    if (words.size() == 3) {
        command.bytes =
            number<std::size_t>(words[2], 1, kLargestMessage, kSynopsis);
    }
    return command;
}

Result obey(LoadGenerator& load, const Command& command) {
    if (command.name == "run") {
        return load.run(Seconds(command.amount), command.bytes);
    }
    auto amount = static_cast<std::size_t>(command.amount);
    return command.name == "connect" ? load.connect_up_to(amount)
                                     : load.count(amount, command.bytes);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& given) {
        if (given.size() < 2 || given.size() == 3 || given.size() > 5 ||
            !is_port(given[1])) {
            throw UsageError(kSynopsis);
        }
        Endpoint server{.host = given[0], .port = given[1]};
        raise_descriptor_limit();
        if (given.size() == 2) {
            LoadGenerator load(server);
            obey_stdin(
                [&](const Arguments& words) {
                    return obey(load, parse(words));
                },
                print_result);
        } else {
            Command connect = parse({"connect", given[2]});
            Arguments rest(given.begin() + 3, given.end());
            rest.insert(rest.begin(), "run");
            Command run = parse(rest);
            LoadGenerator load(server);
            run_once(
                obey(load, connect), [&] { return obey(load, run); },
                print_result);
        }
    });
}
