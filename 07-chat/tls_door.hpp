// What a client passes before it is a session: the TLS handshake, if the server
// speaks TLS.
#pragma once

#include "06-coroutines/tincan/streams.hpp"
#include "07-chat/tls_context.hpp"

#include <string>

namespace tincan::chat {

// #region door
class TlsDoor {
public:
    // An open one: there is no TLS.
    TlsDoor() = default;
    // Throws what make_server_tls throws.
    TlsDoor(std::string certificate, std::string key);

    explicit operator bool() const { return static_cast<bool>(context_); }

    // The files have changed: who comes from now on sees the new certificate.
    // If they are no good, throws that, and the old one stays.
    void reload();

    // Empty once the client is in, and what its streams carry is encrypted;
    // else why it is not let in. It must finish its handshake within
    // `patience`: half a handshake is work and memory, for nothing.
    Coro<std::string> let_in(Streams streams, Duration patience) const;

private:
    std::string certificate_;
    std::string key_;
    TlsContext context_;
};
// #endregion door

}  // namespace tincan::chat
