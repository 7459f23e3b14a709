// The programs of stage 6 that deal with children, the keyboard and web
// servers: what they print, in which order, and what does not stop them.
#include "01-blocking/connection.hpp"
#include "tests/06_programs_support.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

namespace tincan::test {
namespace {

class Io : public Programs {
protected:
    // A file for as long as it lives.
    class File {
    public:
        explicit File(const std::string& content)
            : path_(std::filesystem::temp_directory_path() /
                    ("tincan-" + std::to_string(::getpid()))) {
            std::ofstream(path_) << content;
        }
        File(const File&) = delete;
        ~File() { std::filesystem::remove(path_); }
        std::string path() const { return path_; }

    private:
        std::filesystem::path path_;
    };

    // What the program prints with its input from `source`.
    static std::string output_from(const std::string& source,
                                   const std::string& program,
                                   const Command& arguments = {}) {
        Command command{"sh", "-c",
                        "source=$1; shift; exec \"$@\" < \"$source\"", "sh",
                        source};
        Command rest = with_selector(program, arguments);
        command.insert(command.end(), rest.begin(), rest.end());
        return output_of(command);
    }
};
INSTANTIATE_TEST_SUITE_P(, Io, kEachSelector, selector_name);

void finish(Process& process, int code = 0) {
    process.close_stdin();
    expect_exit(process, code);
    process.end();
}

// process_sleepers.

struct Line {
    std::string what;
    double time;
};

// "Started sleep at 0.0" and "Finished sleep at 0.1" of one paragraph.
std::vector<Line> paragraph(std::string& printed) {
    std::vector<Line> lines;
    printed.erase(0, printed.find('\n') + 1);
    while (printed.starts_with("Started") || printed.starts_with("Finished")) {
        std::string line = printed.substr(0, printed.find('\n'));
        std::size_t at = line.find(" sleep at ");
        lines.push_back({line.substr(0, at), std::stod(line.substr(at + 10))});
        printed.erase(0, line.size() + 1);
    }
    return lines;
}

std::string order(const std::vector<Line>& lines) {
    std::string initials;
    for (const Line& line : lines)
        initials += line.what[0];
    return initials;
}

TEST_P(Io, SleepersOneAfterAnotherAndAtOnce) {
    std::string printed = output_of(with_selector("process_sleepers"));
    std::vector<Line> in_turn = paragraph(printed);
    EXPECT_EQ(order(in_turn), "SFSFSF");
    EXPECT_GE(in_turn.back().time, 0.3);
    for (int i = 0; i < 2; ++i) {
        std::vector<Line> at_once = paragraph(printed);
        EXPECT_EQ(order(at_once), "SSSSSFFFFF");
        EXPECT_GE(at_once.back().time, 0.1);
    }
    EXPECT_EQ(printed, "");
}

// process_pipe.

TEST_P(Io, PipeFeedsAScriptToPython) {
    EXPECT_EQ(output_of(with_selector("process_pipe")),
              "x: 256\ny: 16\nz: 4\ni: 0\ni: 1\ni: 2\ni: 3\n");
}

// Who wrote all of it before reading would never get it through.
TEST_P(Io, PipeTakesAMebibyteThroughCat) {
    for (const char* what : {"a line\n", "no end "}) {
        std::string much;
        while (much.size() < 1 << 20)
            much += what;
        Process process(with_selector("process_pipe", {"cat"}));
        process.write(much, Deadline(kPatience));
        finish(process);
        EXPECT_EQ(process.out().size(), much.size());
        EXPECT_EQ(process.out(), much);
    }
}

TEST_P(Io, PipePrintsEachLineWhenItComes) {
    Process process(with_selector("process_pipe", {"cat; echo done"}));
    for (const char* line : {"one", "two"}) {
        process.write(line + "\n"s, Deadline(kPatience));
        EXPECT_EQ(process.wait_for_line("", Deadline(kPatience)), line);
    }
    finish(process);
    EXPECT_EQ(process.out(), "one\ntwo\ndone\n");
}

TEST_P(Io, PipeEndsAsItsCommandDoes) {
    Process seven(with_selector("process_pipe", {"exit 7"}));
    finish(seven, 7);
    Process killed(with_selector("process_pipe", {"kill -9 $$"}));
    finish(killed, 137);
    // Nobody reads, and nobody need go on typing.
    Process deaf(with_selector("process_pipe", {"exec <&-; echo deaf"}));
    deaf.wait_for_line("deaf", Deadline(kPatience));
    expect_exit(deaf, 0);
}

TEST_P(Io, PipeReadsFilesToo) {
    File file("one\ntwo\n");
    EXPECT_EQ(output_from(file.path(), "process_pipe", {"cat"}), "one\ntwo\n");
    EXPECT_EQ(output_from("/dev/null", "process_pipe", {"cat"}), "");
    expect_usage({"process_pipe", "cat", "cat"});
}

// http_get_protocol.

class Http : public Io {
protected:
    std::string port() const { return endpoint_of(listener).port; }
    // The program's connection, after its request.
    Socket accept_request() const {
        Socket client = accept_in_time(listener);
        std::string request;
        std::array<char, 1000> buffer;
        while (!request.ends_with("\r\n\r\n")) {
            std::size_t count = receive(client, buffer);
            if (count == 0) throw std::runtime_error("no whole request");
            request.append(buffer.data(), count);
        }
        EXPECT_EQ(request,
                  "GET / HTTP/1.1\r\nConnection: close\r\n"
                  "Host: 127.0.0.1\r\n\r\n");
        return client;
    }

    Socket listener = listen_on({"127.0.0.1", "0"});
    Process process{with_selector("http_get_protocol", {"127.0.0.1", port()})};
};
INSTANTIATE_TEST_SUITE_P(, Http, kEachSelector, selector_name);

TEST_P(Http, GetPrintsWhatHappensAndTheAnswer) {
    Socket client = accept_request();
    send_all(client, "HTTP/1.1 200 OK\r\n\r\n<p>\n");
    process.wait_for_line("Data received!", Deadline(kPatience));
    send_all(client, "\x1b[2J\xe9\xbc\xbb");
    process.wait_for_line("Data received!", Deadline(kPatience));
    client = Socket();
    finish(process);
    EXPECT_EQ(process.out(),
              "Connection made to 127.0.0.1\n"
              "Data received!\n"
              "Data received!\n"
              "HTTP/1.1 200 OK\n"
              "\n"
              "<p>\n"
              "\\x1b[2J\xe9\xbc\xbb\n"
              "Connection closed without error.\n");
}

TEST_P(Http, GetSaysThatTheConnectionWasLost) {
    Socket client = accept_request();
    linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    client = Socket();
    finish(process, 1);
    EXPECT_NE(process.err().find("Connection reset by peer"), std::string::npos)
        << process.err();
    EXPECT_EQ(process.out(), "Connection made to 127.0.0.1\n");
}

TEST_P(Http, GetTakesNoEndlessAnswer) {
    Socket client = accept_request();
    const std::string much(1 << 20, 'x');
    EXPECT_THROW(for (int i = 0; i < 64; ++i) send_all(client, much),
                 std::system_error);
    finish(process, 1);
    EXPECT_NE(process.err().find("longer than 16777216 bytes"),
              std::string::npos)
        << process.err();
}

TEST(HttpGet, NeedsAHost) {
    expect_usage({"http_get_protocol"});
    expect_usage({"http_get_protocol", "localhost", "http"});
}

// delay_stdin.

TEST_P(Io, DelaysRunAtOnceAndAWrongNumberIsALine) {
    Process process(with_selector("delay_stdin"));
    process.write("soon\n-1\n\xff\n2\n1\n", Deadline(kPatience));
    finish(process);
    EXPECT_EQ(process.out(),
              "not a number of seconds from 0 to 86400: soon\n"
              "not a number of seconds from 0 to 86400: -1\n"
              "not a number of seconds from 0 to 86400: \\xff\n"
              "sleeping for 2 second(s)\n"
              "sleeping for 1 second(s)\n"
              "finished sleeping for 1 second(s)\n"
              "finished sleeping for 2 second(s)\n");
}

TEST_P(Io, DelaysComeFromFilesToo) {
    File file("1\n0");
    EXPECT_EQ(output_from(file.path(), "delay_stdin"),
              "sleeping for 1 second(s)\nsleeping for 0 second(s)\n"
              "finished sleeping for 0 second(s)\n"
              "finished sleeping for 1 second(s)\n");
    EXPECT_EQ(output_from("/dev/null", "delay_stdin"), "");
}

TEST_P(Io, ThereAreNotEndlesslyManyDelays) {
    Process process(with_selector("delay_stdin"));
    std::string much;
    for (int i = 0; i < 1001; ++i)
        much += "1000\n";
    process.write(much, Deadline(kPatience));
    process.wait_for_line("too many delays at once", Deadline(kPatience));
}

// delay_blocking.

TEST_P(Io, ReadingTheOrdinaryWayStopsEverything) {
    auto expect_at_end = [](Process& process, const std::string& line) {
        process.close_stdin();
        process.wait_for_line(line, Deadline(kPatience));
        finish(process);
    };
    Process blocking(with_selector("delay_blocking"));
    blocking.write("0\nx\n0\n", Deadline(kPatience));
    expect_at_end(blocking, "2 asked for, 0 begun, 0 finished");
    EXPECT_NE(blocking.out().find("not a number"), std::string::npos);

    Process yields(with_selector("delay_blocking", {"yield"}));
    yields.write("1\n1\n", Deadline(kPatience));
    expect_at_end(yields, "2 asked for, 2 begun, 0 finished");

    Process in_thread(with_selector("delay_blocking", {"thread"}));
    in_thread.write("1\n0\n", Deadline(kPatience));
    in_thread.wait_for_line("finished sleeping for 0", Deadline(kPatience));
    in_thread.wait_for_line("finished sleeping for 1", Deadline(kPatience));
    expect_at_end(in_thread, "2 asked for, 2 begun, 2 finished");
    expect_usage({"delay_blocking", "faster"});
}

}  // namespace
}  // namespace tincan::test
