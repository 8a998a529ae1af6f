"""The turns of a conversation, read off its entries.

The entries are the truth: a list that is only appended to. Whoever runs a turn appends; whoever looks folds.

    asked ─► claimed ─► text … ─► answered ─► result … ─► text … ─► answered ─► proposed ─► ended
                │                                                                    question, or neither
                └─ by another process, when the one before is gone: the pieces of its unfinished answer count no more

An entry is an object with ``kind`` and ``at`` (epoch seconds), and:

    asked      number, text, document (the draft on the canvas, or null), execution (an id, or null)
    claimed    by (the process that runs the turn), until (epoch seconds; after that somebody else may claim it)
    text       text: a piece of the model's answer
    answered   text, shown, calls: [[id, tool, arguments]], complete, input_tokens, output_tokens: an answer, whole
    result     call, tool, about, outcome, text, failed, refused: what a tool answered; refused: a draft was sent back
    refused    text: a draft that came as text was sent back
    proposed   reply, proposal (Proposal.as_dict)
    question   text, choices
    stop       the person stopped the turn
    ended      status (DONE or FAILED), reply, problem: null or {message, advice, findings}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from engine.ports.language_model import Answered, Asked, Message, Result, ToolCall
from engine.records import dataclass

Json = Any
Status = Literal["RUNNING", "DONE", "STOPPED", "FAILED"]


@dataclass(slots=True)
class CallShown:
    """A call of a tool as the person sees it. `outcome` is None while it runs."""

    tool: str
    about: str
    outcome: str | None = None
    failed: bool = False


@dataclass(slots=True)
class Turn:
    """One turn. `text` is the model's text so far. `first` and `last` are the numbers of its entries. `claim` is who
    runs it and until when. `said` are the model's messages of this turn with the results of its calls, as the next
    answer needs them."""

    number: int
    asked: str
    at: float
    document: dict[str, Json] | None
    execution: str | None
    status: Status = "RUNNING"
    text: str = ""
    calls: list[CallShown] = field(default_factory=list)
    question: dict[str, Json] | None = None
    proposal: dict[str, Json] | None = None
    problem: dict[str, Json] | None = None
    answers: int = 0
    refused: int = 0
    cut: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    ended_at: float | None = None
    first: int = 0
    last: int = 0
    claim: tuple[str, float] | None = None
    claims: int = 0
    said: list[Message] = field(default_factory=list)
    _whole: str = ""
    _open: dict[str, CallShown] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether the turn has not ended."""
        return self.status == "RUNNING"

    @property
    def tokens(self) -> int:
        """The tokens that the turn has used."""
        return self.input_tokens + self.output_tokens

    def take(self, number: int, entry: Mapping[str, Json]) -> None:
        """Add an entry of the turn."""
        self.last = number
        getattr(self, f"_{entry['kind']}")(entry)

    def _claimed(self, entry: Mapping[str, Json]) -> None:
        self.claim = (entry["by"], entry["until"])
        self.claims += 1
        self.text = self._whole

    def _text(self, entry: Mapping[str, Json]) -> None:
        self.text += entry["text"]

    def _answered(self, entry: Mapping[str, Json]) -> None:
        calls = tuple(ToolCall(*each) for each in entry["calls"])
        self.said.append(Answered(entry["text"], calls))
        self.answers += 1
        self.cut = not entry["complete"]
        self.input_tokens += entry["input_tokens"]
        self.output_tokens += entry["output_tokens"]
        self._say(entry["text"] if entry["shown"] else "")
        for call in calls:
            self._open[call.id] = CallShown(call.name, "")
            self.calls.append(self._open[call.id])

    def _close(self, outcome: str) -> None:
        """Give the calls that are left without a result this outcome."""
        for shown in self._open.values():
            shown.outcome = outcome
        self._open.clear()

    def _say(self, text: str) -> None:
        between = "\n\n" if self._whole and text else ""
        self._whole = self.text = f"{self._whole}{between}{text}"

    def _result(self, entry: Mapping[str, Json]) -> None:
        self.said.append(Result(entry["call"], entry["text"], failed=entry["failed"]))
        self.refused += entry["refused"]
        shown = self._open.pop(entry["call"], None)
        if shown is not None:
            shown.about, shown.outcome, shown.failed = entry["about"], entry["outcome"], entry["failed"]

    def _refused(self, entry: Mapping[str, Json]) -> None:
        self.said.append(Asked(entry["text"]))
        self.refused, self.cut = self.refused + 1, False

    def _proposed(self, entry: Mapping[str, Json]) -> None:
        self._close("taken")
        self._say(entry["reply"])
        self.proposal = entry["proposal"]

    def _question(self, entry: Mapping[str, Json]) -> None:
        self._close("asked")
        self.question = {"text": entry["text"], "choices": entry["choices"]}

    def _stop(self, entry: Mapping[str, Json]) -> None:
        self._close("stopped")
        self.status, self.ended_at = "STOPPED", entry["at"]

    def _ended(self, entry: Mapping[str, Json]) -> None:
        self._close("not answered")
        self._say(entry["reply"])
        self.status, self.problem, self.ended_at = entry["status"], entry["problem"], entry["at"]

    def unanswered(self) -> list[ToolCall]:
        """The calls of the last answer that have no result yet, in order."""
        answers = [index for index, message in enumerate(self.said) if isinstance(message, Answered)]
        if not answers:
            return []
        asked = self.said[answers[-1]]
        answered = {message.call for message in self.said[answers[-1]:] if isinstance(message, Result)}
        return [call for call in asked.calls if call.id not in answered] if isinstance(asked, Answered) else []


def turns_of(entries: Iterable[tuple[int, str]]) -> list[Turn]:
    """The turns, in order. Entries after a turn's end belong to no turn and are passed over."""
    turns: list[Turn] = []
    for number, text in entries:
        entry = json.loads(text)
        if entry["kind"] == "asked":
            turns.append(Turn(
                entry["number"], entry["text"], entry["at"], entry["document"], entry["execution"], first=number,
                last=number,
            ))
        elif turns and turns[-1].running:
            turns[-1].take(number, entry)
    return turns


def written(at: float, kind: str, **more: Json) -> str:
    """An entry as it is kept."""
    return json.dumps({"kind": kind, "at": at, **more}, ensure_ascii=False, separators=(",", ":"))


def names_of_earlier_cases(turns: Sequence[Turn]) -> frozenset[str]:
    """The names of the cases that earlier proposals of the conversation came with."""
    documents = [turn.proposal["document"] for turn in turns if turn.proposal is not None]
    return frozenset(case["name"] for document in documents for case in document.get("cases") or ())
