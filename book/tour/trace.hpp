// What the recorder writes and the tour reads: a table of calls in memory that
// two processes share, so that writing costs no system call and what was
// written survives any end of the server, SIGKILL included.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tincan::tour {

enum class Call : std::uint16_t {
    none,          // an empty place in the table
    accept,        // fd: the listener, result: the client's descriptor
    receive,       // recv, read and their kin; result: bytes, 0 at the end
    send,          // send, write and their kin
    select,        // fds: the set it was given
    poll,          //
    epoll_wait,    // fd: the epoll descriptor
    epoll_ctl,     // fd: the same, fds[0]: whom it is about, result: operation
    close,         //
    condition,     // pthread_cond_wait and its kin
    sleep,         // nanosleep
    getline,       // a read of stdin, by getc
    shutdown,      // for writing
    start_thread,  // in the parent
    thread,        // in the thread itself: from its begin to its end
    ask,           // calls one after the other that all said EAGAIN
    task_created,  // cause: the new task's number; what: its name
    task_resumed,  //
    task_suspended,  // fd: for whom it waits, or -1; what: for what
    task_ended,      // what: "done", "failed", "cancelled"
    exit,            // the program ends by itself
};

// One call, or one unbroken run of calls that said EAGAIN.
struct Record {
    Call call = Call::none;
    bool left = false;  // false: the caller is still in it
    std::uint8_t fd_count = 0;
    std::uint16_t port = 0;   // of the peer, after accept
    std::int32_t thread = 0;  // as gettid(2) names it
    std::uint64_t task = 0;   // 0: no task, the thread itself
    std::uint64_t cause = 0;  // thread: the place of its start_thread
    std::int32_t fd = -1;
    std::int64_t result = 0;
    std::int64_t entered_at = 0;  // CLOCK_MONOTONIC, nanoseconds
    std::int64_t left_at = 0;
    std::uint64_t count = 0;                    // of calls in one `ask`
    static constexpr std::size_t kMaxFds = 12;  // more are not kept
    std::int32_t fds[kMaxFds] = {};
    char what[16] = {};  // about a task; longer words are cut off
};

// A view of the shared memory: a counter, then records.
class TraceTable {
public:
    static constexpr std::size_t bytes_for(std::size_t records) {
        return (records + 1) * sizeof(Record);
    }

    TraceTable() = default;
    TraceTable(void* memory, std::size_t bytes)
        : used_(static_cast<std::uint32_t*>(memory)),
          records_(static_cast<Record*>(memory) + 1,
                   bytes / sizeof(Record) - 1) {}

    explicit operator bool() const { return used_ != nullptr; }

    // A place nobody else has; nullptr if there is none left. Any thread, any
    // process, no lock.
    Record* take() {
        std::uint32_t place =
            std::atomic_ref(*used_).fetch_add(1, std::memory_order_relaxed);
        return place < records_.size() ? &records_[place] : nullptr;
    }

    std::uint32_t place_of(const Record& record) const {
        return static_cast<std::uint32_t>(&record - records_.data());
    }

    bool overflowed() const { return *used_ > records_.size(); }
    std::span<const Record> records() const {
        return records_.first(overflowed() ? records_.size() : *used_);
    }

private:
    std::uint32_t* used_ = nullptr;
    std::span<Record> records_;
};

// Where the recorder finds the memory: the number of an open descriptor.
inline constexpr const char* kTraceVariable = "TINCAN_TOUR_TRACE";

}  // namespace tincan::tour
