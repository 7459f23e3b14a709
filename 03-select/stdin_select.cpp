// Stage 3: one call waits for three things at once: a line from the keyboard,
// a packet from the network, and the next second. Each has its callback.
//
//   $ ./stdin_select 8000       then type; and in another terminal:
//                               echo hello | nc -u -w1 127.0.0.1 8000
//
// Ctrl-D, the end of the input, ends it. Input may come from a file, too.

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <sys/select.h>

#include <array>
#include <chrono>
#include <functional>

using namespace tincan;
using Clock = std::chrono::steady_clock;

namespace {

// #region sources
// A descriptor to wait for, and what to do when there is something to read.
struct Source {
    int fd;
    std::function<void()> on_readable;
};

// Waits until a source is readable or `deadline` is reached, then calls back
// for each one that is.
void wait_and_call(const std::vector<Source>& sources,
                   Clock::time_point deadline) {
    fd_set readable;
    FD_ZERO(&readable);
    int highest = -1;
    for (const Source& source : sources) {
        if (source.fd >= FD_SETSIZE) {
            throw std::runtime_error("a descriptor does not fit into a set");
        }
        FD_SET(source.fd, &readable);
        highest = std::max(highest, source.fd);
    }
    auto left = std::max(deadline - Clock::now(), Clock::duration::zero());
    auto us = std::chrono::ceil<std::chrono::microseconds>(left).count();
    timeval timeout{.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
    int ready = ::select(highest + 1, &readable, nullptr, nullptr, &timeout);
    if (ready == -1 && errno == EINTR) return;
    check(ready, "select");
    for (const Source& source : sources) {
        if (FD_ISSET(source.fd, &readable)) source.on_readable();
    }
}
// #endregion sources

// #region keyboard
// Lines from descriptor 0. One read may bring half a line or three; select
// knows only of what is still in the kernel. A reader that kept two lines in a
// buffer of its own and returned one (as std::getline does) would leave the
// other unseen until somebody typed a third.
class Keyboard {
public:
    bool at_end() const { return at_end_; }

    void on_readable() {
        std::array<char, 4096> buffer;
        ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count == -1 && errno == EINTR) return;
        check(count, "read");
        unfinished_.append(buffer.data(), static_cast<std::size_t>(count));
        std::size_t end;
        while ((end = unfinished_.find('\n')) != std::string::npos) {
            print_line("you typed: {}", printable(unfinished_.substr(0, end)));
            unfinished_.erase(0, end + 1);
        }
        // At the end of the input every read returns 0 at once, and select
        // calls that readable: to go on asking would be to spin.
        at_end_ = count == 0;
        if ((at_end_ && !unfinished_.empty()) || unfinished_.size() > 4096) {
            print_line("without an end of line: {}", printable(unfinished_));
            unfinished_.clear();
        }
    }

private:
    std::string unfinished_;
    bool at_end_ = false;
};
// #endregion keyboard

// #region packets
// UDP has no connections and no stream: each packet arrives whole or not at
// all, and says who sent it.
Socket open_packet_socket(const Endpoint& endpoint) {
    AddressList found = resolve(endpoint, AI_PASSIVE);
    Socket socket(check(
        ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(socket.fd(), found->ai_addr, found->ai_addrlen),
          fmt::format("bind {}", to_string(endpoint)).c_str());
    print_line("listening on {}", to_string(local_address(socket)));
    return socket;
}

// select may be wrong: a packet with a bad checksum is thrown away when it is
// read, hence MSG_DONTWAIT.
void receive_packet(const Socket& socket) {
    std::array<char, 2048> buffer;
    Address from;
    ssize_t count = ::recvfrom(socket.fd(), buffer.data(), buffer.size(),
                               MSG_DONTWAIT, from.get(), &from.size);
    if (count == -1 && (errno == EAGAIN || errno == EINTR)) return;
    check(count, "recvfrom");
    print_line("{} sent: {}", to_string(from),
               printable({buffer.data(), static_cast<std::size_t>(count)}));
}
// #endregion packets

// #region loop
void run(const Socket& packets) {
    Keyboard keyboard;
    std::vector<Source> sources{
        {STDIN_FILENO, [&] { keyboard.on_readable(); }},
        {packets.fd(), [&] { receive_packet(packets); }}};
    Clock::time_point start = Clock::now();
    Clock::time_point next_tick = start + std::chrono::seconds(1);
    while (!keyboard.at_end()) {
        wait_and_call(sources, next_tick);
        if (Clock::now() < next_tick) continue;
        auto seconds =
            std::chrono::floor<std::chrono::seconds>(next_tick - start);
        print_line("tick {}", seconds.count());
        next_tick += std::chrono::seconds(1);
    }
    print_line("end of input");
}
// #endregion loop

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        run(open_packet_socket(server_arguments(arguments, "8000")));
    });
}
