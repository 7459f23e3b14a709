// Sells the seats of a theatre, in a thread for each client.
//
//   $ ./seats 8000          then: nc localhost 8000, and type a number

#include "01-blocking/connection.hpp"
#include "01-blocking/framing.hpp"
#include "01-blocking/program.hpp"

#include <array>
#include <charconv>
#include <mutex>
#include <set>
#include <thread>

using namespace tincan;

namespace {

// The next line of a client; nothing when it has left.
class Lines {
public:
    explicit Lines(const Socket& client) : client_(client) {}

    std::optional<std::string> next() {
        for (;;) {
            if (std::optional<std::string> line = decoder_.next()) return line;
            std::array<char, 4096> buffer;
            std::size_t count = receive(client_, buffer);
            if (count == 0) return std::nullopt;
            decoder_.feed({buffer.data(), count});
        }
    }

private:
    const Socket& client_;
    Decoder<Delimited> decoder_{Delimited{'\n'}, 100};
};

class Theatre {
public:
    bool is_free(int seat) {
        std::lock_guard lock(mutex_);
        return !taken_.contains(seat);
    }

    // #region starter
    void take(int seat) {
        std::lock_guard lock(mutex_);
        taken_.insert(seat);
    }
    // #endregion starter
    // #region solution
    // False if somebody else was faster.
    bool take(int seat) {
        std::lock_guard lock(mutex_);
        return taken_.insert(seat).second;
    }
    // #endregion solution

private:
    std::mutex mutex_;
    std::set<int> taken_;
};

int number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void sell(const Socket& client, Theatre& theatre) {
    Lines lines(client);
    while (std::optional<std::string> line = lines.next()) {
        int seat = number(*line);
        if (seat < 1 || seat > 200) {
            send_all(client, "a seat from 1 to 200, please\n");
        } else if (!theatre.is_free(seat)) {
            send_all(client, "taken\n");
        } else {
            send_all(client, "free: do you want it?\n");
            if (lines.next() != "yes") continue;
            // #region starter
            theatre.take(seat);
            send_all(client, "yours\n");
            // #endregion starter
            // #region solution
            bool mine = theatre.take(seat);
            send_all(client, mine ? "yours\n" : "taken\n");
            // #endregion solution
        }
    }
}

void serve(Socket client, std::shared_ptr<Theatre> theatre) {
    try {
        sell(client, *theatre);
    } catch (const std::exception& error) {
        say("disconnected: {}", error.what());
    }
}

void serve_all(const Socket& listener) {
    auto theatre = std::make_shared<Theatre>();
    for (;;) {
        if (Arrival client = accept_client(listener)) {
            std::thread(serve, std::move(client.socket), theatre).detach();
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "8000")));
    });
}
