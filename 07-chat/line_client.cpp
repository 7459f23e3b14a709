#include "07-chat/line_client.hpp"

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/sleep.hpp"
#include "06-coroutines/tincan/stdin.hpp"
#include "06-coroutines/tincan/sync.hpp"
#include "07-chat/link.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tincan::chat {

namespace {

// stdin, line by line.
class Input {
public:
    // Nothing at the end.
    Coro<std::optional<std::string>> next_line() {
        bool ended = false;
        for (;;) {
            std::optional<Line> line =
                ended ? decoder_.finish() : decoder_.next(unread_);
            if (line && line->kind == Line::Kind::text) co_return line->text;
            if (line) {
                fmt::print(stderr, "a line of more than {} bytes is not sent\n",
                           kLongestTyped);
            } else if (ended) {
                co_return std::nullopt;
            } else {
                unread_ = co_await stdin_.read();
                ended = unread_.empty();
            }
        }
    }

private:
    StreamReader stdin_ = connect_stdin();
    LineDecoder decoder_{kLongestTyped, std::string::npos};
    std::string_view unread_;
};

using SharedInput = std::shared_ptr<Input>;

Coro<std::string> ask_name(SharedInput input) {
    if (::isatty(STDIN_FILENO) == 1) {
        fmt::print("Your name: ");
        std::fflush(stdout);
    }
    std::optional<std::string> name = co_await input->next_line();
    if (!name) throw std::runtime_error("no name given");
    co_return *name;
}

// Sends what is typed, to the end of input.
Coro<void> send_lines(SharedLink link, SharedInput input) {
    TimePoint due{};
    while (!link->talk.leaving()) {
        std::optional<std::string> line = co_await input->next_line();
        if (!line) break;
        // After a pause four lines may go at once.
        TimePoint now = EventLoop::running().time();
        due = std::max(due + kBetweenLines, now - 3 * kBetweenLines);
        if (due > now) co_await sleep(due - now);
        link->writer.write(link->talk.typed(*line));
        co_await link->writer.drain();
    }
}

// Prints what the server says until it ends, or refuses us. Once it has let us
// in, `sending` begins.
Coro<std::optional<Task<void>>> print_lines(SharedLink link,
                                            SharedInput input) {
    std::optional<Task<void>> sending;
    while (!link->talk.refused()) {
        std::optional<Heard> heard = co_await hear(link);
        if (!heard) break;
        print_line("{}", heard->line);
        if (link->talk.joined() && !sending) {
            sending = EventLoop::running().create_task(send_lines(link, input),
                                                       "send");
            // However that ends, it is the end of what we say, not of what we
            // hear.
            sending->add_done_callback([link] { link->writer.write_eof(); });
        }
    }
    co_return sending;
}

}  // namespace

Coro<void> line_client(Endpoint server, TlsContext tls, std::string name) {
    auto input = std::make_shared<Input>();
    if (name.empty()) name = co_await ask_name(input);
    SharedLink link = co_await open_link(server, tls);
    EventLoop& loop = EventLoop::running();
    auto alive = [] {};
    loop.create_task(stay_alive(link, alive), "stay alive");

    link->writer.write(link->talk.typed(name));
    std::optional<Task<void>> sending = co_await print_lines(link, input);
    if (!sending) {
        throw std::runtime_error(
            fmt::format("not let in as {}", link->talk.name()));
    }
    // A connection that was lost may have been noticed there first.
    if (sending->done()) sending->result();
}

}  // namespace tincan::chat
