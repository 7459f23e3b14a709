#include "bench/chat_load.hpp"

#include "02-nonblocking-busy/nonblocking.hpp"
#include "bench/load_socket.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace tincan::bench {

namespace {

// So many may be on their way in. Python's asyncio asks for a backlog of 100,
// and the kernel drops what goes beyond it.
constexpr std::size_t kJoinAtOnce = 64;

constexpr std::size_t kRoomSize = 100;

// Of who never reads: so that it is the server who has what was not read.
constexpr int kSmallBuffer = 4096;

constexpr std::string_view kTalker = "talker";

bool is_message(std::string_view line) {
    return line.size() > kTalker.size() + 1 && line.starts_with(kTalker) &&
           line[kTalker.size() + 1] == ':';
}

// For JSON and a terminal, whatever the server has sent.
std::string quotable(std::string_view text) {
    std::string result(text.substr(0, 100));
    std::ranges::replace_if(
        result,
        [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; },
        '?');
    return result;
}

}  // namespace

ChatLoad::ChatLoad(const Endpoint& server, std::chrono::milliseconds patience)
    : addresses_(resolve(server)), patience_(patience), buffer_(1 << 18) {}

void ChatLoad::start() {
    result_ = {};
    from_ = until_ = Clock::time_point::max();
}

ChatResult ChatLoad::finish(Seconds elapsed) const {
    ChatResult result = result_;
    result.clients = listeners_;
    result.elapsed = elapsed;
    return result;
}

ChatResult ChatLoad::join(std::size_t number) {
    return let_in(number, kJoinAtOnce);
}

ChatResult ChatLoad::storm(std::size_t number) {
    return let_in(number, number);
}

ChatResult ChatLoad::spread(std::size_t number) {
    to_rooms_ = true;
    return let_in(number, kJoinAtOnce);
}

ChatResult ChatLoad::let_in(std::size_t number, std::size_t at_once) {
    start();
    Clock::time_point began = Clock::now();
    while (result_.errors == 0 && listeners_ < number) {
        if (coming_ < at_once && listeners_ + coming_ < number) {
            std::size_t at = clients_.size();
            open(at < kTalkers ? fmt::format("{}{}", kTalker, at)
                               : fmt::format("visitor{}", at));
        } else {
            turn();
        }
    }
    Seconds elapsed = Clock::now() - began;
    while (result_.errors == 0 && !to_rooms_ && comings_heard_ < comings_)
        turn();
    return finish(elapsed);
}

ChatResult ChatLoad::stall(std::size_t number) {
    start();
    Clock::time_point began = Clock::now();
    for (std::size_t i = 0; i < number && result_.errors == 0; ++i) {
        open(fmt::format("deaf{}", clients_.size()), kSmallBuffer);
        clients_.back().listens = false;
        while (coming_ > 0 && result_.errors == 0)
            turn();
    }
    while (comings_heard_ < comings_ && result_.errors == 0)
        turn();
    return finish(Clock::now() - began);
}

// Its connection is under way when this returns: it says its name when the
// server has taken it.
void ChatLoad::open(const std::string& name, int receive_buffer) {
    const addrinfo& server = *addresses_;
    Client& client = clients_.emplace_back();
    client.number = clients_.size() - 1;
    client.name = name;
    client.greeting = fmt::format("CONNECT {}\n", name);
    client.awaited = name + " connected!\n";
    if (to_rooms_) {
        client.greeting +=
            fmt::format("/join room{}\n/ping\n", client.number / kRoomSize);
        client.awaited = "-server- pong\n";
    }
    ++coming_;
    attempt(client, [&] {
        client.socket = load_socket(server, client.number, SOCK_NONBLOCK);
        if (receive_buffer != 0) {
            set_option(client.socket, SOL_SOCKET, SO_RCVBUF, receive_buffer);
        }
        if (::connect(client.socket.fd(), server.ai_addr, server.ai_addrlen) ==
            -1) {
            if (errno != EINPROGRESS) check(-1, "connect");
        }
        selector_.add(client.socket.fd(), kWritable, client.number,
                      Trigger::level);
    });
}

void ChatLoad::greet(Client& client) {
    int error = 0;
    socklen_t size = sizeof error;
    check(::getsockopt(client.socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size),
          "getsockopt");
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "connect");
    }
    // A fresh connection takes that much.
    try_send(client.socket, client.greeting);
    selector_.modify(client.socket.fd(), kReadable);
}

ChatResult ChatLoad::talk(Seconds window) {
    start();
    auto length = std::chrono::duration_cast<Clock::duration>(window);
    from_ = Clock::now() + length / 5;
    until_ = from_ + length;
    most_ = std::numeric_limits<std::uint64_t>::max();
    converse();
    return finish(window);
}

ChatResult ChatLoad::say(std::uint64_t messages) {
    start();
    from_ = Clock::now();
    most_ = messages;
    converse();
    return finish(Clock::now() - from_);
}

// Everybody talks as long as the time and number of messages allow, and all
// hear it.
void ChatLoad::converse() {
    ++conversation_;
    for (std::deque<Said>& said : said_)
        said.clear();
    for (Client& client : clients_)
        client.heard.fill(0);
    undelivered_ = 0;
    for (std::size_t i = 0; i < std::min(kTalkers, clients_.size()); ++i)
        say_next(i);
    while (undelivered_ > 0)
        turn();
}

void ChatLoad::say_next(std::size_t talker) {
    Client& client = clients_[talker];
    std::deque<Said>& said = said_[talker];
    Clock::time_point now = Clock::now();
    if (!client.in || now >= until_ || said.size() == most_) return;

    // "talker3: 000…0001.0000042\n": no two lines are alike.
    std::string text = fmt::format("{}.{:0>7}\n", conversation_, said.size());
    std::string line = fmt::format("{}: {:0>{}}", client.name, text,
                                   kChatLine - client.name.size() - 2);
    said.push_back({line, now});
    ++result_.messages;
    undelivered_ += listeners_;
    attempt(client, [&] {
        std::string_view sent = line;
        sent.remove_prefix(client.name.size() + 2);
        if (try_send(client.socket, sent) != sent.size()) {
            throw std::runtime_error("the server does not read");
        }
    });
}

void ChatLoad::receive(Client& client) {
    auto count = try_receive(client.socket, buffer_);
    if (!count) return;
    if (*count == 0) throw std::runtime_error("the server closed it");
    Clock::time_point now = Clock::now();
    std::string_view bytes(buffer_.data(), *count);
    if (!client.unfinished.empty()) {
        std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
        client.unfinished += bytes.substr(0, end);
        bytes.remove_prefix(end);
        if (!client.unfinished.ends_with('\n')) return;
        take_line(client, client.unfinished, now);
        client.unfinished.clear();
    }
    for (;;) {
        std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) break;
        take_line(client, bytes.substr(0, end + 1), now);
        bytes.remove_prefix(end + 1);
    }
    client.unfinished = bytes;
}

void ChatLoad::take_line(Client& client, std::string_view line,
                         Clock::time_point now) {
    // What a newcomer is told of what was said before it came is no delivery.
    if (is_message(line) && client.in) {
        take_message(client, line, now);
    } else {
        take_notice(client, line);
    }
}

void ChatLoad::take_message(Client& client, std::string_view line,
                            Clock::time_point now) {
    std::size_t talker = static_cast<unsigned char>(line[kTalker.size()]) - '0';
    if (talker >= kTalkers) {
        throw std::runtime_error("nobody is called " + quotable(line));
    }
    const std::deque<Said>& said = said_[talker];
    std::size_t next = client.heard[talker];
    if (next == said.size() || line != said[next].line) {
        throw std::runtime_error(
            fmt::format("after {} messages of talker{} it heard {}", next,
                        talker, quotable(line)));
    }
    ++client.heard[talker];
    --undelivered_;
    ++result_.total;
    if (now >= from_) {
        result_.times.add(now - said[next].at);
        if (now < until_) ++result_.deliveries;
    }
    if (client.number == talker && client.heard[talker] == said.size()) {
        say_next(talker);
    }
}

void ChatLoad::take_notice(Client& client, std::string_view line) {
    if (line.starts_with("! ")) {
        throw std::runtime_error("the server said " + quotable(line));
    }
    ++result_.notices;
    if (line.ends_with(" connected!\n")) ++comings_heard_;
    if (client.in || line != client.awaited) return;
    client.in = true;
    --coming_;
    // Who is in now hears that this one has come; it does so itself.
    if (client.listens) {
        ++listeners_;
    } else {
        ++comings_;
        selector_.remove(client.socket.fd());
    }
    comings_ += listeners_;
}

// Does `step`, whose failure is the end of this client only.
template <typename Step>
void ChatLoad::attempt(Client& client, Step step) {
    try {
        step();
    } catch (const std::runtime_error& error) {
        fail(client, error.what());
    }
}

// Waits for events and handles them. If nothing happens for too long, all that
// still wait have failed.
void ChatLoad::turn() {
    Clock::time_point asked = Clock::now();
    auto ready = selector_.select(patience_);
    if (ready.empty() && Clock::now() - asked >= patience_) give_up_waiting();
    for (auto [key, events] : ready) {
        Client& client = clients_[key];
        if (!client.socket) continue;
        attempt(client, [&, happened = events] {
            if (happened & kWritable) {
                greet(client);
            } else {
                receive(client);
            }
        });
    }
}

void ChatLoad::give_up_waiting() {
    auto missing = [&](const Client& client) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < kTalkers; ++i)
            count += said_[i].size() - client.heard[i];
        return count;
    };
    for (Client& client : clients_) {
        if (!client.socket || !client.listens) continue;
        std::size_t count = client.in ? missing(client) : 1;
        if (count == 0 && comings_heard_ == comings_) continue;
        fail(client,
             fmt::format("nothing for {} ms; {}", patience_.count(),
                         !client.in ? "it is not in"
                         : count > 0
                             ? fmt::format("{} messages are missing", count)
                             : "some never heard who came"));
    }
}

void ChatLoad::fail(Client& client, const std::string& why) {
    if (result_.errors == 0) {
        result_.first_error = fmt::format("{}: {}", client.name, quotable(why));
    }
    ++result_.errors;
    if (!client.in) {
        --coming_;
    } else if (client.listens) {
        --listeners_;
        for (std::size_t i = 0; i < kTalkers; ++i)
            undelivered_ -= said_[i].size() - client.heard[i];
    }
    bool watched = client.listens || !client.in;  // the deaf, until they are in
    if (client.socket && watched) selector_.remove(client.socket.fd());
    client.socket = Socket();
    client.in = false;
}

}  // namespace tincan::bench
