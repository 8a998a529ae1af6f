"""Which release answers: its number, and the commit that it was built from.

    a checkout               pyproject.toml, and .git read without git: the commit that is checked out
    a wheel, Lambda          release.json beside this module, written by setup.py or infra_cdk.bundling

Changes that nobody has committed do not show. Only the standard library is imported: setup.py asks this module while
nothing is installed yet.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path

from engine.records import dataclass

FILE = Path("functions/app/release.json")
"""What a build writes, relative to the folder that holds the packages."""

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Release:
    """A release by its number, and by its commit where that is known."""

    version: str
    commit: str | None

    def __str__(self) -> str:
        """As people read it: ``0.2.0 (commit 59bdaf4ca221)``."""
        return self.version if self.commit is None else f"{self.version} (commit {self.commit[:_SHOWN]})"

    def as_json(self) -> str:
        """The content of FILE."""
        return json.dumps({"version": self.version, "commit": self.commit})


@cache
def release() -> Release:
    """The release of this process."""
    return of_folder(Path(__file__).parents[2])


def of_folder(root: Path) -> Release:
    """The release of a folder that holds the packages: what a build wrote there, or else what is checked out there."""
    if (root / FILE).is_file():
        built = json.loads((root / FILE).read_text(encoding="utf-8"))
        return Release(built["version"], built["commit"])
    project = root / "pyproject.toml"
    if not project.is_file():  # the packages were copied by hand
        return Release("unknown", None)
    version = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    return Release(version, _checked_out(root / ".git"))


def _checked_out(git: Path) -> str | None:
    """The commit that HEAD names, as gitrepository-layout(5) says; None where nothing tells it."""
    try:
        if git.is_file():  # a worktree
            git = git.parent / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        common = git / "commondir"
        shared = git / common.read_text(encoding="utf-8").strip() if common.is_file() else git
        found = _resolved(shared, head.removeprefix("ref:").strip()) if head.startswith("ref:") else head
    except (OSError, UnicodeDecodeError):
        return None
    return found if _COMMIT.fullmatch(found) else None


def _resolved(git: Path, ref: str) -> str:
    """The content of a ref, loose or packed."""
    if (git / ref).is_file():
        return (git / ref).read_text(encoding="utf-8").strip()
    packed = (line.partition(" ") for line in (git / "packed-refs").read_text(encoding="utf-8").splitlines())
    return next((commit for commit, _, name in packed if name == ref), "")
