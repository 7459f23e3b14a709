#include "07-chat/session.hpp"

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/tincan/sleep.hpp"
#include "06-coroutines/tincan/timeout.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tincan::chat {

namespace {

// How much of one client is read at a time.
constexpr std::size_t kPiece = 4096;

std::optional<Refusal> check_line(const Line& line) {
    if (line.kind != Line::Kind::text) return Refusal::line_too_long;
    return check_text(line.text);
}

}  // namespace

Session::Session(StreamReader reader, StreamWriter writer, Room& room,
                 const Limits& limits)
    : reader_(std::move(reader)),
      writer_(std::move(writer)),
      room_(room),
      limits_(limits),
      outbox_(writer_, limits, [this] {
          stop("too slow");
          writer_.abort();
      }) {
    // The kernel would take 4 MB more for somebody who doesn't read, and try
    // for a quarter of an hour to reach somebody who is gone. Should these
    // fail, it does.
    set_option(SOL_SOCKET, SO_SNDBUF, limits_.send_buffer);
    auto patience =
        std::chrono::ceil<std::chrono::milliseconds>(limits_.delivery);
    set_option(IPPROTO_TCP, TCP_USER_TIMEOUT,
               static_cast<int>(patience.count()));
}

void Session::set_option(int level, int option, int value) {
    ::setsockopt(writer_.fd(), level, option, &value, sizeof value);
}

// However it ended: nobody may stay in the room whose outbox is gone.
Session::~Session() {
    if (name_) room_.leave(*name_, goodbye_);
}

// #region run
Coro<void> Session::run() {
    try {
        co_await listen();
    } catch (const TimeoutError&) {
        if (name_) answer(idle_line(limits_.idle));
        stop(name_ ? "idle" : "no CONNECT in time");
    } catch (const std::system_error& error) {
        stop(error.what());
    }
    if (name_) {
        say("{} left", printable(name_->shown));
        room_.leave(*std::exchange(name_, std::nullopt), goodbye_);
    }
    co_await finish();
    say("{} disconnected{}{}", writer_.peer(), why_.empty() ? "" : ": ", why_);
}
// #endregion run

// #region listen
Coro<void> Session::listen() {
    EventLoop& loop = EventLoop::running();
    LineDecoder decoder(limits_.line, limits_.endless_line);
    due_ = loop.time() + std::min(limits_.connect, limits_.idle);
    while (!over_) {
        std::string_view bytes =
            co_await wait_for(reader_.read(kPiece), due_ - loop.time());
        bool ended = bytes.empty();
        std::optional<Line> line =
            ended ? decoder.finish() : decoder.next(bytes);
        while (line && !over_) {
            handle(*line);
            // The next line has the next turn: what this one was answered
            // goes out first, and who talks fast lets the others talk too.
            if (!bytes.empty()) co_await sleep(Duration::zero());
            line = decoder.next(bytes);
        }
        if (ended) co_return;
    }
}
// #endregion listen

// #region handle
void Session::handle(const Line& line) {
    bool stranger = !name_;
    std::optional<Refusal> refusal = stranger ? greet(line) : obey(line);
    if (refusal) answer(refusal_line(*refusal));
    if (line.kind == Line::Kind::endless) stop("a line without end");
    if (stranger && refusal && ++errors_ == limits_.errors_before_connect) {
        stop("no CONNECT");
    }
    if (name_) due_ = EventLoop::running().time() + limits_.idle;
}

std::optional<Refusal> Session::greet(const Line& line) {
    if (std::optional<Refusal> refusal = check_line(line)) return refusal;
    std::optional<std::string_view> wanted = requested_name(line.text);
    if (!wanted) return Refusal::not_connected;
    std::optional<Name> name = parse_name(*wanted);
    if (!name) return Refusal::bad_name;
    if (!room_.join(*name, outbox_)) return Refusal::name_taken;
    name_ = std::move(name);
    say("{} joined from {}", printable(name_->shown), writer_.peer());
    return std::nullopt;
}

std::optional<Refusal> Session::obey(const Line& line) {
    if (std::optional<Refusal> refusal = check_line(line)) return refusal;
    Request request = parse_request(line.text);
    switch (request.kind) {
        case Request::Kind::say:
            room_.say(*name_, request.text);
            break;
        case Request::Kind::ping:
            answer(pong_line(request.text));
            break;
        case Request::Kind::quit:
            goodbye_ = request.text;
            stop("");
            break;
        case Request::Kind::unknown:
            return Refusal::unknown_command;
    }
    return std::nullopt;
}
// #endregion handle

void Session::answer(std::string line) {
    outbox_.push(make_frame(std::move(line)));
}

void Session::stop(std::string why) {
    if (!std::exchange(over_, true)) why_ = std::move(why);
}

void Session::end(std::string last_line) {
    answer(std::move(last_line));
    stop("the server ends");
}

// Sends what is queued, as far as the client takes it in time.
Coro<void> Session::finish() {
    outbox_.flush();
    writer_.close();
    try {
        co_await wait_for(writer_.wait_closed(), limits_.delivery);
    } catch (const TimeoutError&) {
        writer_.abort();
    }
}

}  // namespace tincan::chat
