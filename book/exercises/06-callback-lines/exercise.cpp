// Greets everybody by name.
//
//   $ ./callback-lines 8000     then: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace tincan;

namespace {

class Greeter final : public Protocol {
    void connection_made(Transport transport) override {
        transport_ = transport;
    }

    void greet(std::string_view name) {
        transport_->write(fmt::format("Hello, {}!\n", name));
    }

    // #region starter
    void data_received(std::string_view bytes) override {
        greet(bytes.substr(0, bytes.find('\n')));
    }
    // #endregion starter
    // #region solution
    void data_received(std::string_view bytes) override {
        received_ += bytes;
        std::size_t end;
        while ((end = received_.find('\n')) != std::string::npos) {
            greet(received_.substr(0, end));
            received_.erase(0, end + 1);
        }
        if (received_.size() > 1000) transport_->abort();
    }

    std::string received_;
    // #endregion solution
    std::optional<Transport> transport_;
};

Coro<void> serve_all(Endpoint endpoint) {
    auto factory = [] { return std::make_shared<Greeter>(); };
    Server server = create_server(factory, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
