"""Right drafts of which one thing is moved, dropped or turned round: as many are named as docs/copilot.md says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.copilot.bends import BENDS, OPEN, named

TEXT = (Path(__file__).parents[2] / "docs" / "copilot.md").read_text(encoding="utf-8")
SHARES = {row[1]: int(row[2]) for row in re.finditer(r"^\| `(\w+)` \|[^|]*\| (\d+) % \|$", TEXT, re.MULTILINE)}


def test_as_many_bends_of_each_kind_are_named_as_the_guide_says():
    every, found, missed = named(*OPEN)
    shares = {kind: 100 * found[kind] / every[kind] for kind in every}
    assert {*shares} == {*SHARES} == {kind.__name__ for kind in BENDS}
    low = {kind: (shares[kind], SHARES[kind]) for kind in shares if shares[kind] < SHARES[kind]}
    assert low == {}, [one for one in missed if one[0] in low]
    assert every.total() > 1000
