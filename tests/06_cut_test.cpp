// A conversation over streams, cancelled at every one of its suspensions in
// turn: it always ends, and leaves nothing behind.
#include "06-coroutines/tincan/trace.hpp"

#include "tests/06_support.hpp"

#include <cstdint>

namespace tincan::test {
namespace {

struct Talk {
    std::string heard;
    bool over = false;
};

Coro<void> speaker(StreamWriter writer) {
    for (int i = 0; i < 3; ++i) {
        writer.write(std::string(100'000, 'x'));
        writer.write("\n");
        co_await writer.drain();
        co_await sleep(1ms);
    }
    writer.close();
    co_await writer.wait_closed();
}

Coro<void> listener(StreamReader reader, StreamWriter writer, Talk& talk) {
    std::string_view line = co_await reader.readexactly(100'001);
    talk.heard += line.substr(0, 1);
    for (;;) {
        line = co_await reader.read(1000);
        if (line.empty()) break;
        talk.heard += line.substr(0, 1);
    }
    writer.close();
    co_await writer.wait_closed();
}

Coro<void> conversation(Talk& talk) {
    TaskGroup group;
    {
        auto [here, there] = socket_pair();
        auto [in, out] = make_streams(std::move(here), "here");
        auto [far_in, far_out] = make_streams(std::move(there), "there");
        group.create_task(speaker(out), "speaker");
        group.create_task(listener(far_in, far_out, talk), "listener");
    }
    co_await group.join();
    talk.over = true;
}

// Counts how often tasks of one name are suspended, and cancels at one of these
// points.
struct Cutter {
    std::string name;
    int cut_at;  // -1: nowhere
    EventLoop* loop;
    int seen = 0;
};
Cutter* cutter = nullptr;

void cancel_task(EventLoop& loop, std::uint64_t id) {
    loop.tasks().for_each([id](TaskBase& task) {
        if (task.id() == id) task.request_cancel();
    });
}

// #region cut
void count_and_cut(const TincanTraceEvent* event) {
    if (event->kind != TINCAN_TASK_SUSPENDED || event->name != cutter->name) {
        return;
    }
    if (cutter->seen++ != cutter->cut_at) return;
    cutter->loop->call_soon(
        [loop = cutter->loop, id = event->task] { cancel_task(*loop, id); });
}
// #endregion cut

class CutEverywhere : public OnSelector {
protected:
    // Returns how often the task called `name` was suspended.
    int converse(const std::string& name, int cut_at, Talk& talk) {
        EventLoop loop(make_selector(GetParam()),
                       std::make_unique<VirtualClock>());
        TimePoint start = loop.time();
        Cutter here{name, cut_at, &loop};
        cutter = &here;
        set_trace(count_and_cut);
        Task<void> task = loop.create_task(conversation(talk), "main");
        loop.run_until_done(task.base().future());
        loop.cancel_all(kGrace);
        set_trace(nullptr);
        // A broken connection may be an error to the other side.
        if (!task.cancelled()) task.exception();
        EXPECT_LT(loop.time() - start, 2s) << name << " cut at " << cut_at;
        return here.seen;
    }

    // #region everywhere
    void cut_everywhere(const std::string& name) {
        int points = 0;
        {
            Talk talk;
            points = converse(name, -1, talk);
            EXPECT_TRUE(talk.over);
            EXPECT_EQ(talk.heard.front(), 'x');
        }
        EXPECT_GT(points, 0) << name;
        for (int at = 0; at < points; ++at) {
            Talk talk;
            int seen = converse(name, at, talk);
            EXPECT_GT(seen, at) << name;
        }
    }
    // #endregion everywhere
};
INSTANTIATE_TEST_SUITE_P(, CutEverywhere, kEachSelector, selector_name);

TEST_P(CutEverywhere, TheSpeakerCanStopAnywhere) {
    cut_everywhere("speaker");
}
TEST_P(CutEverywhere, TheListenerCanStopAnywhere) {
    cut_everywhere("listener");
}
TEST_P(CutEverywhere, BothCanBeStoppedAnywhere) {
    cut_everywhere("main");
}

}  // namespace
}  // namespace tincan::test
