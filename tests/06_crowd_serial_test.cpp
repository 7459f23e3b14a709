// A thousand clients at once: what each costs while it is idle, and what
// becomes of their replies when the server is told to stop while all are busy.
#include "06-coroutines/serve.hpp"
#include "tests/04_support.hpp"
#include "tests/06_support.hpp"
#include "tests/support/bytes.hpp"

#include <fmt/core.h>

#include <csignal>
#include <map>
#include <thread>

namespace tincan::test {
namespace {

// Memory.

// Anonymous memory of `server`, after `clients` has grown to `count`, and each
// of them has said something.
std::size_t memory_with(std::vector<Client>& clients, std::size_t count,
                        const test::Server& server) {
    while (clients.size() < count) {
        clients.emplace_back(
            server.endpoint(),
            ClientOptions{.source = load_address(clients.size())});
        clients.back().exchange(binary_bytes(64));
    }
    return anonymous_memory(server.process().pid());
}

TEST(IdleClients, CostAKilobyteEach) {
    allow_many_descriptors();
    test::Server server = test::Server::ours(
        {TINCAN_BUILD_DIR "/06-coroutines/echo_server", "{port}"},
        {.environment = {{"QUIET", "1"}}});
    std::vector<Client> clients;
    std::size_t few = memory_with(clients, 100, server);
    std::size_t many = memory_with(clients, 900, server);
    std::size_t each = (many - few) / 800;
    fmt::print("{} bytes for each idle client\n", each);
    // A sanitizer makes all bigger.
    if (kMemoryIsJudged) {
        EXPECT_LE(each, 1050U);
    }
    EXPECT_GE(each, 100U) << "nothing was measured";
}

// The end.

constexpr std::size_t kMessage = 1000;  // bytes, which come in one piece

using Counts = std::map<std::string, std::size_t>;  // bytes, by peer

// Sends back what it reads, and counts what it has taken: each of these bytes
// is a reply that has begun.
Coro<void> echo(StreamReader reader, StreamWriter writer, Counts& taken) {
    for (;;) {
        std::string_view bytes = co_await reader.read();
        if (bytes.empty()) co_return;
        taken[writer.peer()] += bytes.size();
        writer.write(bytes);
        co_await writer.drain();
    }
}

// Clients in a thread of their own, each of which sends a message, waits for
// all of its echo, and sends the next.
class BusyCrowd {
public:
    BusyCrowd(const Endpoint& server, std::size_t count)
        : message_(binary_bytes(kMessage)), selector_(make_selector("epoll")) {
        for (std::size_t i = 0; i < count; ++i)
            add(connect_to(server));
    }

    // Until all have had two echoes.
    void talk_until_all_are_busy() {
        talk_while(idle_);
        EXPECT_EQ(idle_, 0U) << "have had no second echo";
    }
    // Until the server has ended every connection.
    void talk_to_the_end() {
        talk_while(open_);
        EXPECT_EQ(open_, 0U) << "were not ended";
    }
    const Counts& received() const { return received_; }

private:
    struct Talker {
        Socket socket;
        std::string name;
        std::size_t received = 0;
    };

    // The server is on select, perhaps, and needs the low descriptors.
    static constexpr int kAboveSelect = 1024;

    void add(Socket made) {
        Socket socket(
            check(::fcntl(made.fd(), F_DUPFD_CLOEXEC, kAboveSelect), "fcntl"));
        selector_->add(socket.fd(), kReadable, talkers_.size());
        std::string name = to_string(local_address(socket));
        talkers_.push_back({std::move(socket), name});
        send_message(talkers_.back());
        ++open_;
        ++idle_;
    }
    // In vain if the server has just closed: nothing was begun then.
    void send_message(const Talker& talker) {
        ::send(talker.socket.fd(), message_.data(), message_.size(),
               MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    void talk_while(const std::size_t& some) {
        Deadline deadline(30s);
        while (some > 0 && !deadline.passed()) {
            for (const Ready& ready : selector_->select(100ms))
                receive(talkers_[ready.key]);
        }
    }
    void receive(Talker& talker) {
        std::array<char, kMessage> buffer;
        ssize_t count = ::recv(talker.socket.fd(), buffer.data(), buffer.size(),
                               MSG_DONTWAIT);
        if (count == -1 && errno == EAGAIN) return;
        if (count <= 0) return end(talker);
        std::size_t before = talker.received;
        talker.received += static_cast<std::size_t>(count);
        if (talker.received / kMessage == before / kMessage) return;
        if (talker.received / kMessage == 2) --idle_;
        send_message(talker);
    }
    void end(Talker& talker) {
        selector_->remove(talker.socket.fd());
        talker.socket = Socket();
        received_[talker.name] = talker.received;
        --open_;
    }

    std::string message_;
    std::unique_ptr<Selector> selector_;
    std::vector<Talker> talkers_;
    std::size_t open_ = 0;
    std::size_t idle_ = 0;  // have not had two echoes yet
    Counts received_;
};

class Crowded : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Crowded, kEachSelector, selector_name);

Coro<void> stop_busy_main(std::size_t count) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    Counts taken;
    tincan::Server server = start_server(
        [&taken](StreamReader reader, StreamWriter writer) {
            return echo(std::move(reader), std::move(writer), taken);
        },
        std::move(listener));

    Counts received;
    Clock::time_point told;
    std::thread clients([&] {
        try {
            BusyCrowd crowd(here, count);
            crowd.talk_until_all_are_busy();
            told = Clock::now();
            ::kill(::getpid(), SIGTERM);
            crowd.talk_to_the_end();
            received = crowd.received();
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
            ::kill(::getpid(), SIGTERM);
        }
    });
    co_await serve_until_signal(std::move(server));
    Clock::time_point ended = Clock::now();
    clients.join();
    EXPECT_EQ(taken.size(), count);
    EXPECT_EQ(received, taken);
    EXPECT_LT(ended - told, 2s * time_scale());
}

// Frames, descriptors and all other memory are counted by the fixture.
TEST_P(Crowded, ASignalLetsAThousandBusyClientsHaveTheirReplies) {
    std::size_t room = room_for_clients(3000);
    if (room < 3000) GTEST_SKIP() << "too few descriptors: " << room;
    run_here(stop_busy_main(1000));
}

}  // namespace
}  // namespace tincan::test
