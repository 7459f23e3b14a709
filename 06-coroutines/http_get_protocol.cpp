// Stage 6, with callbacks: asks a web server for its first page. A future is
// the bridge from the callbacks to the coroutine that waits for the answer.
//
//   $ ./http_get_protocol example.com
//   $ ./http_get_protocol localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/http.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <memory>

using namespace tincan;

namespace {

// #region protocol
class HttpGet final : public Protocol {
public:
    explicit HttpGet(std::string host) : host_(std::move(host)) {}

    Future<std::string> response() const { return response_; }
    Future<void> closed() const { return closed_; }

private:
    void connection_made(Transport transport) override {
        print_line("Connection made to {}", host_);
        transport.write(get_request(host_));
    }

    // A piece of the answer, whatever its size.
    void data_received(std::string_view bytes) override {
        print_line("Data received!");
        received_ += bytes;
        check_length(received_.size());
    }

    // The server has said all, which is how this version of HTTP ends its
    // answer. False: the transport may close itself, there is nothing we would
    // still want to say.
    bool eof_received() override {
        response_.set_result(std::move(received_));
        return false;
    }

    void connection_lost(std::exception_ptr error) override {
        if (!error) {
            print_line("Connection closed without error.");
        } else if (!response_.done()) {
            response_.set_exception(error);
        }
        closed_.set_result();
    }

    std::string host_;
    std::string received_;
    Future<std::string> response_;
    Future<void> closed_;
};
// #endregion protocol

// #region get
Coro<void> get(Endpoint server) {
    auto protocol = std::make_shared<HttpGet>(server.host);
    co_await create_connection(protocol, server);
    std::string response = co_await protocol->response();
    print_response(response);
    co_await protocol->closed();
}
// #endregion get

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kHttpSynopsis);
        run(get(http_arguments(arguments)), selector);
    });
}
