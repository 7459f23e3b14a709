"""Tests of run.py and what it is made of. Runs in the build directory."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
BUILD = Path.cwd()
sys.path.insert(0, str(BENCH))

import chat
import report
import results
import servers
from measures import Point, memory_span


def keys(chosen):
    return [server.key for server in chosen]


def processes_with(mark):
    """Processes that have `mark` in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (
                    entry / "environ").read_bytes().decode(errors="replace"):
                found.append(entry.name)
        except OSError:
            pass  # has ended, or belongs to somebody else
    return found


def eventually(condition, patience=20):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Choose(unittest.TestCase):
    def test_a_stage_means_all_its_servers_and_the_limit(self):
        self.assertEqual(keys(servers.choose(["04"])),
                         ["04", "04-epoll", "04-edge", "raw"])

    def test_a_key_means_one_server(self):
        self.assertEqual(keys(servers.choose(["04-edge", "asio"])),
                         ["04-edge", "raw", "asio"])

    def test_nothing_means_all(self):
        self.assertEqual(servers.choose([]), servers.SERVERS)

    def test_an_unknown_name_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "'99'.*04-edge"):
            servers.choose(["04", "99"])

    def test_no_key_is_used_twice(self):
        self.assertEqual(len(set(keys(servers.SERVERS))),
                         len(servers.SERVERS))


class Spans(unittest.TestCase):
    def of(self, key, most):
        return memory_span(servers.choose([key])[0], most)

    def test_memory_is_compared_where_the_server_can(self):
        self.assertEqual(self.of("06-poll", 10_000), (1000, 10_000))
        self.assertEqual(self.of("06-poll", 1000), (100, 1000))
        self.assertEqual(self.of("03", 10_000), (100, 1000))
        self.assertIsNone(self.of("01", 10_000))
        self.assertIsNone(self.of("05-pool", 10_000))


class Intervals(unittest.TestCase):
    def test_one_sample_has_none(self):
        self.assertIsNone(results.interval([5]))

    def test_few_samples_lie_in_it(self):
        self.assertEqual(results.interval([3, 1, 2]), [1, 3])
        self.assertEqual(results.interval([5, 3, 1, 2, 4]), [1, 5])

    def test_nine_samples_leave_out_the_outermost(self):
        self.assertEqual(results.interval([9, 1, 8, 2, 7, 3, 6, 4, 5]), [2, 8])

    def test_many_samples_leave_out_more(self):
        # Where tables of the sign test have it: 6th and 15th of 20.
        self.assertEqual(results.interval(range(1, 21)), [6, 15])


class Figures(unittest.TestCase):
    def setUp(self):
        self.servers = servers.choose(["06", "asio"])
        self.results = results.Results(self.servers)

    def sample(self, roundtrips):
        return {"roundtrips": roundtrips, "p50": 1.0}

    def add(self, key, *roundtrips):
        [server] = [s for s in self.servers if s.key == key]
        for value in roundtrips:
            self.results.add_sample(
                Point(64), server, value and self.sample(value))

    def test_ratios_are_taken_within_a_round(self):
        self.add("06", 100, 210, None, 90)
        self.add("raw", 100, 200, 300, None)
        self.add("asio", 50, 100, 100, 100)
        figures = self.results.figures()
        self.assertEqual(figures["06"]["roundtrips"], {"64": 100})
        self.assertEqual(figures["06"]["roundtrips_interval"],
                         {"64": [90, 210]})
        self.assertEqual(figures["06"]["ratio"], {"64": 1.025})
        self.assertEqual(figures["06"]["ratio_interval"], {"64": [1.0, 1.05]})
        self.assertEqual(figures["06"]["over_asio"], {"64": 2.0})
        self.assertEqual(figures["raw"]["ratio"], {"64": 1.0})
        self.assertNotIn("over_asio", figures["raw"])

    def test_what_never_worked_has_no_figure(self):
        self.add("06", None, None)
        self.add("raw", 100, 100)
        self.assertNotIn("roundtrips", self.results.figures()["06"])

    def test_a_limit_of_nothing_is_no_divisor(self):
        self.add("06", 100)
        self.results.add_sample(Point(64), self.servers[-2], self.sample(0))
        self.assertNotIn("ratio", self.results.figures()["06"])

    def test_a_path_leads_to_a_figure(self):
        [server] = servers.choose(["raw"])
        self.results.put(server, "memory", 12.3456)
        self.results.put(server, "calls.64", 3.00012)
        figures = self.results.figures()
        self.assertEqual(figures["raw"]["memory"], 12.35)
        self.assertEqual(figures["raw"]["calls"]["64"], 3.0)


class ChatFigures(unittest.TestCase):
    def setUp(self):
        self.results = chat.Results((100, 1000))
        self.servers = {server.key: server for server in servers.CHATS}

    def add(self, key, place, *samples):
        for sample in samples:
            self.results.add(self.servers[key], place, sample and {
                "deliveries": sample[0], "p99": sample[1]})

    def test_ratios_are_taken_within_a_round(self):
        self.add("07", "100", (100, 10), (600, 30), None)
        self.add("asyncio", "100", (50, 20), (100, 30), (1, 1))
        ours = self.results.figures()["07"]
        self.assertEqual(ours["deliveries"], {"100": 350})
        self.assertEqual(ours["over_asyncio"], {"100": 4.0})
        self.assertEqual(ours["over_asyncio_interval"], {"100": [2.0, 6.0]})
        self.assertEqual(ours["p99_over_asyncio"], {"100": 0.75})
        self.assertNotIn("over_asio", ours)

    def test_goals_are_met_or_not(self):
        self.add("07", "100", (500, 10))
        self.add("asyncio", "100", (100, 9))
        self.add("07", "1000, none", (1, 100))
        self.add("07", "1000, one stalled", (1, 111))
        self.results.add(self.servers["07"], "memory", 40_000_000)
        found = {goal["goal"]: goal["met"] for goal in chat.goals(
            self.results.figures(), chat.FULL)}
        self.assertEqual(found, {
            "deliveries over asyncio's, 100 clients": True,
            "p99 over asyncio's, 100 clients": False,
            "p99 with one stalled, over without": False,
            "MB for 10,000 idle clients": True})


class Tables(unittest.TestCase):
    def test_all_lines_have_one_width(self):
        lines = report.table(["", "server", "1,000"],
                             [["04-edge", "µs", "1"], ["1", "b", "123,456"]],
                             words=2)
        self.assertEqual({len(line) for line in lines.splitlines()}, {30})
        self.assertIn("-:|", lines)

    def test_what_is_missing_is_a_dash(self):
        found = report.by_connections(
            {"a": {"m": {"1": 2}}, "b": {}, "c": {"m": {"64": 3}}}, {"m": ""},
            lambda entry, measure, place: report.whole(
                report.get(entry, f"{measure}.{place}")))
        self.assertEqual(found.splitlines()[2:],
                         ["| a | 2 |  – |", "| c | – |  3 |"])


class Runs(unittest.TestCase):
    """The program itself, on real servers."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.mark = f"BENCH_TEST={uuid.uuid4()}"

    def start(self, *arguments, build=BUILD):
        name, value = self.mark.split("=")
        process = subprocess.Popen(
            [str(BENCH / "run.py"), "--build", str(build), "--results",
             str(self.folder), *arguments], env=os.environ | {name: value},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def run_bench(self, *arguments, build=BUILD):
        process = self.start(*arguments, build=build)
        out, err = process.communicate(timeout=180)
        self.assert_nothing_is_left()
        return process.returncode, out, err

    def assert_nothing_is_left(self):
        # Who is killed as a grandchild may take a moment to go.
        self.assertTrue(eventually(lambda: not processes_with(self.mark)),
                        processes_with(self.mark))

    def test_a_quick_run_yields_figures_for_all_it_names(self):
        status, out, err = self.run_bench("--quick", "--only", "04")
        self.assertEqual(status, 0, err + out)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["partial.json", "partial.md"])
        self.assertEqual((self.folder / "partial.md").read_text() + "\n", out)
        found = json.loads((self.folder / "partial.json").read_text())
        self.assertEqual(list(found), ["machine", "settings", "04", "04-epoll",
                                       "04-edge", "raw"])
        for key in ("04", "04-epoll", "04-edge", "raw"):
            with self.subTest(key=key):
                self.check_entry(found[key])
        self.assertEqual(found["raw"]["ratio"], {
            place: 1.0 for place in found["raw"]["ratio"]})
        self.assertTrue(found["settings"]["quick"])
        self.assertRegex(found["machine"]["date"], r"^\d{4}-\d\d-\d\d$")

    def check_entry(self, entry):
        self.assertEqual(entry["errors"], {})
        for measure in ("roundtrips", "p50", "p99", "max", "cpu", "kernel"):
            self.assertEqual(set(entry[measure]), {"1", "64", "1000"})
            self.assertEqual(set(entry[f"{measure}_16k"]), {"64"})
            for value in (*entry[measure].values(),
                          *entry[f"{measure}_16k"].values()):
                self.assertGreaterEqual(value, 0)
        for value in entry["kernel"].values():
            self.assertLessEqual(value, 1)
        self.assertGreaterEqual(entry["memory"], 0)
        self.assertGreaterEqual(entry["idle_cpu"], 0)
        for place in ("1", "64"):
            # Where strace is missing or forbidden, the reason is there.
            if f"calls.{place}" in entry["left_out"]:
                self.assertIn("strace", entry["left_out"][f"calls.{place}"])
            else:
                self.assertGreater(entry["calls"][place], 1)

    def wrong_build(self, program):
        """A build directory in which 04/echo_server is this Python text."""
        build = self.folder / "build"
        for name in ("bench", "04-poll"):
            (build / name).mkdir(parents=True)
        (build / "bench/load").symlink_to(BUILD / "bench/load")
        (build / "bench/peers").symlink_to(BUILD / "bench/peers")
        (build / "CMakeCache.txt").symlink_to(BUILD / "CMakeCache.txt")
        server = build / "04-poll/echo_server"
        server.write_text(f"#!{sys.executable}\n{program}")
        server.chmod(0o755)
        return build

    def test_a_wrong_server_has_errors_instead_of_figures(self):
        build = self.wrong_build(
            "import socket\n"
            "listener = socket.create_server(('127.0.0.1', 0))\n"
            "print('listening on 127.0.0.1:%d' % listener.getsockname()[1],"
            " flush=True)\n"
            "while True:\n"
            "    listener.accept()[0].close()\n")
        status, out, _ = self.run_bench("--quick", "--only", "04", build=build)
        self.assertEqual(status, 1)
        found = json.loads((self.folder / "partial.json").read_text())
        self.assertNotIn("roundtrips", found["04"])
        self.assertRegex(found["04"]["errors"]["roundtrips.64"],
                         r"^connect 64: \d+ errors; the first: connection")
        self.assertEqual(found["04-edge"]["left_out"], {"all": "it is not "
                                                               "built"})
        self.assertEqual(found["raw"]["errors"], {})
        self.assertIn("## Errors\n\n- 04: connect", out)

    def test_a_server_that_will_not_start_is_an_error_with_its_words(self):
        build = self.wrong_build("raise SystemExit('no socket today')\n")
        status, _, _ = self.run_bench("--quick", "--only", "04", build=build)
        self.assertEqual(status, 1)
        found = json.loads((self.folder / "partial.json").read_text())
        self.assertEqual(
            found["04"]["errors"]["memory"],
            "the server's start: it has ended; the server: no socket today")

    def test_a_small_run_of_the_chat_yields_all_figures(self):
        if not (BUILD / "07-chat/chat_server").exists():
            self.skipTest("the chat is not built")
        bench = chat.Bench(
            chat.Settings(True, clients=(10, 20), seconds=0.05, rounds=2,
                          storm_rounds=1, storm=20, idle=30), BUILD, 1000)
        found = bench.run()
        self.assertEqual(bench.results.errors, [])
        for key in ("07", "asyncio"):
            for measure in ("deliveries", "p50", "p99", "max", "cpu"):
                for place in ("10", "20"):
                    self.assertGreater(found[key][measure][place], 0)
        for figure in ("memory", "storm", "p99_stalled"):
            self.assertGreater(found["07"][figure], 0)
        self.assertGreater(len(found["goals"]), 4)
        self.assertIn("## The goals", chat.markdown(found))

    def test_wrong_arguments_are_explained(self):
        for arguments in (["--only", "99"], ["--chat", "--only", "03"], ["--slow"],
                          ["--build", str(self.folder)]):
            with self.subTest(arguments=arguments):
                status, _, err = self.run_bench(*arguments)
                self.assertEqual(status, 2)
                self.assertIn("usage: ./tincan bench", err)

    def test_nothing_survives_a_run_that_is_killed(self):
        process = self.start("--only", "04")
        # run.py, a server and its load
        self.assertTrue(eventually(lambda: len(processes_with(self.mark)) > 2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assert_nothing_is_left()


if __name__ == "__main__":
    unittest.main()
