// Stage 5: a fixed number of threads. The clients beyond it queue; those
// beyond the queue are told so and sent away.
//
//   $ ./pool_echo_server 8000 127.0.0.1 2 1     two threads, one may queue;
//                               then, in four terminals: nc localhost 8000
//
// Not here: a thread still belongs to one client until that one leaves, so
// that as many silent clients as there are threads stop everybody else. Only
// who waits for many sockets at once is free of that (stages 3, 4 and 6).

#include "01-blocking/connection.hpp"
#include "01-blocking/linger.hpp"
#include "01-blocking/program.hpp"
#include "05-threads/bounded_queue.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <thread>

using namespace tincan;

namespace {

// Sends back all that the client says, until it has said everything.
void echo(const Socket& client) {
    std::array<char, 16384> buffer;
    while (std::size_t count = receive(client, buffer)) {
        send_all(client, {buffer.data(), count});
    }
}

// One client from the first byte to the last. Whatever goes wrong with its
// connection ends here: the others must not notice.
void serve(Socket client, const std::string& peer) {
    say("{} connected", peer);
    try {
        echo(client);
        say("{} disconnected", peer);
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}

// #region refuse
// Says no in a way that arrives. That may take a second, so it is the work of
// a thread of its own and not of the one that accepts.
void refuse(Socket client) {
    try {
        send_all(client, "too many clients, try again later\n");
        close_after_reply(std::move(client));
    } catch (const std::system_error&) {
        // It has gone by itself: no reason to tell anybody.
    }
}
// #endregion refuse

// #region pool
struct Size {
    std::size_t threads;
    std::size_t queue;
};

class Pool {
public:
    explicit Pool(Size size) : waiting_(size.queue) {
        start([this] {
            while (auto client = refused_.take())
                refuse(std::move(*client));
        });
        for (std::size_t i = 0; i < size.threads; ++i) {
            start([this] {
                while (auto client = waiting_.take()) {
                    serve(std::move(client->socket), client->peer);
                }
            });
        }
    }
    ~Pool() { close(); }

    // Never waits. Beyond both queues a client is dropped without a word.
    void add(Arrival client) {
        if (waiting_.try_put(client)) return;
        say("{} refused: all threads are busy and the queue is full",
            client.peer);
        refused_.try_put(client.socket);
    }

private:
    // Throws if the system will not give us a thread; the ones there are end
    // then, before they are joined.
    template <typename Work>
    void start(Work work) {
        try {
            threads_.emplace_back(work);
        } catch (const std::system_error& error) {
            close();
            throw std::system_error(error.code(), "start a thread");
        }
    }

    void close() {
        waiting_.close();
        refused_.close();
    }

    BoundedQueue<Arrival> waiting_;
    BoundedQueue<Socket> refused_{64};
    std::vector<std::jthread> threads_;  // joined first, when this is destroyed
};
// #endregion pool

[[noreturn]] void serve_all(const Socket& listener, Size size) {
    Pool pool(size);
    for (;;) {
        Arrival client = accept_client(listener);
        if (client) {
            pool.add(std::move(client));
        } else if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    }
}

constexpr const char* kSynopsis = "[PORT [HOST [THREADS [QUEUE]]]]";

std::size_t number(const std::string& text) {
    std::size_t value = 0;
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || *end != '\0' || value < 1 || value > 10'000) {
        throw UsageError(fmt::format(
            "{}   (default: 8 threads, a queue of 16; 1 to 10000 of each)",
            kSynopsis));
    }
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        Size size{.threads = 8, .queue = 16};
        if (arguments.size() == 4) {
            size.queue = number(arguments.back());
            arguments.pop_back();
        }
        if (arguments.size() == 3) {
            size.threads = number(arguments.back());
            arguments.pop_back();
        }
        serve_all(
            announce_listener(server_arguments(arguments, "8000", kSynopsis)),
            size);
    });
}
