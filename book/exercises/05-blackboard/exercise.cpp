// A blackboard. Who writes a line on it is shown all of it.
//
//   $ ./blackboard 8000         then, in two other terminals: nc localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/framing.hpp"
#include "01-blocking/program.hpp"

#include <array>
#include <deque>
#include <mutex>
#include <thread>

using namespace tincan;

namespace {

class Blackboard {
public:
    // #region starter
    // Adds a line at the bottom and shows the whole board to this client.
    void write(const std::string& line, const Socket& client) {
        std::lock_guard lock(mutex_);
        add(line);
        for (const std::string& each : lines_)
            send_all(client, each + "\n");
        send_all(client, "--\n");
    }
    // #endregion starter
    // #region solution
    // Adds a line at the bottom; returns the whole board.
    std::string write(const std::string& line) {
        std::lock_guard lock(mutex_);
        add(line);
        std::string board;
        for (const std::string& each : lines_)
            board += each + "\n";
        return board + "--\n";
    }
    // #endregion solution

private:
    // The caller holds the lock.
    void add(const std::string& line) {
        lines_.push_back(line);
        if (lines_.size() > 50) lines_.pop_front();
    }

    std::mutex mutex_;
    std::deque<std::string> lines_;
};

void write_lines(const Socket& client, Blackboard& blackboard) {
    Decoder lines(Delimited{'\n'}, 200);
    std::array<char, 4096> buffer;
    while (std::size_t count = receive(client, buffer)) {
        lines.feed({buffer.data(), count});
        while (std::optional<std::string> line = lines.next()) {
            // #region starter
            blackboard.write(*line, client);
            // #endregion starter
            // #region solution
            send_all(client, blackboard.write(*line));
            // #endregion solution
        }
    }
}

void serve(Socket client, std::shared_ptr<Blackboard> blackboard) {
    try {
        write_lines(client, *blackboard);
    } catch (const std::exception& error) {
        say("disconnected: {}", error.what());
    }
}

void serve_all(const Socket& listener) {
    auto blackboard = std::make_shared<Blackboard>();
    for (;;) {
        if (Arrival client = accept_client(listener)) {
            std::thread(serve, std::move(client.socket), blackboard).detach();
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "8000")));
    });
}
