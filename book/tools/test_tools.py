"""Tests of the book's tools, each on a small book of its own."""
import tempfile
import unittest
from pathlib import Path

import claims
import concordance
import exercise
import links
import listing
import session
import sync
from listing import BookError

SOURCE = """// A server.
// #region serve
void serve() {
    // #region inner
    read();
    // #endregion inner
}
// #endregion serve
"""


class Book(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("01-blocking/server.cpp", SOURCE)
        (self.root / "tests").mkdir()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def chapter(self, text):
        return self.write("book/01-blocking.md", text)

    def run_session(self, text):
        path = self.write("book/sessions/01-test.session", text)
        session.run(path, self.root)

    def wrong(self):
        return "\n".join(sync.synchronise(self.root, check=True))


class Listings(Book):
    def test_a_region_is_shown_without_markers_and_indent(self):
        self.assertEqual(
            listing.load(self.root, "01-blocking/server.cpp#inner"),
            ["read();"])
        self.assertEqual(
            listing.load(self.root, "01-blocking/server.cpp#serve"),
            ["void serve() {", "    read();", "}"])

    def test_broken_regions_are_refused(self):
        for text in ("// #region a\n", "// #endregion a\n",
                     "// #region a\n// #endregion a\n" * 2,
                     "// #region a\n// #region a\n"):
            path = self.write("01-blocking/broken.cpp", text)
            with self.assertRaises(BookError):
                listing.regions(path)

    def test_unknown_region_and_file(self):
        for spec in ("01-blocking/server.cpp#nope", "01-blocking/nope.cpp"):
            with self.assertRaises(BookError):
                listing.load(self.root, spec)


class Sync(Book):
    ALL = ("<!-- code: 01-blocking/server.cpp#serve -->\n```\nold\n```\n"
           "<!-- code: 01-blocking/server.cpp#inner -->\n```\n```\n")

    def test_listings_are_written_then_agree(self):
        chapter = self.chapter(self.ALL)
        self.assertIn("-old", self.wrong())
        self.assertEqual(sync.synchronise(self.root, check=False), [])
        self.assertIn("```cpp\nvoid serve() {\n    read();\n}\n```",
                      chapter.read_text())
        self.assertEqual(self.wrong(), "")

    def test_a_changed_source_is_noticed(self):
        self.chapter(self.ALL)
        sync.synchronise(self.root, check=False)
        self.write("01-blocking/server.cpp", SOURCE.replace("read", "write"))
        self.assertIn("+write();", self.wrong())

    def test_check_changes_nothing(self):
        chapter = self.chapter(self.ALL)
        self.wrong()
        self.assertEqual(chapter.read_text(), self.ALL)

    def test_an_unused_region_is_noticed(self):
        self.chapter(self.ALL.partition("<!-- code: 01-blocking/server.cpp"
                                        "#inner")[0])
        self.assertIn("server.cpp: region inner is shown nowhere",
                      self.wrong())

    def test_stages_without_a_chapter_may_have_unused_regions(self):
        self.write("02-busy/server.cpp", SOURCE)
        self.chapter(self.ALL)
        sync.synchronise(self.root, check=False)
        self.assertEqual(self.wrong(), "")

    def test_a_stage_may_have_several_chapters(self):
        serve, _, inner = self.ALL.partition("<!-- code: 01-blocking/"
                                             "server.cpp#inner")
        first = self.write("book/01-1-serve.md", serve + sync.CONTINUED)
        sync.synchronise(self.root, check=False)
        self.assertEqual(self.wrong(), "")
        first.write_text(first.read_text().replace(sync.CONTINUED, ""))
        self.assertIn("region inner is shown nowhere", self.wrong())
        self.write("book/01-2-inner.md", self.ALL.removeprefix(serve))
        sync.synchronise(self.root, check=False)
        self.assertEqual(self.wrong(), "")

    def test_an_unused_session_is_noticed(self):
        self.write("book/sessions/01-lost.session", "Bob$ true\n")
        self.chapter(self.ALL)
        self.assertIn("01-lost.session: shown nowhere", self.wrong())

    def test_a_marker_without_fence_is_noticed(self):
        self.chapter("<!-- code: 01-blocking/server.cpp -->\ntext\n")
        self.assertIn("line 1: no fence", self.wrong())

    def test_a_diff_of_two_files(self):
        self.write("05-threads/server.cpp", SOURCE.replace("A s", "Another s"))
        chapter = self.chapter("<!-- diff: 01-blocking/server.cpp "
                               "05-threads/server.cpp -->\n```\n```\n")
        sync.synchronise(self.root, check=False)
        self.assertIn("```diff\n-// A server.\n+// Another server.\n",
                      chapter.read_text())


class Claims(Book):
    TEST = "TEST(Echo, TheSecondClientWaits) {}"
    MARK = "<!-- claim: Echo.TheSecondClientWaits -->"

    def test_a_claim_has_a_test_with_its_words(self):
        self.write("tests/01_test.cpp", self.TEST)
        chapter = self.chapter(f"And so *the second\nclient* waits. {self.MARK}")
        self.assertEqual(claims.claims(self.root, chapter),
                         [("Echo", "TheSecondClientWaits",
                           Path("tests/01_test.cpp"))])

    def test_a_claim_without_test(self):
        chapter = self.chapter(f"The second client waits. {self.MARK}")
        with self.assertRaisesRegex(BookError, "no such test"):
            claims.claims(self.root, chapter)

    def test_a_claim_in_other_words(self):
        self.write("tests/01_test.cpp", self.TEST)
        chapter = self.chapter("The second client waits.\n\n"
                               f"The second client is served. {self.MARK}")
        with self.assertRaisesRegex(BookError, "does not say"):
            claims.claims(self.root, chapter)

    def test_claims_are_listed(self):
        self.write("tests/01_test.cpp", self.TEST)
        self.write("01-blocking/server.cpp", "")
        chapter = self.chapter(f"The second client waits. {self.MARK}\n"
                               "<!-- claims -->\n<!-- end of claims -->\n")
        self.assertEqual(sync.synchronise(self.root, check=False), [])
        self.assertIn("- the second client waits: [Echo.TheSecondClientWaits]"
                      "(../tests/01_test.cpp)\n", chapter.read_text())


class Links(Book):
    def dead(self, text):
        return links.dead_links(self.root, self.chapter(text))

    def test_living_links(self):
        self.write("book/02-busy.md", "# It's `busy`, again\n## Twice\n"
                                      "## Twice\n```\n# no heading\n```\n")
        self.assertEqual(self.dead(
            "# Here\n[a](02-busy.md) [b](02-busy.md#its-busy-again) "
            "[c](#here) [d](02-busy.md#twice-1) [e](https://example.org) "
            "![f](../01-blocking/server.cpp)\n`[g](nowhere)`\n"), [])

    def test_dead_links(self):
        self.write("book/02-busy.md", "# Busy\n```\n# no heading\n```\n")
        for target in ("03-none.md", "02-busy.md#idle", "#nowhere",
                       "02-busy.md#no-heading", "../../etc"):
            self.assertEqual(len(self.dead(f"# Here\n[x]({target})\n")), 1,
                             target)
        self.assertEqual(len(self.dead("[x]: gone.md\n")), 1)
        self.assertEqual(len(self.dead('<img src="gone.svg">\n')), 1)


    def test_advice_to_reread(self):
        self.write("book/02-busy.md", "# Busy\n## Who rests\n")
        source = self.root / "advice.cpp"
        source.write_text('f("book/02-busy.md: Who "\n  "rests");\n')
        self.assertEqual(links.dead_advice(self.root, source), [])
        for advice in ("book/02-busy.md", "book/02-busy.md: Who runs",
                       "book/03-none.md: Who rests"):
            source.write_text(f'f("{advice}");\n')
            self.assertEqual(len(links.dead_advice(self.root, source)), 1,
                             advice)


class Concordance(Book):
    def wrong(self, row):
        self.write("06-coroutines/tincan/run.hpp", "T run(Coro<T> main);\n")
        self.write("06-coroutines/sleepers.cpp", "run(sleep_all());\n")
        self.write("06-coroutines/silent.cpp", "int main() {}\n")
        self.write("book/asyncio.md", "| asyncio | Tin Can | program | what |"
                                      f"\n|---|---|---|---|\n{row}\n")
        return concordance.wrong_rows(self.root, self.root / "book/asyncio.md")

    def test_what_is_there(self):
        self.assertEqual(self.wrong("| `a` | `run` | `sleepers` | x\\|y |"), [])
        self.assertEqual(self.wrong("| `a` | `Coro<T>` | – | – |"), [])
        self.assertEqual(self.wrong("| `a` | – | – | – |"), [])

    def test_what_is_not(self):
        for row in ("| `a` | `walk` | – | – |", "| `a` | `run` | `none` | – |",
                    "| `a` | `run` | `silent` | – |"):
            self.assertEqual(len(self.wrong(row)), 1, row)


class Sessions(Book):
    def fails(self, text, why):
        with self.assertRaisesRegex(BookError, why):
            self.run_session(text)

    def test_typed_printed_and_ended(self):
        self.run_session("Bob$ cat; exit 3\nBob> hello\nBob: hello\n"
                         "Bob> ^D\nBob? 3\n")

    def test_ctrl_c_ends_a_program(self):
        self.run_session("Bob$ cat\nBob> ^C\n")

    def test_numbers_are_known_again(self):
        self.run_session("Bob$ echo 127.0.0.1:31234; echo 31234 8000\n"
                         "Bob: 127.0.0.1:50001\nBob: 50001 0\n")
        self.fails("Bob$ echo 31234; echo 31235\nBob: 50001\nBob: 50001\n",
                   ":3: Bob printed '31235'")

    def test_what_differs_is_told(self):
        self.fails("Bob$ echo no\nBob: yes\n", ":2: Bob printed 'no'")
        self.fails("Bob$ true\nBob: yes\n", "Bob did not print 'yes'")
        self.fails("Bob$ echo too; echo much\nBob: too\n", "also printed")
        self.fails("Bob$ exit 1\nBob? 0\n", "ended with 1")
        self.fails("Bob$ echo x; sleep 60\nBob: (nothing)\n", "printed 'x'")
        self.fails("Bob> hello\n", "nothing runs in Bob")
        self.fails("Bob said hello\n", "not a step")

    def test_a_program_that_stays_is_told_and_killed(self):
        patience, session.PATIENCE = session.PATIENCE, 0.2
        self.addCleanup(setattr, session, "PATIENCE", patience)
        self.fails("Bob$ cat\n", "Bob still runs")

    def test_looking_again_until_it_is_so(self):
        self.run_session(
            "look$ echo x >>seen; wc -l <seen\nlook: 3\nlook? 0\n")

    def test_terminals_stand_side_by_side(self):
        path = self.write("x.session", "server$ ./echo 8000\nserver: on 8000\n"
                                       "Bob$ nc\nBob> hi\nBob: hi\nBob> ^D\n")
        self.assertEqual(session.render(path), [
            "server          Bob", "$ ./echo 8000", "on 8000",
            "                $ nc", "                hi⏎",
            "                hi", "                ^D"])

    def test_wide_terminals_stand_below_each_other(self):
        path = self.write("x.session", "server$ " + "x" * 90 + "\nBob$ nc\n"
                                       "Bob: hi\n")
        self.assertEqual(session.render(path), [
            "server   $ " + "x" * 90, "Bob      $ nc", "         hi"])

    def test_a_long_pipeline_is_folded(self):
        long = "x" * 90
        path = self.write("x.session", f"Bob$ {long} | cat | cat\nBob$ a | b\n")
        self.assertEqual(session.render(path), [
            f"$ {long} | cat | cat", "$ a | b"])
        path = self.write("x.session",
                          f"Bob$ a | b | {long} | cat || exit\n")
        self.assertEqual(session.render(path), [
            f"$ a | b | {long} |", "    cat || exit"])
        path = self.write("x.session", f"Bob$ {long} | {long} | cat\n")
        self.assertEqual(session.render(path), [
            f"$ {long} |", f"    {long} |", "    cat"])


class Exercises(Book):
    TEXT = ("both\n// #region starter\na\n// #endregion starter\n"
            "// #region solution\nb\n// #endregion solution\n")

    def test_one_source_two_programs(self):
        self.assertEqual(exercise.variant(self.TEXT, "starter"), "both\na\n")
        self.assertEqual(exercise.variant(self.TEXT, "solution"), "both\nb\n")

    def test_a_source_needs_both(self):
        with self.assertRaises(BookError):
            exercise.variant("// #region starter\n// #endregion starter\n",
                             "starter")


if __name__ == "__main__":
    unittest.main()
