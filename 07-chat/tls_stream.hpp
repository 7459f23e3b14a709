// TLS on a connection: its streams are used as before, and what they carry is
// encrypted.
//
//   Streams streams = co_await open_connection(server);
//   co_await connect_tls(streams, make_client_tls(""), server.host);
#pragma once

#include "06-coroutines/tincan/streams.hpp"
#include "07-chat/tls_context.hpp"

#include <memory>
#include <string>

namespace tincan::chat {

// Until the handshake is done, our side of it or the client's. Throw
// std::system_error ("TLS: ...", "the server's certificate: hostname
// mismatch") if it fails; then the connection should be closed, not aborted,
// so that the peer hears why. Afterwards a reader throws the same at a
// connection that ends without close_notify: somebody may have cut it.
Coro<void> accept_tls(Streams streams, TlsContext context);
Coro<void> connect_tls(Streams streams, TlsContext context, std::string host);

// What these put between the streams and the kernel.
std::unique_ptr<StreamFilter> make_server_filter(const TlsContext& context);
// `host`: whom the server's certificate must name, a name or an address.
std::unique_ptr<StreamFilter> make_client_filter(const TlsContext& context,
                                                 const std::string& host);

}  // namespace tincan::chat
