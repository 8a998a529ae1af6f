"""Running one turn: ask the model, answer its calls, check its draft, until the turn ends.

    ask ─► text ─► calls of tools ─► their results ─► ask …
             │            └─ propose ─► check ─► holds: the proposal
             │                            └─ findings ─► ask … (at most REFUSALS times)
             └─ plain text: the answer

Each step is an entry of the conversation, appended before the next begins. So a turn whose process is killed goes on
from its last entry, in another process (`run` again). The position that each append names keeps two processes from
running one turn: the one that comes second finds another end, and leaves. A stop is an entry as well, and ends a run
in the same way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from engine.catalog.document import parse_document
from engine.clock import Clock
from engine.copilot.clauses import clauses_of
from engine.copilot.conversation.answers import Checked, Request, check_draft, shown_with_flaws
from engine.copilot.conversation.plain_answers import Meant, is_data, meant_by
from engine.copilot.conversation.prompt import (
    ANSWER_SCHEMA,
    REFUSED,
    findings_prompt,
    prompt_without_tools,
    request_prompt,
    system_prompt,
)
from engine.copilot.conversation.sources import Sources
from engine.copilot.conversation.tools import ASK, ENDING, PROPOSE, TOOLS, Answer, Toolbox, arguments_of
from engine.copilot.conversation.turns import names_of_earlier_cases, turns_of, written
from engine.copilot.scrubbing import Scrub
from engine.errors import AutomateError, InvalidDocument, UserError
from engine.ports.language_model import (
    Answered,
    Asked,
    LanguageModel,
    Message,
    ModelUnavailable,
    Reply,
    Result,
    ToolCall,
)
from engine.ports.language_model import Request as Question
from engine.ports.people.conversations import ConversationKey, Conversations
from engine.records import dataclass

Json = Any

REFUSALS = 4
"""Drafts of one turn that are sent back at most."""
MOST_CLAIMS = 6
"""Processes that begin one turn, one after the other: each was killed, or broke off."""
CHARACTERS_PER_TOKEN = 4
"""By which tokens are estimated where the provider counts none."""
MOST_CALLS = 20
"""Calls of one answer that are taken."""
MOST_ARGUMENTS = 400_000
"""Characters of one call's arguments."""
REMEMBERED = 8
"""Earlier turns that the model is told of."""
PIECE_SECONDS = 0.25
LOOK_SECONDS = 1.0
PIECE_CHARACTERS = 2_000
LEAST_SECONDS = 1.0
PAUSE_SECONDS = 1.0
_DONE: tuple[str, Mapping[str, Json]] = ("ended", {"status": "DONE", "reply": "", "problem": None})
WORDS_ALONE = ("The draft was refused, and words do not correct it. Hand in the corrected draft, ask the person, or "
               "answer in words once more if there is nothing to draft.")
MASKED = "What is or looks like a secret was masked before it was sent to the model: name a secret by its key."


@dataclass(frozen=True, slots=True)
class Limits:
    """What one turn may use: answers of the model, tokens in all, seconds from the request to the end."""

    answers: int
    tokens: int
    seconds: float


class Gone(AutomateError):
    """The turn is over for this process: it was stopped, it was deleted, or another process runs it."""


class _Ended(Exception):
    """The turn cannot go on: the problem that the person is shown."""

    def __init__(self, message: str, advice: str, findings: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problem = {"message": message, "advice": advice, "findings": list(findings)}


class TurnRunner:
    """Runs turns with one model. `by` names this process in the claim of a turn. Safe to share between threads."""

    def __init__(
        self, model: LanguageModel, sources: Sources, conversations: Conversations, clock: Clock, limits: Limits, *,
        by: str, calls_tools: bool = True,
    ) -> None:
        self.model = model
        self.sources = sources
        self.conversations = conversations
        self.clock = clock
        self.limits = limits
        self.by = by
        self.calls_tools = calls_tools
        """False for a model that cannot, and once a model has said so."""

    def run(self, key: ConversationKey) -> None:
        """Run the turn that is open in the conversation to its end. Returns at once where none is, and where another
        process has it or takes it. Raises StorageError."""
        try:
            _Run(self, key).run()
        except Gone:
            return


class _Run:
    """One process's work on one turn."""

    def __init__(self, runner: TurnRunner, key: ConversationKey) -> None:
        self._runner = runner
        self._sources, self._conversations, self._clock = runner.sources, runner.conversations, runner.clock
        self._limits = runner.limits
        self._key = key
        self._known = self._sources.known_secrets()
        self._scrub = Scrub(self._known)
        kept = self._conversations.read(key)
        self._end = kept.end
        turns = turns_of(kept.entries)
        if not turns or not turns[-1].running:
            raise Gone
        self._earlier, self._turn = turns[:-1], turns[-1]
        self._request = Request(
            clauses_of(self._turn.asked), self._turn.document or {"name": key.workflow},
            names_of_earlier_cases(self._earlier),
        )
        named = [turn.execution for turn in turns if turn.execution is not None]
        self._toolbox = Toolbox(self._sources, self._request.current, named)
        self._deadline = self._clock.now() + self._limits.seconds
        self._sent = 0
        self._failures = 0

    def run(self) -> None:
        if self._turn.claims >= MOST_CLAIMS:
            self._finish_with(_Ended(
                f"{MOST_CLAIMS} processes have begun the turn, and none has ended it", "Say it in other words.",
            ))
            return
        self._append("claimed", by=self._runner.by, until=self._deadline)
        try:
            while not self._step():
                pass
        except _Ended as ended:
            self._finish_with(ended)

    def _step(self) -> bool:
        """Answer what is open, else ask the model; whether the turn is over."""
        turn = self._turn
        if turn.cut:
            return self._refuse(None, ["The answer was cut off at the limit of tokens. Answer shorter: fewer states."])
        if turn.said and isinstance(turn.said[-1], Answered) and not turn.said[-1].calls:
            return self._take_text(turn.said[-1].text)
        waiting = turn.unanswered()
        if waiting:
            return any(self._take_call(call) for call in waiting)
        self._ask()
        return False

    # The model

    def _ask(self) -> None:
        turn, limits = self._turn, self._limits
        left = self._deadline - self._clock.now()
        if turn.answers >= limits.answers:
            raise _Ended(f"the turn has used its {limits.answers} answers of the model", "Ask for less at a time.")
        if turn.tokens >= limits.tokens:
            raise _Ended(f"the turn has used its {limits.tokens:,} tokens", "Ask for less at a time.")
        if left < LEAST_SECONDS:
            raise _Ended(f"the turn has used its {limits.seconds:.0f} s", "Ask for less at a time.")
        try:
            reply = self._reply(left)
        except ModelUnavailable as fault:
            self._after(fault)
            return
        self._keep(reply)

    def _reply(self, seconds: float) -> Reply:
        pieces = _Pieces(self)
        question = self._question()
        self._sent = len(question.system) + sum(len(message.text) for message in question.messages)
        reply = self._runner.model.reply(question, seconds=seconds, hear=pieces.hear)
        pieces.flush()
        return reply

    def _question(self) -> Question:
        messages = [*self._memory(), Asked(self._scrub(request_prompt(
            self._turn.asked, self._request.clauses, self._request.current, self._turn.execution
        ))), *self._turn.said]
        catalogue = self._sources.catalogue
        if self._runner.calls_tools:
            return Question(system_prompt(catalogue), messages, TOOLS)
        return Question(
            prompt_without_tools(catalogue, self._turn.asked), _without_calls(messages), schema=ANSWER_SCHEMA
        )

    def _memory(self) -> list[Message]:
        """Earlier turns: what was asked, and the model's text. The draft of now is in the request."""
        found: list[Message] = []
        for turn in self._earlier[-REMEMBERED:]:
            said = turn.text or ("(a draft)" if turn.proposal else "(no answer)")
            if turn.question is not None:
                said = f"{turn.question['text']} {' / '.join(turn.question['choices'])}"
            found += [Asked(self._scrub(turn.asked)), Answered(self._scrub(said)[:PIECE_CHARACTERS])]
        return found

    def _after(self, fault: ModelUnavailable) -> None:
        """Wait where the fault passes, go on without tools where the model has none; else the turn ends."""
        if fault.no_tools and self._runner.calls_tools:
            self._runner.calls_tools = False
            return
        message = self._scrub(str(fault))
        if not fault.passing:
            raise _Ended(f"the model cannot be asked: {message}",
                         "Correct the settings AUTOMATE_COPILOT_…; `automate copilot setup` tries them.")
        pause = PAUSE_SECONDS * 2 ** self._failures if fault.retry_after is None else fault.retry_after
        self._failures += 1
        if self._clock.now() + pause + LEAST_SECONDS > self._deadline:
            raise _Ended(f"the model did not answer in time: {message}", "Try again later.")
        self._clock.sleep(pause)

    def _keep(self, reply: Reply) -> None:
        taken = reply.calls[:MOST_CALLS] if reply.complete else ()
        calls = [[call.id, call.name, self._clean(call.arguments)] for call in taken]
        counted = reply.input_tokens or reply.output_tokens
        self._append(
            "answered", text=self._scrub.values(reply.text), shown=not is_data(reply.text), calls=calls,
            complete=reply.complete,
            input_tokens=reply.input_tokens if counted else self._sent // CHARACTERS_PER_TOKEN,
            output_tokens=reply.output_tokens if counted else _length(reply) // CHARACTERS_PER_TOKEN,
        )

    def _clean(self, arguments: str) -> str:
        """The arguments of a call without a secret's value: they are kept with the conversation. Of those that are too
        long or nested too deeply only that is kept."""
        if len(arguments) > MOST_ARGUMENTS:
            return f"(more than {MOST_ARGUMENTS:,} characters)"
        try:
            return json.dumps(self._scrub.values(json.loads(arguments)), ensure_ascii=False)
        except ValueError:
            return str(self._scrub.values(arguments))
        except RecursionError:
            return "(nested too deeply)"

    # Its answers

    def _take_call(self, call: ToolCall) -> bool:
        """Answer a call; whether it ends the turn."""
        if call.name not in ENDING:
            self._answer(call, self._toolbox.answer(call))
            return False
        try:
            given = arguments_of(call)
        except InvalidDocument as problem:
            return self._refuse(call, [f"{problem.message}."])
        return self._take(call.name, given, call)

    def _take(self, kind: str, given: dict[str, Json], call: ToolCall | None) -> bool:
        if kind == ASK.name:
            return self._question_asked(given, call)
        return self._proposed(given, call)

    def _take_text(self, text: str) -> bool:
        """A message without calls: the answer of a model without tools, a draft written as JSON, or plain text."""
        meant = meant_by(text, schema=not self._runner.calls_tools)
        if isinstance(meant, str):
            return self._refuse(None, [meant])
        assert isinstance(meant, Meant)  # noqa: S101 - for the type checker
        if meant.kind == "say":
            return self._said(meant.text if is_data(text) else "")
        return self._take(meant.kind, meant.given, None)

    def _said(self, reply: str) -> bool:
        """An answer in words ends the turn. Behind a draft that was refused the model is asked once for the draft."""
        turn = self._turn
        drafted = turn.refused and any(map(_hands_in, turn.said))
        if drafted and turn.refused < REFUSALS and Asked(findings_prompt([WORDS_ALONE])) not in turn.said:
            return self._refuse(None, [WORDS_ALONE])
        if not (drafted and self._hand_over_flawed()):
            self._append("ended", status="DONE", reply=reply, problem=None)
        return True

    def _question_asked(self, given: dict[str, Json], call: ToolCall | None) -> bool:
        question, choices = given.get("question"), given.get("choices")
        texts = [text for each in choices if (text := _choice(each))] if isinstance(choices, list) else []
        if not isinstance(question, str) or not question.strip() or not texts:
            return self._refuse(call, ['ask needs "question", a text, and "choices", a list of texts.'])
        if self._scrub(given) != given:
            return self._refuse(call, ["The question holds a secret's value. Ask without it."])
        asked = {"text": question.strip()[:1000], "choices": [each[:200] for each in texts[:6]]}
        self._append_all(("question", asked), _DONE)
        return True

    def _proposed(self, given: dict[str, Json], call: ToolCall | None) -> bool:
        checked = self._check(given)
        if checked.faults:
            return self._refuse(call, checked.faults)
        self._hand_over(checked, given)
        return True

    def _check(self, given: dict[str, Json]) -> Checked:
        try:
            return check_draft(given, self._request, self._sources, Scrub(self._known))
        except UserError as problem:
            return Checked(None, (f"{problem.where or '/document'}: {problem.message}.",))
        except RecursionError:
            return Checked(None, ("/document: it is nested too deeply.",))

    def _last_flawed(self) -> tuple[Checked, dict[str, Json]] | None:
        """The last draft of the turn that can be shown, with its flaws; None where there is none."""
        for message in reversed(self._turn.said):
            for given in reversed(_proposals_in(message, schema=not self._runner.calls_tools)):
                checked = self._check(given)
                if checked.proposal is not None:
                    return checked, given
        return None

    def _hand_over_flawed(self) -> bool:
        """End the turn with the last draft whose clauses and cases alone are at fault; whether there is one."""
        found = self._last_flawed()
        if found is not None:
            self._hand_over(*found)
        return found is not None

    def _hand_over(self, checked: Checked, given: dict[str, Json]) -> None:
        proposal = shown_with_flaws(checked)
        assert proposal is not None  # noqa: S101 - what is handed over can be shown
        reply = self._scrub(str(given.get("reply") or "").strip())
        proposal = replace(
            proposal, provider=self._runner.model.provider, attempts=self._turn.refused + 1,
            notes=(MASKED,) if self._scrub.masked else (), forward=self._forward(proposal.document),
        )
        self._append_all(("proposed", {"reply": reply[:2000], "proposal": proposal.as_dict()}), _DONE)

    def _forward(self, document: dict[str, Json]) -> dict[str, str] | None:
        execution = self._turn.execution
        if execution is None:
            return None
        try:
            text = self._sources.forward(execution, parse_document(document))
        except UserError as problem:
            text = problem.message
        return {"execution": execution, "text": self._scrub(text)}

    def _refuse(self, call: ToolCall | None, findings: Sequence[str]) -> bool:
        """Send a draft back. After REFUSALS of them the turn ends: with the last draft, where only its clauses and
        cases are at fault."""
        if self._turn.refused >= REFUSALS:
            if self._hand_over_flawed():
                return True
            raise _Ended(
                f"the model made no usable draft in {REFUSALS + 1} attempts",
                "Say it in other words or in smaller parts, or take a template.", findings,
            )
        text = findings_prompt(findings)
        if call is None:
            self._append("refused", text=text)
        else:
            self._append(
                "result", call=call.id, tool=call.name, about="", outcome=_count(findings), text=text, failed=True,
                refused=True,
            )
        return False

    def _answer(self, call: ToolCall, answer: Answer) -> None:
        self._append(
            "result", call=call.id, tool=call.name, about=self._scrub(answer.about)[:200], outcome=answer.outcome,
            text=self._scrub(answer.text), failed=answer.failed, refused=False,
        )

    def _finish_with(self, ended: _Ended) -> None:
        if self._turn.refused and self._hand_over_flawed():
            return
        problem = {**ended.problem, "findings": ended.problem["findings"] or _last_findings(self._turn.said)}
        self._append("ended", status="FAILED", reply="", problem=self._scrub(problem))

    # The conversation

    def heard(self, text: str) -> None:
        """Append a piece of the model's text."""
        self._append("text", text=self._scrub.values(text))

    def check_still(self) -> None:
        """Raise Gone where the turn was stopped or deleted, or another process runs it."""
        if self._conversations.read(self._key, self._end.sequence).end != self._end:
            raise Gone

    @property
    def clock(self) -> Clock:
        """The clock by which pieces are put together."""
        return self._clock

    def _append(self, kind: str, **more: Json) -> None:
        self._append_all((kind, more))

    def _append_all(self, *entries: tuple[str, Mapping[str, Json]]) -> None:
        """Append all of the entries or none."""
        now = self._clock.now()
        texts = [written(now, kind, **more) for kind, more in entries]
        end = self._conversations.append(self._key, self._end, texts, now)
        if end is None:
            raise Gone
        for number, (kind, more) in enumerate(entries, self._end.sequence + 1):
            self._turn.take(number, {"kind": kind, "at": now, **more})
        self._end = end


class _Pieces:
    """Puts pieces of text together, so that an entry holds some of them."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._held = ""
        self._is_data: bool | None = None
        self._since = run.clock.now()

    def hear(self, text: str) -> None:
        """Hear a piece; an empty one is a piece of a call. Raises Gone where the turn is over. A draft that is written
        as text is not shown piece by piece: it is only looked whether the turn goes on."""
        self._held += text
        if self._is_data is None and self._held.strip():
            self._is_data = is_data(self._held)
        if self._is_data:
            self._held = ""
        if not self._held:
            self._look()
        elif len(self._held) >= PIECE_CHARACTERS or self._run.clock.now() - self._since >= PIECE_SECONDS:
            self.flush()

    def _look(self) -> None:
        now = self._run.clock.now()
        if now - self._since >= LOOK_SECONDS:
            self._since = now
            self._run.check_still()

    def flush(self) -> None:
        """Append what is held."""
        if self._held:
            held, self._held = self._held, ""
            self._since = self._run.clock.now()
            self._run.heard(held)


def _length(reply: Reply) -> int:
    """The characters of an answer, the arguments of its calls included."""
    return len(reply.text) + sum(len(call.arguments) for call in reply.calls)


def _last_findings(said: Sequence[Message]) -> list[str]:
    """The findings of the last draft that was refused."""
    for message in reversed(said):
        if not isinstance(message, Answered) and message.text.startswith(REFUSED):
            return [line.removeprefix("- ") for line in message.text.splitlines() if line.startswith("- ")]
    return []


def _hands_in(message: Message) -> bool:
    """Whether a message of the model calls propose, rightly or not."""
    return isinstance(message, Answered) and any(call.name == PROPOSE.name for call in message.calls)


def _proposals_in(message: Message, *, schema: bool) -> list[dict[str, Json]]:
    """The drafts that a message of the model hands in."""
    if not isinstance(message, Answered):
        return []
    if not message.calls:
        meant = meant_by(message.text, schema=schema)
        return [meant.given] if isinstance(meant, Meant) and meant.kind == PROPOSE.name else []
    found: list[dict[str, Json]] = []
    for call in message.calls:
        if call.name == PROPOSE.name:
            with suppress(InvalidDocument):
                found.append(arguments_of(call))
    return found


def _choice(given: Json) -> str:
    """A choice as a text, also where it is an object with a label."""
    if isinstance(given, dict):
        given = next((given[name] for name in ("label", "text", "value", "title", "name") if given.get(name)), "")
    return str(given).strip() if isinstance(given, (str, int, float)) else ""


def _without_calls(messages: Sequence[Message]) -> list[Message]:
    """The messages for a model without tools: results become messages of the person."""
    found: list[Message] = []
    for message in messages:
        if isinstance(message, Result):
            found.append(Asked(message.text))
        elif isinstance(message, Answered):
            found.append(Answered(message.text or "(called a tool)"))
        else:
            found.append(message)
    return found


def _count(findings: Sequence[str]) -> str:
    return f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
