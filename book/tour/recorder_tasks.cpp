// What the runtime of stage 6 tells whoever watches it: one lane per task.
#include "06-coroutines/tincan/trace.hpp"
#include "book/tour/recorder.hpp"

#include <cstring>

using namespace tincan::tour;

namespace {

void set_what(Record* record, const char* what) {
    if (record == nullptr) return;
    std::strncpy(record->what, what, sizeof record->what - 1);
}

}  // namespace

extern "C" void tincan_trace(const TincanTraceEvent* event) {
    switch (event->kind) {
        case TINCAN_TASK_CREATED:
            if (Record* record = note(Call::task_created, -1, 0)) {
                record->cause = event->task;
                set_what(record, event->name);
            }
            break;
        case TINCAN_TASK_RESUMED:
            current_task = event->task;
            note(Call::task_resumed, -1, 0);
            break;
        case TINCAN_TASK_SUSPENDED:
            current_task = event->task;
            set_what(note(Call::task_suspended, event->fd, 0), event->what);
            current_task = 0;
            break;
        case TINCAN_TASK_ENDED:
            current_task = event->task;
            set_what(note(Call::task_ended, -1, 0), event->what);
            current_task = 0;
            break;
    }
}
