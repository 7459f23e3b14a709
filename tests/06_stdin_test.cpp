// stdin as a stream, whatever stands behind it: with each selector.
#include "tests/06_support.hpp"

#include <sys/ioctl.h>

#include <algorithm>

namespace tincan::test {
namespace {

// Puts something else behind descriptor 0 for as long as it lives.
class Stdin {
public:
    explicit Stdin(const Socket& other)
        : before_(check(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), "fcntl")) {
        check(::dup2(other.fd(), STDIN_FILENO), "dup2");
    }
    Stdin(const Stdin&) = delete;
    ~Stdin() { ::dup2(before_.fd(), STDIN_FILENO); }

private:
    Socket before_;
};

class FromStdin : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, FromStdin, kEachSelector, selector_name);

Coro<Log> lines_of(StreamReader reader) {
    Log lines;
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) co_return lines;
        lines.emplace_back(line);
    }
}

Coro<void> pipe_main(Socket keyboard) {
    StreamReader reader = connect_stdin();
    EXPECT_EQ(::fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
    EventLoop& loop = EventLoop::running();
    bool others_ran = false;
    loop.call_later(5ms, [&] {
        others_ran = true;
        check(::write(keyboard.fd(), "one\ntwo\nthr", 11), "write");
        loop.call_later(5ms, [&] {
            check(::write(keyboard.fd(), "ee", 2), "write");
            keyboard = Socket();
        });
    });
    Log lines = co_await lines_of(reader);
    EXPECT_EQ(lines, (Log{"one\n", "two\n", "three"}));
    EXPECT_TRUE(others_ran);
}

TEST_P(FromStdin, APipeIsReadWhileOthersRun) {
    auto [from, to] = make_pipe();
    Stdin stdin_is(from);
    from = Socket();
    run_here(pipe_main(std::move(to)));
}

// Longer than any buffer, so that it takes many reads.
Coro<void> file_main() {
    StreamReader reader = connect_stdin();
    Log lines = co_await lines_of(reader);
    EXPECT_EQ(lines.size(), 50000U);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i], std::to_string(i) + "\n");
    }
}

TEST_P(FromStdin, AFileIsReadToItsEnd) {
    Socket file(check(::open(std::filesystem::temp_directory_path().c_str(),
                             O_TMPFILE | O_RDWR | O_CLOEXEC, 0600),
                      "open"));
    std::string text;
    for (int i = 0; i < 50000; ++i)
        text += std::to_string(i) + "\n";
    ASSERT_EQ(::write(file.fd(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
    ::lseek(file.fd(), 0, SEEK_SET);
    Stdin stdin_is(file);
    run_here(file_main());
}

Coro<void> nothing_main() {
    StreamReader reader = connect_stdin();
    std::string_view bytes = co_await reader.read();
    EXPECT_EQ(bytes, "");
    EXPECT_TRUE(reader.at_eof());
    // The end of the input stays the end, and costs nothing.
    bytes = co_await reader.read();
    EXPECT_EQ(bytes, "");
}

TEST_P(FromStdin, DevNullIsEmpty) {
    Socket null(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open"));
    Stdin stdin_is(null);
    run_here(nothing_main());
}

Coro<void> error_main() {
    StreamReader reader = connect_stdin();
    EXPECT_THROW(
        {
            Log lines = co_await lines_of(reader);
            static_cast<void>(lines);
        },
        std::system_error);
}

TEST_P(FromStdin, AnErrorIsAnErrorAndNoEnd) {
    Socket folder(check(::open("/", O_RDONLY | O_CLOEXEC), "open"));
    Stdin stdin_is(folder);
    run_here(error_main());
}

// Both are told that there is something to read, and one of them takes it: did
// the other one wait in the kernel, nobody would ever type the second line.
Coro<void> taken_main(Socket keyboard) {
    EventLoop& loop = EventLoop::running();
    Task<Log> first = loop.create_task(lines_of(connect_stdin()));
    Task<Log> second = loop.create_task(lines_of(connect_stdin()));
    co_await sleep(0s);
    for (const char* line : {"one\n", "two\n"}) {
        check(::write(keyboard.fd(), line, 4), "write");
        int unread = 4;
        while (unread > 0) {
            co_await sleep(1ms);
            check(::ioctl(STDIN_FILENO, FIONREAD, &unread), "ioctl");
        }
    }
    keyboard = Socket();
    Log lines = co_await first;
    Log others = co_await second;
    lines.insert(lines.end(), others.begin(), others.end());
    std::ranges::sort(lines);
    EXPECT_EQ(lines, (Log{"one\n", "two\n"}));
}

TEST_P(FromStdin, WhatSomebodyElseHasTakenIsNotWaitedForInTheKernel) {
    auto [from, to] = make_pipe();
    Stdin stdin_is(from);
    from = Socket();
    run_here(taken_main(std::move(to)));
}

TEST_P(FromStdin, AClosedStdinIsSaidToBe) {
    Socket before(check(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), "fcntl"));
    EventLoop loop(make_selector(GetParam()));
    ::close(STDIN_FILENO);
    try {
        connect_stdin();
        ADD_FAILURE() << "connected to a closed stdin";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.what(), "stdin: Bad file descriptor"s);
    }
    ::dup2(before.fd(), STDIN_FILENO);
}

}  // namespace
}  // namespace tincan::test
