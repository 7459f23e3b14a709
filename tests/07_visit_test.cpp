// The chat client between its keys and its screen: above all, how it comes back
// when a connection is lost. On a virtual clock, with the server at the other
// end of a socket pair: half a minute takes no time.

#include "07-chat/visit.hpp"
#include "tests/06_support.hpp"
#include "tests/07_client_support.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;

namespace {

TEST(Backoff, DoublesUpToHalfAMinuteAndWaitsAtLeastHalfOfIt) {
    Backoff backoff(1);
    Duration limit = 500ms;
    for (int i = 0; i < 12; ++i) {
        Duration wait = backoff.next();
        EXPECT_GE(wait, limit / 2);
        EXPECT_LE(wait, limit);
        limit = std::min<Duration>(2 * limit, 30s);
    }
    EXPECT_EQ(limit, 30s);
    backoff.start_afresh();
    EXPECT_LE(backoff.next(), 500ms);
}

TEST(Backoff, DiffersFromClientToClient) {
    std::vector<Duration> first;
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        Backoff backoff(seed);
        for (int i = 0; i < 5; ++i)
            backoff.next();
        first.push_back(backoff.next());
    }
    auto [low, high] = std::ranges::minmax(first);
    EXPECT_GT(high - low, 2s);
}

// What the test sees and does as the server.
struct Peer {
    StreamReader reader;
    StreamWriter writer;

    explicit Peer(Streams streams)
        : reader(std::move(streams.first)), writer(std::move(streams.second)) {}
};

class Scene : public testing::Test {
protected:
    // A visit whose next connections come from `peers_`; while there is none,
    // connecting fails.
    std::shared_ptr<Visit> begin(const std::string& name = "Ann") {
        peers_.clear();
        attempts_.clear();
        SharedLink link = link_to_a_peer();
        link->talk.be_curious();
        auto visit = std::make_shared<Visit>(
            link, [this] { return connect(this); }, [] {});
        if (!name.empty()) visit->enter(name);
        return visit;
    }

    SharedLink link_to_a_peer() {
        auto [here, there] = socket_pair();
        Streams streams = make_streams(std::move(here), "server:1");
        peers_.push_back(
            std::make_unique<Peer>(make_streams(std::move(there), "client:1")));
        return std::make_shared<Link>(std::move(streams));
    }
    static Coro<SharedLink> connect(Scene* scene) {
        scene->attempts_.push_back(EventLoop::running().time());
        if (!scene->up_) throw std::runtime_error("Connection refused");
        co_return scene->link_to_a_peer();
    }

    Peer& peer() { return *peers_.back(); }

    static std::string screen(Visit& visit) {
        std::string all;
        for (const Row& row : visit.picture({20, 70}).rows)
            all += text_of(row) + "\n";
        return all;
    }

    std::vector<std::unique_ptr<Peer>> peers_;
    std::vector<TimePoint> attempts_;
    bool up_ = true;
};

Coro<void> listen(std::shared_ptr<Visit> visit) {
    co_await visit->listen();
}

void expect_text(std::string_view text, const std::string& screen) {
    EXPECT_NE(screen.find(text), std::string::npos) << text << '\n' << screen;
}

Coro<void> expect_said(Peer* peer, std::string expected) {
    std::string line(co_await peer->reader.readline());
    EXPECT_EQ(line, expected + "\n");
}

// Lets Ann in, and answers what her client asks at first.
Coro<void> let_in(Peer* peer) {
    co_await expect_said(peer, "CONNECT Ann");
    peer->writer.write("Welcome! 1 user(s) are online!\nAnn connected!\n");
    co_await expect_said(peer, "/ping alive-1");
    peer->writer.write("-server- pong alive-1\n");
    co_await expect_said(peer, "/who");
    co_await expect_said(peer, "/ping alive-2");
    peer->writer.write("-server- in attic: Ann\n-server- pong alive-2\n");
    co_await sleep(0s);
    co_await sleep(0s);
}

class Visiting : public Scene {
protected:
    // Each test is a coroutine on a virtual clock.
    static Coro<void> comes_back(Visiting* scene);
    static Coro<void> tries_more_and_more_seldom(Visiting* scene);
    static Coro<void> spares_one_that_falls_over(Visiting* scene);
    static Coro<void> gives_up_a_silent_server(Visiting* scene);
    static Coro<void> keeps_lines_meanwhile(Visiting* scene);
    static Coro<void> sends_a_paste_slowly(Visiting* scene);
    static Coro<void> remarks_once(Visiting* scene);
    static Coro<void> keeps_a_paste(Visiting* scene);
    static Coro<void> waits_for_the_welcome(Visiting* scene);
    static Coro<void> takes_time_for_a_name(Visiting* scene);
    static Coro<void> ends(Visiting* scene);
    static Coro<void> is_taken(Visiting* scene);

    void press(Visit& visit, std::string_view bytes) {
        for (const Key& key : keys(bytes))
            visit.press(key, {20, 70});
    }
};

Coro<void> Visiting::comes_back(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    expect_text("Ann · attic, only you · lag 0 ms", screen(*visit));

    scene->peer().writer.abort();
    co_await sleep(1s);
    EXPECT_EQ(scene->peers_.size(), 2U);
    co_await expect_said(&scene->peer(), "CONNECT Ann");
    expect_text("~ The connection is lost: the server has closed it.",
                screen(*visit));
    scene->peer().writer.write("Welcome! 1 user(s) are online!\n");
    co_await expect_said(&scene->peer(), "/join attic");
    expect_text("connected to server:1", screen(*visit));
    listening.cancel();
}

TEST_F(Visiting, ComesBackUnderTheSameNameToTheSameRoom) {
    run_virtual("epoll", comes_back(this));
}

Coro<void> Visiting::tries_more_and_more_seldom(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    scene->up_ = false;
    scene->peer().writer.abort();
    co_await sleep(200s);
    expect_text("not connected, trying again in ", screen(*visit));
    EXPECT_GE(scene->attempts_.size(), 9U);
    EXPECT_LE(scene->attempts_.size(), 20U);
    auto last = scene->attempts_.rbegin();
    EXPECT_GE(last[0] - last[1], 15s);
    EXPECT_LE(last[0] - last[1], 30s);

    scene->up_ = true;
    co_await sleep(31s);
    scene->peer().writer.write("Welcome! 1 user(s) are online!\n");
    co_await sleep(30s);
    std::size_t attempts = scene->attempts_.size();
    scene->peer().writer.abort();
    co_await sleep(1s);
    EXPECT_EQ(scene->attempts_.size(), attempts + 1) << "begins afresh";
    listening.cancel();
}

TEST_F(Visiting, TriesMoreAndMoreSeldom) {
    run_virtual("epoll", tries_more_and_more_seldom(this));
}

Coro<void> Visiting::spares_one_that_falls_over(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    for (int i = 0; i < 200; ++i) {
        scene->peer().writer.write("Welcome! 1 user(s) are online!\n");
        co_await sleep(500ms);
        scene->peer().writer.abort();
        co_await sleep(500ms);
    }
    EXPECT_LE(scene->attempts_.size(), 15U) << "in 200 s";
    listening.cancel();
}

TEST_F(Visiting, SparesAServerThatFallsOverItsGuests) {
    run_virtual("epoll", spares_one_that_falls_over(this));
}

Coro<void> Visiting::gives_up_a_silent_server(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    co_await sleep(21s);
    co_await expect_said(&scene->peer(), "/ping alive-3");
    scene->peer().writer.write("Bob: I am no pong\n");
    co_await sleep(10s);
    expect_text("no answer for 10 s", screen(*visit));
    EXPECT_EQ(scene->peers_.size(), 1U);
    co_await sleep(10s);
    EXPECT_EQ(scene->peers_.size(), 2U);
    expect_text("~ The connection is lost: the server does not answer",
                screen(*visit));
    // It accepts, but welcomes nobody.
    co_await sleep(45s);
    EXPECT_EQ(scene->peers_.size(), 3U);
    listening.cancel();
}

TEST_F(Visiting, GivesUpAServerThatNoLongerAnswers) {
    run_virtual("epoll", gives_up_a_silent_server(this));
}

Coro<void> Visiting::keeps_lines_meanwhile(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    scene->up_ = false;
    scene->peer().writer.abort();
    co_await sleep(5s);
    scene->press(*visit, "/quitter\r");  // says neither goodbye nor a name
    expect_text("> /quitter", screen(*visit));
    EXPECT_FALSE(visit->leaving());
    scene->press(*visit, "\x15hello\r");
    expect_text("~ Not sent: not connected.", screen(*visit));
    expect_text("> hello", screen(*visit));
    scene->up_ = true;
    co_await sleep(31s);
    co_await expect_said(&scene->peer(), "CONNECT Ann");
    scene->peer().writer.write("Welcome! 1 user(s) are online!\n");
    co_await expect_said(&scene->peer(), "/join attic");
    co_await expect_said(&scene->peer(), "/ping alive-1");
    scene->press(*visit, "\r");
    co_await expect_said(&scene->peer(), "hello");
    listening.cancel();
}

TEST_F(Visiting, KeepsTheLineThatCannotBeSent) {
    run_virtual("epoll", keeps_lines_meanwhile(this));
}

Coro<void> Visiting::sends_a_paste_slowly(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    TimePoint start = EventLoop::running().time();
    scene->press(*visit, "\x1b[200~1\r2\r3\r4\r5\r6\r7\r\x1b[201~y");
    for (char number = '1'; number <= '7'; ++number) {
        co_await expect_said(&scene->peer(), std::string(1, number));
    }
    EXPECT_EQ(EventLoop::running().time() - start, 3600ms);
    listening.cancel();
}

TEST_F(Visiting, SendsALongPasteNoFasterThanTheServerAllows) {
    run_virtual("epoll", sends_a_paste_slowly(this));
}

Coro<void> Visiting::remarks_once(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    scene->press(*visit, "\x1b[200~1\r2\r3\r4\r5\r6\r\x1b[201~n");
    // PgUp, and the window loses its focus and gets it back.
    scene->press(*visit, "\x1b[5~\x1b[O\x1b[I");
    std::string all = screen(*visit);
    expect_text("~ Nothing was sent.", all);
    EXPECT_EQ(all.find("Nothing was sent"), all.rfind("Nothing was sent"));
    listening.cancel();
}

TEST_F(Visiting, RemarksOnAKeyOnceWhateverKeysComeBehindIt) {
    run_virtual("epoll", remarks_once(this));
}

Coro<void> Visiting::keeps_a_paste(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    scene->press(*visit, "\x1b[200~1\r2\r3\r4\r5\r6\r7\r\x1b[201~y");
    co_await expect_said(&scene->peer(), "1");
    co_await expect_said(&scene->peer(), "2");
    scene->peer().writer.abort();
    scene->press(*visit, "half");

    co_await sleep(1s);
    co_await expect_said(&scene->peer(), "CONNECT Ann");
    scene->peer().writer.write("! 433 that name is taken\n");
    co_await sleep(3s);
    scene->peer().writer.write_eof();
    std::string said(co_await scene->peer().reader.readline());
    EXPECT_EQ(said, "") << "no pasted line is a name";

    co_await sleep(2s);
    co_await expect_said(&scene->peer(), "CONNECT Ann");
    scene->peer().writer.write("Welcome! 1 user(s) are online!\n");
    co_await expect_said(&scene->peer(), "/join attic");
    co_await expect_said(&scene->peer(), "/ping alive-1");
    for (char number = '3'; number <= '7'; ++number) {
        co_await expect_said(&scene->peer(), std::string(1, number));
    }
    expect_text("> half", screen(*visit));
    listening.cancel();
}

TEST_F(Visiting, KeepsTheRestOfAPasteForTheNextConnection) {
    run_virtual("epoll", keeps_a_paste(this));
}

Coro<void> Visiting::waits_for_the_welcome(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    scene->press(*visit, "hello\r");
    expect_text("~ Not sent: not in yet.", screen(*visit));
    expect_text("> hello", screen(*visit));
    co_await let_in(&scene->peer());
    scene->press(*visit, "\r");
    co_await expect_said(&scene->peer(), "hello");
    listening.cancel();
}

TEST_F(Visiting, DoesNotTakeForANameWhatIsTypedBehindIt) {
    run_virtual("epoll", waits_for_the_welcome(this));
}

Coro<void> Visiting::takes_time_for_a_name(Visiting* scene) {
    auto visit = scene->begin("");
    Task<void> listening = create_task(listen(visit), "listen");
    co_await sleep(10s);
    scene->peer().writer.close();  // as our server does
    co_await sleep(60s);
    EXPECT_EQ(scene->attempts_.size(), 0U);
    expect_text("Your name:", screen(*visit));
    scene->press(*visit, "Bob\r");
    co_await sleep(1s);
    co_await expect_said(&scene->peer(), "CONNECT Bob");

    scene->peer().writer.write("! 433 that name is taken\n");
    co_await sleep(10s);
    scene->peer().writer.close();
    co_await sleep(60s);
    scene->press(*visit, "Ann\r");
    co_await sleep(1s);
    co_await let_in(&scene->peer());
    EXPECT_TRUE(visit->was_let_in());
    listening.cancel();
}

TEST_F(Visiting, LetsItsUserThinkOfANameForAsLongAsItTakes) {
    run_virtual("epoll", takes_time_for_a_name(this));
}

Coro<void> Visiting::ends(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    visit->enter("/quit");
    EXPECT_TRUE(visit->leaving());
    scene->peer().writer.abort();
    co_await listening;  // and doesn't come back

    visit = scene->begin();
    listening = create_task(listen(visit), "listen");
    scene->peer().writer.write("-server- this server is full\n");
    co_await sleep(0s);
    scene->peer().writer.close();
    co_await listening;
    EXPECT_FALSE(visit->was_let_in());
    EXPECT_EQ(visit->last_notice(), "-server- this server is full\n");
}

TEST_F(Visiting, EndsWithQuitOrIfItWasNeverLetIn) {
    run_virtual("epoll", ends(this));
}

Coro<void> Visiting::is_taken(Visiting* scene) {
    auto visit = scene->begin();
    Task<void> listening = create_task(listen(visit), "listen");
    co_await let_in(&scene->peer());
    scene->peer().writer.abort();
    co_await sleep(1s);
    std::string line(co_await scene->peer().reader.readline());
    scene->peer().writer.write("! 433 that name is taken\n");
    co_await sleep(0s);
    co_await sleep(0s);
    expect_text("Your name:", screen(*visit));
    scene->peer().writer.abort();
    co_await sleep(2s);
    line = co_await scene->peer().reader.readline();
    EXPECT_EQ(line, "CONNECT Ann\n") << "the server has forgotten her by now";
    scene->peer().writer.write("! 433 that name is taken\n");
    co_await sleep(0s);
    co_await sleep(0s);
    scene->press(*visit, "Anna\r");
    co_await expect_said(&scene->peer(), "CONNECT Anna");
    listening.cancel();
}

TEST_F(Visiting, TriesAgainOrTakesAnotherNameIfItsOwnIsTaken) {
    run_virtual("epoll", is_taken(this));
}

}  // namespace
