"""The test of the test: each protection switched off on purpose must make the campaign fail.

A Mutant names the runs in which its protection is needed. `python -m tests.crash.report` runs all of them and counts;
`make test` stops at the first that breaks something, and sees that the same run holds with the protection on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

import connectors.aws.clients
from engine.durable import codec, notices
from engine.durable.activation import Activation
from engine.durable.lifecycle import redrives
from engine.durable.lifecycle.forking.forks import Forks
from engine.durable.lifecycle.forking.running import INTERRUPTED
from engine.durable.lifecycle.pausing import Holds
from engine.durable.lifecycle.sweeper import Sweeper
from engine.durable.poison import Poison
from engine.durable.worker import parking
from engine.durable.worker.admission import Admission
from engine.durable.worker.committing import Committing
from engine.durable.worker.incoming import Incoming
from engine.durable.worker.map_run_driver import MapRuns
from engine.durable.worker.orphaned_jobs import OrphanedJobs
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.ownership import Ownership
from engine.durable.worker.parking import Parking
from engine.durable.worker.policies import Policies
from engine.durable.worker.worker import Worker
from engine.governance import resolving
from engine.kernel import effects
from engine.kernel.tokens import idempotency_key
from tests.crash import real_client
from tests.crash.campaign import Campaign
from tests.crash.faults import DEATHS, Faults, Spec
from tests.support.memory import activities
from tests.support.memory.journal import MemoryJournal

Patch = pytest.MonkeyPatch
Runs = Callable[[Campaign], Iterator[Spec]]


@dataclass(frozen=True)
class Mutant:
    """`off` switches the protection off; `runs` are where it is needed. What the first that fails says begins with
    `says`: a mutant that dies of an accident of its own says something else."""

    protection: str
    off: Callable[[Patch], None]
    runs: Runs
    says: str


def _calls(workflow: str, *modes: str, family: str = "memory", **more: Any) -> Runs:
    """Each call of `workflow` in each of `modes`."""
    return lambda campaign: campaign.reference(workflow, family).specs(workflow, family, modes, **more)


def _seeds(workflow: str, number: int = 20, **more: Any) -> Runs:
    """By chance alone."""
    return lambda _campaign: (
        Spec(workflow, "memory", Faults(seed=seed, **more)) for seed in range(1, number + 1)
    )


# ---------------------------------------------------------------- the journal


def _commits(self: Any, segments: Any, headers: Any, holds: Callable[[Any, Any], bool]) -> list[bool]:
    written = []
    for segment in segments:
        numbered = self._segments.setdefault(segment.key, {})
        written.append(holds(numbered.get(segment.seq), segment))
        if written[-1]:
            numbered[segment.seq] = segment
    self.update_headers(headers)
    return written


def _no_fence(patch: Patch) -> None:
    patch.setattr(MemoryJournal, "commit", lambda self, segments, headers=(): _commits(
        self, segments, headers, lambda _there, _mine: True))


def _no_nonce(patch: Patch) -> None:
    """A write that is tried again after its reply was lost is taken for a rival's."""
    patch.setattr(MemoryJournal, "commit", lambda self, segments, headers=(): _commits(
        self, segments, headers, lambda there, _mine: there is None))


def _stale_headers(patch: Patch) -> None:
    """A header that was PAUSED meanwhile is written all the same."""
    from engine.ports import journal  # noqa: PLC0415

    patch.setattr(journal.HeaderChange, "needs", journal.OPEN_STATUSES)


# ---------------------------------------------------------------- intents, leases, keys


def _call_before_intent(patch: Patch) -> None:
    workers: dict[Any, Any] = {}
    init, encode = Worker.__init__, Committing.encode

    def remember(self: Any, **ports: Any) -> None:
        init(self, **ports)
        workers[self._committing] = self

    def encode_and_call(self: Any, owned: Any, now: float) -> None:
        encode(self, owned, now)
        activation = owned.activation
        for call in activation.begun():
            workers[self]._performing.make(activation, call)

    patch.setattr(Worker, "__init__", remember)
    patch.setattr(Committing, "encode", encode_and_call)


def _fork_calls_before_intent(patch: Patch) -> None:
    write = Forks._write

    def at_the_end(self: Any, begun: Any, made: Any, *, again: bool) -> None:
        del again
        if made.snapshot.error != INTERRUPTED:
            write(self, begun, made, again=False)

    patch.setattr(Forks, "_write", at_the_end)


def _unstable_key(patch: Patch) -> None:
    key, numbers = idempotency_key, count()
    patch.setattr(effects, "idempotency_key", lambda *frame: f"{key(*frame)}?{next(numbers)}")


def _no_lease(patch: Patch) -> None:
    patch.setattr(Admission, "lease_lives", lambda *_: False)


def _endless_lease(patch: Patch) -> None:
    patch.setattr(Activation, "lease_until", lambda *_: 1e12)


def _at_most_once_called_again(patch: Patch) -> None:
    patch.setattr(Policies, "at_most_once", lambda *_: False)


def _client_retries(patch: Patch) -> None:
    """botocore repeats by itself what ended without an answer."""
    real_client.clients.cache_clear()

    def make(self: Any, service: str, read_seconds: int) -> Any:
        from botocore.config import Config  # noqa: PLC0415

        config = Config(
            connect_timeout=1, read_timeout=read_seconds, retries={"mode": "standard", "total_max_attempts": 2},
            parameter_validation=False,
        )
        client = self._session().create_client(service, region_name=self._region, config=config)
        client.meta.events.register_last("after-call", connectors.aws.clients._keep_headers)
        return client

    patch.setattr(connectors.aws.clients.SessionClients, "_make", make)


# ---------------------------------------------------------------- inbox


def _no_inbox_before_takeover(patch: Patch) -> None:
    first = Incoming._on_opening

    def blind(self: Any, owned: Any, at: float) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Incoming, "read_inbox", lambda *_: [])
            return first(self, owned, at)

    patch.setattr(Incoming, "_on_opening", blind)


def _inbox_emptied_on_reading(patch: Patch) -> None:
    consume = Incoming._consume

    def greedy(self: Any, item: Any, activation: Any, at: float) -> Any:
        stimulus = consume(self, item, activation, at)
        self._journal.delete_inbox(item.key, [item.id])
        return stimulus

    patch.setattr(Incoming, "_consume", greedy)


def _no_resend_behind_a_lease(patch: Patch) -> None:
    """A wake that meets a live lease is dropped, whatever lies in the inbox."""
    wait = Admission._wait_for_lease

    def drop(self: Any, header: Any, last: Any, now: float) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self, "_queue", type("Deaf", (), {"send": lambda *_: None})())
            wait(self, header, last, now)

    patch.setattr(Admission, "_wait_for_lease", drop)


def _no_inbox_while_calls_run(patch: Patch) -> None:
    read = Incoming.read_inbox

    def later(self: Any, owned: Any, at: float) -> Any:
        if owned.activation.in_flight:
            owned.inbox_read(again_at=float("inf"))
            return []
        return read(self, owned, at)

    patch.setattr(Incoming, "read_inbox", later)


def _no_read_after_parking(patch: Patch) -> None:
    park = Parking.park  # what the read would find is also told by a wake that is sent again: both are off

    def blind(self: Any, owned: Any, due_at: Any, now: float) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Incoming, "read_inbox", lambda *_: [])
            return park(self, owned, due_at, now)

    patch.setattr(Parking, "park", blind)
    _no_resend_behind_a_lease(patch)


# ---------------------------------------------------------------- closing, parking, sweeping


def _acknowledged_when_left(patch: Patch) -> None:
    leave = Ownership.leave

    def content(self: Any, key: Any, error: Exception) -> None:
        leave(self, key, error)
        self._outcomes[key] = None

    patch.setattr(Ownership, "leave", content)


def _a_failed_commit_made_anew(patch: Patch) -> None:
    """What is tried again holds what came meanwhile."""
    failed = Committing._failed

    def forget(self: Any, owned: Any, error: Exception) -> None:
        failed(self, owned, error)
        owned.segment = None

    patch.setattr(Committing, "_failed", forget)


def _overdue_is_definite(patch: Patch) -> None:
    """A call that hangs past its budget counts as not made."""
    overdue = Incoming._overdue_calls
    patch.setattr(Incoming, "_overdue_calls", lambda *args: [
        replace(stimulus, definite=True) for stimulus in overdue(*args)
    ])


def _one_try_at_a_commit(patch: Patch) -> None:
    patch.setattr("engine.durable.worker.committing.COMMIT_ATTEMPTS", 1)


def _no_sweeper(patch: Patch) -> None:
    patch.setattr(Sweeper, "sweep", lambda _self: 0)


def _no_due_check(patch: Patch) -> None:
    """A timer counts as over whenever somebody looks."""
    stimuli = Incoming.stimuli

    def early(self: Any, owned: Any, now: float) -> Any:
        look_at = owned.activation.owed.look_at
        return stimuli(self, owned, now if look_at is None else max(now, look_at))

    patch.setattr(Incoming, "stimuli", early)


def _no_hold(patch: Patch) -> None:
    patch.setattr(Holds, "holds", lambda *_args, **_more: False)


def _no_strikes(patch: Patch) -> None:
    patch.setattr(Poison, "charge", lambda _self, header, seq: header.__class__(**{
        name: getattr(header, name) for name in header.__slots__ if name != "seq"}, seq=seq))


def _no_scrubbing(patch: Patch) -> None:
    patch.setattr(resolving, "Scrubber", lambda _values: _Blind())


class _Blind:
    """Scrubs nothing."""

    def __getattr__(self, _name: str) -> Callable[[Any], Any]:
        return lambda value, *_more: value


def _claimed_by_all(patch: Patch) -> None:
    """A work item that somebody has taken waits on."""
    patch.setattr(activities.MemoryActivities, "claim", lambda *_: True)


def _jobs_left_running(patch: Patch) -> None:
    patch.setattr(Outbox, "stop_jobs", lambda *_: None)


def _starts_unsettled(patch: Patch) -> None:
    patch.setattr(OrphanedJobs, "settle", lambda *_: None)


def _no_tombstones(patch: Patch) -> None:
    """A delta does not say which frames are gone."""
    encode = codec.encode_change
    patch.setattr(codec, "encode_change", lambda change, **how: encode(replace(change, removed=frozenset()), **how))


# ---------------------------------------------------------------- one transaction


def _told_beside_the_commit(patch: Patch) -> None:
    """The audit log's entries are written after the commit, by themselves."""

    def commit(self: Any, segments: Any, closing: Any) -> Any:
        later.append((self, segments))
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self, "_tell", lambda _segments: None)
            return together(self, segments, closing)

    def guarded(self: Any, segments: Any, closing: Any = ()) -> Any:
        later.clear()
        answers = real(self, segments, closing)
        while later:
            worker, written = later.pop()
            worker._tell([segment for segment, held in zip(written, answers, strict=True) if held is True])
        return answers

    later: list[Any] = []
    real, together = Committing._guarded, Committing._commit_and_tell
    patch.setattr(Committing, "_commit_and_tell", commit)
    patch.setattr(Committing, "_guarded", guarded)


# ---------------------------------------------------------------- another version


def _a_header_that_keeps_its_version(patch: Patch) -> None:
    for module in (parking, redrives):
        patch.setattr(module, "followed", lambda _activation: {})


def _a_header_that_stays_closed(patch: Patch) -> None:
    patch.setattr(redrives.Redrives, "_reopen", lambda *_: None)


# ---------------------------------------------------------------- children


def _children_left_running(patch: Patch) -> None:
    patch.setattr(notices, "stop", lambda *_: None)


def _children_told_after_the_header(patch: Patch) -> None:
    """Nobody comes back for a notice, and no header is read either."""

    def close(self: Any, activation: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(notices, "tell", lambda *_: None)
            real(self, activation)
        tell(self._journal, self._queue, self._clock, activation.header, activation.snapshot)

    real, tell = Parking.close, notices.tell
    patch.setattr(Parking, "close", close)
    patch.setattr(MapRuns, "swept", lambda *_: [])


def _a_cursor_that_runs_ahead(patch: Patch) -> None:
    """The cursor is committed first; the children are created when it is."""

    def perform(self: Any, activation: Any, at: float) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            wanted = later.setdefault(activation.nonce, [])
            inner.setattr(MapRuns, "_start", lambda _self, *children: wanted.append(children))
            return real(self, activation, at)

    def owes(self: Any, activation: Any) -> bool:
        for wanted in later.pop(activation.nonce, []):
            start(self, *wanted)
        return real_owes(self, activation)

    later: dict[str, list[Any]] = {}
    real, start, real_owes = MapRuns.perform, MapRuns._start, MapRuns.owes
    patch.setattr(MapRuns, "perform", perform)
    patch.setattr(MapRuns, "owes", owes)


def _acknowledged_early(patch: Patch) -> None:
    """The handler acknowledges what it has received before it works on it."""
    patch.setattr(Faults, "early", True)


MUTANTS: dict[str, Mutant] = {
    "no fencing": Mutant(
        "a segment's number is free, or its nonce mine", _no_fence,
        _calls("tasks", "paused-before", "paused-after"), says="I1: segment 0"),
    "no nonce": Mutant("a retried write is one's own", _no_nonce, _calls("once", "lost-reply"),
        says="I13: ('SUCCEEDED', {'Error': 'Automate.TaskInterrupted'"),
    "early acknowledgement": Mutant(
        "acknowledged after commit and effects", _acknowledged_early,
        _calls("tasks", *DEATHS, sweeps=False), says="I2: RUNNING"),
    "no sweeper on a lossy queue": Mutant("whatever is overdue is woken", _no_sweeper, _seeds("wait", loss=30),
        says="I2: the product does not come to rest"),
    "no lease": Mutant("one worker at a time calls", _no_lease, _calls("task", "rival"),
        says="I9: Work was called without a durable intent"),
    "a lease without an end": Mutant("a dead owner is replaced", _endless_lease, _calls("task", *DEATHS),
        says="I2: the product does not come to rest"),
    "at-most-once rule off": Mutant(
        "an unknown outcome is not called again", _at_most_once_called_again, _calls("once", *DEATHS), says="I8:"),
    "client retries on": Mutant("a client repeats nothing by itself", _client_retries, _calls("real-client", *DEATHS),
        says="I8:"),
    "call before intent": Mutant(
        "nothing is called before its intent is durable", _call_before_intent,
        _calls("task", "before"), says="I9: Work was called without a durable intent"),
    "a fork's call before its intent": Mutant(
        "the same, of a fork", _fork_calls_before_intent,
        _calls("fork-that-calls", "before"), says="I9: T0 was called without a durable intent"),
    "unstable key": Mutant("one idempotency key a visit and epoch", _unstable_key, _calls("task", *DEATHS),
        says="I7:"),
    "no due check": Mutant("a timer is not early", _no_due_check, _calls("wait", "rival", *DEATHS),
        says="I10: Pause ended after 0 s of 90"),
    "inbox ignored behind a live lease": Mutant(
        "a wake behind a live lease is sent again while the inbox holds something", _no_resend_behind_a_lease,
        _calls("stop-amid-a-call", *DEATHS, sweeps=False), says="bound: StopRequested"),
    "inbox unread while calls run": Mutant(
        "an owner reads its inbox every 2 s", _no_inbox_while_calls_run,
        _seeds("parallel-callback", 1), says="bound: CallbackReturned"),
    "inbox unread after parking": Mutant(
        "what was said before the park is read", _no_read_after_parking,
        _calls("callback", "news", inbox_due=False), says="I2: RUNNING"),
    "inbox unread before a takeover": Mutant(
        "a stop comes before another call", _no_inbox_before_takeover,
        _calls("stop-amid-a-call", *DEATHS), says="Work was called though a stop was accepted"),
    "inbox emptied before the commit": Mutant(
        "what is read is deleted when it is recorded", _inbox_emptied_on_reading,
        _calls("callback", "before", "throttled"), says="I2: RUNNING"),
    "no scrubbing": Mutant("no secret's value leaves the call", _no_scrubbing, _calls("secret", "before"),
        says="I15: a secret's value stands in a segment"),
    "left and acknowledged": Mutant(
        "who leaves does not acknowledge", _acknowledged_when_left,
        _calls("task", "throttled", sweeps=False), says="I2: RUNNING"),
    "one try at a commit": Mutant("a commit is tried again", _one_try_at_a_commit, _calls("once", "lost-reply"),
        says="I13: ('SUCCEEDED', {'Error': 'Automate.TaskInterrupted'"),
    "a failed commit made anew": Mutant(
        "a commit that is tried again has the same bytes", _a_failed_commit_made_anew,
        _calls("parallel", "lost-reply"), says="I1: segment 1"),
    "a hanging call is a definite failure": Mutant(
        "a call that hangs keeps its key", _overdue_is_definite, _seeds("hanging", 1), says="I7:"),
    "a stale header resumes": Mutant("only a resume resumes", _stale_headers, _calls("poison", "paused-before"),
        says="flow:simulation was PAUSED, and a stale write"),
    "no hold": Mutant("a held workflow begins nothing", _no_hold, _calls("held", "before"),
        says="held, and ['B', 'C'] were called"),
    "no strikes": Mutant("what kills its workers is PAUSED", _no_strikes, _seeds("poison", 1),
        says="I2: more deaths than faults"),
    "an activity's task for all": Mutant("one poller gets a work item", _claimed_by_all, _calls("activity", "before"),
        says="I14: an activity's task was handed out twice"),
    "jobs of the stopped left running": Mutant(
        "a job that nobody waits for is stopped", _jobs_left_running,
        _calls("job-stopped", "before"), says="a job outlives its execution: nobody stopped it"),
    "late starts left running": Mutant(
        "a job whose start nobody awaits any more is stopped", _starts_unsettled,
        _calls("job-stopped", "paused-before", "paused-after"), says="a job outlives its execution: nobody stopped it"),
    "no tombstones": Mutant(
        "a delta names the frames that are gone", _no_tombstones,
        _calls("map", *DEATHS, deltas=True), says="I11: stepping the recorded stimuli again gives another snapshot"),
    "children of a stopped parent left": Mutant(
        "no child outlives its parent", _children_left_running,
        _calls("distributed-map-stopped", "before"), says="I4: children outlived their parent"),
    "a parent told after the header": Mutant(
        "a child's notice comes before its close", _children_told_after_the_header,
        _calls("distributed-map", "before"), says="I2: the product does not come to rest"),
    "a cursor ahead of the children": Mutant(
        "children exist before the cursor says so", _a_cursor_that_runs_ahead,
        _calls("distributed-map", "before"), says="I2: the product does not come to rest"),
    "a header that keeps its version": Mutant(
        "the header follows a change of version", _a_header_that_keeps_its_version,
        _calls("forward", *DEATHS), says="I5: version"),
    "a header that stays closed": Mutant(
        "who redrives opens the header", _a_header_that_stays_closed,
        _calls("forward", "before"), says="I3: the header says"),
    "told beside the commit": Mutant(
        "a commit and its audit entries are one transaction", _told_beside_the_commit,
        _calls("stop", *DEATHS, family="sqlite"), says="I16: not the entries of the history"),
}
