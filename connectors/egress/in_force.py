"""The process's dialler: made from its environment at the first call, unless the wiring has put another in force."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.clock import SystemClock
from engine.settings import Settings

if TYPE_CHECKING:
    from connectors.egress.dialling import Dialler

_in_force: Dialler | None = None


def apply(settings: Settings, environment: Mapping[str, str], *, also: tuple[str, ...] = ()) -> None:
    """Put the settings' allow-list in force for the whole process, and the entries of `also`.

    Raises InvalidDocument for an entry that is none.
    """
    from connectors.egress.allowing import read_entries  # noqa: PLC0415 - not every process dials
    from connectors.egress.dialling import Dialler  # noqa: PLC0415

    use(Dialler(
        SystemClock(), read_entries((*settings.egress_allow, *also)), setting=settings.egress_allow,
        runtime_api=environment.get("AWS_LAMBDA_RUNTIME_API", ""),
    ))


def use(dialler: Dialler | None) -> None:
    """Put `dialler` in force for the whole process; None: what its environment says. For the wiring, and for tests."""
    global _in_force  # noqa: PLW0603 - set once, where a process begins; connectors are made without arguments
    _in_force = dialler


def current() -> Dialler:
    """The dialler in force."""
    if _in_force is None:
        apply(Settings.from_environment(os.environ), os.environ)
    assert _in_force is not None  # noqa: S101  it was put there
    return _in_force
