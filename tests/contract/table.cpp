#include "tests/contract/table.hpp"

#include "tests/contract/properties.hpp"

#include <algorithm>

namespace tincan::contract {

const std::vector<Property>& properties() {
    constexpr bool kMemory = true;
    static const std::vector<Property> all{
        {.id = "echoes",
         .title = "echoes every byte",
         .stages = "yyyyyy-",
         .claim = "every byte comes back, 1 B to 8 MiB, binary, both "
                  "directions full",
         .likely = "what it sends is not what it was sent: bytes are to go "
                   "through it unchanged, and all of them",
         .reread = "book/01-blocking.md: The echo server",
         .memory = kMemory,
         .observe = echoes},
        {.id = "pieces",
         .title = "messages in any pieces",
         .stages = "yyyyyyy",
         .claim = "pieces of a message and two messages in one piece arrive",
         .likely = "it waits for a whole line, or for more: send back what "
                   "there is, however little",
         .reread = "book/01-blocking.md: Bytes, not messages",
         .observe = pieces},
        {.id = "half_close",
         .title = "half-close",
         .stages = "yyyyyyy",
         .claim = "after a half-close the rest arrives, then the end",
         .likely = "it hangs up too early: when recv says 0 the client has "
                   "said all, not heard all; send what is left, then close",
         .reread = "book/01-blocking.md: How a conversation ends",
         .observe = half_close},
        {.id = "apart",
         .title = "keeps clients apart",
         .stages = "-yyyyy-",
         .claim = "nobody gets what another client has said",
         .likely = "two clients share something: give each a buffer, and all "
                   "else that its conversation has to remember, of its own",
         .reread = "book/02-nonblocking-busy.md: What a conversation has to "
                   "remember",
         .observe = apart},
        {.id = "second_client",
         .title = "serves a second client",
         .stages = "nyyyyyy",
         .claim = "the second client is served while the first is silent",
         .flaw = "the second client waits while the first is silent",
         .likely = "it sits in a call that waits for the first client, and "
                   "nobody accepts or reads the second one meanwhile",
         .reread = "book/02-nonblocking-busy.md: The problem",
         .observe = second_client},
        {.id = "idle",
         .title = "idle costs no CPU",
         .stages = "ynyyyyy",
         .claim = "a hundred silent clients cost no CPU",
         .flaw = "a hundred silent clients keep a core busy",
         .likely = "it goes round and round and asks: let one call (select, "
                   "poll) sleep until a socket is ready, and ask for nothing "
                   "that is always ready",
         .reread = "book/03-select.md: One call that waits for all",
         .company = Company::a_core,
         .observe = idle},
        {.id = "never_reads",
         .title = "survives who never reads",
         .stages = "nyyyyyy",
         .claim = "a client that never reads stops nobody, memory stays "
                  "bounded",
         .flaw = "a client that never reads makes all others wait",
         .likely =
             "one client that does not read holds the others up: nothing may "
             "wait for it, nothing may be kept for it without a bound",
         .reread = "book/02-nonblocking-busy.md: Who does not listen is not "
                   "listened to",
         .company = Company::a_core,
         .memory = kMemory,
         .observe = never_reads},
        {.id = "many_clients",
         .title = "more than 1024 clients",
         .stages = "-ynyyyy",
         .claim = "more than 1024 clients are served",
         .flaw = "the client beyond descriptor 1023 is refused, no other",
         .likely = "it has no room for so many: what holds the clients must "
                   "grow, and select can't hold a descriptor from 1024 on",
         .reread = "book/04-poll.md: A list instead of a set",
         .company = Company::none,
         .observe = many_clients},
        {.id = "threads",
         .title = "threads do not grow",
         .stages = "yyyynyy",
         .claim = "threads do not grow with clients",
         .flaw = "every client has a thread of its own",
         .likely = "it starts a thread or a process for each client",
         .reread = "book/05-threads.md: A thread for each client",
         .observe = threads},
        {.id = "reset",
         .title = "survives resets",
         .stages = "yyyyyyy",
         .claim = "a reset client harms nobody",
         .likely =
             "what goes wrong with one connection must end that one alone",
         .reread = "book/01-blocking.md: The echo server",
         .observe = reset},
        {.id = "descriptors",
         .title = "survives EMFILE",
         .stages = "yyyyyyy",
         .claim = "running out of descriptors is survived and passes",
         .likely = "a client that can't be accepted must wait in the queue, "
                   "and be accepted when another one has left",
         .reread = "book/02-nonblocking-busy.md: Taking people in",
         .observe = descriptors},
        {.id = "leaks",
         .title = "leaks nothing",
         .stages = "yyyyyyy",
         .claim = "no descriptor, thread or byte is lost in 1000 connections",
         .likely = "something is kept of clients who have left: close, erase "
                   "and join on every way out, also when something fails",
         .reread = "book/01-blocking.md: The echo server",
         .company = Company::none,
         .memory = kMemory,
         .observe = leaks},
        {.id = "cores",
         .title = "uses more than one core",
         .stages = "nnnnynn",
         .claim = "more than one core works",
         .flaw = "one core works and the others watch",
         .likely = "one thread does all the work",
         .reread = "book/05-threads.md: Work for the CPU",
         .company = Company::none,
         .observe = cores},
        {.id = "restarts",
         .title = "restarts at once",
         .stages = "yyyyyyy",
         .claim = "it starts again at once on the same port",
         .likely =
             "a server that is killed and started again must get its port back",
         .reread = "book/01-blocking.md: Why a server can be restarted",
         .company = Company::none,
         .observe = restarts},
        {.id = "sigterm",
         .title = "SIGTERM finishes work",
         .stages = "nnnnnyy",
         .claim = "SIGTERM finishes what is in flight, in time",
         .flaw = "SIGTERM cuts off what is in flight",
         .likely = "SIGTERM ends the program where it is: catch it, close the "
                   "listener, send what has begun, close each client, and exit "
                   "with 0",
         .reread = "book/06-4-streams.md: The end, in good order",
         .company = Company::a_core,
         .observe = sigterm},
    };
    return all;
}

const Property& basics() {
    static const Property all_need{
        .id = "answers",
        .title = "answers",
        .stages = "yyyyyyy",
        .claim = "one client after the other gets answers",
        .likely =
            "it must answer whatever a client says, as often as it says "
            "something, and go on when the client has left",
        .reread = "book/01-blocking.md: The echo server",
        .observe = answers};
    return all_need;
}

const Property* find_property(std::string_view id) {
    auto found = std::ranges::find(properties(), id, &Property::id);
    return found == properties().end() ? nullptr : &*found;
}

const std::vector<Column>& columns() {
    const Protocol* echo = &echo_protocol();
    static const std::vector<Column> all{
        {.name = "01",
         .target = "01_echo_server",
         .command = {"01-blocking/echo_server", "{port}"},
         .protocol = echo},
        {.name = "02",
         .target = "02_echo_server",
         .command = {"02-nonblocking-busy/echo_server", "{port}"},
         .protocol = echo},
        {.name = "03",
         .target = "03_echo_server",
         .command = {"03-select/echo_server", "{port}"},
         .protocol = echo},
        {.name = "04",
         .target = "04_echo_server",
         .command = {"04-poll/echo_server", "{port}"},
         .protocol = echo},
        {.name = "04 epoll",
         .target = "04_epoll_echo_server",
         .command = {"04-poll/epoll_echo_server", "{port}"},
         .protocol = echo},
        {.name = "04 edge",
         .target = "04_epoll_echo_server",
         .command = {"04-poll/epoll_echo_server", "--edge", "{port}"},
         .protocol = echo},
        {.name = "05",
         .target = "05_echo_server",
         .command = {"05-threads/echo_server", "{port}"},
         .protocol = echo},
        // Threads for as many clients as most properties want at once.
        {.name = "05 pool",
         .target = "05_pool_echo_server",
         .command = {"05-threads/pool_echo_server", "{port}", "127.0.0.1", "64",
                     "16"},
         .protocol = echo,
         .differences = {{"threads", Expectation::yes},
                         {"many_clients", Expectation::no,
                          "when each thread has a client, the next ones wait, "
                          "the rest is refused",
                          full_pool}}},
        // Its parent keeps no descriptor of a client: it does not run out.
        {.name = "05 fork",
         .target = "05_fork_echo_server",
         .command = {"05-threads/fork_echo_server", "{port}"},
         .protocol = echo,
         .differences = {{"threads", Expectation::no,
                          "every client has a process of its own"},
                         {"descriptors", Expectation::unasked}}},
        {.name = "06 sock",
         .target = "06_sock_echo_server",
         .command = {"06-coroutines/sock_echo_server", "{port}"},
         .protocol = echo,
         .differences = {{"sigterm", Expectation::no}}},
        {.name = "06 stream",
         .target = "06_stream_echo_server",
         .command = {"06-coroutines/stream_echo_server", "{port}"},
         .protocol = echo},
        {.name = "06 workers",
         .target = "06_echo_server",
         .command = {"06-coroutines/echo_server", "--workers=2", "{port}"},
         .protocol = echo,
         .differences = {{"cores", Expectation::yes}}},
        {.name = "06 select",
         .target = "06_echo_server",
         .command = {"06-coroutines/echo_server", "--selector=select",
                     "{port}"},
         .protocol = echo,
         .differences = {{"many_clients", Expectation::no}}},
        {.name = "06 poll",
         .target = "06_echo_server",
         .command = {"06-coroutines/echo_server", "--selector=poll", "{port}"},
         .protocol = echo},
        {.name = "06 epoll",
         .target = "06_echo_server",
         .command = {"06-coroutines/echo_server", "--selector=epoll", "{port}"},
         .protocol = echo},
        {.name = "07",
         .target = "07_chat_server",
         // Its visitors are not slow, and wait for words that others may have
         // said before.
         .command = {"07-chat/chat_server", "--rate=0", "--history=0",
                     "{port}"},
         .protocol = &chat_protocol(),
         .grace = std::chrono::seconds(5)},
    };
    return all;
}

const Column* find_column(std::string_view name) {
    std::string wanted(name);
    std::ranges::replace(wanted, '-', ' ');
    auto found = std::ranges::find(columns(), wanted, &Column::name);
    return found == columns().end() ? nullptr : &*found;
}

const Column* find_stage(std::string_view number) {
    if (const Column* column = find_column(number)) return column;
    auto found = std::ranges::find_if(
        columns().rbegin(), columns().rend(),
        [&](const Column& column) { return column.stage() == number; });
    return found == columns().rend() ? nullptr : &*found;
}

const Difference* Column::difference(const Property& property) const {
    auto found =
        std::ranges::find(differences, property.id, &Difference::property);
    return found == differences.end() ? nullptr : &*found;
}

Expectation Column::expects(const Property& property) const {
    if (auto* other = difference(property)) return other->expectation;
    switch (property.stages[static_cast<std::size_t>(std::stoi(stage()) - 1)]) {
        case 'y':
            return Expectation::yes;
        case 'n':
            return Expectation::no;
        default:
            return Expectation::unasked;
    }
}

const std::string& Column::title(const Property& property) const {
    if (expects(property) != Expectation::no) return property.claim;
    auto* other = difference(property);
    return other && !other->flaw.empty() ? other->flaw : property.flaw;
}

Observation Column::observe(const Property& property, Trial& trial) const {
    auto* other = difference(property);
    return other && other->observe ? other->observe(trial)
                                   : property.observe(trial);
}

}  // namespace tincan::contract
