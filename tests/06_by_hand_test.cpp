// Coroutines without the runtime: what a program by hand prints, and what
// calling each other costs in machine stack.
#include "tests/06_programs_support.hpp"

namespace tincan::test {
namespace {

TEST(ByHand, NothingRunsBeforeItIsResumed) {
    std::string printed = output_of({stage_6("by_hand")});
    EXPECT_TRUE(
        printed.starts_with("both are made, and nothing has run\n"
                            "Ann puts the kettle on\n"))
        << printed;
}

TEST(ByHand, EachGoesOnWhereItStopped) {
    EXPECT_EQ(output_of({stage_6("by_hand")}),
              "both are made, and nothing has run\n"
              "Ann puts the kettle on\n"
              "    (waits for the water)\n"
              "Bob puts the kettle on\n"
              "    (waits for the water)\n"
              "Ann fills the cup\n"
              "    (waits for the tea)\n"
              "Bob fills the cup\n"
              "    (waits for the tea)\n"
              "Ann drinks\n"
              "Bob drinks\n");
}

std::string calls(const std::string& variant, const std::string& how) {
    return output_of({stage_6("awaits_" + variant), how});
}

void expect_all_made(const std::string& printed) {
    EXPECT_TRUE(printed.starts_with("1000000 calls by ")) << printed;
}

// g++ jumps from one coroutine to the next only if it optimises such calls;
// before version 15, for it and the sanitizer. clang always does.
void expect_overflow(const std::string& printed) {
#if defined __clang__ || __GNUC__ >= 15
    expect_all_made(printed);
#else
    EXPECT_EQ(printed,
              "the process was ended by signal 11, Segmentation fault: "
              "stack overflow\n");
#endif
}

TEST(Awaits, ThePumpMakesAMillionCallsHoweverItIsCompiled) {
    expect_all_made(calls("O0", "pump"));
    expect_all_made(calls("O2", "pump"));
    expect_all_made(calls("asan", "pump"));
}

TEST(Awaits, SymmetricTransferNeedsNoStackIfOptimised) {
    expect_all_made(calls("O2", "symmetric"));
}

TEST(Awaits, SymmetricTransferOverflowsTheStackIfNotOptimised) {
    expect_overflow(calls("O0", "symmetric"));
}

TEST(Awaits, SymmetricTransferOverflowsTheStackUnderTheAddressSanitizer) {
    expect_overflow(calls("asan", "symmetric"));
}

TEST(Crowd, AThousandTasksAndAThousandThreadsSleepAndWake) {
    for (const char* kind : {"tasks", "threads"}) {
        std::string printed = output_of({stage_6("crowd"), kind, "1000"});
        EXPECT_TRUE(printed.starts_with("1000 asleep: ")) << printed;
        EXPECT_NE(printed.find("\n1000 awake and ended: "), std::string::npos)
            << printed;
    }
}

TEST(ByHandArguments, WrongOnesGiveTheUsage) {
    expect_usage({"by_hand", "1"});
    expect_usage({"awaits_O2"});
    expect_usage({"awaits_O2", "magic"});
    expect_usage({"awaits_O2", "pump", "0"});
    expect_usage({"crowd", "people"});
    expect_usage({"crowd", "tasks", "-1"});
}

}  // namespace
}  // namespace tincan::test
