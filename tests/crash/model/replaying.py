"""The models' walks on the real code: what the stores hold is read as the model has it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from engine.durable import codec
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.kernel.children.child_ids import SUCCEEDED
from engine.kernel.snapshot import Phase
from engine.ports.journal import RUNNING
from engine.ports.tasks import TaskFailed
from tests.crash.model import redriving, telling
from tests.crash.model.exploring import Label, Model
from tests.crash.model.stage import Stage
from tests.crash.model.telling import BELL
from tests.support.durable import ScriptedTasks
from tests.support.flows import ONE_TASK, WORK, flow

_KINDS = {"ExecutionFailed": "failed", "ExecutionSucceeded": "succeeded", "ExecutionRedriven": "redriven"}


def replay(model: Model, walk: list[Label], stage: Stage, begins: Callable[[str], Callable[[], None]],
           abstract: Callable[[Any], Any], real: Callable[[], Any]) -> int:
    """Make the moves of `walk` in both, and compare; how many there were."""
    state: Any = model.start()
    try:
        assert real() == abstract(state), "at the start"
        for number, label in enumerate(walk):
            state = next(after for made, after in model.moves(state) if made == label)
            if label == ("sweeper", "wakes"):
                begins("sweeper")()
            else:
                stage.step(*label, begins(label[0]))
            found, wanted = real(), abstract(state)
            assert found == wanted, f"after {walk[: number + 1]}:\n  the code  {found}\n  the model {wanted}"
    finally:
        stage.close()
    return len(walk)


# ---------------------------------------------------------------- lease, fence and redrive


def _moves_of_redriving(actor: str, name: str, args: tuple[Any, ...]) -> bool:
    if name in ("send", "update_headers"):
        return bool(args[0])
    if name == "header":
        return actor.startswith("redriver")
    return name in ("load", "inbox", "commit", "call", "due", "together")


def replay_redriving(model: redriving.Redriving, walk: list[Label], backend: Any) -> int:
    """On the stores of `backend`."""
    tasks = ScriptedTasks({WORK: [lambda call: {} if call.attempt else TaskFailed("Broken")]})
    stage = Stage(ONE_TASK, tasks, backend, _moves_of_redriving)
    product, clock = stage.product, stage.clock
    key = product.start({})

    def begins(who: str) -> Callable[[], None]:
        if who.startswith("worker"):
            return stage.work(key)
        if who == "sweeper":
            return product.sweeper.sweep
        return redrive

    def redrive() -> None:
        executions = product.executions
        with suppress(ExecutionNotRedrivable):
            executions._redrives.redrive(executions._load(key))

    def left(at: float | None) -> float | None:
        return None if at is None else max(round(at - clock.now(), 3), 0.0)

    def real() -> Any:
        journal = product.stores.journal
        header = journal.header(key)
        standing = {name: actor.at for name, actor in stage.actors.items() if actor.at}
        return {
            "header": (header.status, header.seq, left(header.due_at), header.strikes),
            "segments": [_segment(segment, left) for segment in backend.segments(key)],
            "wakes": sorted({left(at) for _, at in stage.queue.shown_at}), "standing": standing,
        }

    def abstract(state: redriving.State) -> Any:
        standing = {f"worker{n}": worker.at for n, worker in enumerate(state.workers)}
        standing |= {f"redriver{n}": redriver.at for n, redriver in enumerate(state.redrivers)}
        standing["sweeper"] = state.sweep.at
        return {
            "header": (state.status, state.seq, state.due, state.strikes),
            "segments": [tuple(segment) for segment in state.segments],
            "wakes": list(state.wakes), "standing": {name: at for name, at in standing.items() if at},
        }

    return replay(model, walk, stage, begins, abstract, real)


# ---------------------------------------------------------------- the inbox and its mark

_TWO = flow({"Each": {
    "Type": "Map", "ItemsPath": "$.items", "End": True, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **flow({"Line": {"Type": "Pass", "End": True}}),
    },
}})


def _moves_of_telling(actor: str, name: str, args: tuple[Any, ...]) -> bool:
    if name in ("send", "update_headers"):
        return bool(args[0])
    if actor.startswith("child"):
        return name == "put_inbox"
    return name in ("load", "inbox", "delete_inbox", "commit")


def replay_telling(model: telling.Telling, walk: list[Label], backend: Any) -> int:
    """On the stores of `backend`. Both children are out, and their parent is parked, before the walk begins."""
    stage = Stage(_TWO, ScriptedTasks(), backend, _moves_of_telling)
    product, journal = stage.product, stage.product.stores.journal
    key = product.start({"items": [0, 1]})
    product.run(key)
    children = sorted(of for of, _ in stage.queue.shown_at if of != key)
    first = journal.header(key).seq

    def begins(who: str) -> Callable[[], None]:
        if who == "sweeper":
            return lambda: stage.queue.shown_at.add((key, stage.clock.now()))
        kind, number = who[:-1], int(who[-1])
        of = key if kind == "worker" else children[number]

        def run() -> None:
            """What it does not finish comes again at once."""
            stage.queue.take(of)
            done = False
            try:
                done = product.run(of) is None
            finally:
                if not done:
                    stage.queue.shown_at.add((of, stage.clock.now()))

        return run

    def real() -> Any:
        header, snapshot = journal.header(key), codec.stored_snapshot(journal.load(key))
        hundreds = [frame.output["fates"] for frame in snapshot.frames.values() if frame.phase is Phase.CHILDREN]
        folded = {str(at) for fates in hundreds for at, fate in enumerate(fates) if fate == SUCCEEDED}
        return {
            "segments": (_last(journal, key) - first, snapshot.closed),
            "folded": {"0", "1"} if snapshot.closed else folded,
            "header": header.seq - first if header.status == RUNNING else -1,
            "inbox": {BELL if item.id == BELL else item.id.rpartition("#")[2] for item in journal.inbox(key)},
            "wake": (key, stage.clock.now()) in stage.queue.shown_at,
            "children": [journal.header(child).status != RUNNING for child in children],
            "standing": {name: actor.at for name, actor in stage.actors.items() if actor.at},
        }

    def abstract(state: telling.State) -> Any:
        standing = {f"worker{n}": worker.at for n, worker in enumerate(state.workers)}
        standing |= {f"child{n}": child.at for n, child in enumerate(state.children)}
        return {
            "segments": (state.seq, state.closed), "folded": set(state.folded), "header": state.header,
            "inbox": set(state.inbox), "wake": state.wake, "children": [child.closed for child in state.children],
            "standing": {name: at for name, at in standing.items() if at},
        }

    stage.queue.shown_at -= {(key, at) for of, at in stage.queue.shown_at if of == key}
    return replay(model, walk, stage, begins, abstract, real)


def _last(journal: Any, key: Any) -> int:
    return int(journal.load(key).segments[-1].seq)


def _segment(segment: Any, left: Callable[[float | None], float | None]) -> tuple[str, float]:
    if segment.lease_until:
        return "intent", left(segment.lease_until) or 0.0
    types = [event.type for event in codec.decode_events(segment.body)] if segment.first_event else []
    kinds = [_KINDS[name] for name in types if name in _KINDS]
    return (kinds[0] if kinds else "scheduled"), 0.0
