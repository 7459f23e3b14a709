// What both Asio servers begin with: a listener, and a coroutine that accepts.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

template <typename Serve>
awaitable<void> accept_clients(tcp::acceptor acceptor, Serve serve) {
    for (;;) {
        tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        socket.set_option(tcp::no_delay(true));
        serve(std::move(socket));
    }
}

// Calls `serve` with each client's socket; it must not wait. main returns what
// this does, which it does only when something is wrong.
template <typename Serve>
int run_server(const char* name, int argc, char** argv, Serve serve) {
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
        asio::co_spawn(context, accept_clients(std::move(acceptor), serve),
                       [](std::exception_ptr error) {
                           if (error) std::rethrow_exception(error);
                       });
        context.run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", name, error.what());
        return 1;
    }
}
