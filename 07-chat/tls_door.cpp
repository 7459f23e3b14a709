#include "07-chat/tls_door.hpp"

#include "06-coroutines/tincan/timeout.hpp"
#include "07-chat/tls_stream.hpp"

#include <utility>

namespace tincan::chat {

TlsDoor::TlsDoor(std::string certificate, std::string key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {
    reload();
}

// #region let_in
void TlsDoor::reload() {
    context_ = make_server_tls(certificate_, key_);
}

// Who is in the middle of a handshake keeps the context it began with.
Coro<std::string> TlsDoor::let_in(Streams streams, Duration patience) const {
    if (!context_) co_return "";
    std::string why;
    try {
        co_await wait_for(accept_tls(streams, context_), patience);
    } catch (const TimeoutError&) {
        why = "TLS: no handshake in time";
    } catch (const std::system_error& error) {
        why = error.what();
    }
    co_return why;
}
// #endregion let_in

}  // namespace tincan::chat
