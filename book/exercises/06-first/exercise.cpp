// Asks two servers the same, and prints the first answer.
//
//   $ ./first 8000 8001         ports of two servers on this machine

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <stdexcept>
#include <vector>

using namespace tincan;

namespace {

// Throws std::exception if there is none.
Coro<std::string> ask(std::string port) {
    Endpoint server{.host = "127.0.0.1", .port = port};
    auto [reader, writer] = co_await open_connection(server);
    writer.write("hello\n");
    co_await writer.drain();
    std::string line(co_await reader.readline());
    if (line.empty()) throw std::runtime_error("it hung up");
    co_return line;
}

// Empty if nobody answers.
Coro<std::string> first_answer(std::vector<std::string> ports) {
    // #region starter
    for (const std::string& port : ports) {
        try {
            std::string answer = co_await ask(port);
            co_return answer;
        } catch (const std::exception&) {  // then the next one
        }
    }
    co_return "";
    // #endregion starter
    // #region solution
    std::vector<Task<std::string>> asked;
    for (const std::string& port : ports)
        asked.push_back(create_task(ask(port), port));
    std::string answer;
    while (answer.empty() && !asked.empty()) {
        auto [done, pending] =
            co_await wait(asked, ReturnWhen::first_completed);
        for (auto& task : done) {
            if (!task.exception()) answer = task.result();
        }
        asked = pending;
    }
    for (auto& task : asked)
        task.cancel();
    if (!asked.empty()) co_await wait(asked);
    co_return answer;
    // #endregion solution
}

Coro<void> ask_all(std::vector<std::string> ports) {
    std::string answer = co_await first_answer(ports);
    if (answer.empty()) answer = "no answer\n";
    fmt::print("{}", answer);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.empty() || !std::ranges::all_of(arguments, is_port)) {
            throw UsageError("PORT...");
        }
        run(ask_all(arguments));
    });
}
