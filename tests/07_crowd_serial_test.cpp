// The chat when it is full: what a crowd costs, and that everybody hears
// everything once and in order, whoever else does not read.

#include "bench/chat_load.hpp"
#include "tests/07_support.hpp"

#include <fmt/core.h>

#include <chrono>

using namespace tincan::test;
using namespace std::chrono_literals;
using tincan::bench::ChatLoad;
using tincan::bench::ChatResult;
using tincan::bench::kTalkers;

namespace {

// With a sanitizer everything takes ten times as long.
std::size_t crowd(std::size_t wanted) {
    return room_for_clients(kMemoryIsJudged ? wanted : wanted / 10);
}

class ChatCrowd : public ChatServer {
protected:
    void SetUp() override { allow_many_descriptors(); }

    // A chat in which everybody may talk as fast as he likes, and its crowd.
    ChatLoad start_load() {
        start({"--rate", "0", "--idle", "600", "--connect", "600"});
        auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(
            20s * time_scale());
        return ChatLoad(server_->endpoint(), patience);
    }

    std::size_t descriptors() { return process().usage().descriptors; }
};

TEST_F(ChatCrowd, TenThousandIdleClientsFitInto40Megabytes) {
    std::size_t wanted = crowd(10'000);
    ChatLoad load = start_load();
    ChatResult result = load.spread(wanted);
    ASSERT_EQ(result.first_error, "");
    ASSERT_EQ(result.clients, wanted);
    std::size_t memory = anonymous_memory(process().pid());
    fmt::print("{} idle clients: {:.1f} MB, {} bytes each; in after {:.2f} s\n",
               wanted, static_cast<double>(memory) / 1e6, memory / wanted,
               result.elapsed.count());
    if (kMemoryIsJudged) {
        EXPECT_LE(memory, std::size_t{40'000'000});
    }
}

TEST_F(ChatCrowd, LeavesNothingBehindWhenItGoes) {
    std::size_t wanted = crowd(2000);
    start({"--rate", "0"});
    std::size_t before = descriptors();
    {
        ChatLoad load(server_->endpoint());
        ASSERT_EQ(load.spread(wanted).first_error, "");
        EXPECT_EQ(descriptors(), before + wanted);
    }
    EXPECT_TRUE(
        eventually([&] { return descriptors() == before; }, Deadline(10s)));
    join("Ann");
}

TEST_F(ChatCrowd, EachOfAThousandHearsEveryMessageOnceAndInOrder) {
    std::size_t wanted = crowd(1000);
    ChatLoad load = start_load();
    ASSERT_EQ(load.join(wanted).first_error, "");
    constexpr std::uint64_t kMessages = 40;
    ChatResult result = load.say(kMessages);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.clients, wanted);
    EXPECT_EQ(result.total, kMessages * kTalkers * wanted);
    fmt::print("{} clients, {} talk: {} deliveries in {:.2f} s\n", wanted,
               kTalkers, result.total, result.elapsed.count());
}

TEST_F(ChatCrowd, WhoDoesNotReadIsDroppedAndTheOthersLoseNothing) {
    constexpr std::size_t kDeaf = 3;
    std::size_t wanted = crowd(200);
    ChatLoad load = start_load();
    ASSERT_EQ(load.join(wanted).first_error, "");
    ASSERT_EQ(load.stall(kDeaf).first_error, "");
    // A drop is a line to everybody else: "deaf200 has left the chat".
    std::uint64_t gone = 0;
    std::uint64_t messages = 0;
    Deadline deadline(30s);
    while (gone < kDeaf * wanted && !deadline.passed()) {
        ChatResult result = load.say(50);
        ASSERT_EQ(result.first_error, "");
        ASSERT_EQ(result.total, 50 * kTalkers * wanted);
        gone += result.notices;
        messages += result.messages;
    }
    EXPECT_EQ(gone, kDeaf * wanted);
    fmt::print("{} of {} did not read: gone after {} messages of 64 bytes\n",
               kDeaf, wanted + kDeaf, messages);
}

TEST_F(ChatCrowd, FiveThousandComeInAtOnce) {
    std::size_t wanted = crowd(5000);
    ChatLoad load = start_load();
    ChatResult result = load.storm(wanted);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.clients, wanted);
    // A welcome each, and everybody is told of all who come after him.
    EXPECT_EQ(result.notices, wanted + wanted * (wanted + 1) / 2);
    fmt::print("{} come at once: in after {:.2f} s, {} lines\n", wanted,
               result.elapsed.count(), result.notices);
}

TEST_F(ChatCrowd, ItsDescriptorLimitKeepsPeopleWaitingAndHurtsNobody) {
    ChatLoad load = start_load();
    ASSERT_EQ(load.join(20).first_error, "");
    int full = highest_descriptor(process().pid()) + 1;
    limit_descriptors(process().pid(), full);
    std::vector<Client> late;
    for (int i = 0; i < 10; ++i) {
        late.push_back(connect());
        late.back().send("CONNECT Late" + std::to_string(i) + "\n");
    }
    ChatResult result = load.say(20);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.total, 20 * kTalkers * 20);
    EXPECT_EQ(result.notices, 0U) << "somebody got in";
    for (const Client& client : late)
        EXPECT_FALSE(client.has_answer(0ms));

    limit_descriptors(process().pid(), full + 100);
    for (Client& client : late) {
        std::string line = client.receive_line();
        EXPECT_TRUE(line.starts_with("Welcome! ")) << line;
    }
}

}  // namespace
