// Green threads by themselves; the chat on them is in 04_nul_chat_test.cpp.
#include "04-poll/make_selector.hpp"
#include "06-coroutines/green.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace tincan::green {
namespace {

using namespace std::chrono_literals;

class Green : public testing::TestWithParam<const char*> {
protected:
    Loop loop_{make_selector(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(, Green, testing::Values("select", "poll", "epoll"),
                         [](const auto& test) { return test.param; });

struct Pair {
    Pair() {
        std::array<int, 2> pair{};
        check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                           0, pair.data()),
              "socketpair");
        reader = Socket(pair[0]);
        writer = Socket(pair[1]);
    }

    Socket reader;
    Socket writer;
};

TEST_P(Green, WhatOneThrowsComesOutOfRun) {
    loop_.start([] { throw std::runtime_error("boom"); });
    try {
        loop_.run();
        FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "boom");
    }
}

// What is on their stacks is destroyed, one after the other.
TEST(GreenLoop, EndsThoseThatStillWait) {
    auto on_stack = std::make_shared<int>();
    auto not_begun = std::make_shared<int>();
    std::vector<std::string> said;
    {
        Pair pair;
        Queue<int> queue(1);
        Loop loop(make_selector("epoll"));
        auto say_goodbye = [&](std::string name) {
            said.push_back(std::move(name));
        };
        loop.start([&, copy = on_stack] {
            try {
                sleep_for(1h);
                say_goodbye("slept");
            } catch (const std::exception&) {
                say_goodbye("an error");
            }
        });
        loop.start([&, copy = on_stack] {
            std::array<char, 10> buffer{};
            green::receive(pair.reader, buffer);
            say_goodbye("received");
        });
        loop.start([&, copy = on_stack] {
            struct Close {
                Queue<int>& queue;
                ~Close() { queue.close(); }
            };
            Close close{queue};
            queue.take();
            say_goodbye("took");
        });
        loop.start([&] {
            yield();
            Loop::running().start(
                [&, copy = not_begun] { say_goodbye("began"); });
            throw std::runtime_error("boom");
        });
        EXPECT_THROW(loop.run(), std::runtime_error);
        EXPECT_GT(on_stack.use_count(), 1);
    }
    EXPECT_EQ(said, std::vector<std::string>{});
    EXPECT_EQ(on_stack.use_count(), 1);
    EXPECT_EQ(not_begun.use_count(), 1);
}

// The first would wait for ever.
TEST_P(Green, TwoMayNotWaitForTheSame) {
    Pair pair;
    bool woken = false;
    loop_.start([&] { woken = loop_.wait(pair.reader.fd(), kReadable, 20s); });
    loop_.start([&] {
        EXPECT_THROW(loop_.wait(pair.reader.fd(), kReadable, 20s),
                     std::logic_error);
        // The other direction is free.
        EXPECT_TRUE(loop_.wait(pair.reader.fd(), kWritable, 20s));
        try_send(pair.writer, "x");
    });
    loop_.run();
    EXPECT_TRUE(woken);
}

// Where anybody could look for it, so that no compiler does without it.
volatile std::uintptr_t room_in_use = 0;

int recurse(int depth) {
    std::array<volatile char, 1024> room{};
    room_in_use = reinterpret_cast<std::uintptr_t>(room.data());
    return depth == 0 ? 0 : recurse(depth - 1) + room[0];
}

TEST(GreenStack, ThatIsTooShortEndsTheProgram) {
    EXPECT_DEATH(
        {
            Loop loop(make_selector("epoll"));
            loop.start([] { recurse(1000); });
            loop.run();
        },
        "");
}

// The kernel's limit is not that of memory, but of areas of it that differ
// from their neighbours: vm.max_map_count. What a stack needs of them is two.
// (Sanitizers need some themselves.)
#ifndef TINCAN_SANITIZED
TEST(GreenStack, IsRefusedIfItsEndCanNotBeGuarded) {
    constexpr std::size_t kMost = 1 << 21;
    auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* all = ::mmap(nullptr, kMost * page, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(all, MAP_FAILED);
    auto protect = [&](std::size_t i, int what) {
        return ::mprotect(static_cast<char*>(all) + i * page, page, what) == 0;
    };
    Loop loop(make_selector("epoll"));
    loop.start([] {});  // memory for what it needs beside
    std::size_t used = 0;
    while (used < kMost && protect(used, PROT_READ))
        used += 2;
    bool exhausted = used < kMost;
    protect(0, PROT_NONE);  // one is free again
    bool refused = false;
    try {
        loop.start([] {});
    } catch (const std::bad_alloc&) {
        refused = true;
    }
    ::munmap(all, kMost * page);
    EXPECT_EQ(refused, exhausted);  // some kernels have no limit to speak of
    loop.run();
}
#endif

}  // namespace
}  // namespace tincan::green
