// An echo server whose bytes are secret, a little.
//
//   $ ./secret 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <memory>
#include <string>
#include <string_view>

using namespace tincan;

namespace {

constexpr std::string_view kKey = "tin can";

class Secret final : public StreamFilter {
public:
    void start(std::string&) override {}
    bool ready() const override { return true; }
    bool decode(std::string_view wire, std::string& plain,
                std::string&) override {
        // #region starter
        std::size_t place = 0;
        plain += mixed(wire, place);
        // #endregion starter
        // #region solution
        plain += mixed(wire, came_);
        // #endregion solution
        return !wire.empty();
    }
    void encode(std::string_view plain, std::string& wire) override {
        // #region starter
        std::size_t place = 0;
        wire += mixed(plain, place);
        // #endregion starter
        // #region solution
        wire += mixed(plain, went_);
        // #endregion solution
    }
    void finish(std::string&) override {}

private:
    static std::string mixed(std::string_view bytes, std::size_t& place) {
        std::string result;
        for (char byte : bytes) {
            result += static_cast<char>(byte ^ kKey[place++ % kKey.size()]);
        }
        return result;
    }
    // #region solution

    std::size_t came_ = 0;
    std::size_t went_ = 0;
    // #endregion solution
};

Coro<void> echo(StreamReader reader, StreamWriter writer) {
    writer.set_filter(std::make_unique<Secret>());
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) co_return;
        writer.write(line);
        co_await writer.drain();
    }
}

Coro<void> serve(Endpoint endpoint) {
    Server server = start_server(echo, announce_listener(endpoint));
    co_await server.wait_closed();
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve(server_arguments(arguments, "8000")));
    });
}
