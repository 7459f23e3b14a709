// Reading the keyboard, or whatever stands behind descriptor 0.
#pragma once

#include "06-coroutines/tincan/streams.hpp"

namespace tincan {

// stdin as a stream: a terminal, a pipe, a file (epoll refuses files: they
// never make anybody wait) or /dev/null. Nobody else who holds the same
// terminal is disturbed: it stays blocking, and is only read when there is
// something to read. It is read ahead, so what has come belongs to this stream
// and not to std::cin; two of them share it at random. Throws
// std::system_error ("stdin: ...") if it is closed. asyncio:
// loop.connect_read_pipe(..., sys.stdin)
StreamReader connect_stdin(std::size_t limit = kStreamLimit);

}  // namespace tincan
