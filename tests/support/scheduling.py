"""Which process of pytest-xdist runs a test (``-n``): a file's tests run in one, so that what they share is made once.

pytest-xdist's own ``--dist loadgroup`` names groups in an attribute that pytest 9.2 no longer reads: every test was a
unit of its own, and both processes made each file's fixtures, at once.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler.loadscope import LoadScopeScheduling

TOGETHER = ("tests/deployed/", "tests/unit/infra_cdk/")
"""Folders whose files share a deployed stage, or its templates: one unit each."""

LONG = ("tests/deployed/", "tests/studio/", "tests/crash/", "tests/contract/", "tests/property/", "tests/e2e/")
"""Folders with the longest files. They come first, so that no process waits for the other's last file."""


def unit_of(nodeid: str) -> str:
    """What runs in one process with the test of this id: its file, or the folder that it shares something with."""
    file = nodeid.split("::", 1)[0]
    return next(filter(file.startswith, TOGETHER), file)


def place_of(nodeid: str) -> int:
    """Where the test of this id comes: sort by it, and what was in order stays so within each place."""
    return next((place for place, folder in enumerate(LONG) if nodeid.startswith(folder)), len(LONG))


class ByFile(LoadScopeScheduling):
    """Gives a process the next unit in the order of collection."""

    def __init__(self, config: Any, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
