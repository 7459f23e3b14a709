// A place to watch tasks from outside: whoever draws what a program does is
// told when each task begins, suspends, goes on and ends.
//
// A library loaded with LD_PRELOAD defines the function tincan_trace below,
// exported with C linkage, and is called from then on; a program that wants
// to watch itself calls set_trace. With neither, a null pointer is tested and
// nothing else happens.
#pragma once

#include <cstdint>

extern "C" {

enum TincanTraceKind {
    TINCAN_TASK_CREATED = 0,    // it waits for its first turn
    TINCAN_TASK_RESUMED = 1,    // it runs: what happens now, up to the next
                                // event of this thread, is its doing
    TINCAN_TASK_SUSPENDED = 2,  // it waits for `what`, on `fd` if not -1
    TINCAN_TASK_ENDED = 3,      // `what`: "done", "failed" or "cancelled"
};

// Fields are only ever added, at the end. The strings belong to the runtime
// and are valid during the call; `function` and `file` for ever. Every pointer
// may be used without a test: what is not known is "".
struct TincanTraceEvent {
    int kind;
    std::uint64_t task;    // counts from 1, unique in the process
    const char* name;      // as given to create_task, else "task-7"
    const char* what;      // "accept", "recv", "send", "connect", "sleep",
                           // "event", "semaphore", "put", "get", "task",
                           // "tasks", "shield", "future", "drain", "closed",
                           // "group", "pause", "end", "process", or
                           // "turn" (of its own will, or its time was up)
    int fd;                // -1: not a descriptor
    const char* function;  // where the innermost co_await stands
    const char* file;
    unsigned line;
};

// What a preloaded library exports. Called on the thread of the loop; it must
// neither throw nor call back into the runtime.
void tincan_trace(const TincanTraceEvent* event);

}  // extern "C"

namespace tincan {

using TraceFunction = void (*)(const TincanTraceEvent*);

// Null turns it off. Set it while no loop runs.
void set_trace(TraceFunction function);

namespace detail {

// What set_trace said last; at first the preloaded tincan_trace, if there is
// one.
extern TraceFunction trace_function;

}  // namespace detail
}  // namespace tincan
