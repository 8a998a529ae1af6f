"""The journeys that make test goes are there: one that is renamed must not drop out of it unseen."""

import re
import runpy
from pathlib import Path

STUDIO = Path(__file__).parents[2] / "studio"


def test_every_short_journey_exists():
    written = {name for path in STUDIO.glob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())}
    assert runpy.run_path(str(STUDIO / "short.py"))["SHORT"] <= written
