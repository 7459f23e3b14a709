// Asio with C++20 coroutines, as its documentation writes an echo server: a
// coroutine for each connection.

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>
#include <asio/write.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

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

awaitable<void> accept_clients(tcp::acceptor acceptor) {
    for (;;) {
        tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        socket.set_option(tcp::no_delay(true));
        asio::co_spawn(acceptor.get_executor(), echo(std::move(socket)),
                       asio::detached);
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        auto port =
            static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 8000);
        asio::io_context context(1);
        tcp::acceptor acceptor(context,
                               {asio::ip::address_v4::loopback(), port});
        std::printf("listening on 127.0.0.1:%d (Asio %d.%d.%d)\n",
                    acceptor.local_endpoint().port(), ASIO_VERSION / 100000,
                    ASIO_VERSION / 100 % 1000, ASIO_VERSION % 100);
        std::fflush(stdout);
        asio::co_spawn(context, accept_clients(std::move(acceptor)),
                       [](std::exception_ptr error) {
                           if (error) std::rethrow_exception(error);
                       });
        context.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "asio_echo: %s\n", error.what());
        return 1;
    }
}
