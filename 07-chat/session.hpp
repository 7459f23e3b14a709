// One client, from its first byte to its last: what it may say when, and how
// it ends. What the others hear of it is the rooms' business.
#pragma once

#include "06-coroutines/tincan/streams.hpp"
#include "07-chat/commands.hpp"
#include "07-chat/ending.hpp"
#include "07-chat/limits.hpp"
#include "07-chat/lines.hpp"
#include "07-chat/log.hpp"
#include "07-chat/names.hpp"
#include "07-chat/outbox.hpp"
#include "07-chat/protocol.hpp"
#include "07-chat/rooms.hpp"
#include "07-chat/token_bucket.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tincan::chat {

class Session {
public:
    // The last three must outlive it.
    Session(StreamReader reader, StreamWriter writer, Rooms& rooms,
            const Limits& limits, Log& log);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    // Until the connection is closed; says why it was.
    Coro<Ending> run();

    // This is the last line for the client, and nothing it says counts any
    // more. run ends when the reader does.
    void end(std::string last_line);

    // Bytes on their way to the client.
    std::size_t queued() const { return writer_.queued(); }

private:
    void set_option(int level, int option, int value);
    Coro<void> listen();
    Coro<void> finish();
    void handle(const Line& line);
    std::optional<Refusal> greet(const Line& line);  // who has no name yet
    std::optional<Refusal> obey(const Line& line);   // who has
    std::optional<Refusal> carry_out(const Request& request);
    std::optional<Refusal> rename(std::string_view wanted);
    std::optional<Refusal> move(std::string_view room);
    void leave();
    void answer(std::string line);
    void stop(Ending why, std::string detail = "");
    void log_line(const Line& line, std::optional<Refusal> refusal) const;
    void log_end() const;

    StreamReader reader_;
    StreamWriter writer_;
    Rooms& rooms_;
    const Limits& limits_;
    Log& log_;
    Outbox outbox_;

    std::optional<User> user_;  // none: has no name yet
    TimePoint due_;             // of the next line
    int errors_ = 0;            // before it had a name
    TokenBucket pace_;          // of its lines, since it has one
    int too_fast_ = 0;          // lines in a row
    bool over_ = false;
    Ending ending_ = Ending::end_of_stream;
    std::string detail_;   // of it, for the log
    std::string goodbye_;  // what it said with /quit
};

}  // namespace tincan::chat
