"""Run a command beside busy processes: ``python -m tools.busy 8 -- COMMAND…``.

A test must not pass only on an idle machine. Each busy process computes without a pause until the command has ended.
The status is the command's.
"""

from __future__ import annotations

import subprocess
import sys

USAGE = "usage: python -m tools.busy PROCESSES -- COMMAND…"

_SPIN = "import os\nstarter = os.getppid()\nwhile os.getppid() == starter:\n    sum(range(1_000_000))"
"""It ends by itself when its starter is gone."""


def run(processes: int, command: list[str]) -> int:
    """The command's status, run beside so many busy processes."""
    busy = [subprocess.Popen([sys.executable, "-c", _SPIN]) for _ in range(processes)]
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        for process in busy:
            process.terminate()
        for process in busy:
            process.wait()


def main(arguments: list[str]) -> int:
    """The command's status; 2 where the arguments are none."""
    match arguments:
        case [count, "--", *command] if count.isdecimal() and command:
            return run(int(count), command)
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
