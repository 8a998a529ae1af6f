"""A model of the inbox and its mark: two children close, and tell the parent that waits for both.

    child    notice ── mark ── wake, if the mark was not there ── its header closed
    parent   read ── mark deleted, read again ── folded, committed ── notices deleted ── parked, read once more

A message that its worker did not finish with is shown again at once. While nobody dies, nothing here depends on time:
a parent that sleeps while a notice is unread is broken. A child that dies between its mark and its wake leaves a mark
that nobody answers; then it is the sweeper that wakes the parent, for a notice is due. Bounds: two children, two
workers of the parent at a time, `deaths` deaths.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.crash.model.exploring import Label

BELL = "bell"
ALL = frozenset({"0", "1"})


class Child(NamedTuple):
    """`at`: what it calls next; `to`: what for."""

    at: str = ""
    to: str = ""
    closed: bool = False


class Worker(NamedTuple):
    """`why`: what it reads the inbox for. `read`: what it is going to delete; `folded`: whose end it knows."""

    at: str = ""
    why: str = ""
    seq: int = 0
    header: int = 0
    read: frozenset[str] = frozenset()
    folded: frozenset[str] = frozenset()


class State(NamedTuple):
    """`seq`: of segments; `folded`: whose end they hold; `closed`: whether the last one closes it. `header`: the number
    that the header knows, -1 once it is closed."""

    seq: int = 0
    folded: frozenset[str] = frozenset()
    closed: bool = False
    header: int = 0
    inbox: frozenset[str] = frozenset()
    wake: bool = False
    children: tuple[Child, ...] = (Child(), Child())
    workers: tuple[Worker, ...] = (Worker(), Worker())
    deaths: int = 0
    wrong: str = ""


class Telling:
    """`together`: a commit that closes the parent closes its header, too (SQLite)."""

    def __init__(self, *, deaths: int = 1, workers: int = 2, together: bool = False, error: str = "") -> None:
        self._deaths, self._workers, self._together, self._error = deaths, workers, together, error

    def start(self) -> State:
        return State(workers=(Worker(),) * self._workers)

    def broken(self, state: State) -> str:
        if state.wrong:
            return state.wrong
        idle = not any(actor.at for actor in (*state.workers, *state.children))
        unread = {item for item in state.inbox - {BELL} if state.children[int(item)].closed} - state.folded
        if idle and not state.wake and state.header >= 0 and unread and not state.deaths:
            return "it sleeps, and a notice is unread"
        told = {str(number) for number, child in enumerate(state.children) if child.closed}
        if not told <= state.folded | state.inbox and not state.closed:
            return "an answer is lost"
        return ""

    def rests(self, state: State) -> bool:
        idle = not any(actor.at for actor in (*state.workers, *state.children))
        return idle and state.header < 0 and not state.wake and all(child.closed for child in state.children)

    def moves(self, state: State) -> Iterator[tuple[Label, State]]:
        for number, child in enumerate(state.children):
            who = f"child{number}"
            if child.at:
                yield (who, child.at), self._tell(state, number, child)
                if state.deaths < self._deaths:
                    yield (who, "dies"), _with_child(state, number, Child())._replace(deaths=state.deaths + 1)
            elif not child.closed:  # it begins, and makes its first call
                to = "close" if state.header < 0 else "mark" if self._error == "mark first" else "notice"
                begun = Child("update_headers" if to == "close" else "put_inbox", to)
                yield (who, begun.at), self._tell(state, number, begun)
        for number, worker in enumerate(state.workers):
            who = f"worker{number}"
            if worker.at:
                yield (who, worker.at), self._work(state, number, worker)
                if state.deaths < self._deaths:
                    yield (who, "dies"), _with_worker(state, number, Worker())._replace(
                        deaths=state.deaths + 1, wake=True)
            elif state.wake and not (number and not state.workers[0].at):
                yield (who, "load"), self._load(state, number)

        idle = not any(actor.at for actor in (*state.workers, *state.children))
        if idle and state.deaths and state.inbox and not state.wake:
            yield ("sweeper", "wakes"), state._replace(wake=True)

    # ---------------------------------------------------------------- a child

    def _tell(self, state: State, number: int, child: Child) -> State:
        first = self._error == "mark first"
        match child.to:
            case "notice":
                after = _closing(child) if first else Child("put_inbox", "mark")
                return _with_child(state, number, after)._replace(inbox=state.inbox | {str(number)})
            case "mark":
                there = BELL in state.inbox
                rest = Child("put_inbox", "notice") if first else _closing(child)
                after = rest if there else Child("send", "wake")
                return _with_child(state, number, after)._replace(inbox=state.inbox | {BELL})
            case "wake":
                after = Child("put_inbox", "notice") if first else _closing(child)
                return _with_child(state, number, after)._replace(wake=True)
        return _with_child(state, number, Child(closed=True))

    # ---------------------------------------------------------------- the parent

    def _load(self, state: State, number: int) -> State:
        why = "clear" if state.header < 0 else "closed" if state.closed else "opened"
        worker = Worker("inbox", why, state.seq, state.header, frozenset(), state.folded)
        return _with_worker(state, number, worker)._replace(wake=False)

    def _work(  # noqa: C901, PLR0911, PLR0912  one a call
        self, state: State, number: int, worker: Worker
    ) -> State:
        match worker.at, worker.why:
            case "inbox", "clear":
                left = worker._replace(at="delete_inbox", read=state.inbox) if state.inbox else Worker()
                return _with_worker(state, number, left)
            case "inbox", _:
                again = worker.why.endswith(" again")
                if again or self._error == "mark kept":
                    return self._got(state, number, worker._replace(why=worker.why.removesuffix(" again")))
                if BELL in state.inbox:
                    late = "mark deleted late" in self._error
                    read = worker.read | (state.inbox - {BELL}) if late else worker.read
                    return _with_worker(state, number, worker._replace(at="delete_inbox", why=f"{worker.why} bell",
                                                                       read=read))
                return self._got(state, number, worker)
            case "delete_inbox", why if why.endswith(" bell"):
                state = state._replace(inbox=state.inbox - {BELL})
                worker = worker._replace(at="inbox", why=why.replace(" bell", " again"))
                if "mark deleted late" in self._error:
                    worker = worker._replace(why=why.removesuffix(" bell"))
                    return self._got(state, number, worker, seen=worker.read)
                return _with_worker(state, number, worker)
            case "delete_inbox", why:
                state = state._replace(inbox=state.inbox - worker.read)
                worker = worker._replace(read=frozenset())
                if why in ("clear", "parked"):
                    return _with_worker(state, number, Worker())
                if why == "closes":
                    return _with_worker(state, number, self._to_close(worker))
                return self._on(state, number, worker)
            case "commit", why:
                return self._commit(state, number, worker, closes=why == "closes")
            case "update_headers", "closes":
                state = state._replace(header=-1)
                return _with_worker(state, number, worker._replace(at="inbox", why="clear"))
            case "update_headers", _:
                if state.header < 0 or state.header > worker.seq:
                    return _left(state, number)
                state = state._replace(header=worker.seq)
                if "unlooked" in self._error:
                    return _with_worker(state, number, Worker())
                return _with_worker(state, number, worker._replace(at="inbox", why="parked", header=worker.seq))
        raise AssertionError(worker)

    def _got(self, state: State, number: int, worker: Worker, *, seen: frozenset[str] | None = None) -> State:
        """It has read the inbox."""
        notices = (state.inbox if seen is None else seen) - {BELL}
        new = notices - worker.folded - worker.read if seen is None else notices - worker.folded
        worker = worker._replace(read=worker.read | notices)
        if worker.why == "closed":
            return _with_worker(state, number, worker._replace(at="update_headers", why="closes"))
        if new:
            worker = worker._replace(folded=worker.folded | new)
            if self._error == "deleted first":
                state = state._replace(inbox=state.inbox - worker.read)
            return _with_worker(state, number, worker._replace(at="commit", why="folds"))
        if worker.why == "parked":
            return _with_worker(state, number, worker._replace(at="delete_inbox") if worker.read else Worker())
        return self._on(state, number, worker)

    def _on(self, state: State, number: int, worker: Worker) -> State:
        """Nothing is to be folded: it closes, or is parked."""
        if worker.folded == ALL:
            return _with_worker(state, number, worker._replace(at="commit", why="closes"))
        if worker.header != worker.seq:
            return _with_worker(state, number, worker._replace(at="update_headers", why="parks"))
        if "unlooked" in self._error:
            return _with_worker(state, number, Worker())
        return _with_worker(state, number, worker._replace(at="inbox", why="parked"))

    def _commit(self, state: State, number: int, worker: Worker, *, closes: bool) -> State:
        if state.seq != worker.seq:
            return _left(state, number)
        if not state.folded <= worker.folded:
            state = state._replace(wrong="an answer is forgotten")
        state = state._replace(seq=state.seq + 1, folded=worker.folded, closed=closes)
        worker = worker._replace(seq=state.seq)
        if closes and self._together:
            state = state._replace(header=-1)
        if worker.read:
            if closes:  # what was read and is known goes first
                return _with_worker(state, number, worker._replace(at="delete_inbox", why="closes"))
            return _with_worker(state, number, worker._replace(at="delete_inbox", why="folded"))
        return _with_worker(state, number, self._to_close(worker)) if closes else self._on(state, number, worker)

    def _to_close(self, worker: Worker) -> Worker:
        at, why = ("inbox", "clear") if self._together else ("update_headers", "closes")
        return worker._replace(at=at, why=why)


def _closing(child: Child) -> Child:
    return child._replace(at="update_headers", to="close")


def _left(state: State, number: int) -> State:
    return _with_worker(state, number, Worker())._replace(wake=True)


def _with_child(state: State, number: int, child: Child) -> State:
    return state._replace(children=(*state.children[:number], child, *state.children[number + 1 :]))


def _with_worker(state: State, number: int, worker: Worker) -> State:
    return state._replace(workers=(*state.workers[:number], worker, *state.workers[number + 1 :]))
