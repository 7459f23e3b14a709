// The lanes of a picture while it is found out what each is about: how they
// are called, and which come on top.
#pragma once

#include "book/tour/events.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tincan::tour {

struct LaneDraft {
    LaneKind kind;
    std::uint64_t id;             // of the thread or task
    std::set<std::string> about;  // kListener, people
    std::string name{};           // given by the scene
    bool cancelled = false;
    std::optional<EventId> begin;
    std::optional<EventId> end;
};

class LaneDrafts {
public:
    // The lane of this thread or task; a new one if it has none yet.
    std::size_t find(LaneKind kind, std::uint64_t id);
    std::size_t add_person(const std::string& name);

    LaneDraft& operator[](std::size_t lane) { return lanes_[lane]; }
    const LaneDraft& operator[](std::size_t lane) const { return lanes_[lane]; }

    // Those that have to do with anybody, from top to bottom: the first
    // person, who serves only that one, who serves all, who serves only
    // another one, the others.
    std::vector<std::size_t> from_top() const;

    // "Ann", "server", "main thread", "Ann's thread", "accept task", "thread",
    // or what the scene calls it
    std::string name(std::size_t lane) const;

private:
    bool is_shown(const LaneDraft& lane) const;
    bool are_named() const;
    static bool is_about_one(const LaneDraft& lane);  // person
    int height(std::size_t lane) const;

    std::vector<LaneDraft> lanes_;
    std::vector<std::string> people_;
};

}  // namespace tincan::tour
