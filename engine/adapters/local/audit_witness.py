"""How long each chain of the audit log was, in a file beside the database: ``audit-<workspace>.heads``.

Records and heads lie in one database, and so in one write-ahead log: when its tail is lost, or an older database is put
in its place, both end earlier and agree. This file does not go with them. A number for each chain, eight bytes little
end first, is written after the commit; it may lag behind (a crash in between, two processes at once), and never leads:
so a chain that ends before its number was cut. Behind
the sixteen numbers lie sixteen more: up to which one the records of each chain were deleted, because they were old. A
chain that begins later than that was cut as well. It is a help and not a proof: whoever can write to the folder can
write to it as well.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from engine.ports.audit_log import CHAINS

_NUMBER = struct.Struct("<Q")


class AuditWitness:
    """The files of `folder`. Never raises: what cannot be written or read is not known."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[str, str] = {}

    def note(self, workspace: str, numbers: Mapping[int, int]) -> None:
        """Each of these chains has this many records by now."""
        with suppress(OSError):
            file = os.open(self._path(workspace), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                for chain, number in numbers.items():
                    if number > _read(file, chain):
                        os.pwrite(file, _NUMBER.pack(number), chain * _NUMBER.size)
            finally:
                os.close(file)

    def note_expired(self, workspace: str, numbers: Mapping[int, int]) -> None:
        """The records of these chains up to these numbers are deleted from now on."""
        self.note(workspace, {CHAINS + chain: number for chain, number in numbers.items()})

    def numbers(self, workspace: str) -> dict[int, int]:
        """How many records each chain had."""
        return self._read(workspace, 0)

    def expired(self, workspace: str) -> dict[int, int]:
        """Up to which number the records of each chain were deleted."""
        return self._read(workspace, CHAINS)

    def _read(self, workspace: str, first: int) -> dict[int, int]:
        try:
            file = os.open(self._path(workspace), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return {}
        try:
            found = {chain: _read(file, first + chain) for chain in range(CHAINS)}
        except OSError:
            return {}
        finally:
            os.close(file)
        return {chain: number for chain, number in found.items() if number}

    def _path(self, workspace: str) -> str:
        known = self._paths.get(workspace)
        if known is None:
            name = hashlib.sha256(workspace.encode("utf-8", "surrogatepass")).hexdigest()[:16]
            known = self._paths[workspace] = str(self._folder / f"audit-{name}.heads")
        return known


def _read(file: int, chain: int) -> int:
    data = os.pread(file, _NUMBER.size, chain * _NUMBER.size)
    return int(_NUMBER.unpack(data)[0]) if len(data) == _NUMBER.size else 0
