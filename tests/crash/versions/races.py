"""Old versions in the campaign: who lets go of one dies at every request, and meets whoever refers to it.

    the taker    looks for versions that nothing refers to, and deletes them; it dies at a request and looks again, or
                 somebody else comes at that moment
    the other    starts by the number, rolls back to it, and starts then, or publishes its definition again and
                 starts; it freezes at a request, and the taker looks meanwhile

A request is what the adapters ask of DynamoDB, or a transaction and a read of SQLite. What must hold:

    I36   what is active is there, and so is what an execution runs, or ran by, by its number and by its definition
    I37   who was answered that it has started, rolled back or published has; who comes too late is told that it is gone
    I38   in the end nothing is left but the newest, the active one, the one before it, and what is referred to
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.catalog.published import CatalogPublished
from engine.durable.lifecycle.starts import Starts
from engine.durable.retention import DAY
from engine.errors import Conflict, NotFound
from engine.ports.catalog_store import DraftRecord
from engine.ports.transactions import one_by_one
from engine.settings import Settings
from tests.crash.families import Stores, opened
from tests.support.records import a_version

TERM = 90 * DAY
NEWEST = 4
"""Of the setting. The one newest is kept, and 3, the one before the active; an execution of 2 is there; 1 is due."""

FAMILIES = ("sqlite", "aws")
MODES = ("before", "after", "comes", "looks")
"""The taker dies before or after a request; the other one comes before it; the taker looks before one of the other's.
"""


class Died(BaseException):
    """The taker's process ended."""


@dataclass(frozen=True)
class Run:
    """`at`: the number of the request, of the taker's, or in `looks` of the other's; in `-1` nothing goes wrong."""

    other: str
    family: str
    mode: str = ""
    at: int = -1


def _start(race: Race) -> None:
    race.starts.start(race.workspace, "orders", {}, name="other", version=1)


def _roll_back_alone(race: Race) -> None:
    race.activate(1)
    race.answered.append("rolled back")


def _roll_back(race: Race) -> None:
    _roll_back_alone(race)
    race.starts.start(race.workspace, "orders", {}, name="other")


def _start_active(race: Race) -> None:
    """As it was rolled back to a moment ago; while it freezes, it is rolled on."""
    race.activate(1)
    race.starts.start(race.workspace, "orders", {}, name="other")
    race.activate(NEWEST)


def _publish(race: Race) -> None:
    race.publish(NEWEST + 1)
    race.answered.append("published")
    race.starts.start(race.workspace, "orders", {}, name="other")


OTHERS: dict[str, Callable[[Race], None]] = {
    "start": _start, "rollback": _roll_back_alone, "rollback-start": _roll_back, "start-active": _start_active,
    "publish": _publish,
}


@dataclass
class Race:
    """Both of one run. `broken` is what was seen at a death."""

    stores: Stores
    run: Run
    answered: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=lambda: {"taker": 0, "other": 0, "nobody": 0})
    broken: list[str] = field(default_factory=list)
    _who: str = ""
    _depth: int = 0
    _came: bool = False

    @property
    def workspace(self) -> str:
        return self.stores.workspace

    @property
    def catalog(self) -> Any:
        return self.stores.catalog

    @property
    def starts(self) -> Starts:
        """A fresh process's."""
        return Starts(
            journal=self.stores.journal, queue=self.stores.queue, published=CatalogPublished(self.catalog),
            clock=self.stores.clock, settings=Settings(), together=self.stores.together or one_by_one,
        )

    # ---------------------------------------------------------------- what they do

    def complete(self) -> list[str]:
        """What the run breaks."""
        self._set_the_scene()
        with _watched(self.stores, self._request):
            if self.run.mode == "looks":
                self._other()
            self._take()
            self._other()
            self._take()
        self.broken += self.lost()
        for _ in range(3):
            self.stores.clock.sleep(TERM + 2 * DAY)
            self.look()
        return [*dict.fromkeys([*self.broken, *self.lost(), *self._too_much()])]

    def publish(self, number: int) -> None:
        """Version `number`; the odd ones have the same definition."""
        self.stores.clock.sleep(1.0)
        self.catalog.put_version(a_version(
            self.workspace, number, published_at=self.stores.clock.now(),
            document=json.dumps({"definition": {}, "v": number}).encode(),
        ))

    def activate(self, number: int) -> None:
        """Roll back, or on, to a version."""
        row = self.catalog.workflow(self.workspace, "orders")
        self.catalog.set_active(self.workspace, "orders", number, expect_etag=row.etag)

    def _set_the_scene(self) -> None:
        draft = DraftRecord(self.workspace, "orders", b"{}", "e1", 1.0, "ada")
        self.catalog.put_draft(draft, expect_etag=None, description="")
        for number in range(1, NEWEST + 1):
            self.publish(number)
            if number == 2:
                self.starts.start(self.workspace, "orders", {}, name="kept")
        self.stores.clock.sleep(TERM + 2 * DAY)
        if self.stores.family == "aws":
            self.look()
            self.stores.clock.sleep(TERM + 2 * DAY)
        self.stores.clock.sleep(1.0)

    def look(self) -> int:
        """What retention does once a day: a fresh process's."""
        if self.stores.family == "aws":
            from engine.adapters.aws.erasure.old_versions import DynamoOldVersions  # noqa: PLC0415

            store: Any = DynamoOldVersions(self.stores.stores.stored, self.catalog, self.stores.index)
        else:
            store = self.stores.retention
        return int(store.old_versions(self.workspace, "orders", self.stores.clock.now() - TERM, 1))

    def _take(self) -> None:
        """Whoever died looks again."""
        with self._as("taker"):
            try:
                self.look()
            except Died:
                self.look()

    def _other(self) -> None:
        if self._came:
            return
        self._came = True
        with self._as("other"):
            try:
                try:
                    OTHERS[self.run.other](self)
                except Conflict:  # as it is told to, it looks again
                    self.answered.clear()
                    OTHERS[self.run.other](self)
                if self.run.other != "rollback":
                    self.answered.append("started")
            except NotFound:
                self.answered.append("gone")

    @contextmanager
    def _as(self, who: str) -> Iterator[None]:
        before, self._who = self._who, who
        try:
            yield
        finally:
            self._who = before

    def _request(self, act: Callable[[], Any]) -> Any:
        """Perform a request; what SQLite does within a transaction is a part of it."""
        if self._depth:
            return act()
        who, mode = self._who, self.run.mode
        number = self.calls[who]
        self.calls[who] += 1
        hits = number == self.run.at and who == ("other" if mode == "looks" else "taker")
        if hits:
            self._before(mode)
        self._depth += 1
        try:
            answer = act()
        finally:
            self._depth -= 1
        if hits and mode == "after":
            self._dies()
        return answer

    def _before(self, mode: str) -> None:
        match mode:
            case "before":
                self._dies()
            case "comes":
                self._other()
            case "looks":
                if self.run.other == "start-active":
                    with self._as("nobody"):
                        self.activate(NEWEST)
                self._take()

    def _dies(self) -> None:
        self._depth += 1
        self.broken += self.lost()
        self._depth -= 1
        raise Died

    # ---------------------------------------------------------------- what must hold

    def lost(self) -> list[str]:
        """What is referred to, and is not there."""
        row = self.catalog.workflow(self.workspace, "orders")
        found = [f"I36: the active version {row.active_version} is gone"] * (not self._is_there(row.active_version))
        for header in self.stores.headers():
            if not self._is_there(header.version):
                found.append(f"I36: version {header.version}, which {header.key.name} runs, is gone")
            if self.catalog.definition(self.workspace, "orders", header.definition_digest) is None:
                found.append(f"I36: the definition of {header.key.name} is found no more")
        names = {header.key.name for header in self.stores.headers()}
        if "started" in self.answered and "other" not in names:
            found.append("I37: it was answered that it has started")
        wanted = {"rolled back": 1, "published": NEWEST + 1}
        found += [
            f"I37: it was answered: {told}" for told in self.answered
            if wanted.get(told, row.active_version) != row.active_version
        ]
        if "gone" in self.answered and self._is_there(1):
            found.append("I37: it was told that version 1 is gone, which is there")
        return found

    def _is_there(self, number: int) -> bool:
        return self.catalog.version(self.workspace, "orders", number) is not None

    def _too_much(self) -> list[str]:
        row = self.catalog.workflow(self.workspace, "orders")
        numbers = [version.number for version in self.catalog.versions(self.workspace, "orders")]
        before = max((number for number in numbers if number < row.active_version), default=0)
        kept = {numbers[0], row.active_version, before, *(header.version for header in self.stores.headers())}
        return [f"I38: versions {left} are left" for left in [sorted(set(numbers) - kept)] if left]


@contextmanager
def _watched(stores: Stores, request: Callable[[Callable[[], Any]], Any]) -> Iterator[None]:
    """Let `request` perform each request of the adapters."""
    if stores.family == "aws":
        stores.watch(lambda _name, send, operation, given: request(lambda: send(operation, dict(given))))
        try:
            yield
        finally:
            stores.watch(None)
        return
    database = stores.stores._database
    with ExitStack() as stack:
        for name in ("write", "read", "rows"):
            act = getattr(database, name)
            setattr(database, name, lambda *given, _act=act, **more: request(lambda: _act(*given, **more)))
            stack.callback(delattr, database, name)
        yield


# ---------------------------------------------------------------- running


class Races:
    """Runs over fresh stores of both families."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self._made: dict[str, Callable[[], Stores]] = {}

    def run(self, run: Run) -> list[str]:
        """What the run breaks."""
        return self.race(run).broken

    def race(self, run: Run) -> Race:
        """The run, with what it breaks."""
        if run.family not in self._made:
            self._made[run.family] = self._stack.enter_context(opened(run.family, self._folder / run.family))
        race = Race(self._made[run.family](), run)
        race.broken = race.complete()
        return race

    def each(self, other: str, family: str, modes: tuple[str, ...] = MODES) -> list[Run]:
        """The run without faults, and every request in each of the modes."""
        ways = {mode: Run(other, family, "looks" if mode == "looks" else "") for mode in modes}
        counts = {way: self.race(way).calls["other" if way.mode else "taker"] for way in {*ways.values()}}
        return [*counts, *(Run(other, family, mode, at) for mode in modes for at in range(counts[ways[mode]]))]


@contextmanager
def open_races(folder: Path) -> Iterator[Races]:
    """A Races over `folder`."""
    with ExitStack() as stack:
        yield Races(stack, folder)
