"""docs/audit.md lists the acts that the routes declare, and no others of theirs."""

from __future__ import annotations

import re
from pathlib import Path

from functions.app.routes.audit import KNOWN_ACTS
from functions.app.sensitive.reveals import ACTS
from functions.app.table import every_route

PAGE = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")


def test_every_act_of_a_route_is_in_the_table():
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    listed = {act for _, acts, by, *_ in rows if by.strip() == "who asked" for act in re.findall(r"`([\w.]+)`", acts)}
    revealed = set(ACTS)  # at the door of many routes
    declared = revealed | {name for route in every_route() if route.act is not None for name in route.act.names}
    assert listed - {"act.refused"} == declared


def test_the_acts_that_a_filter_may_name_are_those_of_the_table():
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    assert sorted({act for _, acts, *_ in rows for act in re.findall(r"`(\w+\.\w+)`", acts)}) == list(KNOWN_ACTS)
