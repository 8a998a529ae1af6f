"""What goes wrong in a run, as one line of text that names the run for good.

    callback@memory 17=after 40=lost-wake loss=30 double=30 skew=45,-45 seed=7

reads: the workflow `callback` on memory stores; the process dies after port call 17, the queue loses the wake of port
call 40; three of ten wakes are lost, three of ten come twice; workers' clocks are 45 s ahead and behind in turn; 7 is
what chance is drawn from. A failing test prints this line; ``tests/crash/report.py --run 'LINE'`` runs it again.

    before, after                the process dies there
    lost-reply                   the store acts, and answers StoreUnavailable
    throttled                    the store does not act, and answers Throttled
    paused-before, paused-after  the process freezes past its lease; others finish the work; then it goes on
    rival                        at that very moment another worker looks at the same execution
    news                         at that very moment a client asks what it has to, and another worker takes the wake
    lost-wake                    the queue takes the wake and loses it
    repeated, partly, late-index, undeleted      what AWS alone does (aws_requests)

Dying after call k and before call k + 1 leave the same world; both are run all the same on memory, where it costs
nothing. On DynamoDB what is numbered are the *requests*; a death after each that writes leaves every state that the
stores can be left in. `lag` is how many seconds its indexes are behind throughout. `roll`: workers of two releases
(releases.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

DEATHS = ("before", "after")
PAUSES = ("paused-before", "paused-after")
ANYWHERE = ("lost-reply", "throttled", "rival", "lost-wake", "news")
AWS_ALONE = ("repeated", "partly", "late-index", "undeleted")
BENIGN = (*ANYWHERE, *AWS_ALONE)
MODES = (*DEATHS, *ANYWHERE, *PAUSES)
AWS_MODES = (*(mode for mode in MODES if mode != "before"), *AWS_ALONE)
"""Before a request the stores are as after the one before it."""

READS = {
    "header", "headers", "load", "inbox", "due", "history", "execution_input", "query", "pauses", "get",
    "activity", "item", "waiting", "all", "workflows",
    "GetItem", "BatchGetItem", "Query", "QueryIndex", "GetObject", "ReceiveMessage", "GetQueueAttributes",
}
"""Port methods and AWS operations that change nothing."""

SENDS = {"send", "SendMessageBatch"}
IN_PARTS = {"BatchWriteItem", "BatchGetItem", "SendMessageBatch", "Query", "QueryIndex"}


def can(mode: str, name: str) -> bool:  # noqa: PLR0911  one a mode
    """Whether the call `name` can go wrong like this: a task port raises nothing, a read leaves nothing done."""
    match mode:
        case "lost-wake":
            return name in SENDS
        case "after":
            return name not in READS
        case "lost-reply":
            return name not in READS and name != "call"
        case "throttled":
            return name != "call"
        case "repeated":
            return name[:1].isupper() and name not in READS
        case "partly":
            return name in IN_PARTS
        case "late-index":
            return name == "QueryIndex"
        case "undeleted":
            return name == "DeleteMessage"
    return True


@dataclass
class Faults:
    """`at`: the mode of each call by its number, from 0. Percentages are of wakes. `sweeps`: whether there is a
    sweeper; `inbox_due`: whether sweeps see inbox items; `deltas`: no whole snapshot but the first."""

    at: dict[int, str] = field(default_factory=dict)
    loss: int = 0
    double: int = 0
    skews: tuple[float, ...] = (0.0,)
    seed: int = 0
    sweeps: bool = True
    inbox_due: bool = True
    deltas: bool = False
    lag: int = 0
    roll: str = ""

    early = False
    """Whether wakes are acknowledged on receipt: a mutant's."""

    @property
    def modes(self) -> set[str]:
        """What goes wrong at calls."""
        return set(self.at.values())

    @property
    def benign(self) -> bool:
        """Whether no process dies or freezes, and no more than one thing goes wrong."""
        return self.modes <= set(BENIGN) and len(self.at) <= 1 and not self.loss and not self.lag

    @property
    def pauses(self) -> bool:
        """Whether a process freezes."""
        return bool(self.modes & set(PAUSES))

    @property
    def kind(self) -> str:
        """What sort of faults, in a word or two: a row of the report."""
        apart = self.skews != (0.0,)
        if len(self.at) == 1 and not (self.loss or self.double or apart):
            return next(iter(self.modes))
        if self.at:
            deaths = self.modes <= set(DEATHS) and not (self.loss or self.double or apart)
            return "two deaths" if deaths else "by chance"
        if self.lag or self.roll:
            return "late indexes" if self.lag else "two releases"
        return "clocks apart" if apart else "lost and doubled" if self.loss or self.double else "none"

    @property
    def ordinary(self) -> bool:
        """Whether time runs alike for all, and the sweeper and the inbox are as they should be."""
        return self.sweeps and self.inbox_due and self.skews == (0.0,) and not self.early and not (
            self.lag or self.roll)

    def __str__(self) -> str:
        words = [f"{number}={mode}" for number, mode in sorted(self.at.items())]
        words += [f"{name}={value}" for name in ("loss", "double", "lag") if (value := getattr(self, name))]
        if self.skews != (0.0,):
            words.append("skew=" + ",".join(f"{skew:g}" for skew in self.skews))
        if self.seed:
            words.append(f"seed={self.seed}")
        off = {"sweeps": self.sweeps, "inbox_due": self.inbox_due}
        words += [f"{name}=off" for name, on in off.items() if not on]
        words += ["deltas=on"] if self.deltas else []
        return " ".join([*words, f"roll={self.roll}"] if self.roll else words)

    @classmethod
    def parse(cls, text: str) -> Faults:
        """What `str` gave. Raises ValueError."""
        faults = cls()
        for word in text.split():
            name, value = word.split("=")
            if name.isdigit():
                if value not in (*MODES, *AWS_ALONE):
                    raise ValueError(f"{word}: a mode is one of {', '.join((*MODES, *AWS_ALONE))}")
                faults.at[int(name)] = value
            elif name == "skew":
                faults.skews = tuple(float(part) for part in value.split(","))
            elif name in ("loss", "double", "seed", "lag"):
                setattr(faults, name, int(value))
            elif name == "roll":
                faults.roll = value
            elif name in ("sweeps", "inbox_due", "deltas"):
                setattr(faults, name, value == "on")
            else:
                raise ValueError(f"{word}: no such fault")
        return faults


@dataclass(frozen=True)
class Spec:
    """One run: which workflow, on which family of stores, and what goes wrong."""

    workflow: str
    family: str
    faults: Faults

    def __str__(self) -> str:
        return f"{self.workflow}@{self.family} {self.faults}".strip()

    @classmethod
    def parse(cls, text: str) -> Spec:
        """What `str` gave. Raises ValueError."""
        named, _, faults = text.strip().partition(" ")
        workflow, _, family = named.partition("@")
        return cls(workflow, family or "memory", Faults.parse(faults))
