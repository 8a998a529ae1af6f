"""Which release answers."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def product_version() -> str:
    """The installed package's version."""
    try:
        return version("automate")
    except PackageNotFoundError:  # run from its folder without having been installed
        return "unknown"
