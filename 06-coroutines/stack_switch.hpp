// Tells the address sanitizer that a program goes from one stack to another,
// which else it would take for an overflow. Without the sanitizer, nothing.
#pragma once

#include <cstddef>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define TINCAN_TELL_ASAN
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define TINCAN_TELL_ASAN
#endif

#ifdef TINCAN_TELL_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace tincan {

// One stack: who stands on it calls `leave` just before it goes to another
// one, and `arrived` when it is back.
class StackSwitch {
public:
    StackSwitch() = default;  // the thread's own: known after the first switch
    // `top` is the address behind the last byte.
    StackSwitch([[maybe_unused]] void* top, [[maybe_unused]] std::size_t size) {
#ifdef TINCAN_TELL_ASAN
        bottom_ = static_cast<char*>(top) - size;
        size_ = size;
#endif
    }

#ifdef TINCAN_TELL_ASAN
    void leave(const StackSwitch& to) {
        __sanitizer_start_switch_fiber(&fake_, to.bottom_, to.size_);
    }
    void leave_for_good(const StackSwitch& to) {
        __sanitizer_start_switch_fiber(nullptr, to.bottom_, to.size_);
    }
    void arrived() {
        __sanitizer_finish_switch_fiber(fake_, nullptr, nullptr);
    }
    void arrived(StackSwitch& from) {
        __sanitizer_finish_switch_fiber(fake_, &from.bottom_, &from.size_);
    }

private:
    const void* bottom_ = nullptr;
    std::size_t size_ = 0;
    void* fake_ = nullptr;  // the sanitizer's own notes on its locals
#else
    void leave(const StackSwitch&) {}
    void leave_for_good(const StackSwitch&) {}
    void arrived() {}
    void arrived(const StackSwitch&) {}
#endif
};

}  // namespace tincan
