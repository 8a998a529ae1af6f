"""Whether a folder's disk has room for another start: what runs is to be able to end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from engine.errors import UserError

MEGABYTE = 1_000_000


class DiskNearlyFull(UserError):
    """Starts, redrives and forks have to wait until there is room."""

    code = "DiskNearlyFull"
    status = 503


def refuse_without_room(
    folder: Path, reserve_mb: int, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> Callable[[], None]:
    """What raises DiskNearlyFull while the disk of `folder` has less than the reserve."""

    def check() -> None:
        left = free(folder) if reserve_mb else 0
        if left < reserve_mb * MEGABYTE:
            raise DiskNearlyFull(
                f"the disk of {folder} has {left // MEGABYTE} MB free: below {reserve_mb} MB nothing new is started, "
                "so that what runs can end", where="AUTOMATE_DISK_RESERVE_MB",
                advice="Nothing was started. Make room; `automate doctor` says what is taken next. What already runs "
                "goes on.",
            )

    return check
