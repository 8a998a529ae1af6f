"""What the commands cost: ``python -m benchmarks.commands [--repeats 15]``, in CPU of their processes.

Each command is a process of its own over a small data folder: user and system time, the least of the repeats, beside
the interpreter's own start. The modules that it imports are counted by tests/unit/functions/cli/test_imports.py.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
AUTOMATE = (sys.executable, "-c", "from functions.cli.main import main; main()")
HELLO = {"name": "hello", "definition": {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "End": True}}}}


def cpu(command: Sequence[str], environment: dict[str, str]) -> tuple[float, bytes]:
    """Seconds of CPU of one process and its children, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True)  # noqa: S603  ourselves
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as scratch:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the first command leaves compiled modules to the others
        environment["AUTOMATE_DATA_DIR"] = f"{scratch}/data"
        file = Path(scratch) / "hello.json"
        file.write_text(json.dumps(HELLO), encoding="utf-8")
        cpu([*AUTOMATE, "import", "--file", str(file), "--publish"], environment)
        cpu([*AUTOMATE, "start", "hello", "--name", "one", "--wait"], environment)
        commands = {
            "the interpreter alone": [sys.executable, "-c", "pass"],
            **{words: [*AUTOMATE, *words.split()] for words in (
                "--version", "--help", "executions", "start hello", "show hello:one",
                "validate workflows/order_flow.json",
            )},
        }
        for name, command in commands.items():
            least = min(cpu(command, environment)[0] for _ in range(repeats))
            print(f"{name:<40} {least * 1000:6.0f} ms of CPU")


if __name__ == "__main__":
    main()
