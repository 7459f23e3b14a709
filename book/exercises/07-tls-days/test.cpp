#include "book/exercises/support.hpp"
#include "tests/support/certificates.hpp"

#include <string>

using namespace tincan::test;

namespace {

struct Answer {
    int status;
    std::string out;
};

Answer ask(const std::string& file) {
    Process process({exercise(), file});
    auto exit = process.wait_exit(Deadline(5s));
    process.end();
    return {exit ? exit->code : -1, process.out()};
}

Answer ask_about(int days) {
    Certificates certificates;
    certificates.make("server", "DNS:localhost", days);
    return ask(certificates.path("server.pem"));
}

TEST(Days, TheNameIsSaidAndAMissingFileIsAnError) {
    EXPECT_TRUE(ask_about(40).out.starts_with("/CN=server: "));
    EXPECT_EQ(ask("/no/such/file").status, 1);
}

TEST(Days, FortyAreGood) {
    Answer answer = ask_about(40);
    EXPECT_EQ(answer.status, 0);
    EXPECT_TRUE(answer.out.ends_with(" 39 days\n") ||
                answer.out.ends_with(" 40 days\n"))
        << answer.out;
}

TEST(Days, FiveAreAnAlarm) {
    EXPECT_EQ(ask_about(5).status, 1);
}

TEST(Days, NoneAreAnAlarm) {
    EXPECT_EQ(ask_about(-1).status, 1);
}

}  // namespace
