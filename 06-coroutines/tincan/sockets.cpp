#include "06-coroutines/tincan/sockets.hpp"

#include <cerrno>

namespace tincan {

bool SockConnect::attempt() {
    if (!begun_) {
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
