"""docs/step-functions.md says of each operation of Step Functions what is called in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from botocore.loaders import Loader

from functions.app.table import every_route

PAGE = (Path(__file__).parents[3] / "docs" / "step-functions.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Programs that call")[2]
ROWS = re.findall(r"^\| ([A-Z]\w+(?:, [A-Z]\w+)*) \| (.+) \|$", TABLE, re.MULTILINE)
OPERATIONS = [operation for names, _ in ROWS for operation in names.split(", ")]


def test_each_operation_stands_once() -> None:
    known = Loader().load_service_model("stepfunctions", "service-2")["operations"]
    assert sorted(OPERATIONS) == sorted(known)


@pytest.mark.parametrize(("names", "here"), ROWS)
def test_its_routes_are_there(names: str, here: str) -> None:
    routes = {f"{route.method} {route.path}" for route in every_route()}
    named = re.findall(r"`([A-Z]+ /[^`]*)`", here)
    assert set(named) <= routes
    assert named or here.startswith(("none", "`tags`")), names
