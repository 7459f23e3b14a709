// Streams, in whatever pieces their bytes come, against a search in the whole
// text.
#include "06-coroutines/tincan/tincan.hpp"
#include "tests/fuzz/input.hpp"

#include <sys/socket.h>

#include <array>

using namespace tincan;
using namespace tincan::fuzz;

namespace {

constexpr std::size_t kLimit = 20;

struct Case {
    std::string separator;
    std::size_t seed = 0;
    bool lines = false;
    std::string text;
};

// What came out, piece by piece, and how it ended.
using Outcome = std::vector<std::string>;

Coro<void> feed(std::shared_ptr<Socket> peer, Case given) {
    for (std::string_view piece : cut(given.text, given.seed)) {
        send_all(*peer, piece);
        // All that is ready runs before the next piece.
        co_await sleep(Duration(0));
    }
    finish_sending(*peer);
}

Coro<void> read_lines(StreamReader reader, Outcome& outcome) {
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) break;
        outcome.emplace_back(line);
    }
    outcome.push_back("end");
}

// Every now and then, something else is read between.
Coro<void> read_records(StreamReader reader, std::string separator,
                        Outcome& outcome) {
    for (;;) {
        std::string_view record = co_await reader.read_until(separator);
        outcome.emplace_back(record);
        if (outcome.size() % 3 != 0) continue;
        record = co_await reader.readexactly(2);
        outcome.emplace_back(record);
    }
}

Coro<Outcome> converse(Case given) {
    std::array<int, 2> fds{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()),
          "socketpair");
    auto peer = std::make_shared<Socket>(fds[1]);
    auto [reader, writer] = make_streams(Socket(fds[0]), "peer", kLimit);
    Task<void> feeding = EventLoop::running().create_task(feed(peer, given));

    Outcome outcome;
    try {
        if (given.lines) {
            co_await read_lines(reader, outcome);
        } else {
            co_await read_records(reader, given.separator, outcome);
        }
    } catch (const IncompleteRead& error) {
        outcome.push_back("incomplete: " + error.partial);
    } catch (const LimitOverrun&) {
        outcome.push_back("overrun");
    }
    co_await feeding;
    co_return outcome;
}

// The same from the whole text.
Outcome split(const Case& given) {
    Outcome outcome;
    std::string_view text = given.text;
    const std::string separator = given.lines ? "\n" : given.separator;
    for (;;) {
        if (!given.lines && !outcome.empty() && outcome.size() % 3 == 0) {
            if (text.size() < 2) {
                outcome.push_back("incomplete: " + std::string(text));
                return outcome;
            }
            outcome.emplace_back(text.substr(0, 2));
            text.remove_prefix(2);
        }
        std::size_t at = text.find(separator);
        std::size_t searched = at;
        if (at == text.npos) {
            searched =
                text.size() - std::min(text.size(), separator.size() - 1);
        }
        if (searched > kLimit) {
            outcome.push_back("overrun");
            return outcome;
        }
        if (at == text.npos) break;
        outcome.emplace_back(text.substr(0, at + separator.size()));
        text.remove_prefix(at + separator.size());
    }
    if (!given.lines) {
        outcome.push_back("incomplete: " + std::string(text));
    } else {
        if (!text.empty()) outcome.emplace_back(text);
        outcome.push_back("end");
    }
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    Input input(data, size);
    Case given;
    given.lines = input.choose(4) == 0;
    given.seed = input.choose(256);
    std::size_t length = 1 + input.choose(4);
    given.separator = input.rest().substr(0, length);
    if (given.separator.empty()) return 0;
    given.text = input.rest().substr(given.separator.size());
    // It must fit into the socket: nobody reads while we send.
    if (given.text.size() > 4096) given.text.resize(4096);
    Outcome expected = split(given);
    expect(run(converse(given)) == expected, "the records differ");
    return 0;
}
