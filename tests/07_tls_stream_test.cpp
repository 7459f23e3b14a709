// TLS streams, on each selector, against a peer that calls OpenSSL itself and
// so can do what a good one does not.
#include "07-chat/tls_door.hpp"
#include "07-chat/tls_stream.hpp"
#include "tests/06_support.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/ioctl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::test {
namespace {

using namespace tincan::chat;

// The same for all tests of this program.
const Certificates& certificates() {
    static const auto made = [] {
        auto these = std::make_unique<Certificates>();
        these->make("server", "DNS:localhost,DNS:chat.example,IP:127.0.0.1");
        return these;
    }();
    return *made;
}

TlsContext server_tls() {
    return make_server_tls(certificates().path("server.pem"),
                           certificates().path("server.key"));
}

TlsContext client_tls() {
    return make_client_tls(certificates().ca());
}

class TlsStream : public OnSelector {
public:
    static void SetUpTestSuite() {
        certificates();
        client_tls();  // OpenSSL reads its configuration once
    }
};
INSTANTIATE_TEST_SUITE_P(, TlsStream, kEachSelector, selector_name);

// A client made of OpenSSL alone, at the other end of a socket pair.
class Peer {
public:
    Peer()
        : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
          ssl_(SSL_new(context_.get()), SSL_free),
          in_(BIO_new(BIO_s_mem())),
          out_(BIO_new(BIO_s_mem())) {
        SSL_set_bio(ssl_.get(), in_, out_);
        SSL_set_connect_state(ssl_.get());
    }
    SSL* ssl() { return ssl_.get(); }

    // What OpenSSL wants to send.
    std::string take_out() {
        char* bytes = nullptr;
        long count = BIO_get_mem_data(out_, &bytes);
        std::string taken(bytes, static_cast<std::size_t>(count));
        BIO_reset(out_);
        return taken;
    }
    void put_in(std::string_view bytes) {
        BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string encrypt(std::string_view text) {
        SSL_write(ssl(), text.data(), static_cast<int>(text.size()));
        return take_out();
    }
    // What can be read now; "error: ..." for what OpenSSL does not like.
    std::string read() {
        std::string all;
        std::array<char, 20000> buffer;
        ERR_clear_error();
        int count;
        while ((count = SSL_read(ssl(), buffer.data(), buffer.size())) > 0) {
            all.append(buffer.data(), static_cast<std::size_t>(count));
        }
        if (SSL_get_error(ssl(), count) == SSL_ERROR_SSL) {
            all += "error: "s + ERR_reason_error_string(ERR_peek_error());
        }
        return all;
    }
    bool ended() {
        return (SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }

private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    BIO* in_;
    BIO* out_;
};

// A server's streams, and the raw socket of their client.
struct Ends {
    Ends() : Ends(socket_pair()) {}

    StreamReader& in() { return streams.first; }
    StreamWriter& out() { return streams.second; }
    std::string received() { return test::received(socket); }

    Socket socket;
    Streams streams;

private:
    explicit Ends(std::pair<Socket, Socket> pair)
        : socket(std::move(pair.second)),
          streams(make_streams(std::move(pair.first), "peer")) {
        set_nonblocking(socket);
    }
};

// What has come goes to the peer, and its answers back, until `done`.
template <typename Done>
Coro<void> run_peer(Ends* ends, Peer* peer, Done done) {
    for (int i = 0; i < 5000 && !done(); ++i) {
        peer->put_in(ends->received());
        if (!SSL_is_init_finished(peer->ssl())) SSL_do_handshake(peer->ssl());
        std::string answer = peer->take_out();
        if (!answer.empty()) send_all(ends->socket, answer);
        co_await sleep(Duration::zero());
    }
    EXPECT_TRUE(done());
}

Coro<void> shake_hands(Ends* ends, Peer* peer) {
    Task<void> accepting = EventLoop::running().create_task(
        accept_tls(ends->streams, server_tls()), "accept");
    auto done = [&accepting, peer] {
        return accepting.done() && SSL_is_init_finished(peer->ssl());
    };
    co_await run_peer(ends, peer, done);
    co_await accepting;
}

// The handshake's, of a client that sends this.
Coro<std::string> handshake_with(std::string bytes, bool then_ends) {
    Ends ends;
    send_all(ends.socket, bytes);
    if (then_ends) finish_sending(ends.socket);
    co_return co_await error_of(
        wait_for(accept_tls(ends.streams, server_tls()), 5s));
}

// Two of our own.

struct Pair {
    Streams server;
    Streams client;
};

Pair make_pair() {
    auto [here, there] = socket_pair();
    return {make_streams(std::move(here), "server"),
            make_streams(std::move(there), "client")};
}

Coro<void> connect_pair(Pair* pair) {
    Task<void> accepting = EventLoop::running().create_task(
        accept_tls(pair->server, server_tls()), "accept");
    co_await connect_tls(pair->client, client_tls(), "localhost");
    co_await accepting;
}

Coro<void> send_much(StreamWriter writer, std::string bytes) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
        writer.write(rest.substr(0, 100'000));
        rest.remove_prefix(std::min<std::size_t>(rest.size(), 100'000));
        co_await writer.drain();
    }
    writer.write_eof();
}

Coro<std::string> read_all(StreamReader reader) {
    std::string all;
    std::string_view bytes;
    do {
        bytes = co_await reader.read();
        all += bytes;
    } while (!bytes.empty());
    co_return all;
}

Coro<void> much_main() {
    EventLoop& loop = EventLoop::running();
    Pair pair = make_pair();
    co_await connect_pair(&pair);
    std::string bytes = binary_bytes(4 << 20);
    Task<void> up = loop.create_task(send_much(pair.client.second, bytes));
    Task<void> down = loop.create_task(send_much(pair.server.second, bytes));
    Task<std::string> above = loop.create_task(read_all(pair.server.first));
    std::string below = co_await read_all(pair.client.first);
    EXPECT_EQ(difference(bytes, below), "");
    below = co_await above;
    EXPECT_EQ(difference(bytes, below), "");
    co_await up;
    co_await down;
    EXPECT_TRUE(pair.client.first.at_eof());
}

TEST_P(TlsStream, CarriesMuchInBothDirectionsAtOnce) {
    run_here(much_main());
}

Coro<void> shared_main() {
    Pair pair = make_pair();
    co_await connect_pair(&pair);
    auto frame = std::make_shared<const std::string>("to many\n");
    StreamWriter& writer = pair.server.second;
    writer.write(frame);
    std::size_t once = writer.queued();
    EXPECT_GT(once, frame->size()) << "what is queued is what goes out";
    writer.write(frame);
    EXPECT_EQ(writer.queued(), 2 * once);
    EXPECT_EQ(frame.use_count(), 1);
    writer.write("to one\n");
    for (std::string_view expected : {"to many\n", "to many\n", "to one\n"}) {
        std::string line = co_await outcome(pair.client.first);
        EXPECT_EQ(line, expected);
    }
}

TEST_P(TlsStream, SharedFramesAreEncryptedForEach) {
    run_here(shared_main());
}

Coro<void> half_close_main() {
    Pair pair = make_pair();
    co_await connect_pair(&pair);
    pair.client.second.write("last question");
    pair.client.second.write_eof();
    pair.client.second.write("in vain");
    std::string question = co_await outcome(pair.server.first);
    EXPECT_EQ(question, "last question");
    question = co_await outcome(pair.server.first);
    EXPECT_EQ(question, "");
    pair.server.second.write("answer\n");
    std::string answer = co_await outcome(pair.client.first);
    EXPECT_EQ(answer, "answer\n");
    pair.server.second.close();
    answer = co_await outcome(pair.client.first);
    EXPECT_EQ(answer, "");
    co_await wait_for(pair.server.second.wait_closed(), 5s);
}

TEST_P(TlsStream, AHalfCloseStillLetsTheOtherSpeak) {
    run_here(half_close_main());
}

Coro<void> truncated_main() {
    Pair pair = make_pair();
    co_await connect_pair(&pair);
    pair.client.second.write("whole\nPay 10");
    co_await pair.client.second.drain();
    pair.client.second.abort();  // as if somebody had cut the wire
    std::string line = co_await outcome(pair.server.first);
    EXPECT_EQ(line, "whole\n");
    line = co_await outcome(pair.server.first);
    EXPECT_EQ(line, "error: TLS: closed without saying so (close_notify)");
}

TEST_P(TlsStream, ACutLineIsNotTakenForAWholeOne) {
    run_here(truncated_main());
}

// Bytes one at a time, and what a cancelled wait must not lose.

Coro<void> slow_main() {
    Ends ends;
    Peer peer;
    Task<void> accepting = EventLoop::running().create_task(
        accept_tls(ends.streams, server_tls()), "accept");
    SSL_do_handshake(peer.ssl());
    std::string wire = peer.take_out();
    for (int i = 0; i < 100'000 && !accepting.done(); ++i) {
        if (!wire.empty()) send_all(ends.socket, wire.substr(0, 1));
        wire.erase(0, 1);
        co_await sleep(Duration::zero());
        std::string answer = ends.received();
        peer.put_in(answer);
        SSL_do_handshake(peer.ssl());
        wire += peer.take_out();
    }
    co_await accepting;
    wire += peer.encrypt("a line\n");
    for (char byte : wire) {
        bool late = false;
        try {
            co_await wait_for(ends.in().readline(), Duration::zero());
        } catch (const TimeoutError&) {
            late = true;
        }
        EXPECT_TRUE(late);
        send_all(ends.socket, {&byte, 1});
    }
    std::string line = co_await outcome(ends.in());
    EXPECT_EQ(line, "a line\n");
}

TEST_P(TlsStream, BytesOneAtATimeAndCancelledReadsLoseNothing) {
    run_here(slow_main());
}

Coro<void> wait_until_ready(StreamReader reader) {
    co_await reader.ready();
}

Coro<void> door_main() {
    Ends ends;
    Peer peer;
    SSL_do_handshake(peer.ssl());
    std::string hello = peer.take_out();
    send_all(ends.socket, hello.substr(0, hello.size() / 2));
    TlsDoor door(certificates().path("server.pem"),
                 certificates().path("server.key"));
    TimePoint begin = EventLoop::running().time();
    std::string why = co_await door.let_in(ends.streams, 5s);
    EXPECT_EQ(why, "TLS: no handshake in time");
    EXPECT_EQ(EventLoop::running().time() - begin, 5s);
    // It could go on where it was cut short.
    send_all(ends.socket, hello.substr(hello.size() / 2));
    Task<void> ready =
        EventLoop::running().create_task(wait_until_ready(ends.in()), "ready");
    auto done = [&ready] { return ready.done(); };
    co_await run_peer(&ends, &peer, done);
    co_await ready;
}

TEST_P(TlsStream, AHandshakeHasItsTimeAndACancelledOneLosesNothing) {
    run_here_virtual(door_main());
}

// A read may have to write.

Coro<void> new_keys_main() {
    Ends ends;
    Peer peer;
    co_await shake_hands(&ends, &peer);
    EXPECT_EQ(SSL_version(peer.ssl()), TLS1_3_VERSION);
    Task<std::string> reading =
        EventLoop::running().create_task(outcome(ends.in()), "read");
    // OpenSSL keeps an answer for the next write, but not two.
    for (int i = 0; i < 2; ++i) {
        SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
        SSL_do_handshake(peer.ssl());
        send_all(ends.socket, peer.take_out());
    }
    std::string answer;
    for (int i = 0; i < 5000 && answer.empty(); ++i) {
        co_await sleep(Duration::zero());
        answer = ends.received();
    }
    EXPECT_FALSE(answer.empty()) << "new keys, although nothing was written";
    EXPECT_FALSE(reading.done());
    peer.put_in(answer);
    EXPECT_EQ(peer.read(), "");
    send_all(ends.socket, peer.encrypt("with new keys\n"));
    std::string line = co_await reading;
    EXPECT_EQ(line, "with new keys\n");
    ends.out().write("here, too\n");
    peer.put_in(ends.received());
    EXPECT_EQ(peer.read(), "here, too\n");
}

TEST_P(TlsStream, AReadMayHaveToWrite) {
    run_here(new_keys_main());
}

Coro<void> greedy_main() {
    Ends ends;
    Peer peer;
    co_await shake_hands(&ends, &peer);
    Task<std::string> reading =
        EventLoop::running().create_task(outcome(ends.in()), "read");
    std::size_t most = 0;
    for (int i = 0; i < 100'000 && !reading.done(); ++i) {
        SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
        SSL_do_handshake(peer.ssl());
        std::string question = peer.take_out();
        try_send(ends.socket, question);
        co_await sleep(Duration::zero());
        most = std::max(most, ends.out().queued());
    }
    std::string got = co_await reading;
    EXPECT_EQ(got,
              "error: answers that the peer does not take: "
              "No buffer space available");
    EXPECT_LE(most, 65536U);
    ends.out().abort();
}

TEST_P(TlsStream, WhoAsksForKeysAndTakesNoneGetsNoMore) {
    run_here(greedy_main());
}

std::size_t unread(const StreamWriter& connection) {
    int bytes = 0;
    check(::ioctl(connection.fd(), FIONREAD, &bytes), "FIONREAD");
    return static_cast<std::size_t>(bytes);
}

// 27 bytes make us compute new keys. Who sends many thousands of them at once
// may have that, but the others have their turns in between.
Coro<void> turns_main() {
    Ends ends;
    Peer peer;
    co_await shake_hands(&ends, &peer);
    std::string updates;
    while (updates.size() < 180'000) {
        SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(peer.ssl());
        updates += peer.take_out();
    }
    updates += peer.encrypt("at last\n");
    std::string_view unsent(updates);
    unsent.remove_prefix(try_send(ends.socket, unsent).value_or(0));
    EXPECT_GT(unread(ends.out()), 2 * 65536U) << "too few for this test";

    Task<std::string> reading =
        EventLoop::running().create_task(outcome(ends.in()), "read");
    std::size_t most = 0;
    for (int i = 0; i < 100'000 && !reading.done(); ++i) {
        if (!unsent.empty()) {
            unsent.remove_prefix(try_send(ends.socket, unsent).value_or(0));
        }
        std::size_t before = unread(ends.out());
        co_await sleep(Duration::zero());
        most = std::max(most, before - unread(ends.out()));
    }
    std::string got = co_await reading;
    EXPECT_EQ(got, "at last\n");
    EXPECT_LE(most, 2 * 65536U) << "in one turn";
    ends.out().abort();
}

TEST_P(TlsStream, WhoMakesWorkLetsTheOthersHaveTheirTurns) {
    run_here(turns_main());
}

// What is refused.

// OpenSSL 3.0 says "sslv3 alert ...", later ones "ssl/tls alert ...".
bool is_alert(const std::string& what, const std::string& name) {
    return what.ends_with(" alert " + name);
}

Coro<void> renegotiation_main() {
    Ends ends;
    Peer peer;
    SSL_set_max_proto_version(peer.ssl(), TLS1_2_VERSION);
    co_await shake_hands(&ends, &peer);
    EXPECT_EQ(SSL_version(peer.ssl()), TLS1_2_VERSION);
    Task<std::string> reading =
        EventLoop::running().create_task(outcome(ends.in()), "read");
    SSL_renegotiate(peer.ssl());
    SSL_do_handshake(peer.ssl());
    send_all(ends.socket, peer.take_out());
    std::string answer;
    for (int i = 0; i < 5000 && answer.empty(); ++i) {
        co_await sleep(Duration::zero());
        answer = ends.received();
    }
    peer.put_in(answer);
    EXPECT_EQ(peer.read(), "error: no renegotiation");
    ends.socket = Socket();
    std::string line = co_await reading;
    EXPECT_TRUE(line.starts_with("error: ")) << line;
}

TEST_P(TlsStream, RenegotiationIsRefused) {
    run_here(renegotiation_main());
}

Coro<void> old_main() {
    Ends ends;
    Peer peer;
    SSL_set_security_level(peer.ssl(), 0);
    SSL_set_max_proto_version(peer.ssl(), TLS1_1_VERSION);
    SSL_set_min_proto_version(peer.ssl(), TLS1_1_VERSION);
    SSL_do_handshake(peer.ssl());
    send_all(ends.socket, peer.take_out());
    std::string what =
        co_await error_of(wait_for(accept_tls(ends.streams, server_tls()), 5s));
    EXPECT_EQ(what, "TLS: unsupported protocol");
    ends.out().close();
    peer.put_in(ends.received());
    std::string heard = peer.read();
    EXPECT_TRUE(is_alert(heard, "protocol version")) << heard;
}

TEST_P(TlsStream, Tls11IsRefusedAndToldWhy) {
    run_here(old_main());
}

Coro<void> garbage_main() {
    std::string what = co_await handshake_with("CONNECT Ann\n", false);
    EXPECT_EQ(what, "TLS: this is not TLS");
    what = co_await handshake_with("\x16", false);
    EXPECT_EQ(what, "timed out");
    what = co_await handshake_with("\x16\x03\x01", true);
    EXPECT_EQ(what, "TLS: closed in the middle of the handshake");
    what = co_await handshake_with("", true);
    EXPECT_EQ(what, "TLS: closed in the middle of the handshake");
    what = co_await handshake_with("\x16 and nothing that follows from it\n",
                                   false);
    EXPECT_TRUE(what.starts_with("TLS: ")) << what;
    what = co_await handshake_with("\x16\x03\x01\xff\xff\x01", false);
    EXPECT_TRUE(what.starts_with("TLS: ")) << what;
}

TEST_P(TlsStream, WhatIsNoHandshakeIsRefusedWithAReason) {
    run_here_virtual(garbage_main());
}

Coro<void> damaged_main() {
    Ends ends;
    Peer peer;
    co_await shake_hands(&ends, &peer);
    Ends other;
    Peer innocent;
    co_await shake_hands(&other, &innocent);
    std::string good = peer.encrypt("good\n");
    std::string bad = peer.encrypt("bad\n");
    bad.back() = static_cast<char>(bad.back() ^ 1);
    send_all(ends.socket, good + bad);
    std::string line = co_await outcome(ends.in());
    EXPECT_EQ(line, "good\n");
    line = co_await outcome(ends.in());
    EXPECT_EQ(line, "error: TLS: decryption failed or bad record mac");
    ends.out().write("in vain");
    ends.out().close();
    peer.put_in(ends.received());
    std::string heard = peer.read();
    EXPECT_TRUE(is_alert(heard, "bad record mac")) << heard;
    // OpenSSL notes errors down in one list for all connections.
    send_all(other.socket, innocent.encrypt("innocent\n"));
    line = co_await outcome(other.in());
    EXPECT_EQ(line, "innocent\n");
}

TEST_P(TlsStream, OneChangedBitIsAnErrorAndNobodyElsesError) {
    run_here(damaged_main());
}

// Whom a client believes.

Coro<std::string> let_in(Streams streams, std::string name) {
    TlsDoor door(certificates().path(name + ".pem"),
                 certificates().path(name + ".key"));
    std::string why = co_await door.let_in(streams, 5s);
    co_return why;
}

struct Verdict {
    std::string of_client;
    std::string of_server;
};

Coro<Verdict> connect_as(std::string host, TlsContext tls,
                         std::string name = "server") {
    Pair pair = make_pair();
    Task<std::string> accepting =
        EventLoop::running().create_task(let_in(pair.server, name), "accept");
    Verdict verdict;
    try {
        co_await wait_for(connect_tls(pair.client, tls, host), 5s);
    } catch (const std::exception& error) {
        verdict.of_client = error.what();
    }
    pair.client.second.close();
    verdict.of_server = co_await accepting;
    co_return verdict;
}

Coro<void> belief_main() {
    certificates().make("old", "DNS:localhost", -1);
    TlsContext ours = client_tls();
    for (const char* name :
         {"localhost", "LOCALHOST", "chat.example", "127.0.0.1"}) {
        Verdict verdict = co_await connect_as(name, ours);
        EXPECT_EQ(verdict.of_client, "") << name;
        EXPECT_EQ(verdict.of_server, "") << name;
    }
    Verdict verdict = co_await connect_as("other.example", ours);
    EXPECT_EQ(verdict.of_client, "the server's certificate: hostname mismatch");
    EXPECT_TRUE(is_alert(verdict.of_server, "bad certificate"))
        << verdict.of_server;
    for (const char* address : {"127.0.0.2", "::1"}) {
        verdict = co_await connect_as(address, ours);
        EXPECT_EQ(verdict.of_client,
                  "the server's certificate: IP address mismatch");
    }
    verdict = co_await connect_as("localhost", ours, "old");
    EXPECT_EQ(verdict.of_client,
              "the server's certificate: certificate has expired");
    EXPECT_TRUE(is_alert(verdict.of_server, "certificate expired"))
        << verdict.of_server;
    TlsContext systems = make_client_tls("");
    verdict = co_await connect_as("localhost", systems);
    EXPECT_EQ(verdict.of_client,
              "the server's certificate: unable to get local issuer "
              "certificate");
    EXPECT_TRUE(is_alert(verdict.of_server, "unknown ca")) << verdict.of_server;
    TlsContext blind = make_insecure_client_tls();
    verdict = co_await connect_as("other.example", blind, "old");
    EXPECT_EQ(verdict.of_client, "");
}

TEST_P(TlsStream, AClientBelievesOnlyTheRightNameTheRightCaAndTheRightTime) {
    run_here(belief_main());
}

// Whatever byte of it is wrong, and wherever it ends.
TEST(TlsHello, DamagedDoesNoHarm) {
    Peer peer;
    SSL_do_handshake(peer.ssl());
    const std::string hello = peer.take_out();
    TlsContext tls = server_tls();
    for (std::size_t at = 0; at < hello.size(); ++at) {
        std::string damaged = hello;
        damaged[at] = static_cast<char>(~damaged[at]);
        for (const std::string& wire : {damaged, hello.substr(0, at)}) {
            auto filter = make_server_filter(tls);
            std::string plain;
            std::string reply;
            try {
                if (!wire.empty()) filter->decode(wire, plain, reply);
                EXPECT_THROW(filter->decode("", plain, reply),
                             std::system_error);
            } catch (const std::system_error& error) {
                EXPECT_TRUE(std::string_view(error.what()).starts_with("TLS: "))
                    << error.what();
            }
            EXPECT_FALSE(filter->ready());
            EXPECT_EQ(plain, "");
            EXPECT_LT(reply.size(), 10'000U);
        }
    }
}

// What is wrong with the files.

std::string refusal(const std::string& certificate, const std::string& key) {
    try {
        make_server_tls(certificates().path(certificate),
                        certificates().path(key));
        return "";
    } catch (const std::exception& error) {
        std::string what = error.what();
        std::string folder = certificates().path("");
        std::size_t at;
        while ((at = what.find(folder)) != std::string::npos) {
            what.erase(at, folder.size());
        }
        return what;
    }
}

TEST(TlsFiles, AreCheckedAndTheReasonNamesTheFile) {
    certificates().make("other", "DNS:localhost");
    EXPECT_EQ(refusal("server.pem", "server.key"), "");
    EXPECT_EQ(refusal("none.pem", "server.key"),
              "none.pem: No such file or directory");
    EXPECT_EQ(refusal("server.key", "server.key"), "server.key: no start line");
    const std::string not_key = ": not the key of server.pem: ";
    EXPECT_EQ(refusal("server.pem", "none.key"),
              "none.key" + not_key + "No such file or directory");
    EXPECT_EQ(refusal("server.pem", "server.pem"),
              "server.pem" + not_key + "unsupported");
    EXPECT_EQ(refusal("server.pem", "other.key"),
              "other.key" + not_key + "key values mismatch");
    EXPECT_THROW(make_client_tls(certificates().path("none.pem")),
                 std::system_error);
}

}  // namespace
}  // namespace tincan::test
