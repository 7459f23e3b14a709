#include "07-chat/session.hpp"

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

Session::Session(StreamReader reader, StreamWriter writer, Rooms& rooms,
                 const Limits& limits, Log& log)
    : reader_(std::move(reader)),
      writer_(std::move(writer)),
      rooms_(rooms),
      limits_(limits),
      log_(log),
      outbox_(writer_, limits,
              [this] {
                  stop(Ending::too_slow);
                  writer_.abort();
              }),
      pace_(limits.rate, limits.burst) {
    // #region kernel
    // The kernel would take 4 MB more for somebody who doesn't read, and try
    // for a quarter of an hour to reach somebody who is gone. Should these
    // fail, it does.
    set_option(SOL_SOCKET, SO_SNDBUF, limits_.send_buffer);
    auto patience =
        std::chrono::ceil<std::chrono::milliseconds>(limits_.delivery);
    set_option(IPPROTO_TCP, TCP_USER_TIMEOUT,
               static_cast<int>(patience.count()));
    // #endregion kernel
}

void Session::set_option(int level, int option, int value) {
    ::setsockopt(writer_.fd(), level, option, &value, sizeof value);
}

// However it ended: nobody may stay in a room whose outbox is gone.
Session::~Session() {
    leave();
}

// #region run
Coro<Ending> Session::run() {
    log_.info("connected", {{"peer", writer_.peer()}});
    try {
        co_await listen();
    } catch (const TimeoutError&) {
        if (user_) answer(idle_line(limits_.idle));
        stop(user_ ? Ending::idle : Ending::no_connect_in_time);
    } catch (const std::system_error& error) {
        stop(Ending::connection_lost, error.what());
    }
    leave();
    co_await finish();
    log_end();
    co_return ending_;
}
// #endregion run

// #region listen
Coro<void> Session::listen() {
    EventLoop& loop = EventLoop::running();
    LineDecoder decoder(limits_.line, limits_.endless_line);
    due_ = loop.time() + std::min(limits_.connect, limits_.idle);
    bool first = true;
    while (!over_) {
        std::string_view bytes =
            co_await wait_for(reader_.read(kPiece), due_ - loop.time());
        bool ended = bytes.empty();
        // Nobody should have to wait for the end of such a line.
        if (first && !ended && is_tls_hello(bytes)) {
            stop(Ending::tls_hello);
            co_return;
        }
        first = false;
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
    bool stranger = !user_;
    std::optional<Refusal> refusal = stranger ? greet(line) : obey(line);
    if (refusal) answer(refusal_line(*refusal));
    log_line(line, refusal);
    if (line.kind == Line::Kind::endless) stop(Ending::endless_line);
    if (stranger && refusal && ++errors_ == limits_.errors_before_connect) {
        stop(Ending::no_connect);
    }
    if (user_) due_ = EventLoop::running().time() + limits_.idle;
}

std::optional<Refusal> Session::greet(const Line& line) {
    if (std::optional<Refusal> refusal = check_line(line)) return refusal;
    if (is_http_request(line.text)) {
        answer(http_answer());
        stop(Ending::http_request);
        return std::nullopt;
    }
    std::optional<std::string_view> wanted = requested_name(line.text);
    if (!wanted) return Refusal::not_connected;
    std::optional<Name> name = parse_name(*wanted);
    if (!name) return Refusal::bad_name;
    user_.emplace(User{*std::move(name), line_wire(), outbox_});
    if (!rooms_.connect(*user_)) {
        user_.reset();
        return Refusal::name_taken;
    }
    log_.info("joined",
              {{"peer", writer_.peer()}, {"user", user_->name.shown}});
    return std::nullopt;
}

std::optional<Refusal> Session::obey(const Line& line) {
    // Dropped, not delayed: who is read slowly has 4 MB of lines in the kernel,
    // and would go on talking for days after leaving.
    if (!pace_.take(EventLoop::running().time())) {
        if (++too_fast_ == limits_.too_fast_in_a_row) stop(Ending::flood);
        return Refusal::too_fast;
    }
    too_fast_ = 0;
    if (std::optional<Refusal> refusal = check_line(line)) return refusal;
    return carry_out(parse_request(line.text));
}
// #endregion handle

std::optional<Refusal> Session::carry_out(const Request& request) {
    switch (request.kind) {
        case Request::Kind::say:
            rooms_.say(*user_, request.text);
            break;
        case Request::Kind::nick:
            return rename(request.text);
        case Request::Kind::join:
            return move(request.text);
        case Request::Kind::rooms:
            answer(rooms_lines(rooms_.all()));
            break;
        case Request::Kind::who:
            answer(members_lines(*user_->room));
            break;
        case Request::Kind::msg: {
            auto [to, text] = split_word(request.text);
            if (!rooms_.whisper(*user_, to, text)) {
                return Refusal::no_such_user;
            }
            break;
        }
        case Request::Kind::me:
            rooms_.act(*user_, request.text);
            break;
        case Request::Kind::ping:
            answer(pong_line(request.text));
            break;
        case Request::Kind::help:
            answer(help_lines());
            break;
        case Request::Kind::quit:
            goodbye_ = request.text;
            stop(Ending::quit);
            break;
        case Request::Kind::unknown:
            return Refusal::unknown_command;
    }
    return std::nullopt;
}

std::optional<Refusal> Session::rename(std::string_view wanted) {
    std::optional<Name> name = parse_name(wanted);
    if (!name) return Refusal::bad_name;
    std::string before = user_->name.shown;
    if (!rooms_.rename(*user_, *std::move(name))) return Refusal::name_taken;
    log_.info("renamed", {{"peer", writer_.peer()},
                          {"user", user_->name.shown},
                          {"before", before}});
    return std::nullopt;
}

std::optional<Refusal> Session::move(std::string_view room) {
    std::optional<Name> name = parse_name(room);
    if (!name) return Refusal::bad_name;
    rooms_.move(*user_, *name);
    answer(members_lines(*user_->room));
    log_.info("moved", {{"peer", writer_.peer()},
                        {"user", user_->name.shown},
                        {"room", user_->room->name().shown}});
    return std::nullopt;
}

void Session::leave() {
    if (!user_) return;
    log_.info("left", {{"peer", writer_.peer()}, {"user", user_->name.shown}});
    rooms_.leave(*user_, goodbye_);
    user_.reset();
}

void Session::answer(std::string line) {
    outbox_.push(make_frame(std::move(line)));
}

// The first reason is the one that counts.
void Session::stop(Ending why, std::string detail) {
    if (std::exchange(over_, true)) return;
    ending_ = why;
    detail_ = std::move(detail);
}

void Session::end(std::string last_line) {
    answer(std::move(last_line));
    stop(Ending::shutdown);
}

// How much was said, and not what.
void Session::log_line(const Line& line, std::optional<Refusal> refusal) const {
    if (!log_.shows(Log::Level::debug)) return;
    Log::Fields fields{{"peer", writer_.peer()},
                       {"bytes", std::to_string(line.text.size())}};
    if (refusal) {
        fields.push_back(
            {"refused", std::to_string(static_cast<int>(*refusal))});
    }
    log_.debug("line", fields);
}

void Session::log_end() const {
    Log::Fields fields{{"peer", writer_.peer()},
                       {"why", std::string(word_for(ending_))}};
    if (!detail_.empty()) fields.push_back({"detail", detail_});
    log_.line(is_drop(ending_) ? Log::Level::warning : Log::Level::info,
              "disconnected", fields);
}

// Sends what is queued, as far as the client takes it in time.
Coro<void> Session::finish() {
    writer_.close();
    try {
        co_await wait_for(writer_.wait_closed(), limits_.delivery);
    } catch (const TimeoutError&) {
        writer_.abort();
    }
}

}  // namespace tincan::chat
