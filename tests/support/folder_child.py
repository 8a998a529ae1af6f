"""Another process on a data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from engine.ports.keys import ExecutionKey

ROOT = Path(__file__).parents[2]
KEY = ExecutionKey.of("default", "orders", "run-1")


class Child:
    """Another process on the folder: it runs `program` and answers each line written to it with one line."""

    def __init__(self, folder, program):
        prelude = f"""
import sys
from engine.adapters.local.stores import LocalStores
from engine.clock import SystemClock, SkipClock
from engine.ports.journal import Segment
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from engine.settings import Settings
stores = LocalStores.open({str(folder)!r}, Settings(), SkipClock(), command="automate worker")
key = ExecutionKey.of("default", "orders", "run-1")
print("ready", flush=True)
"""
        self.process = subprocess.Popen(
            [sys.executable, "-c", prelude + program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def __enter__(self):
        assert self.line() == "ready"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def line(self):
        return self.process.stdout.readline().strip()

    def ask(self, text=""):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return self.line()

    def kill(self):
        self.process.kill()
        self.process.wait()
