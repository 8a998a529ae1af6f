"""What a test could leave behind in its process for those after it, and for the processes that they start."""

from __future__ import annotations

import logging
import os
import resource
from typing import Any

_LIMITS = ("RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_STACK")


def state() -> dict[str, Any]:
    """The environment, the current folder, the umask, the limits and the root logger's level of this process, each
    value under its name."""
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        **{f"${name}": value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        **{name: resource.getrlimit(getattr(resource, name)) for name in _LIMITS},
        "the current folder": os.getcwd(),  # noqa: PTH109 - Path.cwd() is no cheaper, and this is for every module
        "the umask": oct(umask),
        "the root logger's level": logging.getLogger().level,
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs, by name. No value is told: one may be a secret's."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
