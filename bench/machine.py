"""On what machine and with what build: figures mean nothing without it. Says
nothing that names the machine or its user."""
import datetime
import os
import platform
import re
import subprocess
from pathlib import Path


def first_match(pattern, path, default="unknown"):
    match = re.search(pattern, Path(path).read_text(), re.M)
    return match[1].strip() if match else default


def cmake_setting(build, name):
    return first_match(rf"^{name}:\w+=(.*)$", build / "CMakeCache.txt", "")


def compiler(build):
    command = [cmake_setting(build, "CMAKE_CXX_COMPILER"), "--version"]
    result = subprocess.run(command, capture_output=True, text=True,
                            check=False)
    return result.stdout.partition("\n")[0] or "unknown"


def describe(build):
    memory_kib = int(first_match(r"^MemTotal:\s+(\d+) kB", "/proc/meminfo"))
    return {
        "cpu": first_match(r"^model name\s*:(.*)$", "/proc/cpuinfo",
                           platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory_kib / 2**20),
        "system": platform.freedesktop_os_release()["PRETTY_NAME"],
        # The number only: what stands behind it may name the place.
        "kernel": re.match(r"[\d.]*", platform.release())[0],
        "compiler": compiler(build),
        "build": cmake_setting(build, "CMAKE_BUILD_TYPE"),
        "sanitizers": cmake_setting(build, "TINCAN_SANITIZE"),
        "date": datetime.date.today().isoformat(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def in_words(machine):
    return (f"{machine['cpu']}, {machine['cores']} cores, "
            f"{machine['memory_gib']} GiB; {machine['system']}, "
            f"Linux {machine['kernel']}; "
            f"{machine['compiler']}; {machine['date']}.")


def doubts(machine):
    """Why figures from this machine should not be believed now."""
    found = []
    if machine["load_before"] > 0.5:
        found.append("other programs were running: the load average was "
                     f"{machine['load_before']} at the start")
    if machine["build"] not in ("Release", "RelWithDebInfo"):
        found.append(f"the build is not optimised: {machine['build']}")
    if machine["sanitizers"]:
        found.append(f"the build has sanitizers: {machine['sanitizers']}")
    return found
