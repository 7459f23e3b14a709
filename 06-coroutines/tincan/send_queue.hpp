// What a stream has to send and the kernel would not take yet.
#pragma once

#include "06-coroutines/tincan/sockets.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tincan {

// Bytes that go to many and are kept once. Whoever makes them does not change
// them any more.
using SharedBytes = std::shared_ptr<const std::string>;

namespace detail {

// Pieces that are shared with other queues, and then bytes of its own: short
// writes grow together.
class SendQueue {
public:
    std::size_t size() const { return size_; }  // in bytes

    void append(std::string_view bytes);
    void append(SharedBytes bytes);
    // As much as the kernel takes now, of the first kMostPieces.
    void send_to(const AsyncSocket& socket);

private:
    void drop(std::size_t count);

    std::vector<SharedBytes> pieces_;  // then tail_
    std::string tail_;
    std::size_t sent_ = 0;  // of the first of them
    std::size_t size_ = 0;  // of all that is not sent
};

}  // namespace detail
}  // namespace tincan
