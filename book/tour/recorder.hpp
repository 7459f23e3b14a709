// The recorder's own part, without the calls it stands in for: when a record
// is begun, finished, or merged with the one before it.
//
// It runs inside somebody else's program, in any thread, at any moment. So:
// no allocation, no lock, no errno left changed.
#pragma once

#include "book/tour/trace.hpp"

namespace tincan::tour {

// Begins a record before a call that may wait. nullptr: nobody is listening.
Record* enter(Call call, int fd);

// Completes it. The record is void after that.
void leave(Record* record, std::int64_t result);

// For calls that never wait: written when they are over.
Record* note(Call call, int fd, std::int64_t result);

// A call said EAGAIN. The first one begins a record, all that follow until
// something else happens in this thread are counted in it.
void note_asked(int fd);

// True if a call on `fd` can't wait, because fd is O_NONBLOCK.
bool never_waits(int fd);

// Adds a descriptor to the set of a record; nothing happens when it is full.
void add_fd(Record* record, int fd);

// Which task runs in this thread now; 0: none.
extern constinit thread_local std::uint64_t current_task;

// Where `record` is in the table, for Record::cause.
std::uint32_t place_of(const Record* record);

}  // namespace tincan::tour
