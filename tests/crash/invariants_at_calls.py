"""What is looked at while a run goes on: calls (I9), segments (I1), texts (I15), and when an act was accepted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from engine.durable import codec
from engine.durable.activation import LEASE_MARGIN_SECONDS
from engine.errors import Throttled
from engine.kernel.express import is_express
from engine.kernel.snapshot import Phase
from engine.kernel.tokens import idempotency_key
from engine.ports.journal import PAUSED, RUNNING, HeaderChange, InboxItem, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall
from tests.crash.clients import Client
from tests.crash.invariants_of_effects import effects_of
from tests.crash.scenarios import CANARY

if TYPE_CHECKING:
    from tests.crash.world import World


READ_SECONDS = 2.5
"""An owner that lives reads its inbox every 2 s, and looks every half."""


class Watch:
    """Beside one world; `broken` says what has been found."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.broken: list[str] = []
        self.deadlines: list[tuple[str, float, float]] = []
        self.written: dict[tuple[ExecutionKey, int], float] = {}
        self._bodies: dict[tuple[ExecutionKey, int], bytes] = {}

    def over(self, journal: Any) -> Any:
        """The journal, seen by this one after it acted."""
        return _Seen(journal, {
            "commit": self._commit, "update_headers": self._update_headers, "put_inbox": self._put_inbox,
            "load": self._load,
        })

    @contextmanager
    def whole(self) -> Iterator[None]:
        """What is written meanwhile is written at its end: nothing was, if it fails."""
        before = dict(self.written), dict(self._bodies)
        try:
            yield
        except BaseException:
            self.written, self._bodies = before
            raise

    def _load(self, act: Callable[..., Any], key: ExecutionKey, **asked: Any) -> Any:
        world = self._world
        if world.workflow.unreadable and world._working and not world.ledger.asked("resume"):
            raise Throttled("for this execution, again and again")
        bad = world.workflow.bad(world, key.id) if world._working else None
        if bad is not None:
            raise bad
        return act(key, **asked)

    def _commit(self, act: Callable[..., Any], segments: list[Segment], headers: Any = ()) -> list[bool]:
        """I1: a segment is written once, whatever is tried again."""
        written = act(segments, headers)
        for segment, held in zip(segments, written, strict=True):
            if not held:
                continue
            self.written.setdefault((segment.key, segment.seq), self._world.clock.now())
            first = self._bodies.setdefault((segment.key, segment.seq), segment.body)
            if first != segment.body and segment.key.fork_of is None:  # a fork's end is written over its intents
                self.broken.append(f"I1: segment {segment.seq} of {segment.key.id} was written twice, differently")
            self._no_secret("a segment", codec.stored_json(segment.body))
        return written

    def _update_headers(self, act: Callable[..., Any], changes: list[HeaderChange]) -> list[bool]:
        """A PAUSED execution stays so until somebody resumes it; none is PAUSED for what another one does."""
        world = self._world
        if any(client.name == "resume" for client in world.workflow.clients):
            own = f":{'bad' if any(c.name == 'start-bad' for c in world.workflow.clients) else world.key.name}"
            self.broken += [
                f"{change.key.id} was PAUSED, and had done nothing" for change in changes
                if change.status == PAUSED and not change.key.id.endswith(own)
            ]
        if "resume" in world.asking or not any(client.name == "resume" for client in world.workflow.clients):
            return act(changes)
        with world.quietly():
            before = [world.stores.journal.header(change.key) for change in changes]
        answers = act(changes)
        for header, change, done in zip(before, changes, answers, strict=True):
            if header is not None and header.status == PAUSED and done and change.status == RUNNING:
                self.broken.append(f"{header.key.id} was PAUSED, and a stale write set it RUNNING")
        return answers

    def _put_inbox(self, act: Callable[..., Any], item: InboxItem) -> bool:
        self._no_secret("a message", item.body)
        return act(item)

    def _no_secret(self, where: str, data: Any) -> None:
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else json.dumps(data, default=repr)
        if CANARY in text:
            self.broken.append(f"I15: a secret's value stands in {where}")

    def call(self, call: TaskCall) -> None:
        """I9: no call without a durable intent; and none once a stop was accepted and could be read. Not curable: one
        that froze between its check and its call, or whose lease a worker takes for over that is far ahead of it."""
        world = self._world
        if world.faults.pauses or call.stops_job or self._leases_mean_nothing():  # what has ended owes a job's stop
            return
        stopped = None if world.ledger.asked("redrive") else world.ledger.accepted.get("stop")
        own = call.execution_id == world.key.id and world.faults.skews == (0.0,) and not world.faults.loss
        if own and stopped is not None and world.clock.now() > stopped + READ_SECONDS:
            self.broken.append(f"{call.state} was called though a stop was accepted")
        with world.quietly():
            loaded = world.stores.journal.load(ExecutionKey(world.workspace, call.execution_id))
        if loaded is not None and is_express(loaded.header.kind):
            return
        bodies = [segment.body for segment in loaded.segments] if loaded else []
        snapshot = codec.decode_snapshot(bodies) if bodies else None
        intents = [] if snapshot is None else [
            idempotency_key(snapshot.facts, frame).partition("?")[0] for frame in snapshot.frames.values()
            if frame.phase is Phase.RUNNING
        ]
        if loaded is not None and loaded.header.key.fork_of is not None:  # by then it has ended, as far as is known
            intents = [row.key for row in effects_of(world, world.executions, loaded.header.key, 1000)]
        if call.idempotency_key.partition("?")[0] not in intents:
            self.broken.append(f"I9: {call.state} was called without a durable intent")

    def _leases_mean_nothing(self) -> bool:
        """Whether the clocks are further apart than a lease is long."""
        seconds = self._world.workflow.times_out or self._world.workflow.call_seconds
        skews = self._world.faults.skews
        return seconds is not None and max(skews) - min(skews) > seconds + LEASE_MARGIN_SECONDS

    def accepted(self, client: Client) -> None:
        """An act was accepted: how long the lease of the present owner, dead or alive, may still last."""
        if not client.acted:
            return
        world = self._world
        now = world.clock.now()
        with world.quietly():
            loaded = world.stores.journal.load(world.key)
        lease = loaded.segments[-1].lease_until if loaded is not None and loaded.segments else 0.0
        self.deadlines.append((client.acted, now, max(lease - now, 0.0)))


class _Seen:
    def __init__(self, journal: Any, watchers: dict[str, Callable[..., Any]]) -> None:
        self._journal, self._watchers = journal, watchers

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._journal, name)
        watcher = self._watchers.get(name)
        return act if watcher is None else lambda *args, **kwargs: watcher(act, *args, **kwargs)
