#include "06-coroutines/tincan/task.hpp"

#include "06-coroutines/tincan/event_loop.hpp"
#include "06-coroutines/tincan/trace.hpp"

#include <fmt/core.h>

#include <atomic>

namespace tincan {

namespace {

std::atomic<std::uint64_t> last_id = 0;  // loops of all threads count here

std::string to_string(const Site& site) {
    return fmt::format("{}:{} {}", site.file, site.line, site.function);
}

}  // namespace

TaskBase::TaskBase(EventLoop& loop, std::string name)
    : loop_(loop), name_(std::move(name)), id_(++last_id) {
    if (name_.empty()) name_ = fmt::format("task-{}", id_);
}

void TaskBase::start(CoroFrame& first, std::shared_ptr<TaskBase> self) {
    push(first);
    self_ = std::move(self);
    loop_.tasks().add(*this);
    trace(TINCAN_TASK_CREATED, "");
    wake();
}

void TaskBase::wake() {
    loop_.ready().push(*this);
}

// #region run
void TaskBase::run() {
    if (!begun_ && cancel_due()) return end(false);
    begun_ = true;
    trace(TINCAN_TASK_RESUMED, "");
    TaskBase* before = loop_.set_current_task(this);
    bool ended = resume();
    loop_.set_current_task(before);
    if (ended) return end(true);
    trace(TINCAN_TASK_SUSPENDED, awaiting()->what(), awaiting()->fd());
}
// #endregion run

void TaskBase::end(bool ended) {
    std::shared_ptr<TaskBase> self = std::move(self_);
    loop_.tasks().remove(*this);
    loop_.ready().remove(*this);
    clear();
    conclude(ended);
    trace(TINCAN_TASK_ENDED, future().cancelled() ? "cancelled"
                             : future().failed()  ? "failed"
                                                  : "done");
}

void TaskBase::abandon() {
    end(false);
}

void TaskBase::request_cancel() {
    ++cancel_requests_;
    interrupt();
}

// #region stack
std::string TaskBase::stack() const {
    if (!begun_) return "    has not begun\n";
    std::string lines;
    for (const CoroFrame* frame = top(); frame != nullptr;
         frame = frame->caller) {
        lines.insert(0, fmt::format("    {}\n", to_string(frame->site)));
    }
    if (const Awaiter* waits = awaiting()) {
        lines += fmt::format("    waits for: {}", waits->what());
        if (waits->fd() != -1) lines += fmt::format(" {}", waits->fd());
        lines += '\n';
    }
    return lines;
}

void TaskBase::print_stack(std::FILE* out) const {
    fmt::print(out, "{}:\n{}", name_, stack());
}

void print_stacks(std::FILE* out) {
    for (const AnyTask& task : all_tasks())
        task.print_stack(out);
}
// #endregion stack

void TaskBase::trace(int kind, const char* what, int fd) const {
    if (detail::trace_function == nullptr) [[likely]]
        return;
    Site site = top() == nullptr ? Site() : top()->site;
    TincanTraceEvent event{kind, id_,           name_.c_str(), what,
                           fd,   site.function, site.file,     site.line};
    detail::trace_function(&event);
}

void TaskList::add(TaskBase& task) {
    task.previous_ = last_;
    (last_ == nullptr ? first_ : last_->next_) = &task;
    last_ = &task;
}

void TaskList::remove(TaskBase& task) {
    (task.previous_ == nullptr ? first_ : task.previous_->next_) = task.next_;
    (task.next_ == nullptr ? last_ : task.next_->previous_) = task.previous_;
}

}  // namespace tincan
