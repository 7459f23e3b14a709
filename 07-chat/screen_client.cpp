#include "07-chat/screen_client.hpp"

#include "01-blocking/program.hpp"
#include "06-coroutines/key_reader.hpp"
#include "06-coroutines/terminal.hpp"
#include "06-coroutines/tincan/sync.hpp"
#include "06-coroutines/tincan/timeout.hpp"
#include "07-chat/screen.hpp"
#include "07-chat/visit.hpp"

#include <chrono>
#include <csignal>
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

// #region window
// The screen, and when it is drawn.
class Window {
public:
    Window() = default;
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    ~Window() { drawing_.cancel(); }

    // Takes the terminal, and shows the visit on it from now on.
    void open(std::shared_ptr<Visit> visit) {
        visit_ = std::move(visit);
        screen_.emplace();
        draw();
    }
    Size size() const { return screen_ ? screen_->size() : Size{24, 80}; }

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
        if (screen_) screen_->draw(visit_->picture(screen_->size()));
    }

    std::shared_ptr<Visit> visit_;
    std::optional<Screen> screen_;
    Handle drawing_;
};
// #endregion window

using SharedVisit = std::shared_ptr<Visit>;
using SharedWindow = std::shared_ptr<Window>;

// Until the user wants to leave.
Coro<void> take_keys(SharedVisit visit, SharedWindow window) {
    StreamReader input = connect_stdin();
    KeyDecoder decoder;
    const Key end_of_input{Key::Kind::control, "d"};
    const Key look_afresh{Key::Kind::control, "l"};
    while (!visit->leaving()) {
        std::optional<std::vector<Key>> keys =
            co_await next_keys(input, decoder);
        if (!keys) co_return;
        for (const Key& key : *keys) {
            if (key == end_of_input && visit->line_is_empty()) co_return;
            if (key == look_afresh) window->draw_afresh();
            visit->press(key, window->size());
        }
    }
}

// The visit stays as long as somebody listens.
Coro<void> listen(SharedVisit visit) {
    co_await visit->listen();
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
Coro<void> screen_client(Connect connect, std::string name, bool once) {
    SharedLink link = co_await connect();
    link->talk.be_curious();
    EventLoop& loop = EventLoop::running();
    auto over = std::make_shared<Event>();
    auto end = [over] { over->set(); };

    // Before ncurses, which would take over whichever of them nobody has, and
    // ignore a SIGTSTP that comes while it draws.
    auto window = std::make_shared<Window>();
    SignalScope endings(loop, ending_signals(), end);
    SignalScope stops(loop, {SIGTSTP}, [window] { window->suspend(); });
    SignalScope changes(loop, {SIGWINCH, SIGCONT},
                        [window] { window->draw_afresh(); });
    // The window holds the visit; so the visit may not hold the window.
    auto redraw = [weak = std::weak_ptr(window)] {
        if (SharedWindow open = weak.lock()) open->redraw();
    };
    if (once) connect = nullptr;
    auto visit = std::make_shared<Visit>(link, connect, redraw);
    if (!name.empty()) visit->enter(name);
    window->open(visit);

    Task<void> listening = loop.create_task(listen(visit), "listen");
    Task<void> typing = loop.create_task(take_keys(visit, window), "type");
    listening.add_done_callback(end);
    typing.add_done_callback(end);

    co_await over->wait();
    window->close();
    if (listening.done()) {
        listening.result();
        if (!visit->leaving()) {
            print_line("{}The server has closed the connection.",
                       visit->last_notice());
        }
        if (!visit->was_let_in()) throw std::runtime_error("not let in");
    }
    if (typing.done()) typing.result();
    listening.cancel();  // or it would make another connection
    co_await say_goodbye(visit->writer());
}
// #endregion screen_client

}  // namespace tincan::chat
