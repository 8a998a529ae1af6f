"""The copilot's evaluation: every sentence drafted and held against its expectations.

``python -m tests.copilot.evaluate`` prints the table of sentences.json and, apart, the score of held_back.json.
``-v`` names the held-back faults too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.registry import Registry
from engine.copilot.offline.drafter import draft
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.scoring import faults

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Score:
    id: str
    sentence: str
    faults: list[str]


def sentences(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / file).read_text(encoding="utf-8"))["sentences"]
    return found


def scores(file: str) -> list[Score]:
    """One Score a sentence, by the offline drafter over the product's own catalogue."""
    catalogue = catalogue_of(Registry(installed=list))
    found = []
    for entry in sentences(file):
        proposal = draft(entry["sentence"], catalogue)
        found.append(Score(entry["id"], entry["sentence"], faults(proposal, entry["expect"])))
    return found


def passed(found: Sequence[Score]) -> int:
    return sum(not score.faults for score in found)


def main() -> None:
    verbose = "-v" in sys.argv
    for file in ("sentences.json", "held_back.json"):
        found = scores(file)
        for score in found:
            if file == "sentences.json" or verbose:
                print(f"{'✗' if score.faults else '✓'} {score.id:<13} {score.sentence[:90]}")
                for fault in score.faults:
                    print(f"                {fault}")
        print(f"{file}: {passed(found)} of {len(found)} ({100 * passed(found) / len(found):.0f} %)\n")


if __name__ == "__main__":
    main()
