// The SQL client against a real server. All of these share one cluster, so
// CMake makes one test of them: see CMakeLists.txt.
#include "01-blocking/connection.hpp"
#include "tests/06_sql_cluster.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/client.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/proc.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tincan::test {
namespace {

using namespace std::chrono_literals;

// Long enough that it never ends by itself.
constexpr const char* kForever = "select pg_sleep(3600)";

// The client, with pipes for its stdin and stdout.
class Client {
public:
    explicit Client(const std::string& selector = "epoll")
        : Client({"--selector=" + selector, "--at-once"}) {}
    static Client in_order() { return Client(Command{}); }
    static Client of(const std::string& conninfo) {
        return Client({"--at-once"}, conninfo);
    }

    Process* operator->() { return &process_; }
    void type(const std::string& text) { process_.write(text, Deadline(5s)); }
    // Goes on behind the line that contains `text`, and gives it.
    std::string hear(const std::string& text) {
        return process_.wait_for_line(text, Deadline(20s));
    }
    // Starts statements that do not end, and sees them run.
    void start_forever(int first, int last) {
        std::string text;
        for (int i = first; i <= last; ++i)
            text += kForever + std::string(";");
        type(text + "\n");
        until_jobs("runs", std::min(last, 6));
    }
    // Asks for the jobs until `count` of them are in this state.
    void until_jobs(const std::string& state, int count) {
        Deadline deadline(20s);
        for (int found = -1; found != count; found = jobs(state)) {
            if (deadline.passed()) throw std::runtime_error("none " + state);
        }
    }
    // Everything it prints until it ends, which it has to: without an error,
    // or with this one.
    std::string to_the_end(const std::string& error = "") {
        process_.close_stdin();
        std::optional<Exit> exit = process_.wait_exit(Deadline(20s));
        EXPECT_TRUE(exit && exit->code == (error.empty() ? 0 : 1))
            << (exit ? to_string(*exit) : "still runs");
        process_.end();
        EXPECT_EQ(process_.err(), error);
        return process_.out();
    }
    // No descriptor beyond 2 that it has not yet.
    void limit_descriptors(bool on) {
        rlimit limit{};
        ::prlimit(process_.pid(), RLIMIT_NOFILE, nullptr, &limit);
        limit.rlim_cur = on ? 3 : limit.rlim_max;
        ::prlimit(process_.pid(), RLIMIT_NOFILE, &limit, nullptr);
    }

private:
    explicit Client(Command options,
                    const std::string& conninfo = cluster->conninfo())
        : process_(with_conninfo(std::move(options), conninfo)) {}

    static Command with_conninfo(Command options, const std::string& conninfo) {
        options.insert(options.begin(),
                       TINCAN_BUILD_DIR "/06-coroutines/sql_client");
        options.push_back(conninfo);
        return options;
    }
    int jobs(const std::string& state) {
        type("\\jobs\n\\behind\n");
        int found = 0;
        for (std::string line; line.find("Commands:") == line.npos;) {
            line = hear("");
            found += line.find("] " + state + ", ") != line.npos;
        }
        return found;
    }

    Process process_;
};

std::string answers(const std::string& statements) {
    Client client;
    client.type(statements);
    return client.to_the_end();
}

#define EXPECT_HAS(text, part) \
    EXPECT_NE((text).find(part), std::string::npos) << (text)

class SqlClient : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, SqlClient,
                         testing::Values("select", "poll", "epoll"),
                         [](const auto& test) { return test.param; });

// Rows are rows: the source's program counts columns.
TEST_P(SqlClient, PrintsRowsWithTheirCountAndTime) {
    Client client(GetParam());
    client.type("select n, 'x' || n as name from generate_series(9, 11) n;\n");
    EXPECT_EQ(client.hear("["),
              "[1] select n, 'x' || n as name from generate_series(9, 11) n");
    EXPECT_EQ(client.hear(""), "  n | name");
    EXPECT_EQ(client.hear(""), "----+------");
    EXPECT_EQ(client.hear(""), "  9 | x9");
    EXPECT_EQ(client.hear(""), " 10 | x10");
    EXPECT_EQ(client.hear(""), " 11 | x11");
    EXPECT_EQ(client.hear("").substr(0, 9), "(3 rows, ");
    client.to_the_end();
}

TEST_P(SqlClient, SixRunAtOnceAndWhoCameFirstIsNext) {
    Client client(GetParam());
    client.start_forever(1, 6);
    client.type("select 'seven' as s; select 'eight' as e;\n\\jobs\n");
    client.hear("[7] waits");
    client.hear("[8] waits");
    client.type("\\cancel 3\n");
    client.hear("[3] select pg_sleep(3600)");
    EXPECT_HAS(client.hear("ERROR"), "ERROR 57014: canceling statement");
    client.hear("[7] select 'seven'");
    client.hear(" seven");
    client.hear("[8] select 'eight'");
    client.hear(" eight");
    client.type("\\q\n");
    std::string all = client.to_the_end();
    EXPECT_EQ(occurrences(all, "57014"), 6U) << all;
}

// A server that goes loses no statement without a word about it: six that run,
// two that wait.
TEST_P(SqlClient, ReportsEveryStatementThatALostServerTakesAlong) {
    for (int signal : {SIGKILL, SIGQUIT, SIGINT}) {
        Client client(GetParam());
        client.start_forever(1, 8);
        cluster->stop(signal);
        std::set<std::string> lost;
        std::set<std::string> not_sent;
        std::string number;
        while (lost.size() + not_sent.size() < 8) {
            std::string line = client.hear("");
            if (line.starts_with("[")) number = line.substr(0, 3);
            if (line.starts_with("The connection to the server was lost")) {
                EXPECT_TRUE(lost.insert(number).second) << number;
            }
            if (line.starts_with("Not sent: ")) {
                EXPECT_TRUE(not_sent.insert(number).second) << number;
            }
        }
        EXPECT_EQ(lost, (std::set<std::string>{"[1]", "[2]", "[3]", "[4]",
                                               "[5]", "[6]"}));
        EXPECT_EQ(not_sent, (std::set<std::string>{"[7]", "[8]"}));

        client.type("select 1;\n");
        client.hear("Not sent: ");
        cluster->start();
        client.type("select 'again' as a;\n");
        client.hear(" again");
        client.to_the_end();
    }
}

TEST(SqlClientReplies, NoRowIsAnAnswer) {
    std::string all = answers("select 1 as one where false;\n");
    EXPECT_HAS(all, " one\n-----\n(0 rows, ");
}

TEST(SqlClientReplies, WidthsAreColumnsOfTheTerminal) {
    std::string all = answers(
        "select '麦茶' as tea, null as nothing union all select 'é', 'x';\n");
    EXPECT_HAS(all,
               " tea  | nothing\n------+---------\n"
               " 麦茶 | NULL\n é    | x\n");
}

TEST(SqlClientReplies, WhatTheServerSaysDrivesNoTerminal) {
    std::string all = answers(
        "select E'\\x1b[2J\\u202e' as \"\x1b[2J\"; select '\x1b]0;x\a' + 1;"
        "do $$ begin raise notice '\x1b[2J'; end $$;\n");
    EXPECT_EQ(all.find('\x1b'), std::string::npos) << all;
    EXPECT_EQ(all.find('\a'), std::string::npos) << all;
    EXPECT_HAS(all, " \\x1b[2J\\u202e\n");
    EXPECT_HAS(all, "NOTICE 00000: \\x1b[2J\n");
}

TEST(SqlClientReplies, CommandsHaveTheirTags) {
    Client client;
    client.type("create table cheese (name text);\n");
    client.hear("CREATE TABLE (");
    client.type("insert into cheese values ('Brie'), ('Edam');\n");
    client.hear("INSERT 0 2 (");
    client.type("drop table cheese;\n");
    client.hear("DROP TABLE (");
    client.to_the_end();
}

TEST(SqlClientReplies, ErrorsHaveTheirStateAndPosition) {
    std::string all = answers("select\n'麦', 1 +;\nselect * from nowhere;\n");
    EXPECT_HAS(all,
               "ERROR 42601 at character 16: syntax error at end of input\n"
               "    '麦', 1 +\n"
               "             ^\n");
    EXPECT_HAS(all,
               "ERROR 42P01 at character 15: relation \"nowhere\" does not "
               "exist\n");
}

TEST(SqlClientReplies, OfALongTableTheBeginningIsShownAndAllIsCounted) {
    std::string all =
        answers("select generate_series(1, 300000)::text as long_column;\n");
    EXPECT_HAS(all, "(300000 rows, the first ");
    EXPECT_LT(all.size(), 2U << 20);
}

TEST(SqlClientReplies, CopyNeitherHangsNorIsLost) {
    std::string all = answers(
        "copy (select generate_series(1, 3)) to stdout;"
        "copy pg_class from stdin; select 'next' n;\n");
    EXPECT_HAS(all, " 1\n 2\n 3\nCOPY 3 (3 rows, ");
    EXPECT_HAS(all, "nothing to copy");
    EXPECT_HAS(all, " next\n");
}

TEST(SqlClientReplies, AStatementLongerThanTheSocketsBufferArrives) {
    std::string text(5 << 20, 'x');
    std::string all = answers("select length('" + text + "') as l;\n");
    EXPECT_HAS(all, " 5242880\n(1 row, ");
}

TEST(SqlClientStops, TheEndOfInputWaitsForWhatRuns) {
    std::string all = answers("select pg_sleep(0.2); select 'two' as t");
    EXPECT_HAS(all, "(1 row, ");
    EXPECT_HAS(all, "Not sent: its end, a `;`, did not come.");
}

// Each begins with the number and the first words of its statement: those are
// not to be looked for in megabytes every time.
TEST(SqlClientReplies, ManyNoticesOfALongStatementTakeNoTime) {
    Client client;
    client.type("do $$ /* " + std::string(3 << 20, 'x') +
                "*/ begin for i in 1 .. 3000 loop raise notice '%', i; "
                "end loop; end $$;\n");
    client.hear("NOTICE 00000: 3000");
    client.hear("DO (");
    client.to_the_end();
}

// A file whose last line has no end.
TEST(SqlClientStops, TheEndOfInputIsTheEndOfItsLastLine) {
    std::string all = answers("select 'one' as o; -- the end");
    EXPECT_EQ(all.find("Not sent"), std::string::npos) << all;
    EXPECT_HAS(answers("\\jobs"), "No statement runs.");
}

TEST(SqlClientStops, CtrlCStopsWhatRunsThenWhatIsTypedThenTheProgram) {
    Client client;
    client.start_forever(1, 3);
    client->signal(SIGINT);
    for (int i = 0; i < 3; ++i)
        client.hear("57014");
    client.type("select 'never ;\n\\jobs\n");
    // Nothing tells when that was read; a statement behind it would be part
    // of it. So ask until it is gone.
    Deadline deadline(20s);
    bool gone = false;
    while (!gone && !deadline.passed()) {
        client->signal(SIGINT);
        gone = client->wait_exit(Deadline(10ms)).has_value();
    }
    std::optional<Exit> exit = client->wait_exit(Deadline(5s));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0) << to_string(*exit);
}

TEST(SqlClientStops, QuittingSaysWhatBecameOfEach) {
    Client client;
    client.start_forever(1, 7);
    client.type("\\q\n");
    std::string all = client.to_the_end();
    EXPECT_EQ(occurrences(all, "57014"), 6U) << all;
    EXPECT_EQ(occurrences(all, "Cancelled before it was sent."), 1U) << all;
}

TEST(SqlClientStops, CancellingWhatIsNotThereIsAnErrorLine) {
    Client client;
    client.type("\\cancel 1\n");
    client.hear("No statement of that number runs");
    client.type("\\cancel x\n");
    client.hear("No statement of that number runs");
    client.type("\\nonsense\n");
    client.hear("Commands: ");
    client.type("select 1;\\cancel 1\n");
    client.hear("Cancelled before it was sent.");
    client.to_the_end();
}

// What can't be cancelled now, for want of a descriptor, is so later.
TEST(SqlClientStops, ARequestToCancelThatFailsIsRepeated) {
    Client client;
    client.start_forever(1, 1);
    client.limit_descriptors(true);
    client.type("\\cancel 1\n");
    client.until_jobs("is cancelled", 1);
    client.until_jobs("is cancelled", 1);  // a turn later: it was tried
    client.limit_descriptors(false);
    EXPECT_HAS(client.hear("ERROR"), "57014");
    client.to_the_end();
}

// Each needs what the one before it did, and that takes its time.
constexpr const char* kDependent =
    "create table cheese as select 'Brie' as name from pg_sleep(0.2);\n"
    "set tincan.word = 'kept'; select nonsense;\n"
    "insert into cheese select 'Edam' from pg_sleep(0.1);\n"
    "select count(*), current_setting('tincan.word') from cheese;\n"
    "drop table cheese;\n"
    "\\q\n"
    "select 'behind the end';\n";

void expect_in_order(const std::string& all) {
    std::size_t at = 0;
    for (const char* part :
         {"[1] create", "[2] set", "[3] select nonsense", "ERROR 42703",
          "[4] insert", "INSERT 0 1 (", "[5] select", " 2 | kept\n",
          "[6] drop table cheese\nDROP TABLE ("}) {
        std::size_t found = all.find(part, at);
        ASSERT_NE(found, std::string::npos) << part << " in\n" << all;
        at = found;
    }
    EXPECT_EQ(all.find("[7]"), std::string::npos) << all;
}

TEST(SqlClientInOrder, StatementsFromAPipeComeOneAfterTheOther) {
    Client client = Client::in_order();
    client.type(kDependent);
    expect_in_order(client.to_the_end());
}

TEST(SqlClientInOrder, AndThoseFromAFileToo) {
    Process process(
        {"sh", "-c", "printf %s \"$2\" > \"$3\" && exec \"$0\" \"$1\" < \"$3\"",
         TINCAN_BUILD_DIR "/06-coroutines/sql_client", cluster->conninfo(),
         kDependent, cluster->folder() + "/dependent.sql"});
    std::optional<Exit> exit = process.wait_exit(Deadline(20s));
    process.end();
    ASSERT_TRUE(exit);
    EXPECT_EQ(to_string(*exit), "exited with 0") << process.err();
    expect_in_order(process.out());
}

TEST(SqlClientInOrder, WhatIsStoppedStopsWhatComesBehindIt) {
    for (int signal : {SIGINT, SIGTERM}) {
        Client client = Client::in_order();
        client.type(
            "do $$ begin raise notice 'runs'; perform pg_sleep(3600); end $$;"
            "select 'next'; select 'after next';\n");
        client.hear("NOTICE");
        client->signal(signal);
        std::string all = client.to_the_end();
        EXPECT_HAS(all, "ERROR 57014");
        EXPECT_EQ(all.find("[2]"), std::string::npos) << all;
    }
}

TEST(SqlClientInOrder, AnIdlePipeIsLeftOnCtrlC) {
    Client client = Client::in_order();
    client.type("select 1;\n");
    client.hear("(1 row");
    client->signal(SIGINT);
    std::optional<Exit> exit = client->wait_exit(Deadline(5s));
    ASSERT_TRUE(exit);
    EXPECT_EQ(to_string(*exit), "exited with 0");
}

// A table for one test.
class SqlClientTransaction : public testing::Test {
protected:
    SqlClientTransaction() {
        answers("drop table if exists cheese; ");
        EXPECT_HAS(answers("create table cheese (name text);"), "CREATE TABLE");
    }
    static void expect_cheeses(int count) {
        EXPECT_HAS(answers("select 'cheeses: ' || count(*) n from cheese;"),
                   "cheeses: " + std::to_string(count));
    }
    // From the number of a job on until its last line.
    static std::string answer(const std::string& all, int number) {
        std::size_t begin = all.find("[" + std::to_string(number) + "]");
        if (begin == all.npos) return "";
        return all.substr(begin, all.find("\n[", begin + 1) - begin);
    }
};

// All typed at once, and with a pool of six to choose from.
TEST_F(SqlClientTransaction, KeepsItsConnectionUntilItIsOver) {
    std::string all = answers(
        "begin; insert into cheese values ('Brie');"
        "set local tincan.word = 'kept';"
        "select count(*) || current_setting('tincan.word') as n from cheese;"
        "rollback;");
    EXPECT_HAS(answer(all, 4), " 1kept\n");
    EXPECT_HAS(answer(all, 5), "ROLLBACK (");
    expect_cheeses(0);
    all = answers(
        "START TRANSACTION; insert into cheese values ('Edam'); commit;"
        "select 'then ' || count(*) as n from cheese;");
    EXPECT_HAS(answer(all, 4), " then 1\n");
}

TEST_F(SqlClientTransaction, HoldsUpNobodyWhoWasThereBefore) {
    Client client;
    client.start_forever(1, 2);
    client.type("begin; select pg_sleep(3600); select 3;\n");
    client.hear("BEGIN (");
    client.until_jobs("runs", 3);
    client.until_jobs("waits", 1);
    client.type("\\cancel 4\n");
    client.hear("[4] select pg_sleep(3600)");
    EXPECT_HAS(client.hear("ERROR"), "57014");
    EXPECT_HAS(client.hear("ERROR"), "25P02");
    client.type("rollback; select 'again' as a;\n");
    client.hear("ROLLBACK (");
    client.hear(" again");
    client.until_jobs("runs", 2);
    client.type("\\q\n");
    client.to_the_end();
}

TEST_F(SqlClientTransaction, BehindItManyRunAtOnceAgain) {
    Client client;
    client.type("begin; commit;");
    client.start_forever(3, 8);
    client.type("\\q\n");
    client.to_the_end();
}

// What came next was meant to take effect together with what is lost.
TEST_F(SqlClientTransaction, ThatLosesItsConnectionIsNotFinishedOnAnotherOne) {
    for (bool in_order : {false, true}) {
        Client client = in_order ? Client::in_order() : Client();
        client.type(
            "begin; insert into cheese values ('Brie');"
            "select pg_terminate_backend(pg_backend_pid());"
            "insert into cheese values ('Edam'); rollback to one; commit;"
            "select 'again' as a;\n");
        client.hear("was lost");
        client.hear("[4]");
        client.hear("Not sent: its transaction was lost");
        client.hear("[5]");
        client.hear("Not sent: its transaction was lost");
        client.hear("[6]");
        client.hear("Not sent: the transaction was lost");
        client.hear(" again");
        client.to_the_end();
    }
    expect_cheeses(0);
}

// It would have begun the next one.
TEST_F(SqlClientTransaction, ThatIsLostIsNotEndedByAndChain) {
    Client client = Client::in_order();
    client.type(
        "begin; select pg_terminate_backend(pg_backend_pid());"
        "rollback and chain; insert into cheese values ('Edam'); rollback;"
        "select 'again' as a;\n");
    client.hear("[3]");
    client.hear("Not sent: its transaction was lost");
    client.hear("[4]");
    client.hear("Not sent: its transaction was lost");
    client.hear(" again");
    client.to_the_end();
    expect_cheeses(0);
}

// libpq would send what stands in front of it.
TEST_F(SqlClientTransaction, ANulByteEndsEverything) {
    answers("insert into cheese values ('Brie');");
    Client client = Client::in_order();
    client.type(
        "begin; insert into cheese values ('Edam');"
        "delete from cheese " +
        std::string(1, '\0') + "where name = 'Gouda'; commit;\n");
    std::string all =
        client.to_the_end("sql_client: a statement with a NUL byte in it\n");
    EXPECT_HAS(answer(all, 2), "open at the end is rolled back.");
    expect_cheeses(1);
}

TEST_F(SqlClientTransaction, AtTheEndOfTheInputIsRolledBackAndSaidSo) {
    for (bool in_order : {false, true}) {
        Client client = in_order ? Client::in_order() : Client();
        client.type("begin; insert into cheese values ('Brie');\n");
        std::string all = client.to_the_end();
        EXPECT_HAS(answer(all, 2),
                   "The transaction that was open at the end is rolled back.");
    }
    expect_cheeses(0);
}

TEST_F(SqlClientTransaction, ThatNobodyBeganIsRolledBackAndSaidSo) {
    Client client = Client::in_order();
    // Without that setting a backslash belongs to a string; the splitter does
    // not know, and sends a BEGIN hidden in a statement.
    client.type(
        "set standard_conforming_strings = off;"
        "select 'a\\''; begin --';\n"
        ";insert into cheese values ('Brie');\n");
    client.hear("The transaction that it left open is rolled back");
    client.hear("INSERT 0 1");
    client.to_the_end();
    expect_cheeses(1);
}

class Frozen {
public:
    Frozen() { cluster->signal(SIGSTOP); }
    Frozen(const Frozen&) = delete;
    ~Frozen() { cluster->signal(SIGCONT); }
};

// The server neither answers nor takes the request to cancel.
TEST(SqlClientStops, AServerThatHangsKeepsNobody) {
    Client client;
    client.start_forever(1, 2);
    Frozen frozen;
    client->signal(SIGINT);
    client.until_jobs("is cancelled", 2);
    client->signal(SIGINT);
    client.hear("Given up without an answer");
    client.hear("Given up without an answer");
    client.type("select 1;\n\\q\n");
    std::string all = client.to_the_end();
    EXPECT_EQ(occurrences(all, "[3] select 1\nCancelled before"), 1U) << all;
}

// The request is for the server's first process, the answer comes from another
// one, and may be there long before.
TEST(SqlClientStops, ARequestToCancelThatHangsHoldsNoAnswerBack) {
    Client holder = Client::in_order();
    holder.type("select 'locked' as l from pg_advisory_lock(1);\n");
    holder.hear(" locked");
    Client client;
    client.type(
        "begin; select 'answer' as a from pg_advisory_lock(1);"
        "select 'behind' as b; rollback; select 'next' as n;\n");
    client.hear("BEGIN");
    client.until_jobs("runs", 1);
    Frozen frozen;
    client.type("\\cancel 2\n");
    client.until_jobs("is cancelled", 1);
    holder.type("select pg_advisory_unlock(1);\n");
    client.hear(" answer");
    // The request may still reach that connection.
    client.hear("Not sent: its transaction was lost");
    client.hear(" next");
    client.to_the_end();
    holder.to_the_end();
}

// That one and no other: a thread that is being made blocks all.
bool blocks_sigpipe(pid_t process, int thread) {
    std::ifstream status(proc(process) / "task" / std::to_string(thread) /
                         "status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with("SigBlk:")) continue;
        std::uint64_t blocked = std::stoull(line.substr(7), nullptr, 16);
        return blocked == 1U << (SIGPIPE - 1);
    }
    return false;
}

// A server that goes just when libpq tells it what to cancel: libpq sends that
// as anybody would who does not mind SIGPIPE. No test meets that moment.
TEST(SqlClientStops, ARequestToCancelMeetsNoSigpipe) {
    Client client;
    client.start_forever(1, 1);
    Frozen frozen;
    client.type("\\cancel 1\n");
    // Beside the first thread and that of the request there may be one of a
    // sanitizer.
    auto request_blocks_it = [&] {
        return std::ranges::any_of(
            numbers_in(proc(client->pid()) / "task"),
            [&](int thread) { return blocks_sigpipe(client->pid(), thread); });
    };
    EXPECT_TRUE(eventually(request_blocks_it, Deadline(20s)));
    client.type("\\cancel 1\n");
    client.to_the_end();
}

// Lets clients in as PostgreSQL does, but when the test wants it to.
class Doorkeeper {
public:
    Doorkeeper() { give_up_after_20_s(listener_); }

    std::string conninfo() const {
        return "host=127.0.0.1 user=ann dbname=x sslmode=disable"
               " gssencmode=disable port=" +
               endpoint_of(listener_).port;
    }
    // The next one, who has said who it is.
    Socket accept() const {
        Socket client = accept_client(listener_).socket;
        give_up_after_20_s(client);
        EXPECT_NE(hear(client), "");
        return client;
    }
    // What it says next; nothing, too, if it went without having listened.
    static std::string hear(const Socket& client) {
        std::array<char, 1000> buffer{};
        ssize_t count = ::recv(client.fd(), buffer.data(), buffer.size(), 0);
        if (count == -1 && errno != ECONNRESET) check(count, "recv");
        return {buffer.data(),
                static_cast<std::size_t>(std::max(count, ssize_t{0}))};
    }
    // "You are who you say", "ready for queries".
    static void let_in(const Socket& client) {
        using namespace std::string_view_literals;
        send_all(client, "R\0\0\0\10\0\0\0\0Z\0\0\0\5I"sv);
    }

private:
    static void give_up_after_20_s(const Socket& socket) {
        timeval patience{.tv_sec = 20, .tv_usec = 0};
        check(::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience,
                           sizeof patience),
              "setsockopt");
    }

    Socket listener_ = listen_on({.host = "127.0.0.1", .port = "0"});
};

// It gets its connection and is cancelled in the same turn of the loop.
TEST(SqlClientStops, WhatIsCancelledWhileItConnectsIsNotSent) {
    Doorkeeper server;
    Client client = Client::of(server.conninfo());
    {
        std::vector<Socket> idle(6);
        for (Socket& connection : idle) {
            connection = server.accept();
            Doorkeeper::let_in(connection);
        }
        client.type("\\jobs\n");
        client.hear("No statement runs.");
    }
    client.type("delete from cheese;\n");
    Socket anew = server.accept();
    client->signal(SIGSTOP);
    EXPECT_TRUE(eventually([&] { return state_of(client->pid()) == 'T'; },
                           Deadline(20s)));
    Doorkeeper::let_in(anew);
    client.type("\\cancel 1\n");
    client->signal(SIGCONT);
    client.hear("[1] delete from cheese");
    EXPECT_EQ(client.hear(""), "Cancelled before it was sent.");
    client.to_the_end();
    EXPECT_EQ(Doorkeeper::hear(anew).find("delete"), std::string::npos);
}

TEST(SqlClientPool, AnIdleConnectionThatWasLostIsReplacedInSilence) {
    Client client;
    client.type("select 1 as one;\n");
    client.hear("(1 row");
    answers(
        "select pg_terminate_backend(pid, 20000) from pg_stat_activity"
        " where application_name = 'sql_client'"
        " and pid <> pg_backend_pid();\n");
    std::string text;
    for (int i = 0; i < 6; ++i)
        client.type("select 'again' as a;\n");
    for (int i = 0; i < 6; ++i)
        client.hear(" again");
    std::string all = client.to_the_end();
    EXPECT_EQ(all.find("lost"), std::string::npos) << all;
    EXPECT_EQ(all.find("Not sent"), std::string::npos) << all;
}

TEST(SqlClientPool, AServerThatEndsOneConnectionIsReported) {
    Client client;
    client.start_forever(1, 1);
    answers(
        "select pg_terminate_backend(pid, 20000) from pg_stat_activity"
        " where query = 'select pg_sleep(3600)';\n");
    EXPECT_HAS(client.hear("57P01"), "FATAL 57P01: terminating connection");
    client.hear("The connection to the server was lost.");
    client.type("select 'again' as a;\n");
    client.hear(" again");
    client.to_the_end();
}

TEST(SqlClientPool, WithoutAServerThereIsOneClearLine) {
    Process client({TINCAN_BUILD_DIR "/06-coroutines/sql_client",
                    "host=/nowhere dbname=x"});
    std::optional<Exit> exit = client.wait_exit(Deadline(20s));
    client.end();
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 1);
    EXPECT_EQ(client.out(), "");
    EXPECT_EQ(occurrences(client.err(), "\n"), 1U) << client.err();
    EXPECT_HAS(client.err(), "sql_client: connection to server on socket");
}

TEST(SqlClientPool, WhatTheServerSaysFirstDrivesNoTerminalEither) {
    Process client(
        {TINCAN_BUILD_DIR "/06-coroutines/sql_client",
         "host=" + cluster->folder() + " dbname=postgres user='\x1b[2J\\\\x'"});
    std::optional<Exit> exit = client.wait_exit(Deadline(20s));
    client.end();
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 1);
    EXPECT_EQ(client.err().find('\x1b'), std::string::npos) << client.err();
    EXPECT_HAS(client.err(), "role \"\\x1b[2J\\\\x\" does not exist");
}

// Long and short: with and without stdio's buffer.
TEST(SqlClientOutput, ThatCantBeWrittenEndsTheProgram) {
    for (const char* first : {"select 1;", "select repeat('x', 100000);"}) {
        for (bool at_once : {false, true}) {
            Process client({"sh", "-c", "exec \"$0\" \"$1\" $2 > /dev/full",
                            TINCAN_BUILD_DIR "/06-coroutines/sql_client",
                            cluster->conninfo(), at_once ? "--at-once" : ""});
            client.write(first, Deadline(5s));
            if (!at_once) client.write("create table never ();", Deadline(5s));
            std::optional<Exit> exit = client.wait_exit(Deadline(20s));
            ASSERT_TRUE(exit) << "goes on";
            client.end();
            EXPECT_EQ(to_string(*exit), "exited with 1");
            EXPECT_EQ(client.err(),
                      "sql_client: stdout: No space left on device\n");
        }
    }
    EXPECT_HAS(answers("select * from never;\n"), "ERROR 42P01");
}

TEST(SqlClientOutput, NotificationsAreShown) {
    Client client = Client::in_order();
    client.type("listen cheese; notify cheese, 'Brie\x1b';\n");
    client.hear("NOTIFY: cheese: Brie\\x1b");
    client.to_the_end();
}

TEST(SqlClientPool, WrongArgumentsAreAUsageError) {
    Process client({TINCAN_BUILD_DIR "/06-coroutines/sql_client", "a", "b"});
    std::optional<Exit> exit = client.wait_exit(Deadline(20s));
    client.end();
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 2);
    EXPECT_HAS(client.err(), "usage: sql_client [--selector");
}

}  // namespace
}  // namespace tincan::test
