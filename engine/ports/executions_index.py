"""The executions index: what is listed, one row an execution, and counts of it. Never a scan.

The journal writes a row together with its header: as the execution starts, is PAUSED or resumed, and closes.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final, Literal, Protocol

from engine.ports.keys import ExecutionKey
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """What a list shows. `error` is the error name of a failed execution. `business_key` never changes: None, when an
    execution is listed anew, leaves the one it was started with. `actor` is
    who started it, where the journal keeps that; `cause` what one that is RUNNING waits for before it begins.
    `trigger` is the one of its workflow that started it. `redrives` counts; a row that is written with 0 leaves what is
    there. `said` is the cause of a failure, to be searched: it is written, and never read."""

    key: ExecutionKey
    workflow: str
    version: int
    status: str
    started_at: float
    ended_at: float | None = None
    error: str | None = None
    business_key: str | None = None
    actor: str | None = None
    cause: str | None = None
    trigger: str | None = None
    redrives: int = 0
    said: str | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The execution's name within its workflow."""
        return self.key.name


@dataclass(frozen=True, slots=True)
class ExecutionQuery:
    """By start: the newest first, or with `order` OLDEST the other way round. `name`, `error` and `business_key` match
    exactly, or as a prefix when they end with ``*``. `text` is looked for as the store's `searches` says.

    Filters combine with AND. `status` is one, or several with commas between: any of them. `started_after` and
    `started_before` are epoch seconds: after <= started_at < before. `limit` is the page's size (1 to 1000). Each other
    filter compares the column of its name; PATTERNS and EXACT are all that the stores know of it.
    """

    workspace: str
    workflow: str | None = None
    status: str | None = None
    name: str | None = None
    error: str | None = None
    business_key: str | None = None
    started_after: float | None = None
    started_before: float | None = None
    text: str | None = None
    order: str = "newest"
    limit: int = 100
    next_token: str | None = None


OLDEST = "oldest"

Search = Literal["words", "beginnings"]

WORDS: Final = "words"
"""`searches`: each word of the text begins a word of the business key, the error name or the cause; case is ignored."""

BEGINNINGS: Final = "beginnings"
"""`searches`: the text is what the business key or the error name begins with."""

MOST_WORDS, MOST_LETTERS, MOST_SEARCHED = 64, 40, 4000
"""Words of an execution that are kept, letters of one, characters of a cause that are looked through."""


def words_of(*texts: str | None) -> list[str]:
    """The words of `texts`, in lower case, each once: runs of letters and digits."""
    found = (word for text in texts if text for word in re.findall(r"[^\W_]+", text[:MOST_SEARCHED].lower()))
    return list(dict.fromkeys(word[:MOST_LETTERS] for word in found))[:MOST_WORDS]


def is_said(text: str, *texts: str | None) -> bool:
    """Whether each word of `text`, which has one at least, begins a word of `texts`."""
    wanted, words = words_of(text), words_of(*texts)
    return bool(wanted) and all(any(word.startswith(each) for word in words) for each in wanted)


PATTERNS = ("business_key", "name", "error")
"""Filters that match exactly or as a prefix, the one first that leaves the fewest rows as a rule."""

MOST_LOOKED_AT = 200
"""Executions of one status whose errors are looked at, in one piece of time; where reading is free, more are."""

KEPT_DAYS = 100
"""Of counts."""

EXACT = ("workflow",)
"""Filters that match exactly, likewise; they leave more than those do."""


@dataclass(frozen=True, slots=True)
class ExecutionPage:
    """One page of rows; `next_token` is None on the last one."""

    rows: tuple[ExecutionRow, ...]
    next_token: str | None = None


COUNTED_SECONDS = 300
"""A piece of time whose starts, or ends, are counted together."""

Counted = Literal["starts", "ends"]

STARTS: Final = "starts"
"""Counts of executions by when they started."""

ENDS: Final = "ends"
"""Counts of executions by when they ended."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many executions started, or ended, in the piece of time that begins at `piece` (epoch seconds). `error` is
    None in `counts` and `ends`, which do not look at it."""

    piece: int
    workflow: str
    status: str
    number: int
    error: str | None = None


class ExecutionsIndex(Protocol):
    """Raises engine.errors.StorageError when the store fails, InvalidDocument for a next_token that is not its own."""

    @property
    def searches(self) -> Search:
        """How a query's `text` is looked for: WORDS or BEGINNINGS."""
        ...

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, in the order of their starts."""
        ...

    def counts(self, workspace: str, first: int, before: int, seconds: int) -> list[Count]:
        """How the executions stand that started at first <= t < before, in pieces of so many seconds from `first` on.
        Forks are no starts, and not among them. It reads each of them, or its key: who asks keeps the answer
        (engine.durable.lifecycle.tallying)."""
        ...

    def failures(self, workspace: str, first: int, before: int) -> list[Count]:
        """Of those that started in this piece, and are FAILED, TIMED_OUT or ABORTED: how many by workflow, status and
        error, without forks. Where there are more than MOST_LOOKED_AT of a status, the newest may be all that is
        counted."""
        ...

    @property
    def ends_reach_back(self) -> bool:
        """Whether `ends` knows ends from before a release that counts them."""
        ...

    def ends(self, workspace: str, first: int, before: int) -> list[Count]:
        """How many executions ended at first <= t < before, in pieces of COUNTED_SECONDS; both are whole pieces. Forks
        and items of Map Runs are not among them. What ended a day ago may be forgotten, and an end that a redrive
        took back may be missing: who asks keeps the answer."""
        ...

    def kept_counts(self, workspace: str, first: int, before: int, *, of: Counted = STARTS) -> dict[int, str]:
        """What was kept of first <= at < before."""
        ...

    def keep_counts(self, workspace: str, at: int, text: str, *, of: Counted = STARTS) -> None:
        """Keep `text` of the time `at`, over what was kept of it. After KEPT_DAYS it may be forgotten."""
        ...

    def oldest(self, workspace: str, limit: int) -> list[ExecutionRow]:
        """The open executions of all workflows that started first, at most `limit` of them."""
        ...

    def oldest_open(self, workspace: str, workflow: str, limit: int) -> list[ExecutionKey]:
        """The open executions of a workflow that stand first in the line, at most `limit` of them; items of a Map Run
        are not among them. None ever comes to stand before one that was in the line for `settled_after` seconds. One
        that has ended since so many seconds may still be there."""
        ...

    @property
    def settled_after(self) -> float:
        """How many seconds after its start an execution's place in the line is certain; 0.0: at once."""
        ...
