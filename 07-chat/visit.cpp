#include "07-chat/visit.hpp"

#include "06-coroutines/tincan/sleep.hpp"
#include "06-coroutines/tincan/timeout.hpp"
#include "07-chat/commands.hpp"
#include "07-chat/graphemes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <exception>
#include <optional>
#include <random>
#include <utility>

namespace tincan::chat {

namespace {

using namespace std::chrono_literals;

// Of ours, if the server doesn't read.
constexpr std::size_t kMostQueued = 64 * 1024;

// TLS included. The kernel alone would try for two minutes.
constexpr Duration kConnecting = 15s;

// By the clock on the user's wall. localtime_r(3)
std::string clock_text() {
    std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::array<char, 8> text{};
    std::size_t size = std::strftime(text.data(), text.size(), "%H:%M", &local);
    return {text.data(), size};
}

std::int64_t seconds(Duration time) {
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

}  // namespace

Visit::Visit(SharedLink link, Connect connect, std::function<void()> changed)
    : link_(std::move(link)),
      connect_(std::move(connect)),
      changed_(std::move(changed)),
      backoff_(std::random_device()()) {
    set_state("connected", link_->writer.peer());
}

void Visit::press(const Key& key, Size screen) {
    std::vector<std::string> lines = desk_.press(key, screen);
    if (std::string remark = desk_.take_remark(); !remark.empty()) tell(remark);
    bool few = lines.size() <= kLinesUnasked && can_say_more();
    if (few || lines.size() <= 1) {
        for (const std::string& line : lines)
            enter(line);
    } else {
        pastes_.create_task(enter_slowly(*this, std::move(lines)), "paste");
    }
    changed_();
}

void Visit::enter(const std::string& line) {
    Conversation& talk = link_->talk;
    bool quits = parse_request(line).kind == Request::Kind::quit;
    if (quits || talk.asks_for_name()) {
        link_->writer.write(talk.typed(line));
        named_.set();
    } else if (!talk.joined()) {
        cannot_send(line, was_let_in_ ? "not connected" : "not in yet");
    } else if (link_->writer.queued() > kMostQueued) {
        cannot_send(line, "the server takes nothing more");
    } else {
        link_->writer.write(talk.typed(line));
        desk_.sent(line, clock_text());
    }
}

void Visit::cannot_send(const std::string& line, std::string_view why) {
    tell(fmt::format("Not sent: {}.", why));
    desk_.put_back(line);
}

bool Visit::can_say_more() const {
    return link_->talk.joined() && link_->writer.queued() <= kMostQueued;
}

// If the connection is lost, what is left of it waits for the next one. None
// of it is ever a name.
Coro<void> Visit::enter_slowly(Visit& visit, std::vector<std::string> lines) {
    for (const std::string& line : lines) {
        while (!visit.can_say_more())
            co_await sleep(kBetweenLines);
        visit.enter(line);
        co_await sleep(kBetweenLines);
    }
}

// #region listen
Coro<void> Visit::listen() {
    for (;;) {
        std::string why = "the server has closed it";
        std::exception_ptr error;
        try {
            co_await hear_all();
        } catch (const std::exception& failure) {
            why = failure.what();
            error = std::current_exception();
        }
        if (leaving()) co_return;
        bool welcome = was_let_in_ || link_->talk.asks_for_name();
        if (!welcome || !connect_) {
            if (error) std::rethrow_exception(error);
            co_return;
        }
        co_await reconnect(why);
    }
}

// Until this connection ends.
Coro<void> Visit::hear_all() {
    TaskGroup beside;
    auto unsure = [this] {
        auto since = link_->talk.silent_since();
        auto silence = EventLoop::running().time() - *since;
        set_state(fmt::format("no answer for {} s", seconds(silence)));
    };
    beside.create_task(stay_alive(link_, unsure), "stay alive");
    for (;;) {
        std::optional<Heard> heard = co_await hear(link_);
        if (!heard) co_return;
        take(*heard);
    }
}
// #endregion listen

void Visit::take(const Heard& heard) {
    if (heard.kind == Heard::Kind::welcome) {
        was_let_in_ = true;
        if (!welcomed_) welcomed_ = EventLoop::running().time();
    }
    bool notice =
        heard.kind == Heard::Kind::notice || heard.kind == Heard::Kind::refused;
    last_notice_ = notice ? heard.line + "\n" : "";
    desk_.hear(heard, link_->talk, clock_text());
    set_state("connected", link_->writer.peer());
}

// #region reconnect
// Until there is a connection again.
Coro<void> Visit::reconnect(std::string why) {
    // One that welcomes its guests and falls over them is not up again.
    TimePoint now = EventLoop::running().time();
    if (welcomed_ && now - *welcomed_ > kSignOfLife) backoff_.start_afresh();
    welcomed_.reset();
    link_->writer.abort();
    tell(fmt::format("The connection is lost: {}.", why));
    if (!was_let_in_) {  // no server waits for ever for a name
        set_state("not connected");
        named_.clear();
        co_await named_.wait();
    }
    link_->talk = link_->talk.again();
    while (!why.empty()) {
        Duration wait = backoff_.next();
        while (wait > 0s) {
            set_state(fmt::format("not connected, trying again in {} s",
                                  seconds(wait)));
            co_await sleep(std::min<Duration>(wait, 1s));
            wait -= 1s;
        }
        set_state("connecting");
        why = co_await try_again();
    }
}

// What was in the way; "" if nothing was.
Coro<std::string> Visit::try_again() {
    try {
        SharedLink link = co_await wait_for(connect_(), kConnecting);
        link->talk = std::move(link_->talk);
        link_ = std::move(link);
    } catch (const std::exception& error) {
        co_return error.what();
    }
    link_->writer.write(link_->talk.take_answer());
    co_return "";
}
// #endregion reconnect

void Visit::tell(std::string_view text) {
    desk_.tell(visible_text(text), clock_text());
    changed_();
}

void Visit::set_state(std::string state, std::string peer) {
    desk_.set_connection(std::move(state), std::move(peer));
    changed_();
}

}  // namespace tincan::chat
