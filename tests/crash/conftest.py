"""`campaign` runs specs; one a module, so that its references are made once and moto is closed with it."""

from __future__ import annotations

import pytest

from tests.crash.campaign import Campaign


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    with Campaign(tmp_path_factory.mktemp("campaign")) as made:
        yield made
