// What the tests of stage 6 share: coroutines run on each selector, and what
// they must leave behind, nothing.
#pragma once

#include "06-coroutines/tincan/tincan.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace tincan::test {

using namespace std::chrono_literals;
using namespace std::string_literals;

// Every coroutine frame, task, future and buffer comes from operator new, so
// this counts them all. Each test is a program of its own; here its operators
// are defined.
inline std::atomic<long> live_allocations = 0;

inline long open_descriptors() {
    long count = 0;
    for (auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        count += entry.exists();
    }
    return count;
}

// Fails if a test leaves memory or descriptors behind.
class LeavesNothing {
public:
    LeavesNothing()
        : descriptors_(open_descriptors()), allocations_(live_allocations) {}
    LeavesNothing(const LeavesNothing&) = delete;
    ~LeavesNothing() {
        // A failure already reported may have allocated its message.
        if (::testing::Test::HasFailure()) return;
        EXPECT_EQ(live_allocations.load(), allocations_) << "memory";
        EXPECT_EQ(open_descriptors(), descriptors_) << "descriptors";
    }

private:
    long descriptors_;
    long allocations_;
};

// Runs `main` on a real clock, or a virtual one, and checks what it leaves.
inline void run_on(std::string_view selector, Coro<void> main) {
    run(std::move(main), selector);
}

inline void run_virtual(std::string_view selector, Coro<void> main) {
    EventLoop loop(make_selector(selector), std::make_unique<VirtualClock>());
    loop.run_until_complete(std::move(main));
    loop.cancel_all(kGrace);
}

// A test that is run on select, poll and epoll.
class OnSelector : public ::testing::TestWithParam<const char*> {
protected:
    void run_here(Coro<void> main) { run_on(GetParam(), std::move(main)); }
    void run_here_virtual(Coro<void> main) {
        run_virtual(GetParam(), std::move(main));
    }

private:
    LeavesNothing nothing_;
};

// INSTANTIATE_TEST_SUITE_P(, Suite, kEachSelector, selector_name);
inline const auto kEachSelector = ::testing::Values("select", "poll", "epoll");
inline std::string selector_name(
    const ::testing::TestParamInfo<const char*>& test) {
    return test.param;
}

using Log = std::vector<std::string>;

// Two connected sockets of this process.
inline std::pair<Socket, Socket> socket_pair() {
    std::array<int, 2> fds{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()),
          "socketpair");
    return {Socket(fds[0]), Socket(fds[1])};
}

// All that has come by now; `socket` is non-blocking.
inline std::string received(const Socket& socket) {
    std::string all;
    std::array<char, 65536> buffer;
    for (;;) {
        auto count = try_receive(socket, buffer);
        if (count.value_or(0) == 0) return all;
        all.append(buffer.data(), *count);
    }
}

// What awaiting it throws, in words; "" if it throws nothing.
template <typename Awaitable>
Coro<std::string> error_of(Awaitable awaitable) {
    try {
        co_await std::move(awaitable);
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "";
}

// What the next line is, or what is thrown instead.
inline Coro<std::string> outcome(StreamReader reader) {
    try {
        std::string line(co_await wait_for(reader.readline(), 5s));
        co_return line;
    } catch (const std::exception& error) {
        co_return "error: "s + error.what();
    }
}

}  // namespace tincan::test

// Weak: clang's thread sanitizer brings its own, and then nothing is counted.
[[gnu::weak]] void* operator new(std::size_t size) {
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc();
    ++tincan::test::live_allocations;
    return memory;
}
[[gnu::weak]] void operator delete(void* memory) noexcept {
    if (memory == nullptr) return;
    --tincan::test::live_allocations;
    std::free(memory);
}
[[gnu::weak]] void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}
