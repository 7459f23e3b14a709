// A client with deadlines: no operation waits longer than `patience`, and what
// goes wrong says what was sent, what came, and what should have come.
#pragma once

#include "01-blocking/connection.hpp"
#include "06-coroutines/tincan/stream_filter.hpp"
#include "tests/support/deadline.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tincan::test {

// Thrown where the server did not do what the test's next step needs.
struct Failure : std::runtime_error {
    Failure(std::string sent_, std::string came_, std::string expected_);

    std::string sent;
    std::string came;
    std::string expected;
};

struct ClientOptions {
    // Load clients bind 127.0.0.2 and up: see load_address.
    std::string source{};
    int receive_buffer = 0;  // SO_RCVBUF in bytes; 0: the system's choice
    int send_buffer = 0;     // SO_SNDBUF
    std::chrono::milliseconds patience{5000};
    // Makes what all that is sent and received goes through, TLS; but for
    // exchange and exchange_unseen, which would have to know about it.
    std::function<std::unique_ptr<StreamFilter>()> filter{};
};

// "127.0.0.2" ... "127.0.0.9" in turn: their connections in TIME_WAIT use up
// none of the ports that programs under test may get on 127.0.0.1.
std::string load_address(std::size_t number);

// Where a socket of this process is bound, which is on 127.0.0.1.
inline Endpoint endpoint_of(const Socket& bound) {
    std::string name = to_string(local_address(bound));
    return {"127.0.0.1", name.substr(name.rfind(':') + 1)};
}

// Bound to a port of 127.0.0.1, and does not listen. While it lives, whoever
// connects there is refused, and nobody else is given the port.
Socket bound_socket();

// Who comes to `listener` next. Neither waiting for him, nor what is received
// from him or sent to him later, takes longer than kPatience at a time. Throws
// std::runtime_error if nobody comes.
Socket accept_in_time(const Socket& listener);

class Client {
public:
    explicit Client(const Endpoint& server, ClientOptions options = {});

    // All of `bytes`, however long the server takes to read them.
    void send(std::string_view bytes);
    // As many as the kernel takes until it takes no more for `quiet`, or the
    // connection is cut; returns how many.
    std::size_t send_until_full(std::string_view bytes,
                                std::chrono::milliseconds quiet);
    // Sends and does not read, until the server does not read either: what it
    // has to say to this client fills every buffer between them. Returns how
    // much of `bytes` was taken; all, if the server never stops to read. Tell
    // its process if it sleeps then: one that is only held up for a while
    // is not taken for stuck.
    std::size_t send_until_stuck(std::string_view bytes, pid_t sleeper = 0);
    // What the kernel takes now; 0 may also mean that the connection is cut.
    std::size_t try_send(std::string_view bytes);

    // Exactly `count` bytes.
    std::string receive(std::size_t count);
    // Up to and with the next LF, or `ending`.
    std::string receive_line(std::string_view ending = "\n");
    // All that comes until the server's end of stream.
    std::string receive_to_end();
    // The same for a connection that may be cut, or left as it is: all that
    // comes, and how it ended.
    struct Ending {
        std::string bytes;
        enum { in_order, reset, never } how = in_order;
    };
    Ending receive_to_any_end();
    // True if something to receive (bytes, end or reset) came within `wait`.
    bool has_answer(std::chrono::milliseconds wait) const;
    // True if nothing comes for `time`, which is not scaled: for a server whose
    // own clock decides when to hang up.
    bool stays_silent(std::chrono::milliseconds time) const;
    // True once the server has reset the connection.
    bool is_cut() const;
    // Throws a Failure unless the server ends the connection in time.
    void expect_end();

    // Sends and receives at once until all of `bytes` has come back; throws
    // a Failure at the first byte that differs. `already_sent` of them were
    // sent before.
    void exchange(std::string_view bytes, std::size_t already_sent = 0);
    // The same, but what comes back is counted and never copied or looked at
    // (MSG_TRUNC, tcp(7)): the client is not what takes the time.
    void exchange_unseen(std::string_view bytes);

    // No more from us: FIN. The server's bytes still come.
    void half_close();
    // Ends the connection with RST, in both directions.
    void reset();
    void close() { socket_ = Socket(); }

    // Bytes the server's kernel has not acknowledged yet.
    std::size_t unacknowledged() const;
    std::uint16_t port() const { return port_; }
    const Socket& socket() const { return socket_; }

private:
    bool wait_for(short events, Deadline deadline) const;
    // Bytes, or nothing at the end of the stream. Throws a Failure when none
    // come in time or the connection is cut.
    std::string receive_some(const std::string& expected);
    std::string sent() const;
    void start_filter();
    void send_raw(std::string_view bytes);
    std::size_t try_send_raw(std::string_view bytes);
    std::string decoded(std::string_view wire);

    ClientOptions options_;
    Socket socket_;
    std::uint16_t port_ = 0;
    std::uint16_t server_port_ = 0;
    std::string unread_;     // came behind what was asked for
    bool ended_ = false;     // nothing comes behind that
    std::string last_sent_;  // described, for messages
    std::unique_ptr<StreamFilter> filter_;
    std::string encoded_;  // of what try_send took, and the kernel didn't
};

}  // namespace tincan::test
