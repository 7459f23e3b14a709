#include "book/tour/recorder.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace tincan::tour {

constinit thread_local std::uint64_t current_task = 0;

namespace {

TraceTable table;

// What one thread remembers.
thread_local std::int32_t thread_id = 0;
thread_local Record* asking = nullptr;  // the `ask` that goes on, if any

std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

void end_asking(std::int64_t when) {
    if (asking == nullptr) return;
    asking->left_at = when;
    asking->left = true;
    asking = nullptr;
}

bool has_fd(const Record& record, int fd) {
    auto end = record.fds + record.fd_count;
    return std::find(record.fds, end, fd) != end;
}

// `call` is stored last: whoever finds it finds the rest.
Record* begin(Call call, int fd, std::int64_t when) {
    if (!table) return nullptr;
    end_asking(when);
    Record* record = table.take();
    if (record == nullptr) return nullptr;
    if (thread_id == 0) {
        thread_id = static_cast<std::int32_t>(::syscall(SYS_gettid));
    }
    record->thread = thread_id;
    record->task = current_task;
    record->fd = fd;
    record->entered_at = when;
    std::atomic_ref(record->call).store(call, std::memory_order_release);
    return record;
}

void forget_thread() {
    thread_id = 0;
    asking = nullptr;
}

// Takes over the memory whose descriptor the environment names, and hides
// both from the program: its own descriptors get the numbers they always had,
// its children are not recorded.
__attribute__((constructor)) void open_trace() {
    const char* number = std::getenv(kTraceVariable);
    if (number == nullptr) return;
    int fd = std::atoi(number);
    ::unsetenv(kTraceVariable);
    struct stat status {};
    if (::fstat(fd, &status) == -1) return;
    auto bytes = static_cast<std::size_t>(status.st_size);
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::syscall(SYS_close, fd);
    if (memory == MAP_FAILED) return;
    table = TraceTable(memory, bytes);
    ::pthread_atfork(nullptr, nullptr, forget_thread);
}

__attribute__((destructor)) void close_trace() {
    note(Call::exit, -1, 0);
}

}  // namespace

Record* enter(Call call, int fd) {
    return begin(call, fd, now());
}

void leave(Record* record, std::int64_t result) {
    if (record == nullptr) return;
    record->result = result;
    record->left_at = now();
    record->left = true;
}

Record* note(Call call, int fd, std::int64_t result) {
    std::int64_t when = now();
    Record* record = begin(call, fd, when);
    if (record != nullptr) {
        record->result = result;
        record->left_at = when;
        record->left = true;
    }
    return record;
}

void note_asked(int fd) {
    if (!table) return;
    if (asking == nullptr || asking->task != current_task) {
        asking = begin(Call::ask, -1, now());
        if (asking == nullptr) return;
    }
    if (!has_fd(*asking, fd)) add_fd(asking, fd);
    ++asking->count;
    asking->left_at = now();
}

bool never_waits(int fd) {
    // Millions of times a second: who said EAGAIN once need not be asked.
    if (asking != nullptr && has_fd(*asking, fd)) return true;
    int error = errno;
    int flags = ::fcntl(fd, F_GETFL);
    errno = error;
    return flags != -1 && (flags & O_NONBLOCK) != 0;
}

void add_fd(Record* record, int fd) {
    if (record == nullptr || record->fd_count == Record::kMaxFds) return;
    record->fds[record->fd_count++] = fd;
}

std::uint32_t place_of(const Record* record) {
    return record == nullptr ? 0 : table.place_of(*record);
}

}  // namespace tincan::tour
