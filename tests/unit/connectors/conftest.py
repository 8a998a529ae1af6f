from collections.abc import Callable

import pytest

from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from engine.clock import SystemClock


@pytest.fixture
def use_dialler() -> Callable[..., Dialler]:
    """Put a dialler in force that allows the entries given; tests/conftest.py takes it back."""

    def use(*allow, **parts):
        parts.setdefault("clock", SystemClock())
        dialler = Dialler(allowed=read_entries(allow), setting=allow, **parts)
        in_force.use(dialler)
        return dialler

    return use
