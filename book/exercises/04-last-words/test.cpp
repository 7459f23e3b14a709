#include "book/exercises/support.hpp"
#include "tests/support/bytes.hpp"

#include <fstream>
#include <iterator>

using namespace tincan::test;

namespace {

void expect_copied(const Command& command, const std::string& bytes) {
    Process copy(command);
    std::optional<Exit> exit = copy.wait_exit(Deadline(10s));
    ASSERT_TRUE(exit) << "still runs";
    copy.end();
    EXPECT_EQ(exit->code, 0) << copy.err();
    EXPECT_EQ(difference(bytes + "(that was all)\n", copy.out()), "");
}

const std::string kThisFile =
    TINCAN_SOURCE_DIR "/book/exercises/04-last-words/test.cpp";

// `command` is what a shell is to run: "$1" is the program, "$2" this file.
Command shell(const std::string& command) {
    return {"bash", "-c", command, "bash", exercise(), kThisFile};
}

std::string this_file() {
    std::ifstream file(kThisFile);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(LastWords, NothingIsTheWholeOfNothing) {
    expect_copied(shell("exec \"$1\" </dev/null"), "");
}

TEST(LastWords, AFileIsCopied) {
    expect_copied(shell("exec \"$1\" <\"$2\""), this_file());
}

// Who wrote it has gone before the program looks.
TEST(LastWords, WhoHasGoneIsHeard) {
    expect_copied(shell("exec 3< <(printf hello); wait $!; exec \"$1\" <&3"),
                  "hello");
}

TEST(LastWords, ToTheLastOfManyBytes) {
    expect_copied(
        shell("exec 3< <(head -c 60000 /dev/zero | tr '\\0' x); wait $!; "
              "exec \"$1\" <&3"),
        std::string(60000, 'x'));
}

}  // namespace
