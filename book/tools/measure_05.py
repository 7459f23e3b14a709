"""Measures what chapter 5 says about costs, on this machine.

    measure_05.py BUILD >book/results/05-threads.txt
    measure_05.py --race BUILD >book/results/05-race.txt

The second one is what the thread sanitizer says about 05-threads/race. Only
ratios within one run mean something elsewhere, and only if nothing else runs:
two Python processes are no faster than two threads where they get no second
core.
"""
import multiprocessing
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from measure import MESSAGE, echo, machine, server
from measure_04 import connect

CLIENTS = 1000
ROUNDS = 5
TALKERS = 8
SECONDS = 2
ATTEMPTS = 20
SERVERS = {"stage 4, epoll": "04-poll/epoll_echo_server",
           "stage 5, threads": "05-threads/echo_server",
           "stage 5, processes": "05-threads/fork_echo_server"}


def processes(pid):
    """A server and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def tasks(pid):
    """The folder of every thread of a server and of its children."""
    return [task for process in processes(pid)
            for task in Path(f"/proc/{process}/task").iterdir()]


def cpu_seconds(pid, column=0):
    """Time on a core so far; in column 1, time spent waiting for one."""
    return sum(int((task / "schedstat").read_text().split()[column])
               for task in tasks(pid)) / 1e9


def switches(pid):
    """How often a thread has gone to sleep."""
    field = r"^voluntary_ctxt_switches:\s+(\d+)"
    return sum(int(re.search(field, (task / "status").read_text(), re.M)[1])
               for task in tasks(pid))


def kilobytes(pid, file, field):
    return sum(int(re.search(rf"^{field}:\s+(\d+) kB",
                             Path(f"/proc/{process}/{file}").read_text(),
                             re.M)[1])
               for process in processes(pid))


def behind_us(pid):
    """From now on it runs on our core, and only while we don't: what clients
    do meanwhile it finds all at once."""
    core = {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(0, core)
    os.sched_setaffinity(pid, core)
    os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))


def burst(pid, clients):
    """(microseconds of CPU, switches) per message, when all speak at once."""
    cpu, slept = cpu_seconds(pid), switches(pid)
    for client in clients:
        client.sendall(MESSAGE)
    for client in clients:
        left = len(MESSAGE)
        while left:
            left -= len(client.recv(left))
    return ((cpu_seconds(pid) - cpu) / len(clients) * 1e6,
            (switches(pid) - slept) / len(clients))


def row(program):
    with server(program) as (process, address), ExitStack() as crowd:
        pid = process.pid
        behind_us(pid)
        before = (cpu_seconds(pid), kilobytes(pid, "smaps_rollup", "Pss"),
                  kilobytes(pid, "status", "VmSize"))
        clients = [crowd.enter_context(connect(address))
                   for _ in range(CLIENTS)]
        for client in clients:
            echo(client)
        after = (cpu_seconds(pid), kilobytes(pid, "smaps_rollup", "Pss"),
                 kilobytes(pid, "status", "VmSize"))
        start, resident, reserved = ((new - old) / CLIENTS
                                     for new, old in zip(after, before))
        message, slept = min(burst(pid, clients) for _ in range(ROUNDS))
        return (f"{len(tasks(pid)):>9}{start * 1e6:>9.0f}{reserved:>11.0f}"
                f"{resident:>10.0f}{message:>10.1f}{slept:>10.2f}")


def talk(address, end):
    with connect(address) as client:
        while time.monotonic() < end:
            echo(client)


def cores_wanted(pid):
    """How many cores a process would have kept busy, had it got them."""
    def wanted():
        return cpu_seconds(pid) + cpu_seconds(pid, 1)
    begin, start = wanted(), time.monotonic()
    time.sleep(SECONDS)
    return (wanted() - begin) / (time.monotonic() - start)


def cores_of_server(program):
    """With clients in a process of their own that talk as fast as they can."""
    with server(program) as (process, address):
        end = time.monotonic() + SECONDS + 1
        child = os.fork()
        if child == 0:
            threads = [threading.Thread(target=talk, args=(address, end))
                       for _ in range(TALKERS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            os._exit(0)
        try:
            return cores_wanted(process.pid)
        finally:
            os.waitpid(child, 0)


def compute():
    return sum(number * number for number in range(2_000_000))


def seconds_for_two(kind):
    """For two computations at the same time."""
    workers = [kind(target=compute) for _ in range(2)]
    begin = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.monotonic() - begin


def costs(build):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(machine())
    print("\nCores that a process could keep busy:\n")
    for name, program in list(SERVERS.items())[:2]:
        print(f"{cores_of_server(f'{build}/{program}'):6.1f}   {name}, "
              f"{TALKERS} clients that talk without a break")
    print("\nSeconds for two computations at the same time in Python, the "
          f"best\nof {ATTEMPTS} runs:\n")
    runs = [(seconds_for_two(threading.Thread),
             seconds_for_two(multiprocessing.Process))
            for _ in range(ATTEMPTS)]
    for name, seconds in zip(("threads", "processes"), zip(*runs)):
        print(f"{min(seconds):6.2f}   in two {name}")
    print(f"\n{CLIENTS} clients; for each of them, and for each message when "
          "all speak at once:\n")
    print(f"{'':>20}{'':>9}{'to take':>9}{'reserved':>11}{'memory':>10}"
          f"{'CPU a':>10}{'sleeps a':>10}")
    print(f"{'':>20}{'threads':>9}{'in, µs':>9}{'kB':>11}{'kB':>10}"
          f"{'message':>10}{'message':>10}")
    for name, program in SERVERS.items():
        print(f"{name:>20}{row(f'{build}/{program}')}")


def race(build):
    """The report, with the innermost place of each stack alone."""
    report = subprocess.run([f"{build}/05-threads/race_tsan", "counter"],
                            capture_output=True, text=True).stderr
    for line in report.splitlines():
        if re.match(r" +#0 .*race\.cpp|[A-Z]|  [A-Z]", line):
            line = re.sub(r" \(race_tsan.*", "", line)
            print(re.sub(r"\S*/race\.cpp", "race.cpp", line))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--race":
        race(sys.argv[2])
    elif len(sys.argv) == 2:
        costs(sys.argv[1])
    else:
        sys.exit("usage: measure_05.py [--race] BUILD")
