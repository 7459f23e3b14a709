// What the runtime of stage 6 tells whoever watches it: one lane per task.
#include "06-coroutines/tincan/trace.hpp"
#include "book/tour/recorder.hpp"

#include <cstring>

using namespace tincan::tour;

extern "C" void tincan_trace(const TincanTraceEvent* event) {
    switch (event->kind) {
        case TINCAN_TASK_CREATED:
            if (Record* record = note(Call::task_created, -1, 0)) {
                record->cause = event->task;
            }
            break;
        case TINCAN_TASK_RESUMED:
            current_task = event->task;
            note(Call::task_resumed, -1, 0);
            break;
        case TINCAN_TASK_SUSPENDED:
            current_task = event->task;
            if (Record* record = note(Call::task_suspended, event->fd, 0)) {
                std::strncpy(record->what, event->what,
                             sizeof record->what - 1);
            }
            current_task = 0;
            break;
        case TINCAN_TASK_ENDED:
            current_task = event->task;
            note(Call::task_ended, -1, 0);
            current_task = 0;
            break;
    }
}
