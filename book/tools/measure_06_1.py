"""Measures what the first chapter of stage 6 says about costs, on this machine.

    measure_06_1.py BUILD >book/results/06-1-coroutines.txt

Only ratios within one run mean something elsewhere.
"""
import re
import subprocess
import sys

from measure import machine

CALLS = 1_000_000
ROUNDS = 15


def nanoseconds(program, how):
    """For one call; None if the program did not survive so many."""
    said = subprocess.run([program, how, str(CALLS)], text=True,
                          capture_output=True, check=True).stdout
    found = re.search(r"([\d.]+) ns each", said)
    return float(found[1]) if found else None


def main(build):
    print(machine())
    print(f"\n{CALLS} times, a coroutine calls one that ends at once:\n"
          f"nanoseconds for each call, the best of {ROUNDS} runs\n")
    print(f"{'':>12}{'pump':>10}{'symmetric':>12}")
    variants = {"-O2": "O2", "-O0": "O0", "-O2, ASan": "asan"}
    best = {}
    for _ in range(ROUNDS):  # interleaved: all see the same machine
        for name, variant in variants.items():
            for how in ("pump", "symmetric"):
                cost = nanoseconds(f"{build}/06-coroutines/awaits_{variant}",
                                   how)
                if cost is not None:
                    best[name, how] = min(cost, best.get((name, how), cost))
    for name in variants:
        cells = [best.get((name, how)) for how in ("pump", "symmetric")]
        pump, symmetric = ("overflow" if cell is None else f"{cell:.1f}"
                           for cell in cells)
        print(f"{name:>12}{pump:>10}{symmetric:>12}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_06_1.py BUILD")
    main(sys.argv[1])
