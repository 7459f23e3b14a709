#include "06-coroutines/tincan/stdin.hpp"

namespace tincan {

// #region connect_stdin
StreamReader connect_stdin(std::size_t limit) {
    // A descriptor of our own for the same open file, so that closing the
    // stream does not close stdin. Not O_NONBLOCK: that is a property of the
    // open file, and the shell that started us would find it set as well.
    Socket own(check(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), "stdin"));
    return StreamReader(make_ref<detail::Connection>(
        AsyncSocket(std::move(own), Medium::shared), "stdin", limit));
}
// #endregion connect_stdin

}  // namespace tincan
