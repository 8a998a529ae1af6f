"""Whether a folder's disk has room for another start: what runs is to be able to end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from engine.errors import UserError
from engine.ports.published import PublishedVersion

MEGABYTE = 1_000_000


class DiskNearlyFull(UserError):
    """New executions have to wait until there is room."""

    code = "DiskNearlyFull"
    status = 503


def refuse_without_room(
    folder: Path, reserve_mb: int, startable: Callable[[PublishedVersion], None],
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> Callable[[PublishedVersion], None]:
    """`startable`, asked once the disk of `folder` has more than the reserve. What an execution starts is not asked."""

    def check(version: PublishedVersion) -> None:
        left = free(folder) if reserve_mb else 0
        if left < reserve_mb * MEGABYTE:
            raise DiskNearlyFull(
                f"the disk of {folder} has {left // MEGABYTE} MB free: below {reserve_mb} MB nothing new is started, "
                "so that what runs can end", where="AUTOMATE_DISK_RESERVE_MB",
                advice="Nothing was started. Make room; `automate doctor` says what is taken next. What already runs "
                "goes on.",
            )
        startable(version)

    return check
