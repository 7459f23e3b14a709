// Prints the first thing that a server says.
//
//   $ ./bridge localhost 8000   needs: nc -l 8000, and a word typed there

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

using namespace tincan;

namespace {

// #region starter
class FirstWords final : public Protocol {
public:
    const std::string& words() const { return words_; }

private:
    void data_received(std::string_view bytes) override { words_ = bytes; }

    std::string words_;
};

Coro<void> print_first_words(Endpoint server) {
    auto protocol = std::make_shared<FirstWords>();
    co_await create_connection(protocol, server);
    print_line("{}", printable(protocol->words()));
}
// #endregion starter
// #region solution
class FirstWords final : public Protocol {
public:
    Future<std::string> words() const { return words_; }

private:
    void data_received(std::string_view bytes) override {
        if (!words_.done()) words_.set_result(std::string(bytes));
    }
    void connection_lost(std::exception_ptr) override {
        if (words_.done()) return;
        words_.set_exception(std::make_exception_ptr(
            std::runtime_error("it left without a word")));
    }

    Future<std::string> words_;
};

Coro<void> print_first_words(Endpoint server) {
    auto protocol = std::make_shared<FirstWords>();
    co_await create_connection(protocol, server);
    std::string words = co_await protocol->words();
    print_line("{}", printable(words));
}
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.size() != 2) throw UsageError("HOST PORT");
        run(print_first_words({arguments[0], arguments[1]}));
    });
}
