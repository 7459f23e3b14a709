"""Measures what chapter 6.5 says about costs, on this machine.

    measure_06_5.py BUILD >book/results/06-5-outside.txt

Only ratios within one run mean something elsewhere.
"""
import subprocess
import sys
import time

from measure import machine

ROUNDS = 31
MEGABYTES = 64


def milliseconds(command, **options):
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return (time.monotonic() - begin) * 1000


def main(build):
    build += "/06-coroutines/"
    print(f"{machine()}\n\nprocess_sleepers: each child sleeps for 0.1 s\n")
    sleepers = subprocess.run([build + "process_sleepers"], check=True,
                              capture_output=True, text=True).stdout
    title, last = "", ""
    for line in [*sleepers.splitlines(), ":"]:
        if line.endswith(":"):
            if title:
                print(f"{title:>28} {last.split()[-1]:>6} s")
            title = line
        last = line

    alone = [build + "process_pipe", "exec cat"]
    sh = ["sh", "-c", "exec cat"]
    much = b"x" * (MEGABYTES << 20)
    through, nothing, bare = [], [], []
    for _ in range(ROUNDS):  # interleaved: all see the same machine
        nothing.append(milliseconds(alone, input=b""))
        bare.append(milliseconds(sh, input=b""))
    for _ in range(5):
        through.append(milliseconds(alone, input=much))
    print(f"\nMilliseconds from start to end, the best of {ROUNDS} runs\n")
    print(f"{'a shell that runs cat':>40}{min(bare):>8.1f}")
    print(f"{'process_pipe, and that as its child':>40}"
          f"{min(nothing):>8.1f}")
    rate = MEGABYTES / (min(through) / 1000)
    print(f"\n{MEGABYTES} MiB through process_pipe, cat and back: "
          f"{rate:.0f} MiB/s")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_06_5.py BUILD")
    main(sys.argv[1])
