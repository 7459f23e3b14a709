// The client with a screen: messages from the top, the line being typed at the
// bottom.
#pragma once

#include "06-coroutines/tincan/coro.hpp"
#include "07-chat/visit.hpp"

#include <string>

namespace tincan::chat {

// Asks for the name if `name` is empty, and again if it is refused. Needs
// can_draw. Connects again when a connection ends, unless it is to be `once`
// only. Throws if there is no first connection, or it is lost too early.
Coro<void> screen_client(Connect connect, std::string name, bool once);

}  // namespace tincan::chat
