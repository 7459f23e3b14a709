#include "07-chat/server.hpp"

#include "07-chat/protocol.hpp"

#include <optional>
#include <utility>

namespace tincan::chat {

// In the table for as long as it lives.
class ChatServer::Entry {
public:
    Entry(Sessions& sessions, Session& session)
        : sessions_(sessions), session_(session) {
        sessions_.insert(&session_);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { sessions_.erase(&session_); }

private:
    Sessions& sessions_;
    Session& session_;
};

// #region serve
Coro<void> ChatServer::serve(StreamReader reader, StreamWriter writer) {
    ++connections_;
    if (ending_) {  // it was in the accept queue
        refuse(writer, Ending::shutdown);
        co_return;
    }
    std::string address = address_of(writer.peer());
    std::optional<Ending> objection = seats_.objection(address);
    if (objection) {
        refuse(writer, *objection);
        co_return;
    }
    Seat seat(seats_, std::move(address));
    if (door_) {
        Streams streams(reader, writer);
        std::string why = co_await door_.let_in(streams, limits_.handshake);
        if (!why.empty() || ending_) {
            refuse(writer, ending_ ? Ending::shutdown : Ending::tls_handshake,
                   why);
            co_return;
        }
    }
    Session session(std::move(reader), std::move(writer), rooms_, limits_,
                    log_);
    Entry entry(sessions_, session);
    Ending ending = co_await session.run();
    count(ending);
}
// #endregion serve

// #region refuse
namespace {

std::string last_words(Ending ending) {
    switch (ending) {
        case Ending::shutdown:
            return shutdown_line();
        case Ending::full:
            return full_line();
        default:
            return crowded_address_line();
    }
}

}  // namespace

// start_server closes well, so these words arrive although the client's own
// were never read. Over TLS they would cost a handshake: then there are none.
void ChatServer::refuse(StreamWriter& writer, Ending ending,
                        const std::string& detail) {
    if (!door_) writer.write(last_words(ending));
    Log::Fields fields{{"peer", writer.peer()},
                       {"why", std::string(word_for(ending))}};
    if (!detail.empty()) fields.push_back({"detail", detail});
    log_.warning("refused", fields);
    count(ending);
}
// #endregion refuse

void ChatServer::count(Ending ending) {
    ++ended_[static_cast<std::size_t>(ending)];
}

void ChatServer::end() {
    ending_ = true;
    rooms_.dissolve();
    for (Session* session : sessions_)
        session->end(shutdown_line());
}

void ChatServer::log_stats() {
    std::size_t queued = 0;
    for (const Session* session : sessions_)
        queued += session->queued();
    std::uint64_t dropped = 0;
    Log::Fields reasons;
    for (std::size_t i = 0; i < kEndings; ++i) {
        auto ending = static_cast<Ending>(i);
        if (!is_drop(ending) || ended_[i] == 0) continue;
        dropped += ended_[i];
        reasons.push_back({word_for(ending), std::to_string(ended_[i])});
    }
    Log::Fields fields{{"connections", std::to_string(connections_)},
                       {"clients", std::to_string(sessions_.size())},
                       {"users", std::to_string(rooms_.users())},
                       {"rooms", std::to_string(rooms_.all().size())},
                       {"messages", std::to_string(rooms_.messages())},
                       {"queued", std::to_string(queued)},
                       {"dropped", std::to_string(dropped)}};
    fields.insert(fields.end(), reasons.begin(), reasons.end());
    log_.answer("stats", fields);
}

}  // namespace tincan::chat
