// Ann and Bob, who behave well and want to hear every word of each other.
#pragma once

#include "01-blocking/address.hpp"
#include "tests/support/client.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace tincan::test {

// They talk from the beginning to the end of this object's life, ten messages
// a second each, and listen to nobody else.
class Pair {
public:
    // Returns when both are in.
    explicit Pair(const Endpoint& server);
    ~Pair() { stop(); }

    // Ends the conversation; afterwards the figures stand still.
    void stop();

    std::uint64_t said() const { return said_; }
    std::uint64_t lost() const { return 2 * said_ - heard_; }
    std::chrono::milliseconds slowest() const { return slowest_; }
    // In words; empty if all went well.
    const std::string& trouble() const { return trouble_; }

private:
    void talk();
    void say_and_hear(std::uint64_t number);
    void hear(Client& listener, const std::string& message);
    bool rest_until(std::chrono::steady_clock::time_point time);

    Client ann_;
    Client bob_;
    std::uint64_t said_ = 0;
    std::uint64_t heard_ = 0;
    std::chrono::milliseconds slowest_{};
    std::string trouble_;

    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace tincan::test
