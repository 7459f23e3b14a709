// The load behind chat_load_program.cpp: one thread, one epoll, and a chat
// full of people, eight of whom talk.
#pragma once

#include "01-blocking/address.hpp"
#include "01-blocking/socket.hpp"
#include "04-poll/epoll_selector.hpp"
#include "bench/histogram.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kTalkers = 8;
constexpr std::size_t kChatLine = 64;  // bytes of a delivery, with name and LF

// What one command did.
struct ChatResult {
    std::size_t clients = 0;  // in the chat at its end, and read from
    Seconds elapsed{};        // what `deliveries` were counted over; of join,
                              // spread and storm: until the last one was in
    std::uint64_t deliveries = 0;  // that came within it
    std::uint64_t total = 0;       // with those before and after it
    std::uint64_t messages = 0;    // that were said
    std::uint64_t notices = 0;     // other lines that came
    Histogram times;               // from saying to hearing; not the warm-up's
    std::uint64_t errors = 0;      // each has cost a client
    std::string first_error{};     // in words, without quotes or backslashes
};

// Every client keeps account of what it hears: each message of each talker
// exactly once, byte for byte, in the order in which it was said. Anything
// else is an error.
class ChatLoad {
public:
    // A client that hears nothing for `patience` while it should has failed.
    explicit ChatLoad(
        const Endpoint& server,
        std::chrono::milliseconds patience = std::chrono::seconds(10));

    // Lets clients come until there are `number`, a few at a time; returns
    // when each has been told of all who came after it.
    ChatResult join(std::size_t number);
    // The same, all at once.
    ChatResult storm(std::size_t number);
    // The same as join, but each goes on into one of many rooms: nobody is
    // told of ten thousand others. Our server alone has rooms.
    ChatResult spread(std::size_t number);
    // `number` more who come in and then never read again.
    ChatResult stall(std::size_t number);

    // Who talks says the next message when the last one has come back. `talk`
    // goes on for `window` and, before it, for a warm-up of a fifth of it;
    // with `say`, each talker says so many. All that is under way is waited
    // for, and counts.
    ChatResult talk(Seconds window);
    ChatResult say(std::uint64_t messages);

private:
    struct Client {
        Socket socket;
        std::size_t number = 0;  // in clients_
        std::string name;
        std::string greeting;  // what it says first
        std::string awaited;   // the line that tells it that it is in
        bool in = false;
        bool listens = true;     // is read from once it is in
        std::string unfinished;  // the beginning of a line
        std::array<std::size_t, kTalkers> heard{};  // of each talker's said
    };
    struct Said {
        std::string line;  // as everybody should hear it
        Clock::time_point at;
    };

    void start();
    ChatResult finish(Seconds elapsed) const;
    ChatResult let_in(std::size_t number, std::size_t at_once);
    void open(const std::string& name, int receive_buffer = 0);
    void greet(Client& client);
    void converse();
    void say_next(std::size_t talker);
    void receive(Client& client);
    void take_line(Client& client, std::string_view line,
                   Clock::time_point now);
    void take_message(Client& client, std::string_view line,
                      Clock::time_point now);
    void take_notice(Client& client, std::string_view line);
    template <typename Step>
    void attempt(Client& client, Step step);
    void turn();
    void give_up_waiting();
    void fail(Client& client, const std::string& why);

    AddressList addresses_;
    std::chrono::milliseconds patience_;
    EpollSelector selector_;
    std::vector<char> buffer_;  // for what comes
    std::deque<Client> clients_;
    std::size_t listeners_ = 0;  // of them are in, and read from
    std::size_t coming_ = 0;     // are not in yet
    bool to_rooms_ = false;      // they go on from the lobby
    // How often "... connected!" should be heard, and was.
    std::uint64_t comings_ = 0;
    std::uint64_t comings_heard_ = 0;

    std::array<std::deque<Said>, kTalkers> said_;  // in this conversation
    std::size_t conversation_ = 0;
    std::uint64_t undelivered_ = 0;
    Clock::time_point from_;   // deliveries count
    Clock::time_point until_;  // and nobody says anything new
    std::uint64_t most_ = 0;   // messages of each talker
    ChatResult result_;
};

}  // namespace tincan::bench
