#include "07-chat/screen_client.hpp"

#include "01-blocking/program.hpp"
#include "06-coroutines/key_reader.hpp"
#include "06-coroutines/tincan/sync.hpp"
#include "06-coroutines/tincan/timeout.hpp"
#include "07-chat/layout.hpp"
#include "07-chat/line_editor.hpp"
#include "07-chat/link.hpp"
#include "07-chat/screen.hpp"

#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tincan::chat {

namespace {

using namespace std::chrono_literals;

// How long the server may take to hear that we leave.
constexpr Duration kFarewell = 2s;

constexpr std::size_t kMessagesKept = 1000;

// #region window
// What there is to see, and the screen it is seen on.
class Window {
public:
    Window(std::string server, SharedLink link)
        : server_(std::move(server)), link_(std::move(link)) {
        screen_.emplace();
        draw();
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    ~Window() { drawing_.cancel(); }

    LineEditor& line() { return line_; }

    void add(std::string message) {
        messages_.push_back(std::move(message));
        if (messages_.size() > kMessagesKept) messages_.pop_front();
        redraw();
    }
    // What the server itself has said last, if nobody spoke since.
    std::string last_notice() const {
        bool notice =
            !messages_.empty() && (messages_.back().starts_with("-server-") ||
                                   messages_.back().starts_with("! "));
        return notice ? messages_.back() + "\n" : "";
    }

    // In the next turn, with all that changes in this one.
    void redraw() {
        drawing_.cancel();
        drawing_ = EventLoop::running().call_soon([this] { draw(); });
    }
    void draw_afresh() {
        if (screen_) screen_->start_afresh();
        draw();
    }
    void suspend() {
        if (screen_) screen_->suspend();
        draw();
    }
    // The terminal is the user's again.
    void close() { screen_.reset(); }

private:
    void draw() {
        if (!screen_) return;
        const Conversation& talk = link_->talk;
        std::string who = talk.joined() ? talk.name() : "not in yet";
        std::string status =
            fmt::format(" {} on {}    /quit or Ctrl-C leaves", who, server_);
        const char* prompt = talk.joined() ? "> " : "Your name: ";
        screen_->draw(
            lay_out({messages_, status, prompt, line_}, screen_->size()));
    }

    std::string server_;
    SharedLink link_;
    std::optional<Screen> screen_;
    std::deque<std::string> messages_;
    LineEditor line_{kLongestTyped};
    Handle drawing_;
};

using SharedWindow = std::shared_ptr<Window>;
// #endregion window

// #region keys
void enter_line(Link& link, LineEditor& line) {
    if (!line.empty()) link.writer.write(link.talk.typed(line.take()));
}

// Until the user wants to leave.
Coro<void> take_keys(SharedLink link, SharedWindow window) {
    StreamReader input = connect_stdin();
    KeyDecoder decoder;
    const Key end_of_input{Key::Kind::control, "d"};
    const Key look_afresh{Key::Kind::control, "l"};
    while (!link->talk.leaving()) {
        std::optional<std::vector<Key>> keys =
            co_await next_keys(input, decoder);
        if (!keys) co_return;
        for (const Key& key : *keys) {
            if (key == end_of_input && window->line().empty()) co_return;
            if (key == look_afresh) window->draw_afresh();
            if (key.kind == Key::Kind::enter) enter_line(*link, window->line());
            window->line().apply(key);
        }
        window->redraw();
        co_await link->writer.drain();
    }
}
// #endregion keys

// Until the server has ended.
Coro<void> show_messages(SharedLink link, SharedWindow window) {
    for (;;) {
        std::optional<std::string> line = co_await hear(link);
        if (!line) co_return;
        window->add(std::move(*line));
    }
}

Coro<void> say_goodbye(StreamWriter writer) {
    writer.close();
    try {
        co_await wait_for(writer.wait_closed(), kFarewell);
    } catch (const TimeoutError&) {
        writer.abort();
    }
}

}  // namespace

// #region screen_client
Coro<void> screen_client(Endpoint server, TlsContext tls, std::string name) {
    SharedLink link = co_await open_link(server, tls);
    EventLoop& loop = EventLoop::running();
    auto over = std::make_shared<Event>();
    auto end = [over] { over->set(); };

    // Before ncurses, which would take over whichever of them nobody has, and
    // ignore a SIGTSTP that comes while it draws.
    std::shared_ptr<Window> window;
    SignalScope endings(loop, {SIGINT, SIGTERM, SIGHUP, SIGQUIT}, end);
    SignalScope stops(loop, {SIGTSTP}, [&window] { window->suspend(); });
    window = std::make_shared<Window>(to_string(server), link);
    SignalScope changes(loop, {SIGWINCH, SIGCONT},
                        [window] { window->draw_afresh(); });

    if (!name.empty()) link->writer.write(link->talk.typed(name));
    Task<void> showing = loop.create_task(show_messages(link, window), "show");
    Task<void> typing = loop.create_task(take_keys(link, window), "type");
    loop.create_task(stay_alive(link), "stay alive");
    showing.add_done_callback(end);
    typing.add_done_callback(end);

    co_await over->wait();
    window->close();
    if (showing.done()) {
        showing.result();
        print_line("{}The server has closed the connection.",
                   window->last_notice());
        if (!link->talk.joined()) throw std::runtime_error("not let in");
    }
    if (typing.done()) typing.result();
    co_await say_goodbye(link->writer);
}
// #endregion screen_client

}  // namespace tincan::chat
