// What a server in several threads needs beside the threads: a listener for
// each of them on the same port, and a way to tell all of them something.
#pragma once

#include "01-blocking/connection.hpp"
#include "06-coroutines/tincan/event_loop.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tincan {

// #region listeners
// As listen_on, but others may listen on the same port as well, if they ask
// for it too: each new client comes to one of them, as the kernel likes.
// SO_REUSEPORT, in socket(7)
inline Socket listen_shared(const Endpoint& endpoint) {
    return detail::first_that_works(
        endpoint, AI_PASSIVE, "bind",
        [](const Socket& socket, const addrinfo& at) {
            int on = 1;
            for (int option : {SO_REUSEADDR, SO_REUSEPORT}) {
                check(::setsockopt(socket.fd(), SOL_SOCKET, option, &on,
                                   sizeof on),
                      "setsockopt");
            }
            if (::bind(socket.fd(), at.ai_addr, at.ai_addrlen) == -1) {
                return -1;
            }
            return ::listen(socket.fd(), SOMAXCONN);
        });
}

// `count` of them, on one port even if the kernel chooses it. A single one
// does not share: starting the server twice shall be an error.
inline std::vector<Socket> listen_in_threads(Endpoint endpoint,
                                             std::size_t count) {
    std::vector<Socket> listeners;
    listeners.push_back(count == 1 ? listen_on(endpoint)
                                   : listen_shared(endpoint));
    std::string bound = to_string(local_address(listeners.front()));
    endpoint.port = bound.substr(bound.rfind(':') + 1);
    while (listeners.size() < count)
        listeners.push_back(listen_shared(endpoint));
    return listeners;
}
// #endregion listeners

// Something that is said in one thread, any number of times, and heard in the
// loops of many. Who comes later hears it too.
class Broadcast {
public:
    // Calls `function` in the loop of this thread, once for each send; lives
    // in that thread, and nothing is called after it has gone.
    class Receiver {
    public:
        Receiver(std::shared_ptr<Broadcast> broadcast,
                 std::function<void()> function)
            : broadcast_(std::move(broadcast)),
              loop_(EventLoop::running()),
              function_(std::make_shared<std::function<void()>>(
                  std::move(function))) {
            std::lock_guard lock(broadcast_->mutex_);
            broadcast_->receivers_.push_back(this);
            for (int i = 0; i < broadcast_->sent_; ++i)
                receive();
        }
        Receiver(const Receiver&) = delete;
        Receiver& operator=(const Receiver&) = delete;
        ~Receiver() {
            std::lock_guard lock(broadcast_->mutex_);
            std::erase(broadcast_->receivers_, this);
        }

    private:
        friend class Broadcast;

        void receive() {
            std::weak_ptr<std::function<void()>> function = function_;
            loop_.call_soon_threadsafe([function] {
                if (auto alive = function.lock()) (*alive)();
            });
        }

        std::shared_ptr<Broadcast> broadcast_;
        EventLoop& loop_;
        std::shared_ptr<std::function<void()>> function_;
    };

    // From any thread.
    void send() {
        std::lock_guard lock(mutex_);
        ++sent_;
        for (Receiver* receiver : receivers_)
            receiver->receive();
    }

private:
    std::mutex mutex_;  // for all of this
    int sent_ = 0;
    std::vector<Receiver*> receivers_;
};

}  // namespace tincan
