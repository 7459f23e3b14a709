#include "07-chat/log.hpp"

#include "01-blocking/socket.hpp"
#include "01-blocking/text.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace tincan::chat {

namespace {

// A terminal opened once more, non-blocking, for us alone; nothing if `fd` is
// no terminal. open(2) of an open file: proc(5)
Socket own_terminal(int fd) {
    if (::isatty(fd) != 1) return {};
    std::string itself = fmt::format("/proc/self/fd/{}", fd);
    return Socket(
        ::open(itself.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

// #region sink
// Writes what the descriptor takes at once. It is not made non-blocking: it is
// shared with the shell that started us. Of a pipe that poll calls writable,
// PIPE_BUF bytes can be written without waiting, and in one piece: pipe(7). A
// terminal would take one byte, and let us wait with the others: so we have one
// of our own.
class ImpatientSink final
    : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit ImpatientSink(int fd)
        : terminal_(own_terminal(fd)), fd_(terminal_ ? terminal_.fd() : fd) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        if (lost_ > 0) {
            std::string notice = fmt::format("log-lines-lost count={}", lost_);
            spdlog::details::log_msg loss(message.time, {}, "",
                                          spdlog::level::warn, notice);
            if (!write(loss)) return void(++lost_);
            lost_ = 0;
        }
        if (!write(message)) ++lost_;
    }
    void flush_() override {}

private:
    // What is begun is ended: the rest of a line goes before the next one.
    bool write(const spdlog::details::log_msg& message) {
        if (!unsent_.empty()) send();
        if (!unsent_.empty()) return false;
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        unsent_.assign(line.data(),
                       std::min<std::size_t>(line.size(), PIPE_BUF));
        unsent_.back() = '\n';
        if (send()) return true;
        unsent_.clear();
        return false;
    }

    // False if none of it is taken.
    bool send() {
        pollfd out{fd_, POLLOUT, 0};
        if (::poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0) {
            return false;
        }
        ssize_t count = ::write(fd_, unsent_.data(), unsent_.size());
        if (count <= 0) return false;
        unsent_.erase(0, static_cast<std::size_t>(count));
        return true;
    }

    Socket terminal_;
    int fd_;
    std::string unsent_;
    std::size_t lost_ = 0;
};
// #endregion sink

spdlog::level::level_enum to_spdlog(Log::Level level) {
    switch (level) {
        case Log::Level::debug:
            return spdlog::level::debug;
        case Log::Level::info:
            return spdlog::level::info;
        case Log::Level::warning:
            return spdlog::level::warn;
        case Log::Level::error:
            return spdlog::level::err;
        case Log::Level::off:
            break;
    }
    return spdlog::level::off;
}

// printable() leaves no control character and no single backslash in it.
std::string quoted(std::string_view value) {
    std::string shown;
    for (char c : printable(value)) {
        if (c == '"') shown += '\\';
        shown += c;
    }
    bool plain =
        !shown.empty() && shown.find_first_of(" \"=") == std::string::npos;
    return plain ? shown : '"' + shown + '"';
}

}  // namespace

std::string log_text(std::string_view what, const Log::Fields& fields) {
    std::string text(what);
    for (const Log::Field& field : fields)
        text += fmt::format(" {}={}", field.key, quoted(field.value));
    return text;
}

Log::Log(Level least, int fd)
    : logger_(std::make_shared<spdlog::logger>(
          "chat", std::make_shared<ImpatientSink>(fd))) {
    logger_->set_level(to_spdlog(least));
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
}

bool Log::shows(Level level) const {
    return logger_->should_log(to_spdlog(level));
}

void Log::line(Level level, std::string_view what, const Fields& fields) {
    if (!shows(level)) return;
    logger_->log(to_spdlog(level), log_text(what, fields));
}

void Log::answer(std::string_view what, const Fields& fields) {
    std::string text = log_text(what, fields);
    spdlog::details::log_msg message("chat", spdlog::level::info, text);
    for (const spdlog::sink_ptr& sink : logger_->sinks())
        sink->log(message);
}

}  // namespace tincan::chat
