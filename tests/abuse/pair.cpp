#include "tests/abuse/pair.hpp"

#include <algorithm>
#include <stdexcept>

namespace tincan::test {

namespace {

using namespace std::chrono_literals;

constexpr auto kPace = 100ms;

Client join(const Endpoint& server, const std::string& name) {
    Client client(server);
    client.send("CONNECT " + name + "\n");
    while (client.receive_line() != name + " connected!\n") {
        // Who was there before, and what they said.
    }
    return client;
}

}  // namespace

Pair::Pair(const Endpoint& server)
    : ann_(join(server, "Ann")), bob_(join(server, "Bob")), thread_([this] {
          try {
              talk();
          } catch (const std::exception& error) {
              trouble_ = error.what();
          }
      }) {}

void Pair::stop() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    stopping_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Pair::talk() {
    auto next = Clock::now();
    for (std::uint64_t number = 1; rest_until(next); ++number) {
        auto begun = Clock::now();
        say_and_hear(number);
        slowest_ = std::max(
            slowest_,
            std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begun));
        next = std::max(next + kPace, Clock::now());
    }
}

void Pair::say_and_hear(std::uint64_t number) {
    std::string text = "message " + std::to_string(number);
    for (Client* client : {&ann_, &bob_}) {
        client->send(text + "\n");
        ++said_;
    }
    for (Client* listener : {&ann_, &bob_})
        hear(*listener, text + "\n");
}

// The next thing that Ann says, and the next one that Bob does; strangers may
// say whatever they like between.
void Pair::hear(Client& listener, const std::string& message) {
    bool of_ann = false;
    bool of_bob = false;
    while (!of_ann || !of_bob) {
        std::string line = listener.receive_line();
        bool is_anns = line.starts_with("Ann: ");
        if (!is_anns && !line.starts_with("Bob: ")) {
            if (!line.starts_with("! ")) continue;
            throw std::runtime_error("the server said " + line);
        }
        bool& heard = is_anns ? of_ann : of_bob;
        if (heard || line.substr(5) != message) {
            throw std::runtime_error("instead of " + message + "came " + line);
        }
        heard = true;
        ++heard_;
    }
}

// False if it is time to stop.
bool Pair::rest_until(Clock::time_point time) {
    std::unique_lock lock(mutex_);
    return !stopping_.wait_until(lock, time, [this] { return stopped_; });
}

}  // namespace tincan::test
