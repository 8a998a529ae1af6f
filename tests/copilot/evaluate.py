"""The copilot's evaluation: every sentence drafted offline, and held against the structure that it should have.

``python -m tests.copilot.evaluate`` prints the tables that docs/copilot.md has. ``-v`` names what is wrong, but of the
locked sentences nothing: whoever changes the grammar does not see how they fail.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from connectors import open_folders
from connectors.registry import Registry
from engine.copilot.copilot import Copilot
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.scoring import faults
from tests.copilot.verdict import SILENT, VERDICTS, verdict

FOLDER = Path(__file__).parent


class _Folders:
    """Folders that are open, so that the connector files is there as it is where AUTOMATE_FILE_ROOTS is set."""

    def problem(self) -> None:
        return None


def copilot() -> Copilot:
    """A copilot of all that the product has."""
    before = open_folders.current()
    open_folders.use(cast("open_folders.Folders", _Folders()))
    try:
        return Copilot(catalogue_of(Registry(installed=list)))
    finally:
        open_folders.use(before)


COPILOT = copilot()
ASKED, LOCKED, STRANGER = "asked.json", "locked.json", "stranger.json"
STRANGER_LOCKED, SECOND, SECOND_LOCKED = "stranger_locked.json", "second.json", "second_locked.json"
THIRD, THIRD_LOCKED = "third.json", "third_locked.json"
FOURTH_LOCKED = "fourth_locked.json"
FIFTH, FIFTH_LOCKED = "fifth.json", "fifth_locked.json"
SIXTH_LOCKED = "sixth_locked.json"
SEVENTH, SEVENTH_COUNTED = "seventh.json", "seventh_counted.json"
EIGHTH, EIGHTH_LOCKED = "eighth.json", "eighth_locked.json"
NINTH, NINTH_COUNTED = "ninth.json", "ninth_counted.json"
ELEVENTH, ELEVENTH_LOCKED = "eleventh.json", "eleventh_locked.json"
TWELFTH, TWELFTH_LOCKED = "twelfth.json", "twelfth_locked.json"
THIRTEENTH_LOCKED = "thirteenth_locked.json"
FOURTEENTH, FOURTEENTH_LAST = "fourteenth.json", "fourteenth_last.json"
UNSEEN = (THIRTEENTH_LOCKED, TWELFTH_LOCKED, ELEVENTH_LOCKED, NINTH_COUNTED, EIGHTH_LOCKED, SEVENTH_COUNTED,
          SIXTH_LOCKED, FIFTH_LOCKED, FOURTH_LOCKED, LOCKED)
"""Those whose failures nobody is shown who changes the grammar."""
SETS = (THIRTEENTH_LOCKED, TWELFTH_LOCKED, TWELFTH, FOURTEENTH_LAST, FOURTEENTH, ELEVENTH_LOCKED, ELEVENTH,
        EIGHTH_LOCKED, EIGHTH, NINTH_COUNTED, NINTH, SIXTH_LOCKED, SEVENTH_COUNTED, SEVENTH, FIFTH_LOCKED, FIFTH,
        FOURTH_LOCKED, THIRD_LOCKED, THIRD, SECOND_LOCKED, STRANGER_LOCKED, SECOND, LOCKED, ASKED, STRANGER)


@dataclass(frozen=True)
class Score:
    id: str
    sentence: str
    faults: list[str]


@dataclass(frozen=True)
class Judged:
    """`verdict` is one of VERDICTS, `why` says why it is not the first."""

    id: str
    about: str
    sentence: str
    verdict: str
    why: list[str]


def sentences(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / file).read_text(encoding="utf-8"))["sentences"]
    return found


def scores(file: str) -> list[Score]:
    """Of the sentences that the grammar began with: what each draft lacks."""
    return [Score(entry["id"], entry["sentence"], faults(COPILOT.draft(entry["sentence"]), entry["expect"]))
            for entry in sentences(file)]


def judged(file: str) -> list[Judged]:
    """Of the sentences that are written as people ask: what each draft is."""
    found = []
    for entry in sentences(file):
        what, why = _verdict(entry)
        found.append(Judged(entry["id"], entry["about"], entry["sentence"], what, why))
    return found


def _verdict(entry: dict[str, Any]) -> tuple[str, list[str]]:
    """A sentence without a draft is wrong, and says nothing to the person."""
    try:
        proposal = COPILOT.draft(entry["sentence"])
    except Exception as error:  # noqa: BLE001 - whatever it is, the person has no draft
        return SILENT, [f"no draft: {error!r}"]
    return verdict(proposal, entry["sentence"], entry["expect"])


def passed(found: Sequence[Score]) -> int:
    return sum(not score.faults for score in found)


def counts(found: Sequence[Judged]) -> list[int]:
    """How many of each verdict."""
    every = Counter(one.verdict for one in found)
    return [every[name] for name in VERDICTS]


def main() -> None:
    verbose = "-v" in sys.argv
    print(f"| set | {' | '.join(VERDICTS)} | of |")
    for file in SETS:
        found = judged(file)
        print(f"| {file} | {' | '.join(map(str, counts(found)))} | {len(found)} |")
        for one in found if verbose and file not in UNSEEN else ():
            if one.why:
                print(f"    {one.id} {one.verdict}: {one.sentence}", *one.why, sep="\n        ")
    for file in ("held_back.json", "sentences.json"):
        old = scores(file)
        print(f"{file}: {passed(old)} of {len(old)} as expected")
        for score in old if verbose and file == "sentences.json" else ():
            if score.faults:
                print(f"    {score.id}: {score.sentence}", *score.faults, sep="\n        ")


if __name__ == "__main__":
    main()
