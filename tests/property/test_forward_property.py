"""Going on by another version, on random definitions, random stops and random edits.

    what the check lets through without a doubt   no expression fails for want of what was not written
    … and changed nothing that had run            ends as a run of the new version from the start, with the recorded
                                                  answers for what was done: by the reference interpreter
    what it refuses for a read                    cannot succeed, whatever is answered, but where another failure, which
                                                  a Catcher takes, leads past the read
    what it refuses for a frame                   has no such place in the new version, as the definitions' text says
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.catalog.states import states_of
from engine.errors import UserError
from engine.kernel import changeover
from engine.kernel.forward.check import check
from engine.kernel.forward.ran import ran
from engine.kernel.forward.verdict import Verdict
from engine.kernel.snapshot import Frame, Phase, Snapshot, Status
from engine.kernel.step import step
from engine.kernel.stimulus import Redriven, StopRequested
from engine.language.asl.compile import compile_definition
from engine.language.expr.jsonata import JsonataExpression
from engine.language.expr.jsonpath import Path
from engine.language.expr.jsonpath_tokens import plain_keys
from engine.language.expr.scope import ABSENT
from engine.ports.tasks import TaskFailed, TaskSucceeded
from tests.support.definitions_strategy import Answers, cases
from tests.support.draws import drawn
from tests.support.forward_edits import edited
from tests.support.oracle import FULL, QUICK, canonical
from tests.support.reference_interpreter import endings
from tests.support.reference_values import Unsupported
from tests.support.restarted import Stepping

ROOM, MOST_STIMULI = 40, 250
RICH = {
    "n": 9821, "s": "new", "items": [{"n": 9800 + number} for number in range(13)],
    "o": {"a": {"b": 9824}, "b": 9825}, "a": 9826,
    "b": 9827, "r": {"n": 9828}, "err": {"Error": "E9829", "Cause": "C9830"}, "nothing": 9831, "added": 9832, "x": 9833,
    "was": 9834, "c": {"d": [9835]}, "f": 9836,
}
"""What calls of the new version answer: whatever a state may look for is there, with values of its own."""
LOOKUP = re.compile(r"\$(?:states\.(input|result|errorOutput)|(?!states\b)(\w+))((?:\.\w+|\[\d+\])*)")


@dataclass(frozen=True)
class Steady(Answers):
    """Answers alike at every attempt. `fails` names the state whose calls fail until it is mended."""

    fails: str = ""
    rich: bool = False
    made: Counter = field(default_factory=Counter, compare=False)

    def call(self, call):
        self.made[(call.idempotency_key, call.resource)] += 1
        if call.state == self.fails:
            return TaskFailed("Odd", "why")
        return TaskSucceeded(self.output(call.state, call.arguments))

    def output(self, state, arguments):
        return RICH if self.rich else self.answer(state, 0, arguments).get("output")


@dataclass
class Stopped(Stepping):
    """Run until it ends or was stopped after `most` stimuli."""

    most: int = MOST_STIMULI
    stops: bool = False

    def feed(self, stimulus):
        super().feed(stimulus)
        if len(self.fed) >= self.most and not self.snapshot.closed:
            assume(self.stops)
            super().feed(StopRequested(at=self.snapshot.last_at, cause="to see"))


@dataclass
class GoneOn(Stepping):
    """What goes on by another version."""

    before: Snapshot | None = None

    def run(self):
        change = changeover.onto(2, "new", was=1, was_digest="old", by="me")
        self.snapshot = self.before
        stepped = step(self.plan, self.before, [Redriven(at=self.before.last_at, seed=1, onto=change)])
        self.snapshot, self.events = stepped.snapshot, [*stepped.events]
        assert stepped.taken
        while not self.snapshot.closed:
            for stimulus in self.news():
                self.feed(stimulus)
            assume(len(self.fed) < MOST_STIMULI)
        return self


@st.composite
def stories(draw):
    """A case that has ended without success, and the new definition."""
    case = draw(cases(clock=False, timeout=False, depth=draw(st.integers(0, 2))))
    assume("RetryCount" not in json.dumps(case.definition))
    names = re.findall(r'"(S\d+)": \{"Type": "Task"', json.dumps(case.definition))
    stops = draw(st.booleans()) or not names
    fails = "" if stops else draw(st.sampled_from(names))
    most = draw(st.integers(1, 25)) if stops else MOST_STIMULI
    return case, fails, stops, most, draw(edited(case.definition))


class Unfound:
    """While it is open: each read that found nothing and failed, as (document, keys); keys None: not a plain one."""

    def __init__(self) -> None:
        self.reads: list[tuple[object, tuple[object, ...] | None]] = []

    def __enter__(self):
        self._not_found, self._evaluate = Path._not_found, JsonataExpression.evaluate
        seen = self

        def not_found(path, scope, field):
            if path.root != "context" or path.references or ".Execution.Input" in path.text:
                seen.reads.append((path._document(scope), plain_keys(path.tokens)))
            return seen._not_found(path, scope, field)

        def evaluate(expression, scope):
            value = expression.find(scope)
            if value is not ABSENT:
                return seen._evaluate(expression, scope)
            match = LOOKUP.fullmatch(expression.text)
            if expression.text.startswith("$states.context") and ".Execution.Input" not in expression.text:
                pass  # the rest of the context object is nobody's to write
            elif match is None:
                reads = expression.reads.get("states")
                of_input = isinstance(reads, dict) and {*expression.reads} == {"states"} and {*reads} == {"input"}
                seen.reads.append((scope.input, ()) if of_input else (None, None))
            else:
                roots = {"input": scope.input, "result": scope.result, "errorOutput": scope.error_output}
                root = roots[match[1]] if match[1] else scope.variables.get(match[2], ABSENT)
                keys = [name or int(index) for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", match[3])]
                seen.reads.append((root, tuple(keys)))
            return seen._evaluate(expression, scope)

        Path._not_found, JsonataExpression.evaluate = not_found, evaluate
        return self

    def __exit__(self, *_):
        Path._not_found, JsonataExpression.evaluate = self._not_found, self._evaluate

    def of_before(self, *known: object) -> list[tuple[object, object]]:
        """Those that looked into what was there before: `known` is all that was."""
        known = frozenset(scalar for value in known for scalar in _scalars(value))
        return [(document, keys) for document, keys in self.reads if not _is_new(document, keys, known)]


def led_past(forced, reads) -> bool:
    """Whether something failed, and the states that would have read were not entered: failures are left aside
    (docs/operations.md, *Fix-forward*). A ResultPath that does not fit a Task's input is caught without an event."""
    failed = any(event.type.endswith("Failed") for event in forced.events) or _caught_what_answered(forced)
    entered = {(event.details or {}).get("name") for event in forced.events if event.type.endswith("StateEntered")}
    return failed and not any(re.findall(r"/States/([^/]+)", one.place)[-1] in entered for one in reads)


def _caught_what_answered(forced) -> bool:
    """Whether a state was left for the state of a Catcher, without an event of a failure."""
    catchers = {state.name: {each["Next"] for each in state.state.get("Catch", ())} - {state.state.get("Next")}
                for state in states_of(forced.case.definition)}
    names = [(event.type, (event.details or {}).get("name")) for event in forced.events]
    return any(of.endswith("StateExited") and to.endswith("StateEntered") and next_state in catchers.get(state, ())
               for (of, state), (to, next_state) in pairwise(names))


def _data_of(snapshot):
    """All data that it holds: no counts of its own, which a number of a definition may equal."""
    yield snapshot.input
    for frame in snapshot.redrivable.values():
        yield from (frame.input, frame.output, dict(frame.variables), frame.fanout and frame.fanout.items)


GIVES = {"Result", "Output", "Parameters", "Arguments", "Assign", "ResultSelector", "ItemSelector", "Items"}
"""Members of a state whose values reach a state. Any other number of a definition may equal one that is computed."""


def _constants(part):
    """What the texts of a definition give to its states."""
    for name, inner in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from [inner] if name in GIVES else _constants(inner)


def _scalars(value):
    if isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _scalars(part)
    else:
        yield json.dumps(value)


def _is_new(document, keys, known) -> bool:
    """Whether a read ended in a value that a call of the new version answered, or that was computed from one."""
    if document is ABSENT or keys is None:
        return False
    for key in keys:
        there = key in document if isinstance(document, dict) else (
            isinstance(document, list) and isinstance(key, int) and key < len(document)
        )
        if not there:
            break
        document = document[key]
    text = json.dumps(document)
    if isinstance(document, list) and any(scalar not in known for scalar in _scalars(document)):
        return True  # a lookup in a list looks into each of its items
    if isinstance(document, (dict, list)) and document:
        scalars = [*_scalars(document)]  # a ResultPath may have put what is empty beside them
        return f" {text}" in f" {json.dumps(RICH)}" or (scalars != [] and known.isdisjoint(scalars))
    return isinstance(document, bool) or text not in known


COUNTS: Counter = Counter()


def check_story(story) -> Verdict:
    case, fails, stops, most, new = story
    answers = Steady(case.answers.outcomes, fails=fails)
    before = Stopped(replace(case, answers=answers), ROOM, most=most, stops=stops).run()
    assume(before.snapshot.status is not Status.SUCCEEDED)
    assume(before.snapshot.redrivable)
    try:
        compile_definition(new)
    except UserError:
        assume(False)
    verdict = check(case.definition, new, before.snapshot.redrivable, ran=ran(before.events),
                    execution_input=(case.input,))
    reads = [one for one in verdict.refusals if one.frame is None]
    if reads:
        COUNTS["refused for a read"] += 1
        for rich in (True, False):
            forced = GoneOn(replace(case, definition=new, answers=Steady(case.answers.outcomes, rich=rich)),
                            ROOM, before=before.snapshot).run()
            assert forced.snapshot.status is not Status.SUCCEEDED or led_past(forced, reads), reads
    elif verdict.refusals:
        COUNTS["refused for a frame"] += 1
        for one in verdict.refusals:
            assert not stands(before.snapshot.redrivable[one.frame], case.definition, new), one
    elif verdict.doubts:
        COUNTS["in doubt"] += 1
        GoneOn(replace(case, definition=new, answers=Steady(case.answers.outcomes, rich=True)), ROOM,
               before=before.snapshot).run()
    else:
        COUNTS["fits"] += 1
        text = json.dumps(new).replace("[1, 2]", "[9861, 9862]").replace("{% null %}", "{% 9863 %}")
        told_apart = json.loads(text)  # what is computed is not what was
        with Unfound() as unfound:
            GoneOn(replace(case, definition=told_apart, answers=Steady(case.answers.outcomes, rich=True)), ROOM,
                   before=before.snapshot).run()
        assert not unfound.of_before(*_data_of(before.snapshot), *_constants(new)), verdict
        if not verdict.changed:
            compare_with_a_run_from_the_start(case, answers, before, new)
    return verdict


def compare_with_a_run_from_the_start(case, answers, before, new) -> None:
    """Nothing that had run is different: the new version from the start, whose calls are answered as they were."""
    caught = False
    for event in before.events:
        caught = caught or event.type in ("TaskFailed", "EvaluationFailed", "LambdaFunctionFailed")
        if caught and event.type.endswith("StateEntered"):
            return
    mended = Steady(case.answers.outcomes)
    went = GoneOn(replace(case, definition=new, answers=mended), ROOM, before=before.snapshot).run()
    begun_again = {frame.visit for frame in before.snapshot.redrivable.values() if frame.phase is Phase.BACKOFF}
    twice = {key for key, _ in mended.made} & {key for key, _ in answers.made}
    assert {int(key.split(":")[-2]) for key in twice} <= begun_again

    def recorded(state, _attempt, arguments):
        return {"output": mended.output(state, arguments)}

    try:
        found = endings(new, case.input, recorded)
    except Unsupported:
        return
    end = went.snapshot
    if "RedriveCount" in json.dumps(new):
        return
    COUNTS["compared"] += 1
    wanted = [(ending.status, ending.error, canonical(ending.output)) for ending in found]
    assert (end.status.value, end.error, canonical(end.output)) in wanted, (wanted, end)


def stands(frame: Frame, old, new) -> bool:
    """By the text of the definitions alone: whether `frame` has its place in the new one."""
    def machine(definition):
        for quoted in frame.machine.split("/")[1:]:
            part = quoted.replace("~1", "/").replace("~0", "~")
            if isinstance(definition, list):
                definition = definition[int(part)] if int(part) < len(definition) else {}
            else:
                definition = definition.get(part, {})
        return definition

    was, now = machine(old), machine(new)
    if frame.phase is Phase.DONE:
        return "States" in now
    before, after = was["States"][frame.state], now.get("States", {}).get(frame.state)
    if after is None:
        return False
    if frame.phase is Phase.READY:
        return True
    if before["Type"] != after["Type"]:
        return False
    joins_parallel = frame.phase is Phase.JOINING and after["Type"] == "Parallel"
    return not joins_parallel or len(after["Branches"]) == frame.fanout.width


@settings(QUICK, max_examples=drawn(60, of=200))
@given(stories())
def test_what_is_promised_is_kept_and_what_is_refused_has_its_reason(story):
    check_story(story)


@pytest.mark.full
@settings(FULL, max_examples=4_000)
@given(stories())
def test_promises_and_reasons_at_length(story):
    check_story(story)
