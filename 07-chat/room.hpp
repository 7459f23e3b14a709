// A room: who is in it, what they are told, and what was said last. It hands
// out bytes and waits for nobody, so no one can come or go while it goes
// through its members.
#pragma once

#include "07-chat/names.hpp"
#include "07-chat/wire.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace tincan::chat {

class Room;

// Somebody who has a name. In one room at a time.
struct User {
    Name name;
    const Wire& wire;
    Outbox& outbox;
    Room* room = nullptr;

    void hear(News& news) const { outbox.push(news.on(wire)); }
};

class Room {
public:
    // Keeps the `history` last messages for newcomers.
    Room(Name name, std::size_t history)
        : name_(std::move(name)), longest_history_(history) {}

    const Name& name() const { return name_; }

    // In the order of their names' keys. In one piece: it is gone through for
    // every line that is said.
    using Members = std::vector<User*>;
    const Members& members() const { return members_; }

    // The newcomer gets the history. A user must stay until removed.
    void add(User& user);
    void remove(User& user);
    void rename(User& user, Name name);
    void clear() { members_.clear(); }

    void tell(News& news) const;
    // The same for what newcomers shall read too.
    void tell_and_keep(News news);

private:
    Members::iterator place_of(const User& user);

    Name name_;
    std::size_t longest_history_;
    Members members_;
    std::deque<News> history_;
};

}  // namespace tincan::chat
