"""Processes that really die: each life of the product is a process of its own, which `os._exit`s at its fault's call.

    python -m tests.crash.killed FOLDER < one spec a line > {"lives": …, "calls": …, "broken": {spec: […]}}

This driver forks a life, waits for its end, and forks the next on the same SQLite folder until one comes to rest; then
it opens the folder itself and checks every invariant. Virtual time, the calls that reached the world and what clients
were told are files, for the world does not die with a process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.support import cold

if cold.COLD:
    cold.install()  # before the engine is imported

from tests.crash.campaign import Campaign
from tests.crash.families import Sqlite
from tests.crash.faults import Spec
from tests.crash.invariants import check
from tests.crash.ledger import Ledger
from tests.crash.scenarios import WORKFLOWS
from tests.crash.timing import EventClock
from tests.crash.world import NoRest, World

ROOT = Path(__file__).resolve().parents[2]
KILLED = 9
NO_REST = 3


def _world(spec: Spec, folder: Path, first: int) -> World:
    stores = Sqlite(folder / "data", EventClock(folder / "clock"))
    return World(
        WORKFLOWS[spec.workflow], spec.faults, stores, ledger=Ledger(folder / "ledger"), die=lambda: os._exit(KILLED),
        first=first,
    )


def kill_all(specs: Iterable[Spec], folder: Path) -> dict[str, Any]:
    """Run `specs` by a driver of its own, which has no threads that a fork would lose; what it says."""
    lines = "\n".join(map(str, specs))
    told = subprocess.run(
        [sys.executable, "-m", "tests.crash.killed", folder], input=lines, capture_output=True, text=True, check=False,
        cwd=ROOT,
    )
    if told.returncode:
        raise RuntimeError(f"the driver failed: {told.stderr}")
    return dict(json.loads(told.stdout))


def _live(spec: Spec, folder: Path, first: int) -> int:
    """One life in a process of its own; its exit status."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            lived = _world(spec, folder, first).complete()
            (folder / "calls").write_text(str(len(lived.calls)))
            status = 0
        except NoRest as error:
            sys.stderr.write(f"{error}\n")
            status = NO_REST
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _run(campaign: Campaign, spec: Spec, folder: Path) -> tuple[int, list[str]]:
    """Lives until one comes to rest; how many there were, and what is broken."""
    reference = campaign.reference(spec.workflow, "sqlite")
    folder.mkdir(parents=True)
    starts = [0, *(number + 1 for number in sorted(spec.faults.at))]
    for lives, first in enumerate(starts, 1):
        status = _live(spec, folder, first)
        if status == 0:
            break
        if status != KILLED:
            return lives, [f"I2: a life ended with {status}"]
    else:
        return lives, ["I2: more deaths than faults"]
    world = _world(spec, folder, 0)
    try:
        with world.quietly():
            return lives, check(world, reference.seen)
    finally:
        world.stores.close()


def main() -> None:
    """Run the specs of standard input."""
    folder = Path(sys.argv[1])
    lives, calls, broken = 0, 0, {}
    with Campaign(folder / "references") as campaign:
        for number, line in enumerate(sys.stdin):
            spec = Spec.parse(line)
            own = folder / f"killed{number}"
            lived, found = _run(campaign, spec, own)
            lives += lived
            calls += int((own / "calls").read_text()) if (own / "calls").exists() else 0
            shutil.rmtree(own)
            if found:
                broken[str(spec)] = found
    sys.stdout.write(json.dumps({"lives": lives, "calls": calls, "broken": broken}) + "\n")


if __name__ == "__main__":
    main()
