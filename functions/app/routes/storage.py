"""The route that tells how long executions are kept, and what they take of the disk."""

from __future__ import annotations

from engine.governance.roles import Right
from functions.app.routing import Call, RouteTable
from functions.app.services import Storage
from functions.app.shapes import base
from functions.app.shapes import storage as shapes

table = RouteTable("Operations")

MEGABYTE = 1_000_000


@table.route("GET", "/storage", right=Right.LOOK)
def get_storage(call: Call[base.Nothing]) -> shapes.Storage:
    """The terms of retention, what is taken next, and on one machine the size of the data folder and its growth."""
    services = call.services
    found = None if services.storage is None else services.storage()
    settings = services.settings
    return shapes.Storage(
        retention_days=settings.retention_days, redrive_days=settings.redrive_days, next=_next(found),
        folder=None if found is None else _folder(found, settings.disk_reserve_mb * MEGABYTE),
    )


def _next(found: Storage | None) -> shapes.NextTaken | None:
    if found is None or found.following is None:
        return None
    ended, at = found.following
    return shapes.NextTaken.of(ended, execution=ended.key.id, workflow=ended.key.workflow, at=at)


def _folder(found: Storage, reserve: int) -> shapes.Folder:
    space = found.space
    growth = space.a_day or 0.0
    left = max(0.0, (space.disk + space.free - reserve) / growth) if growth > 0 else None
    return shapes.Folder(
        bytes=space.bytes, free_bytes=space.free, shrinks=space.shrinks, bytes_a_day=space.a_day,
        disk_free_bytes=space.disk, reserve_bytes=reserve, days_left=left,
    )
