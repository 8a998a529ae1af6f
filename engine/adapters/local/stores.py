"""All stores of one data folder: `automate.db` and the lock files of the processes that work on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from engine.adapters.local.activities import SqliteActivities
from engine.adapters.local.audit_log import SqliteAuditLog
from engine.adapters.local.bell import BELLS, Bell
from engine.adapters.local.blobs import SqliteBlobs
from engine.adapters.local.catalog_store import SqliteCatalogStore
from engine.adapters.local.database import Database
from engine.adapters.local.deliveries import SqliteDeliveries, SqliteEnds, SqliteTriggerStates
from engine.adapters.local.executions_index import SqliteExecutionsIndex
from engine.adapters.local.inspection import Inspection, inspect
from engine.adapters.local.journal import SqliteJournal
from engine.adapters.local.pauses import SqlitePauses
from engine.adapters.local.privacy import keep_private
from engine.adapters.local.processes import Processes
from engine.adapters.local.queue import SqliteQueue
from engine.clock import Clock
from engine.errors import StoreUnavailable
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED
from engine.kernel.snapshot_codec import written_schema
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.adapters.local.erasure.store import SqliteErasure
    from engine.adapters.local.people.approvals import SqliteApprovals
    from engine.adapters.local.people.conversations import SqliteConversations
    from engine.adapters.local.people.views import SqliteViews
    from engine.adapters.local.retention import SqliteRetention
    from engine.adapters.local.space import SqliteSpace

DATABASE = "automate.db"

T = TypeVar("T")


class LocalStores:
    """Open with `LocalStores.open`. `processes` knows who else works on the folder; `mended` says what of it was open
    to others until now."""

    def __init__(
        self, database: Database, processes: Processes, clock: Clock, *, mended: tuple[str, ...] = ()
    ) -> None:
        self._database = database
        self.processes = processes
        self.mended = mended
        self.journal = SqliteJournal(database)
        self.index = SqliteExecutionsIndex(database)
        self._bell = Bell(database.path.parent / BELLS, processes.owner)
        self.queue = SqliteQueue(database, processes, clock, self._bell)
        self.blobs = SqliteBlobs(database)
        self.catalog = SqliteCatalogStore(database)
        self.audit = SqliteAuditLog(database)
        self.audit_notes = None
        self.pauses = SqlitePauses(database)
        self.activities = SqliteActivities(database)
        self.deliveries = SqliteDeliveries(database, self.journal)
        self.trigger_states = SqliteTriggerStates(database)
        self.ends = SqliteEnds(database)

    @classmethod
    def open(cls, data_dir: str | Path, settings: Settings, clock: Clock, *, command: str) -> LocalStores:
        """Open the folder, creating it (mode 0700) and its database (mode 0600) where they are missing, and closing to
        others what is open to them.

        `command` is how other processes' messages call this one. Raises StoreUnavailable for a folder that cannot be
        used, StoreCorrupt for a damaged one, SchemaTooNew for a newer release's, StoreBusy for one locked too long,
        InvalidDocument where the settings name a snapshot schema that this release does not write; nothing in it was
        changed then.
        """
        made_for = written_schema(settings.snapshot_schema or SCHEMA)
        folder = Path(data_dir)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileExistsError:
            raise StoreUnavailable(
                f"{folder} is a file, not a folder. Set AUTOMATE_DATA_DIR to a folder, or move the file."
            ) from None
        except OSError as error:
            raise StoreUnavailable(
                f"the data folder {folder} cannot be created: {error.strerror}. Set AUTOMATE_DATA_DIR to a folder that"
                " can be written to."
            ) from error
        mended = keep_private(folder)
        processes = Processes(folder / "locks", command)
        try:
            database = Database(
                folder / DATABASE, processes, settings.busy_timeout_seconds, snapshot_schema=made_for
            )
        except BaseException:
            processes.close()
            raise
        return cls(database, processes, clock, mended=mended)

    @cached_property
    def approvals(self) -> SqliteApprovals:
        """What Tasks have asked people. Few executions ask."""
        from engine.adapters.local.people.approvals import SqliteApprovals  # noqa: PLC0415

        return SqliteApprovals(self._database)

    @cached_property
    def views(self) -> SqliteViews:
        """What people have saved of the list of executions; few requests ask."""
        from engine.adapters.local.people.views import SqliteViews  # noqa: PLC0415

        return SqliteViews(self._database)

    @cached_property
    def conversations(self) -> SqliteConversations:
        """Conversations with the copilot; few requests ask."""
        from engine.adapters.local.people.conversations import SqliteConversations  # noqa: PLC0415

        return SqliteConversations(self._database)

    @cached_property
    def retention(self) -> SqliteRetention:
        """What deletes executions whose term is over. Few commands import it."""
        from engine.adapters.local.retention import SqliteRetention  # noqa: PLC0415

        return SqliteRetention(self._database)

    @cached_property
    def erasure(self) -> SqliteErasure:
        """What erases executions that somebody wants erased; likewise."""
        from engine.adapters.local.erasure.store import SqliteErasure  # noqa: PLC0415

        return SqliteErasure(self._database)

    @cached_property
    def space(self) -> SqliteSpace:
        """How much room the database takes; likewise."""
        from engine.adapters.local.space import SqliteSpace  # noqa: PLC0415

        return SqliteSpace(self._database, self.processes)

    def inspect(self) -> Inspection:
        """Whether the database is well."""
        return inspect(self._database)

    @property
    def confirmed_schema(self) -> int:
        """The snapshot schema that the folder was made for, where that is newer than what every folder is written in;
        else 0. No older release has worked in it, so nobody has to confirm it."""
        made_with = self._database.made_with
        return made_with if made_with > UNCONFIRMED else 0

    @property
    def owner(self) -> str:
        """The name of this process in its leases and claims."""
        return self.processes.owner

    def is_alive(self, owner: str) -> bool:
        """Whether the process called `owner` still runs."""
        return self.processes.is_alive(owner)

    def together(self, act: Callable[[], T]) -> T:
        """Run `act`, and have all that it reads and writes in these stores in one transaction (Database.together)."""
        return self._database.together(act)

    def close(self) -> None:
        """Close the database, then give the lock back: claims and leases of this process are over."""
        self._bell.close()
        self._database.close()
        self.processes.close()
