// Transports and protocols: a connection that calls back. The transport moves
// bytes; the protocol, which you write, is told what happens to them.
//
//   class Echo : public Protocol {
//       void connection_made(Transport transport) override { ... }
//       void data_received(std::string_view bytes) override { ... }
//   };
//   Server server = create_server([] { return std::make_shared<Echo>(); },
//                                 announce_listener(endpoint));
//
// What one connection lives through is scattered over its callbacks; streams
// put it back into one function. asyncio.Transport, asyncio.Protocol
#pragma once

#include "06-coroutines/tincan/server.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tincan {

namespace detail {
class TransportState;
}

// #region transport
// A handle; copies are the same connection. After connection_lost it is void:
// nothing it is asked does anything.
class Transport {
public:
    explicit Transport(std::weak_ptr<detail::TransportState> state)
        : state_(std::move(state)) {}

    // Sends what the kernel takes at once and queues the rest; never waits.
    // Above 64 KiB of queue the protocol is told pause_writing. One that does
    // not listen queues without bound, so compare `queued` with a bound of
    // your own before you write for a peer that may not read.
    void write(std::string_view bytes);
    // How many bytes are queued. get_write_buffer_size
    std::size_t queued() const;
    // Tries again to send them now, rather than when the loop says it can.
    void flush();
    // Half-close after what is queued; the peer may still talk.
    void write_eof();

    // No data_received until resume_reading: the peer's bytes stay where they
    // are, and it has to wait. Its end is not noticed meanwhile.
    void pause_reading();
    void resume_reading();

    // Both end in connection_lost, which comes later and not from inside these
    // calls; data_received is not called any more.
    void close();  // well: what is queued is sent first
    void abort();  // now: it is lost
    bool is_closing() const;

    // "peername" or "sockname": "127.0.0.1:53412". "" for anything else, and
    // for a sockname once it is closed.
    std::string get_extra_info(std::string_view name) const;

private:
    std::weak_ptr<detail::TransportState> state_;
};
// #endregion transport

// #region protocol
// One object for each connection. Called in the loop, so it must not wait. An
// exception that leaves one of these is reported on stderr and costs the
// connection.
class Protocol {
public:
    Protocol() = default;
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;
    virtual ~Protocol() = default;

    // Called first, and once.
    virtual void connection_made(Transport /*transport*/) {}
    // Some bytes, valid during the call: a piece of the stream, which may be
    // less than the peer sent at once, or more.
    virtual void data_received(std::string_view /*bytes*/) {}
    // The peer has said all, and may still hear. False: then we have, too, and
    // the transport closes itself when what is queued is sent. True: it stays
    // open, and closing it is the protocol's business.
    virtual bool eof_received() { return false; }
    // Called last, and once: null after an end in order, whoever began it,
    // else what broke the connection.
    virtual void connection_lost(std::exception_ptr /*error*/) {}

    // More than 64 KiB are queued; and, later, only 16 KiB are left.
    virtual void pause_writing() {}
    virtual void resume_writing() {}
};
// #endregion protocol

// Connects to the first address of `endpoint` that answers, and lets
// `protocol` have it: connection_made has been called when this returns.
// Throws as open_connection does. asyncio: loop.create_connection
Coro<Transport> create_connection(std::shared_ptr<Protocol> protocol,
                                  Endpoint endpoint);

using ProtocolFactory = std::function<std::shared_ptr<Protocol>()>;

// Accepts on `listener` from now on, with a new protocol for each client; the
// rest is start_server's. asyncio: loop.create_server
Server create_server(ProtocolFactory factory, Socket listener,
                     ServerOptions options = {});

}  // namespace tincan
