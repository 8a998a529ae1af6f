"""The outcomes of a Map Run's children, in the frames of the parent: a hundred of them in each.

    the Map's frame  /2      JOINING   the inputs of all children, written once
                     /2/0    CHILDREN  {"dispatched": 100, "fates": "SSF.S…", "outputs": {"0": …}}   children 0 … 99
                     /2/1    CHILDREN  {"dispatched": 17,  "fates": "....…", "outputs": {}}          children 100 … 199

An outcome is one character (stored as ``fates``): ``.`` not known to have ended, ``,`` the same of one that was there
before the run was redriven, S F T A as it ended. All counts derive from these characters, so that a child heard of
twice is counted once. Only the hundred that changes is written again, never the inputs. While one of the hundred runs,
the frame is due every SWEEP_SECONDS: then the headers of those that run are read. After a redrive it is due after
``look`` seconds: a child that its parent's failure stopped tells nobody when it has ended, and has to be redriven too.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from engine.kernel.builder import Builder
from engine.kernel.children.child_ids import AGAIN, HUNDRED, OUT, RUNS, SUCCEEDED
from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Frame, Phase, Snapshot
from engine.kernel.stimulus import ChildClosed, MapRunDispatched
from engine.records import dataclass

Json = Any

SWEEP_SECONDS = 300.0
"""So often the headers of children that are out are read: none stays unheard of for longer."""

_CODES = {"SUCCEEDED": SUCCEEDED, "FAILED": "F", "TIMED_OUT": "T", "ABORTED": "A"}
_STATUSES = {code: status for status, code in _CODES.items()}


@dataclass(frozen=True, slots=True)
class Tally:
    """How a Map Run stands. `pending` children are not started; an aborted one counts as a failure."""

    total: int
    pending: int
    running: int
    succeeded: int
    failed: int
    timed_out: int
    aborted: int

    @property
    def failures(self) -> int:
        """What the tolerances are compared with."""
        return self.failed + self.timed_out + self.aborted

    @property
    def over(self) -> bool:
        """Whether every child has ended."""
        return self.succeeded + self.failures == self.total


def tally(snapshot: Snapshot, frame: Frame) -> Tally:
    """Count the children of the Map Run in `frame`."""
    total = 0 if frame.fanout is None else frame.fanout.width
    running, counts = 0, dict.fromkeys(_CODES.values(), 0)
    for hundred in _hundreds(snapshot, frame):
        codes = hundred.output["fates"]
        for code in counts:
            counts[code] += codes.count(code)
        running += _out(hundred.output)
    ended = sum(counts.values())
    return Tally(total, total - running - ended, running, counts[SUCCEEDED], counts["F"], counts["T"], counts["A"])


def cursor(snapshot: Snapshot, frame: Frame) -> int:
    """The index of the first child that is not dispatched."""
    return sum(hundred.output["dispatched"] for hundred in _hundreds(snapshot, frame))


def running(hundred: Frame) -> list[tuple[int, bool]]:
    """(index, whether it was there before the run was redriven) of those among a hundred children that are out."""
    first = HUNDRED * int(hundred.path.rpartition("/")[2])
    codes = hundred.output["fates"][: hundred.output["dispatched"]]
    return [(first + at, code == AGAIN) for at, code in enumerate(codes) if code in OUT]


def _out(hundred: Json) -> int:
    """How many of a hundred children are out."""
    codes, dispatched = hundred["fates"], hundred["dispatched"]
    return int(codes.count(RUNS, 0, dispatched) + codes.count(AGAIN, 0, dispatched))


def has_ended(snapshot: Snapshot, frame: Frame, index: int) -> bool:
    """Whether the outcome of the child `index` is known: after a redrive, that it succeeded before."""
    hundred = snapshot.frames.get(f"{frame.path}/{index // HUNDRED}")
    return hundred is not None and hundred.output["fates"][index % HUNDRED] not in OUT


def successes(snapshot: Snapshot, frame: Frame) -> Iterator[tuple[int, bool, Json]]:
    """(index, whether its output is here, the output) of each child that succeeded, in order."""
    for number, hundred in enumerate(_hundreds(snapshot, frame)):
        outputs = hundred.output["outputs"]
        for at, code in enumerate(hundred.output["fates"]):
            if code == SUCCEEDED:
                yield HUNDRED * number + at, str(at) in outputs, outputs.get(str(at))


def dispatched(builder: Builder, stimulus: MapRunDispatched) -> bool:
    """The cursor moves. False when it did already, or the run is over."""
    run = _run(builder, stimulus.frame, stimulus.visit, stimulus.attempt)
    if run is None:
        return False
    for index in range(stimulus.first, stimulus.first + stimulus.count):
        hundred = _hundred(builder, run, index)
        record = hundred.output
        if index % HUNDRED == record["dispatched"]:
            hundred.output = {**record, "dispatched": index % HUNDRED + 1}
            _arm(builder, hundred)
    return True


def closed(builder: Builder, stimulus: ChildClosed) -> bool:
    """A child has ended. False when that is known, or nobody waits for it."""
    run = _run(builder, stimulus.frame, stimulus.visit, stimulus.attempt)
    if run is None or run.fanout is None or not 0 <= stimulus.index < run.fanout.width:
        return False
    at = stimulus.index % HUNDRED
    known = builder.peek(f"{run.path}/{stimulus.index // HUNDRED}")
    if known is not None and known.output["fates"][at] not in OUT:
        return False
    if builder.redrives and stimulus.status != "SUCCEEDED" and _ended_before(builder, known, stimulus):
        return False  # it is going to be redriven, too
    hundred = _hundred(builder, run, stimulus.index)
    record = hundred.output
    codes, outputs = record["fates"], record["outputs"]
    code = _CODES.get(stimulus.status, "F")
    if code == SUCCEEDED and stimulus.inline:
        outputs = {**outputs, str(at): stimulus.output}
    hundred.output = {**record, "fates": f"{codes[:at]}{code}{codes[at + 1:]}", "outputs": outputs}
    if not _out(hundred.output):
        hundred.due_at = None
    return True


def _ended_before(builder: Builder, hundred: Frame | OpenFrame | None, stimulus: ChildClosed) -> bool:
    """Whether this is how a child had ended before its run was redriven."""
    at = stimulus.index % HUNDRED
    if hundred is None or at >= hundred.output["dispatched"]:
        return True
    return bool(hundred.output["fates"][at] == AGAIN) and stimulus.redrives < builder.redrives


def look_again(builder: Builder, hundred: OpenFrame) -> None:
    """Their headers were read just now; those that are out are looked at again. After a redrive, each time after twice
    as long, until it is SWEEP_SECONDS."""
    seconds = 2 * hundred.output.get("look", SWEEP_SECONDS)
    hundred.output = {name: value for name, value in hundred.output.items() if name != "look"}
    if seconds < SWEEP_SECONDS:
        hundred.output["look"] = seconds
    _arm(builder, hundred)


def forget(builder: Builder, frame: OpenFrame) -> None:
    """The run is over: its children's outcomes go."""
    for first in range(0, 0 if frame.fanout is None else frame.fanout.width, HUNDRED):
        builder.remove(f"{frame.path}/{first // HUNDRED}")


def _run(builder: Builder, path: str, visit: int, attempt: int) -> Frame | OpenFrame | None:
    """The frame of that Map Run, to read only: it holds every input and is not to be written again."""
    frame = builder.peek(path)
    if frame is None or frame.phase is not Phase.JOINING or (frame.visit, frame.attempt) != (visit, attempt):
        return None
    return frame if frame.arguments is not None else None


def _hundred(builder: Builder, run: Frame | OpenFrame, index: int) -> OpenFrame:
    """The frame that keeps the outcome of the child `index`, made where it is not there yet."""
    path = f"{run.path}/{index // HUNDRED}"
    hundred = builder.frame(path)
    if hundred is None:
        width = 0 if run.fanout is None else run.fanout.width
        hundred = OpenFrame(path, run.machine, run.state, None, run.last_event)
        hundred.phase = Phase.CHILDREN
        size = min(HUNDRED, width - index // HUNDRED * HUNDRED)
        hundred.output = {"dispatched": 0, "fates": RUNS * size, "outputs": {}}
        builder.lay(hundred)
    return hundred


def _arm(builder: Builder, hundred: OpenFrame) -> None:
    hundred.due_at = builder.at + hundred.output.get("look", SWEEP_SECONDS) if _out(hundred.output) else None


def _hundreds(snapshot: Snapshot, frame: Frame) -> Iterator[Frame]:
    frames: Mapping[str, Frame] = snapshot.frames
    number = 0
    while (hundred := frames.get(f"{frame.path}/{number}")) is not None:
        yield hundred
        number += 1


MOST_NAMED = 1000
"""Children that did not succeed, in what is kept of a run when it is over."""


def indexes(snapshot: Snapshot, frame: Frame, statuses: Container[str], first: int = 0) -> Iterator[int]:
    """The children of these statuses, from the index `first` on, as far as their ends are known here. RUNNING are those
    that were started and have not told of their end."""
    for number, hundred in enumerate(_hundreds(snapshot, frame)):
        if HUNDRED * (number + 1) <= first:
            continue
        for at, code in enumerate(hundred.output["fates"][: hundred.output["dispatched"]]):
            if HUNDRED * number + at >= first and _STATUSES.get(code, "RUNNING") in statuses:
                yield HUNDRED * number + at


def record_of(snapshot: Snapshot, frame: Frame, stands: Tally) -> dict[str, Json]:
    """What is kept of a run that is over: its counts, and which children did not succeed, where they are MOST_NAMED at
    the most."""
    if stands.failures + stands.running > MOST_NAMED:
        return counts_of(frame, stands)
    unsuccessful = ("FAILED", "TIMED_OUT", "ABORTED", "RUNNING")
    named = {status: list(indexes(snapshot, frame, {status})) for status in unsuccessful}
    return {**counts_of(frame, stands), "others": {status: those for status, those in named.items() if those}}


def counts_of(frame: Frame, stands: Tally) -> dict[str, Json]:
    """How the run stands, for who describes it when its frame is gone."""
    return {
        "map_run": frame.arguments["map_run"], "total": stands.total, "pending": stands.pending,
        "running": stands.running, "succeeded": stands.succeeded, "failed": stands.failed,
        "timed_out": stands.timed_out, "aborted": stands.aborted,
        "max_concurrency": 0 if frame.fanout is None else frame.fanout.concurrency,
        "tolerated_count": frame.arguments["tolerated_count"],
        "tolerated_percentage": frame.arguments["tolerated_percentage"],
    }
