// Chooses a Selector by name, at run time.
#pragma once

#include "04-poll/epoll_selector.hpp"
#include "04-poll/poll_selector.hpp"
#include "04-poll/select_selector.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace tincan {

// "select", "poll" or "epoll"; throws std::invalid_argument for another name.
inline std::unique_ptr<Selector> make_selector(std::string_view name) {
    if (name == "select") return std::make_unique<SelectSelector>();
    if (name == "poll") return std::make_unique<PollSelector>();
    if (name == "epoll") return std::make_unique<EpollSelector>();
    throw std::invalid_argument("no selector is called " + std::string(name) +
                                "; there are select, poll and epoll");
}

}  // namespace tincan
