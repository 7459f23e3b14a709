// The client with a screen: messages from the top, the line being typed at the
// bottom.
#pragma once

#include "01-blocking/address.hpp"
#include "06-coroutines/tincan/coro.hpp"
#include "07-chat/tls_context.hpp"

#include <string>

namespace tincan::chat {

// Asks for the name if `name` is empty, and again if it is refused. Needs
// can_draw. Throws if there is no connection, or if it is lost.
Coro<void> screen_client(Endpoint server, TlsContext tls, std::string name);

}  // namespace tincan::chat
