"""The process's dialler, made at the first call: by what the wiring has put in force, else by the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.clock import SystemClock
from engine.records import dataclass
from engine.settings import Settings

if TYPE_CHECKING:
    from connectors.egress.dialling import Dialler


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a dialler is made of. `also` is allowed beside the setting."""

    setting: tuple[str, ...]
    also: tuple[str, ...]
    runtime_api: str
    proxy: str


_rules: _Rules | None = None
_dialler: Dialler | None = None


def apply(settings: Settings, environment: Mapping[str, str], *, also: tuple[str, ...] = ()) -> None:
    """Put the settings' allow-list and proxy in force for the whole process, and the entries of `also`.

    Raises InvalidDocument for an entry or a proxy that is none.
    """
    global _rules  # noqa: PLW0603 - set once, where a process begins; connectors are made without arguments
    if settings.egress_allow:
        from connectors.egress.allowing import read_entries  # noqa: PLC0415 - a start without entries parses none

        read_entries(settings.egress_allow)
    if settings.egress_proxy:
        from connectors.egress.proxy import read_proxy  # noqa: PLC0415 - likewise

        read_proxy(settings.egress_proxy)
    _rules = _Rules(
        settings.egress_allow, also, environment.get("AWS_LAMBDA_RUNTIME_API", ""), settings.egress_proxy
    )
    use(None)


def use(dialler: Dialler | None) -> None:
    """Put `dialler` in force for the whole process; None: one by the rules in force. For tests."""
    global _dialler  # noqa: PLW0603 - as above
    _dialler = dialler


@contextmanager
def instead(dialler: Dialler) -> Iterator[None]:
    """`dialler` in force for the whole process, until the block ends. For tests."""
    before = _dialler
    use(dialler)
    try:
        yield
    finally:
        use(before)


def reset() -> None:
    """Put in force what the environment says. For tests."""
    global _rules  # noqa: PLW0603 - as above
    _rules = None
    use(None)


def current() -> Dialler:
    """The dialler in force. Raises InvalidDocument where the environment's setting is no allow-list."""
    from connectors.egress.allowing import read_entries  # noqa: PLC0415 - not every process dials
    from connectors.egress.dialling import Dialler  # noqa: PLC0415
    from connectors.egress.proxy import read_proxy  # noqa: PLC0415

    dialler = _dialler
    if dialler is None:
        if _rules is None:
            apply(Settings.from_environment(os.environ), os.environ)
        assert _rules is not None  # noqa: S101  it was put there
        dialler = Dialler(
            SystemClock(), read_entries((*_rules.setting, *_rules.also)), setting=_rules.setting,
            runtime_api=_rules.runtime_api, proxy=read_proxy(_rules.proxy),
        )
        use(dialler)
    return dialler
