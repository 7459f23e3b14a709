// Ten minutes in the life of a chat server on the open network: strangers do
// to it whatever they can think of, while Ann and Bob talk to each other and
// want to lose nothing.
//
//   $ tests/abuse/abuse 600           for ten minutes
//   $ tests/abuse/abuse 600 42        and the attacks of seed 42
//
// Starts a server of its own, prints what was done to it and what became of
// it, and ends with 1 if anything was lost, grew without bound, or stayed.

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "tests/abuse/attacks.hpp"
#include "tests/abuse/pair.hpp"
#include "tests/support/server.hpp"
#include "tests/support/usage.hpp"

#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

using namespace tincan;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

// A hundred strangers a second, and so many at a time.
constexpr auto kPace = 10ms;
constexpr std::size_t kStrangers = 200;

// Of the server's own memory: what a full house may take, and what may be left
// of it: an allocator keeps some of what it has once had.
constexpr std::size_t kMostGrowth = 64 << 20;
constexpr std::size_t kMostLeft = 8 << 20;

class Abuse {
public:
    Abuse(const Endpoint& server, unsigned seed)
        : server_(server), random_(seed) {}

    // One stranger of each kind.
    void try_each() {
        for (const Attack& attack : all_attacks()) {
            begin(attack);
            turn();
        }
    }

    void go_on_until(Clock::time_point end) {
        std::span<const Attack> attacks = all_attacks();
        std::uniform_int_distribution<std::size_t> any(0, attacks.size() - 1);
        auto next = Clock::now();
        while (next < end) {
            begin(attacks[any(random_)]);
            turn();
            next = std::max(next + kPace, Clock::now());
            std::this_thread::sleep_until(next);
        }
    }

    void all_leave() { strangers_.clear(); }

    std::size_t most() const { return most_; }

    void print_counts() const {
        for (const Attack& attack : all_attacks())
            print_line("{:32}{:>8}", attack.name, counts_.at(attack.name));
    }

private:
    void begin(const Attack& attack) {
        ++counts_[attack.name];
        std::optional<Stranger> stranger =
            attack.begin(server_, random_, ++number_);
        if (stranger) strangers_.push_back(std::move(*stranger));
        if (strangers_.size() > kStrangers) strangers_.pop_front();
        most_ = std::max(most_, strangers_.size());
    }

    void turn() {
        std::erase_if(strangers_, [](Stranger& stranger) {
            return !stranger.next(stranger.client);
        });
    }

    Endpoint server_;
    Random random_;
    std::deque<Stranger> strangers_;
    std::size_t number_ = 0;
    std::size_t most_ = 0;
    std::map<std::string, std::size_t> counts_;
};

double megabytes(std::size_t bytes) {
    return static_cast<double>(bytes) / 1e6;
}

void expect(bool condition, const std::string& what) {
    if (!condition) throw std::runtime_error(what);
}

void expect_descriptors(const Process& server, std::size_t count) {
    std::size_t now = 0;
    bool gone = eventually(
        [&] {
            now = server.usage().descriptors;
            return now == count;
        },
        Deadline(20s));
    expect(gone,
           fmt::format("the server has {} descriptors, not {}", now, count));
}

void expect_good_end(Process& server) {
    expect(server.running(), "the server has ended: " + server.err());
    server.signal(SIGTERM);
    std::optional<Exit> exit = server.wait_exit(Deadline(10s));
    expect(exit.has_value(), "the server does not end");
    server.end();
    expect(exit->code == 0,
           "the server " + to_string(*exit) + "\n" + server.err());
    expect(server.err().empty(), server.err());
}

void run_for(std::chrono::seconds time, unsigned seed) {
    Server server =
        Server::ours({TINCAN_BUILD_DIR "/07-chat/chat_server", "{port}",
                      "--rate", "200", "--log-level", "error"});
    Process& process = server.process();
    Pair pair(server.endpoint());
    std::size_t descriptors = process.usage().descriptors;
    print_line("seed {}, {} s", seed, time.count());

    // What is needed once is there from now on, and no growth.
    Abuse abuse(server.endpoint(), seed);
    abuse.try_each();
    abuse.all_leave();
    expect_descriptors(process, descriptors);

    std::size_t before = anonymous_memory(process.pid());
    MemoryWatch watch(process.pid());
    abuse.go_on_until(Clock::now() + time);
    std::size_t growth = watch.growth();
    abuse.all_leave();
    expect_descriptors(process, descriptors);
    pair.stop();
    std::size_t after = anonymous_memory(process.pid());

    abuse.print_counts();
    print_line("{} strangers at a time, at most", abuse.most());
    print_line("Ann and Bob said {} messages, {} lost; the slowest took {} ms",
               pair.said(), pair.lost(), pair.slowest().count());
    print_line(
        "the server's memory: {:.1f} MB before, {:.1f} more at most, "
        "{:.1f} after",
        megabytes(before), megabytes(growth), megabytes(after));
    print_line("its descriptors: {} before, {} after", descriptors,
               process.usage().descriptors);

    process.signal(SIGUSR1);
    std::string stats = process.wait_for_line(" stats ", Deadline(5s));
    print_line("what it says itself: {}",
               stats.substr(stats.find("connections=")));

    expect(pair.trouble().empty(), pair.trouble());
    expect(pair.lost() == 0, "messages were lost");
    if (kMemoryIsJudged) {
        expect(growth <= kMostGrowth, "its memory has no bound");
        expect(after <= before + kMostLeft, "its memory does not come back");
    }
    expect_good_end(process);
}

unsigned number(const std::string& text) {
    unsigned value = 0;
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || *end != '\0') {
        throw UsageError("SECONDS [SEED]   (" + printable(text) +
                         " is no number)");
    }
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& given) {
        if (given.empty() || given.size() > 2) {
            throw UsageError("SECONDS [SEED]");
        }
        std::chrono::seconds time(number(given[0]));
        unsigned seed = given.size() == 2 ? number(given[1]) : 1;
        allow_many_descriptors();
        run_for(time, seed);
    });
}
