// Asio with C++20 coroutines, as its documentation writes an echo server: a
// coroutine for each connection.

#include "bench/peers/asio_server.hpp"

#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/write.hpp>

#include <system_error>

namespace {

awaitable<void> echo(tcp::socket socket) {
    try {
        char data[16384];
        for (;;) {
            std::size_t size = co_await socket.async_read_some(
                asio::buffer(data), use_awaitable);
            co_await asio::async_write(socket, asio::buffer(data, size),
                                       use_awaitable);
        }
    } catch (const std::system_error&) {
        // End of stream, or the connection is cut: the socket closes itself.
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_server("asio_echo", argc, argv, [](tcp::socket socket) {
        auto executor = socket.get_executor();
        asio::co_spawn(executor, echo(std::move(socket)), asio::detached);
    });
}
