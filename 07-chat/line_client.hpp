// The client without a screen: for scripts, pipes and simple terminals. Sends
// each line of stdin, prints what the server says, and ends when it does.
#pragma once

#include "01-blocking/address.hpp"
#include "06-coroutines/tincan/coro.hpp"
#include "07-chat/tls_context.hpp"

#include <string>

namespace tincan::chat {

// Takes the first line of stdin for the name if `name` is empty. Throws if
// there is no connection, if it is lost, or if the server doesn't let us in.
Coro<void> line_client(Endpoint server, TlsContext tls, std::string name);

}  // namespace tincan::chat
