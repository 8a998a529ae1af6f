"""`campaign` runs specs; one a module, so that its references are made once and moto is closed with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "property"))  # the random definitions and their oracle

from campaign import Campaign


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    with Campaign(tmp_path_factory.mktemp("campaign")) as made:
        yield made
