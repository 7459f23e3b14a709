// An echo server on callbacks.
//
//   $ ./pause 8000              then: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <memory>
#include <optional>
#include <utility>

using namespace tincan;

namespace {

class Echo final : public Protocol {
    void connection_made(Transport transport) override {
        transport_ = transport;
    }
    // #region starter
    void data_received(std::string_view bytes) override {
        transport_->write(bytes);
    }
    // #endregion starter
    // #region solution
    void data_received(std::string_view bytes) override {
        transport_->write(bytes);
    }
    void pause_writing() override { transport_->pause_reading(); }
    void resume_writing() override { transport_->resume_reading(); }
    // #endregion solution

    std::optional<Transport> transport_;
};

Coro<void> serve_all(Endpoint endpoint) {
    auto factory = [] { return std::make_shared<Echo>(); };
    Server server = create_server(factory, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
