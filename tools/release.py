"""Give the release a number: ``python -m tools.release 0.2.0``.

What stands under *Unreleased* in CHANGELOG.md becomes that release's section, dated today (UTC), and pyproject.toml
gets its number. The changes are left for a commit, which is then tagged ``v0.2.0``.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from engine.clock import Clock, SystemClock

ROOT = Path(__file__).parents[1]
USAGE = "usage: python -m tools.release MAJOR.MINOR.PATCH"

_NUMBER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
_VERSION = re.compile(r'(?m)^version = "(.+)"$')
_UNRELEASED = "## [Unreleased]\n"


def number(root: Path, version: str, clock: Clock) -> None:
    """Write the release `version` into the checkout at `root`. Raises ValueError for what is no higher number."""
    project, changelog = root / "pyproject.toml", root / "CHANGELOG.md"
    text, changes = (path.read_text(encoding="utf-8") for path in (project, changelog))
    found = _VERSION.search(text)
    if found is None or _parts(version) <= _parts(found[1]):
        raise ValueError(f"{version!r} is no number above the release before")
    head, _, unreleased = changes.partition(_UNRELEASED)
    if not unreleased.strip() or unreleased.lstrip().startswith("## "):
        raise ValueError(f"{version!r} would be empty: nothing stands under Unreleased")
    day = datetime.fromtimestamp(clock.now(), UTC).date()
    project.write_text(_VERSION.sub(f'version = "{version}"', text, count=1), encoding="utf-8")
    changelog.write_text(f"{head}{_UNRELEASED}\n## [{version}] - {day}\n{unreleased}", encoding="utf-8")


def _parts(version: str) -> tuple[int, ...]:
    found = _NUMBER.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is no number above the release before")
    return tuple(map(int, found.groups()))


def main(arguments: list[str]) -> int:
    """The status of the command; 2 where the number is none."""
    try:
        (version,) = arguments
        number(ROOT, version, SystemClock())
    except ValueError as problem:
        print(f"{problem}\n{USAGE}", file=sys.stderr)
        return 2
    print(f"CHANGELOG.md and pyproject.toml are of {version}. Commit them, and tag the commit v{version}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
