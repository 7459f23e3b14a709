#include "07-chat/people.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tincan::chat {

void People::here(std::string_view text) {
    std::optional<Name> name = parse_name(text);
    if (!name) return;
    auto found = find(*name);
    if (found == persons_.end()) {
        add(found, *std::move(name), true);
    } else {
        found->here = true;
    }
}

void People::spoke(std::string_view text, bool here) {
    std::optional<Name> name = parse_name(text);
    if (!name) return;
    auto found = find(*name);
    if (found != persons_.end()) {
        found->here |= here;
        std::rotate(persons_.begin(), found, found + 1);
        return;
    }
    if (here && nameless_ > 0) --nameless_;  // one of those
    add(persons_.begin(), *std::move(name), here);
}

void People::gone(std::string_view text) {
    std::optional<Name> name = parse_name(text);
    if (!name) return;
    auto found = find(*name);
    if (found != persons_.end()) {
        persons_.erase(found);
    } else if (nameless_ > 0) {
        --nameless_;
    }
}

void People::renamed(std::string_view text, std::string_view now) {
    std::optional<Name> name = parse_name(text);
    std::optional<Name> next = parse_name(now);
    if (!name || !next) return;
    auto found = find(*name);
    if (found != persons_.end()) found->name = *std::move(next);
}

void People::clear() {
    persons_.clear();
    nameless_ = 0;
}

void People::i_am(std::string_view name) {
    own_key_ = fold_case(name).value_or("");
}

std::size_t People::count() const {
    auto here = std::ranges::count_if(persons_, &Person::here);
    return static_cast<std::size_t>(here) + nameless_;
}

std::vector<std::string> People::beginning_with(std::string_view prefix) const {
    std::vector<std::string> names;
    std::optional<std::string> key = fold_case(prefix);
    for (const Person& person : persons_) {
        if (key && person.name.key.starts_with(*key) &&
            person.name.key != own_key_) {
            names.push_back(person.name.shown);
        }
    }
    return names;
}

People::Persons::iterator People::find(const Name& name) {
    return std::ranges::find_if(persons_, [&](const Person& person) {
        return person.name.key == name.key;
    });
}

void People::add(Persons::iterator place, Name name, bool here) {
    persons_.insert(place, {std::move(name), here});
    if (persons_.size() <= most_) return;
    nameless_ += persons_.back().here ? 1 : 0;
    persons_.pop_back();
}

}  // namespace tincan::chat
