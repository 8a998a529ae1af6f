"""The folders of this machine that are open to the connector ``files``, put in force where a process begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Folders(Protocol):
    """What may be done below them. What they refuse is a UserError; `definite` on it says what is known."""

    def problem(self) -> str | None:
        """Why nothing can be read or written here; None where there is a folder."""

    def read(self, path: str, most_bytes: int) -> bytes:
        """The file at `path`."""

    def write(self, path: str, name: str, data: bytes) -> None:
        """Write the file `name` in the folder `path`: all of it, or nothing."""

    def listed(self, path: str) -> Sequence[Any]:
        """The files of the folder `path`: name, size, modified_ns of each."""


_folders: Folders | None = None


def use(folders: Folders | None) -> None:
    """Put `folders` in force for the whole process; None: it has none, as on a stage."""
    global _folders  # noqa: PLW0603 - set once, where a process begins; connectors are made without arguments
    _folders = folders


def current() -> Folders | None:
    """Those in force."""
    return _folders
