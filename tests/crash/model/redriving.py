"""A model of lease, fence and redrive: one execution of one Task, whose first call fails and whose second succeeds.

    actors    two workers, two who redrive it, a sweeper; each a sequence of port calls, in the order of the code
    moves     one port call of one actor; a death of one; TICK: 300 s pass, so that leases end and messages are shown

Reads whose moment does not matter are no moves of their own: they go with the call before them. All times are seconds
from now; of messages that are shown at the same time there is one, for they are hints. Bounds: two workers and two
redrives at a time, `deaths` deaths, `freezes` ticks while somebody is at work; other ticks and redrives without end.
While a call is under way no time passes: who freezes there may call late, which is not promised.

What is planted in `error` breaks one rule; the exploration finds each (test_models).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.crash.model.exploring import Label

TICK = 300.0
LEASE = 250.0
GRACE = 30.0
AHEAD, CLAIM = 120.0, 180.0

_OVERTAKEN = 3  # tries of a redriver that gave up: it reads the header once more, to say why

CLOSED = ("FAILED", "SUCCEEDED")
KINDS = {"failed": "FAILED", "succeeded": "SUCCEEDED"}


class Worker(NamedTuple):
    """`at`: what it calls next; empty while nobody is there. `seq`: the last segment that it knows. `due`, `strikes`:
    the header as it knows it. `late`: its time is over. `made`: the kind of the segment that it has made or is about to
    make, or what its change of the header is for; `aged`: the lease of that is over already."""

    at: str = ""
    seq: int = -1
    due: float = 0.0
    strikes: int = 0
    late: bool = False
    made: str = ""
    aged: bool = False


class Redriver(NamedTuple):
    """`status`: the header's, as it was read. `due`: what it is going to say."""

    at: str = ""
    seq: int = -1
    status: str = ""
    tries: int = 0
    due: float = 0.0


class Sweep(NamedTuple):
    at: str = ""
    seq: int = -1
    delay: float = 0.0
    again: float = 0.0


class Segment(NamedTuple):
    kind: str
    lease: float = 0.0


class State(NamedTuple):
    segments: tuple[Segment, ...] = ()
    status: str = "RUNNING"
    seq: int = -1
    due: float | None = GRACE
    strikes: int = 0
    wakes: tuple[float, ...] = (0.0,)
    young: bool = True
    workers: tuple[Worker, ...] = (Worker(), Worker())
    redrivers: tuple[Redriver, ...] = (Redriver(), Redriver())
    sweep: Sweep = Sweep()
    deaths: int = 0
    freezes: int = 0
    heard: bool = False
    wrong: str = ""

    @property
    def kind(self) -> str:
        """Of the last segment."""
        return self.segments[-1].kind if self.segments else ""


class Redriving:
    """`together`: a commit that closes the execution closes its header, too (SQLite)."""

    def __init__(self, *, deaths: int = 1, freezes: int = 1, workers: int = 2, redrivers: int = 2, sweeps: bool = True,
                 together: bool = False, error: str = "") -> None:
        self._deaths, self._sweeps, self._together, self._error = deaths, sweeps, together, error
        self._workers, self._redrivers, self._freezes = workers, redrivers, freezes

    def start(self) -> State:
        return State(workers=(Worker(),) * self._workers, redrivers=(Redriver(),) * self._redrivers)

    # ---------------------------------------------------------------- what has to hold

    def broken(self, state: State) -> str:  # noqa: PLR0911  one a property
        if state.wrong:
            return state.wrong
        if state.status == "RUNNING" and state.due is None:
            return "open, and due never"
        if sum(worker.at == "call" for worker in state.workers) > 1:
            return "two calls at once, under one lease"
        kinds = [segment.kind for segment in state.segments if segment.kind not in ("intent", "scheduled")]
        if kinds not in ([], ["failed"], ["failed", "redriven"], ["failed", "redriven", "succeeded"]):
            return f"results twice: {kinds}"
        if state.status in CLOSED and state.heard and state.kind not in KINDS:
            return "redriven, and closed all the same"
        ahead = state.status in CLOSED and state.kind not in KINDS and "redriven" not in kinds
        if ahead or (state.status == "SUCCEEDED" and state.kind != "succeeded"):
            return "the header is ahead of the journal"
        return ""

    def rests(self, state: State) -> bool:
        busy = any(actor.at for actor in (*state.workers, *state.redrivers, state.sweep))
        agrees = state.status == KINDS.get(state.kind)
        return not busy and agrees and not state.wakes

    # ---------------------------------------------------------------- what can happen

    def moves(self, state: State) -> Iterator[tuple[Label, State]]:
        yield from self._workers_move(state)
        yield from self._redrivers_move(state)
        if self._sweeps:
            yield from self._sweep(state)
        busy = any(actor.at for actor in (*state.workers, *state.redrivers, state.sweep))
        if not any(worker.at == "call" for worker in state.workers) and state.freezes + busy <= self._freezes:
            after = _later(state)
            if after != state:
                yield ("time", "passes"), after._replace(freezes=state.freezes + busy)

    def _workers_move(self, state: State) -> Iterator[tuple[Label, State]]:
        for number, worker in enumerate(state.workers):
            who = f"worker{number}"
            if worker.at:
                yield (who, worker.at), self._work(state, number, worker)
                if state.deaths < self._deaths:
                    yield (who, "dies"), _with_worker(state, number, Worker())._replace(
                        deaths=state.deaths + 1, wakes=_sent(state, TICK))
            elif state.wakes and state.wakes[0] <= 0:
                if number and not state.workers[0].at:
                    continue  # alike: the first one takes it
                yield (who, "load"), self._load(state, number)

    def _redrivers_move(self, state: State) -> Iterator[tuple[Label, State]]:
        for number, redriver in enumerate(state.redrivers):
            who = f"redriver{number}"
            if redriver.at:
                yield (who, redriver.at), self._redrive(state, number, redriver)
                if state.deaths < self._deaths:
                    yield (who, "dies"), _with_redriver(state, number, Redriver())._replace(deaths=state.deaths + 1)
            elif state.kind == "failed" or state.status == "FAILED":
                if number and not state.redrivers[0].at:
                    continue
                yield (who, "load"), self._load_to_redrive(state, number)

    # ---------------------------------------------------------------- a worker

    def _load(self, state: State, number: int) -> State:
        state = state._replace(wakes=tuple(wake for wake in state.wakes if wake > 0))
        seq, last = len(state.segments) - 1, state.segments[-1] if state.segments else None
        worker = Worker("", seq, state.due or 0.0, state.strikes)
        leased = last is not None and last.lease > 0 and self._error != "no lease"
        if state.status in CLOSED or leased:
            worker = worker._replace(at="inbox", made="nothing")
        elif last is not None and last.kind == "intent":
            worker = worker._replace(at="update_headers", made="strike")
        elif last is not None or not state.young:
            worker = _opened(worker, state)
        else:
            worker = worker._replace(at="commit", made="intent")
        return _with_worker(state, number, worker)

    def _work(  # noqa: C901, PLR0911, PLR0912  one a call
        self, state: State, number: int, worker: Worker
    ) -> State:
        match worker.at, worker.made:
            case "inbox", "nothing":
                return _with_worker(state, number, Worker())
            case "inbox", "closed":
                return _with_worker(state, number, worker._replace(at="update_headers", made="close"))
            case "inbox", "parked":
                return _with_worker(state, number, worker._replace(at="update_headers", made="park", due=0.0))
            case "inbox", _:
                return _with_worker(state, number, worker._replace(at="commit"))
            case "update_headers", "strike":
                if state.status != "RUNNING" or state.seq > worker.seq:
                    return self._leaves(state, number)
                state = state._replace(strikes=worker.strikes + 1, due=worker.due, seq=worker.seq)
                return _with_worker(state, number, _opened(worker._replace(strikes=worker.strikes + 1), state))
            case "commit", _:
                return self._commit(state, number, worker)
            case "call", _:
                kind = "failed" if all(s.kind != "redriven" for s in state.segments[: worker.seq + 1]) else "succeeded"
                at = "update_headers" if self._error == "closed first" else "commit"
                return _with_worker(state, number, worker._replace(at=at, made=kind, aged=False))
            case "update_headers", "failed" | "succeeded":  # planted
                return _with_worker(
                    self._closed(state, worker._replace(seq=worker.seq + 1)), number, worker._replace(at="commit"))
            case "update_headers", "progress":
                if state.status == "RUNNING" and state.seq <= worker.seq:
                    state = state._replace(strikes=0, due=worker.due, seq=worker.seq)
                return _with_worker(state, number, worker._replace(made="close"))
            case "update_headers", "forgive":
                if state.status == "RUNNING" and state.seq <= worker.seq:
                    state = state._replace(strikes=max(worker.strikes - 1, -1), due=worker.due, seq=worker.seq)
                return self._leaves(state, number)
            case "update_headers", "close":
                return _with_worker(self._closed(state, worker), number, worker._replace(at="inbox", made="nothing"))
            case "update_headers", "park":
                if state.status != "RUNNING" or state.seq > worker.seq:
                    return self._leaves(state, number)
                state = state._replace(due=worker.due, seq=worker.seq)
                return _with_worker(state, number, worker._replace(at="send"))
            case "send", _:
                state = state._replace(wakes=_sent(state, 0.0))
                return _with_worker(state, number, worker._replace(at="inbox", made="nothing"))
        raise AssertionError(worker)

    def _commit(self, state: State, number: int, worker: Worker) -> State:
        at = worker.seq + 1
        if len(state.segments) > at and self._error != "no fence":
            return self._leaves(state, number)
        lease = LEASE if worker.made == "intent" and not worker.aged else 0.0
        if lease and state.segments and state.segments[-1].lease > 0 and len(state.segments) == at:
            state = state._replace(wrong="a lease opens while another one lives")
        state = state._replace(
            segments=(*state.segments[:at], Segment(worker.made, lease), *state.segments[at + 1 :]))
        after = worker._replace(seq=at)
        if worker.made == "intent":
            after = after._replace(at="update_headers", made="forgive") if worker.aged else after._replace(at="call")
        elif worker.made == "scheduled":
            after = after._replace(at="update_headers", made="park", due=0.0)
        elif worker.strikes > 0:
            after = after._replace(at="update_headers", made="progress", strikes=0)
        elif self._together:
            state, after = self._closed(state, after), after._replace(at="inbox", made="nothing")
        else:
            after = after._replace(at="update_headers", made="close")
        return _with_worker(state, number, after)

    def _closed(self, state: State, worker: Worker) -> State:
        """A header that is ahead, or closed, stays as it is."""
        kind = state.segments[worker.seq].kind if worker.seq < len(state.segments) else worker.made
        if state.status in CLOSED or (state.seq > worker.seq and self._error != "close by any"):
            return state
        return state._replace(status=KINDS[kind], seq=worker.seq, due=None)

    @staticmethod
    def _leaves(state: State, number: int) -> State:
        """Its message is shown again."""
        return _with_worker(state, number, Worker())._replace(wakes=_sent(state, TICK))

    # ---------------------------------------------------------------- who redrives

    def _load_to_redrive(self, state: State, number: int) -> State:
        redriver = Redriver("", len(state.segments) - 1, state.status)
        if state.kind in KINDS and state.status != "SUCCEEDED" and state.kind == "failed":
            redriver = redriver._replace(
                at="update_headers" if self._error == "header first" else "inbox", due=GRACE)
        elif state.status == "FAILED":  # another one died, or is about to do it
            redriver = redriver._replace(at="update_headers", due=GRACE)
        return _with_redriver(state, number, redriver)

    def _redrive(self, state: State, number: int, redriver: Redriver) -> State:  # noqa: PLR0911  one a call
        match redriver.at:
            case "inbox":
                return _with_redriver(state, number, redriver._replace(at="commit"))
            case "commit":
                at = redriver.seq + 1
                if len(state.segments) > at and self._error != "no fence":
                    return _with_redriver(state, number, redriver._replace(at="header", tries=_OVERTAKEN))
                state = state._replace(
                    segments=(*state.segments[:at], Segment("redriven"), *state.segments[at + 1 :]))
                return _with_redriver(state, number, redriver._replace(
                    at="send" if self._error == "header first" else "update_headers", seq=at, due=GRACE))
            case "update_headers":
                return self._reopen(state, number, redriver)
            case "header":
                if redriver.tries >= _OVERTAKEN:
                    return _with_redriver(state, number, Redriver())
                open_now = state.status == "RUNNING"
                if not open_now and redriver.tries > 1:
                    return _with_redriver(state, number, redriver._replace(tries=_OVERTAKEN))
                return _with_redriver(state, number, redriver._replace(
                    at="send" if open_now else "update_headers", status=state.status))
            case "send":
                return _with_redriver(state, number, Redriver())._replace(wakes=_sent(state, 0.0), heard=True)
        raise AssertionError(redriver)

    def _reopen(self, state: State, number: int, redriver: Redriver) -> State:
        holds = state.status == redriver.status and state.seq <= redriver.seq
        if self._error == "reopens any":
            holds = True
        if not holds:
            return _with_redriver(state, number, redriver._replace(at="header", tries=redriver.tries + 1))
        due = None if self._error == "reopened undue" else redriver.due
        state = state._replace(status="RUNNING", seq=redriver.seq, due=due, strikes=0)
        return _with_redriver(state, number, redriver._replace(
            at="commit" if self._error == "header first" else "send"))

    # ---------------------------------------------------------------- the sweeper

    def _sweep(self, state: State) -> Iterator[tuple[Label, State]]:
        sweep = state.sweep
        match sweep.at:
            case "":
                if state.due is not None and state.due < AHEAD:
                    found = Sweep("send", state.seq, max(state.due, 0.0), max(state.due, 0.0) + CLAIM)
                    yield ("sweeper", "due"), state._replace(sweep=found)
            case "send":
                yield ("sweeper", "send"), state._replace(
                    wakes=_sent(state, sweep.delay), sweep=sweep._replace(at="update_headers"))
            case "update_headers":
                after = state._replace(sweep=Sweep())
                if state.status == "RUNNING" and state.seq <= sweep.seq:
                    after = after._replace(due=sweep.again)
                yield ("sweeper", "update_headers"), after
        if sweep.at and state.deaths < self._deaths:
            yield ("sweeper", "dies"), state._replace(sweep=Sweep(), deaths=state.deaths + 1)


def _opened(worker: Worker, state: State) -> Worker:
    """Its first round: it looks at its clock, then reads the inbox."""
    last = state.segments[worker.seq] if worker.seq >= 0 else None
    made = "scheduled" if worker.late else "intent"
    if last is not None and last.kind in KINDS:
        made = "closed"
    elif last is not None and (last.kind, made) == ("scheduled", "scheduled"):
        made = "parked"
    return worker._replace(at="inbox", made=made, aged=False)


def _later(state: State) -> State:
    """TICK passes: what is over is over, a worker under way has no time left."""
    return state._replace(
        segments=tuple(segment._replace(lease=max(segment.lease - TICK, 0.0)) for segment in state.segments),
        due=None if state.due is None else max(state.due - TICK, 0.0),
        wakes=tuple(sorted({max(wake - TICK, 0.0) for wake in state.wakes})), young=False,
        workers=tuple(
            worker._replace(late=True, due=max(worker.due - TICK, 0.0), aged=worker.made == "intent")
            if worker.at else worker for worker in state.workers
        ),
        redrivers=tuple(redriver._replace(due=max(redriver.due - TICK, 0.0)) for redriver in state.redrivers),
        sweep=state.sweep._replace(again=max(state.sweep.again - TICK, 0.0)) if state.sweep.at else state.sweep,
    )


def _sent(state: State, delay: float) -> tuple[float, ...]:
    return tuple(sorted({*state.wakes, delay}))


def _with_worker(state: State, number: int, worker: Worker) -> State:
    return state._replace(workers=(*state.workers[:number], worker, *state.workers[number + 1 :]))


def _with_redriver(state: State, number: int, redriver: Redriver) -> State:
    return state._replace(redrivers=(*state.redrivers[:number], redriver, *state.redrivers[number + 1 :]))
