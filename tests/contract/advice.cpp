#include "tests/contract/advice.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace tincan::contract {

namespace {

constexpr const char* kBytes = "book/01-blocking.md: Bytes, not messages";
constexpr const char* kEcho = "book/01-blocking.md: The echo server";
constexpr const char* kRestart =
    "book/01-blocking.md: Why a server can be restarted";
constexpr const char* kUnsent =
    "book/02-nonblocking-busy.md: What a conversation has to remember";
constexpr const char* kPatience =
    "book/02-nonblocking-busy.md: Who does not listen is not listened to";
constexpr const char* kAccepting =
    "book/02-nonblocking-busy.md: Taking people in";

// A cause of failures that shows in more than one property, or in one of them
// in a way of its own. C and Python have different words for some signs.
struct Cause {
    enum class Server { dead, alive, either };

    Server server;
    std::vector<std::string_view> properties;  // empty: any
    std::vector<std::string_view> signs;       // one of them; empty: none
    Advice advice;
};

// The first that fits is the one.
const std::vector<Cause>& causes() {
    using enum Cause::Server;
    static const std::vector<Cause> all{
        {dead,
         {},
         {"(Broken pipe)"},
         {"to send to a client that has gone raises SIGPIPE, and that ends the "
          "program: send with MSG_NOSIGNAL, and take EPIPE for the end of that "
          "client alone",
          kBytes}},
        {dead,
         {},
         {"Resource temporarily unavailable", "BlockingIOError"},
         {"a non-blocking call that would have to wait fails with EAGAIN, send "
          "too: keep what it did not take, and send it when it can be sent",
          kUnsent}},
        {dead,
         {},
         {"Too many open files"},
         {"accept fails when no descriptor is left, and that ends the server: "
          "leave the client in the queue, wait a little, accept again",
          kAccepting}},
        {dead,
         {},
         {"out of range in select", "buffer overflow detected"},
         {"select can't have descriptors from 1024 (FD_SETSIZE) on: turn such "
          "a client away before it comes into the set",
          "book/03-select.md: The thousand and twenty-fourth"}},
        {dead,
         {},
         {"reset by peer", "Broken pipe", "not connected"},
         {"recv and send fail when a client resets its connection, and here "
          "that ends the server: catch it where this client is served, drop "
          "it, and go on with the others",
          kEcho}},
        {dead,
         {},
         {"signal 11", "signal 6 ", "signal 7 "},
         {"it crashed: build it with -g -fsanitize=address,undefined, and run "
          "this again",
          kEcho}},
        {dead,
         {"answers", "echoes", "pieces", "half_close", "second_client", "apart",
          "idle", "never_reads", "many_clients", "threads", "reset",
          "descriptors", "leaks", "cores"},
         {"exited with"},
         {"the whole server has ended, and what it said is below: whatever "
          "goes wrong with one client must end that client alone",
          kEcho}},
        {either,
         {"restarts"},
         {"does not listen", "already in use"},
         {"bind fails, because the connections of the server before it keep "
          "the port for a minute: set SO_REUSEADDR before bind, and look at "
          "what bind says",
          kRestart}},
        {alive,
         {"answers"},
         {"Connection refused"},
         {"it listens, but not for 127.0.0.1: bind it to that address, or to "
          "all of them (0.0.0.0)",
          "book/01-blocking.md: Which address"}},
        {alive,
         {},
         {"Connection timed out", "Connection refused"},
         {"nobody took the connection: it is accept that takes clients out of "
          "the queue, and listen that says how many may wait in it (5 are few; "
          "SOMAXCONN is a good answer)",
          "book/01-blocking.md: The queue"}},
        {alive,
         {},
         {"expected 00 "},
         {"what comes ends where a byte is 0: bytes are no text, so count them "
          "by what recv returns and not with strlen",
          kBytes}},
        {alive,
         {"answers", "echoes", "pieces", "second_client", "apart", "cores"},
         {"end of stream", "Broken pipe", "reset by peer"},
         {"it hangs up although its client has not: go on with recv until that "
          "says 0, since nobody knows how many pieces a conversation comes in",
          kBytes}},
        {alive,
         {"pieces"},
         {"something that ends with"},
         {"it takes what one recv brings for a message: collect the bytes "
          "until "
          "a line is whole, and begin the next one with what is left",
          kBytes}},
        {alive,
         {"many_clients"},
         {"nothing for", "neither an answer"},
         {"a descriptor from 1024 (FD_SETSIZE) on has no place in select's "
          "set, "
          "and FD_SET writes behind it without a word: turn such a client "
          "away, "
          "or use poll",
          "book/03-select.md: The thousand and twenty-fourth"}},
        {alive,
         {"echoes", "never_reads"},
         {"memory grew"},
         {"what a client does not read piles up in the server: as long as some "
          "of its echo is unsent, don't read from that client",
          kPatience}},
        {alive,
         {"echoes"},
         {"came nothing"},
         {"the end of it is missing: send says how many bytes it took, and "
          "those that it did not take have to be sent again",
          kBytes}},
        {alive,
         {"echoes"},
         {"first different byte"},
         {"a part of it is missing: send says how many bytes it took, and "
          "those that it did not take have to be sent again",
          kBytes}},
        {alive,
         {"half_close", "leaks"},
         {"nothing for"},
         {"it does not hang up: when recv says 0 the client has said all, and "
          "waits for you to close your side too",
          "book/01-blocking.md: How a conversation ends"}},
        {alive,
         {"descriptors"},
         {"of a core"},
         {"who can't be accepted stays in the queue, so that the listener "
          "stays "
          "ready: wait a little before you ask for it again",
          kAccepting}},
        {alive,
         {"descriptors", "leaks"},
         {"descriptors and", "nothing for"},
         {"clients who have left are still there: close the socket on every "
          "way out of the code that serves it, also when that fails",
          kEcho}},
        {alive,
         {"never_reads"},
         {"not read its echo", "nothing for"},
         {"send waits for the client that does not read, and everybody else "
          "waits for send: send without blocking, keep the rest for later",
          kPatience}},
    };
    return all;
}

}  // namespace

Advice advise(const Property& property, const test::Failure& failure,
              const std::string& end, const std::string& err) {
    std::string facts = failure.came + "\n" + failure.expected;
    if (!end.empty()) facts += "\n" + end + "\n" + err;
    auto fits = [&](const Cause& cause) {
        using enum Cause::Server;
        if (cause.server != either && (cause.server == alive) != end.empty())
            return false;
        auto is_it = [&](std::string_view id) { return id == property.id; };
        auto is_there = [&](std::string_view sign) {
            return facts.find(sign) != std::string::npos;
        };
        return (cause.properties.empty() ||
                std::ranges::any_of(cause.properties, is_it)) &&
               std::ranges::any_of(cause.signs, is_there);
    };
    auto found = std::ranges::find_if(causes(), fits);
    return found == causes().end() ? Advice{property.likely, property.reread}
                                   : found->advice;
}

}  // namespace tincan::contract
