#include "06-coroutines/tincan/sockets.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tincan {

std::size_t send_some(const AsyncSocket& socket,
                      std::span<const std::string_view> pieces) {
    if (socket.medium() != Medium::socket) return send_some(socket, pieces[0]);
    std::array<iovec, kMostPieces> parts;
    std::size_t total = 0;
    pieces = pieces.first(std::min(pieces.size(), parts.size()));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
        total += pieces[i].size();
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = pieces.size();
    std::size_t count =
        detail::done_or_not_yet(
            [&] { return ::sendmsg(socket.fd(), &message, MSG_NOSIGNAL); },
            "send")
            .value_or(0);
    if (count < total) socket.watch().not_ready(Direction::out);
    return count;
}

bool SockConnect::attempt() {
    if (!begun_) {
        check_open();
        begun_ = true;
        if (::connect(socket_.fd(), address_, size_) == 0) return true;
        if (errno != EINPROGRESS && errno != EINTR) check(-1, "connect");
        watch().not_ready(Direction::out);
        return false;
    }
    if (!may_try()) return false;
    int error = 0;
    socklen_t size = sizeof error;
    check(::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size),
          "getsockopt");
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "connect");
    }
    return true;
}

}  // namespace tincan
