// Load for a chat server: a room full of clients, the first eight of which
// talk, each saying its next message when it has heard the last one itself.
//
//   $ ./chat_load 127.0.0.1 8000 1000 2      1000 clients, two seconds
//
// The server must take `CONNECT name` and lines, and tell them as stage 7
// does; ours is started with --rate 0. It prints a line of JSON; README.md
// says what is in it. Without the numbers it reads what to do from stdin, a
// command a line, and answers each one with a line:
//
//   join N         until N clients are in, a few at a time
//   storm N        the same, all at once
//   spread N       the same as join, into rooms of a hundred
//   stall N        N more come in and never read again
//   talk SECONDS   as many messages as fit
//   say N          so many of each talker
//
// Whatever goes wrong with a client is counted, ends that client, and makes
// the exit status 1.

#include "bench/chat_load.hpp"
#include "bench/load_program.hpp"

using namespace tincan;
using namespace tincan::bench;

namespace {

constexpr const char* kSynopsis =
    "HOST PORT [CLIENTS SECONDS]   (without CLIENTS: reads commands from "
    "stdin)";

void print_result(const ChatResult& result) {
    print_line(R"({{"clients": {}, "seconds": {:.6f}, "deliveries": {}, )"
               R"("total": {}, "messages": {}, "notices": {}, )"
               R"("p50_us": {:.1f}, "p99_us": {:.1f}, "max_us": {:.1f}, )"
               R"("errors": {}, "first_error": "{}"}})",
               result.clients, result.elapsed.count(), result.deliveries,
               result.total, result.messages, result.notices,
               microseconds(result.times.quantile(0.5)),
               microseconds(result.times.quantile(0.99)),
               microseconds(result.times.max()), result.errors,
               result.first_error);
}

double seconds(const std::string& text) {
    return number<double>(text, 0.001, 3600, kSynopsis);
}

unsigned count(const std::string& text) {
    return number<unsigned>(text, 1, 1'000'000, kSynopsis);
}

ChatResult obey(ChatLoad& load, const Arguments& words) {
    if (words.size() != 2) throw UsageError(kSynopsis);
    if (words[0] == "talk") return load.talk(Seconds(seconds(words[1])));
    unsigned amount = count(words[1]);
    if (words[0] == "join") return load.join(amount);
    if (words[0] == "storm") return load.storm(amount);
    if (words[0] == "spread") return load.spread(amount);
    if (words[0] == "stall") return load.stall(amount);
    if (words[0] == "say") return load.say(amount);
    throw UsageError(kSynopsis);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& given) {
        if ((given.size() != 2 && given.size() != 4) || !is_port(given[1])) {
            throw UsageError(kSynopsis);
        }
        raise_descriptor_limit();
        Endpoint server{.host = given[0], .port = given[1]};
        if (given.size() == 2) {
            ChatLoad load(server);
            obey_stdin(
                [&](const Arguments& words) { return obey(load, words); },
                print_result);
        } else {
            unsigned clients = count(given[2]);
            Seconds time(seconds(given[3]));
            ChatLoad load(server);
            run_once(
                load.join(clients), [&] { return load.talk(time); },
                print_result);
        }
    });
}
