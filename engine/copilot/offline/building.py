"""A flow to states. JSONata; every step hands its input on, results are variables.

    Ask ──► Approved? ──yes──► Charge ──► (end)          a question is followed by a Choice where something hangs on it
                └──otherwise──► Not Approved

Built from the end to the start, so that each step knows what follows it; the states are then put in the order in which
the flow reaches them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from engine.catalog.states import machines_in, states_of, unused_name
from engine.copilot.offline.asked import TODO
from engine.copilot.offline.flow import WORK, Action, Again, End, ForEach, If, Placeholder, Step, Together, Wait
from engine.copilot.offline.words import camel, title
from engine.copilot.proposal import PlanStep, ToDo
from engine.language.asl.assigned import assigned_in
from engine.records import dataclass

Json = Any
States = dict[str, dict[str, Json]]

KEEP = "{% $states.input %}"
_AFTER_FAILURE = "After a failure was dealt with the execution ends as FAILED; lead it elsewhere if it should go on."


@dataclass(slots=True)
class _Machine:
    """The machine being built: `top` is False within a loop or a branch. `handlers` are the first states of what
    happens after a failure, by the identity of its steps: those who share the steps share the states."""

    top: bool
    states: States = field(default_factory=dict)
    handlers: dict[int, str | None] = field(default_factory=dict)


class Built:
    """A definition being built, with its plan, to-dos and notes."""

    def __init__(self, steps: list[Step]) -> None:
        self.names: set[str] = set()
        self.plan: list[PlanStep] = []
        self.to_dos: list[ToDo] = []
        self.notes: list[str] = []
        self.definition = _with_own_variables({"QueryLanguage": "JSONata", **self._machine(steps, top=True)})
        self._leave_out_unreached()

    def _leave_out_unreached(self) -> None:
        """What stands behind an end has no state; the notes say so."""
        kept = {item.name for item in states_of(self.definition)}
        left_out = [line.text for line in self.plan if not kept.issuperset(line.states)]
        self.plan = [line for line in self.plan if kept.issuperset(line.states)]
        self.to_dos = [to_do for to_do in self.to_dos if to_do.state in kept]
        self.notes += [f'"{text}" was left out: the workflow ends before it.' for text in left_out]

    def _machine(self, steps: list[Step], *, top: bool) -> dict[str, Json]:
        machine = _Machine(top)
        start = self._sequence(steps, None, machine)
        if start is None:
            start = self._done(machine, "Done")
        ordered = {name: machine.states[name] for name in _reached(start, machine.states)}
        return {"StartAt": start, "States": ordered}

    def _sequence(self, steps: list[Step], after: str | None, machine: _Machine) -> str | None:
        """Build `steps` so that they lead to `after`; the name of the first, or `after` where there are none."""
        mark = len(self.plan)
        for step in reversed(steps):
            made = len(self.plan)
            after = self._step(step, after, machine)
            self.plan[mark:] = [*self.plan[made:], *self.plan[mark:made]]
        return after

    def _step(self, step: Step, after: str | None, machine: _Machine) -> str | None:
        match step:
            case Action():
                name = self._action(step, after, machine)
            case If():
                name = self._choice(step, after, machine)
            case Wait():
                name = self._wait(step, after, machine)
            case ForEach():
                name = self._loop(step, after, machine)
            case Together():
                name = self._together(step, after, machine)
            case End():
                name = self._end(step, after, machine)
            case Again():
                name = self._again(step, after, machine)
            case Placeholder():
                name = self._placeholder(step, after, machine)
        return name

    def _action(self, step: Action, after: str | None, machine: _Machine) -> str:
        name = self._unique(step.name)
        with self._planned(name, step.phrase, step.to_dos):
            following = after
            if step.wants_choice or step.rejected is not None:
                following = self._answer(step, after, machine)
            state: dict[str, Json] = {"Type": "Task", "Resource": step.resource, "Arguments": step.arguments}
            if step.variable:
                state["Assign"] = {step.variable: "{% $states.result %}"}
            state["Output"] = KEEP
            state |= _retry(step.retry)
            caught = self._catch(step.catch, after, machine)
            if step.limit is not None:
                seconds, steps = step.limit
                state["TimeoutSeconds"] = seconds
                onward = after if _goes_on(steps) and not step.waits else None
                late = machine.handlers.get(id(steps)) or self._sequence(steps, onward, machine)
                late = late or self._done(machine, "Done")
                rule = {"ErrorEquals": ["States.Timeout"], "Output": KEEP, "Next": late}
                caught = {"Catch": [rule, *caught.get("Catch", ())]}
            machine.states[name] = {**state, **caught, **_onward(following)}
        return name

    def _answer(self, step: Action, after: str | None, machine: _Machine) -> str:
        """The Choice behind a question."""
        name = self._unique("Approved?")
        approved = self._sequence(step.approved, after, machine) or self._done(machine, "Done")
        rejected = None
        if step.rejected is not None:
            # What follows a question that was read to its end is for those who approved.
            rejected = machine.handlers.get(id(step.rejected)) or self._sequence(
                step.rejected, None if step.gates else after, machine)
            machine.handlers[id(step.rejected)] = rejected
        machine.handlers[id(step.approved)] = approved
        machine.states[name] = {
            "Type": "Choice",
            "Choices": [{"Condition": f"{{% ${step.variable}.approved = true %}}", "Next": approved}],
            "Default": rejected or self._done(machine, "Not Approved"),
        }
        return name

    def _catch(self, steps: list[Step] | None, after: str | None, machine: _Machine) -> dict[str, Json]:
        """The Catch that leads to `steps`; none where nothing would happen."""
        handler = None if steps is None else self._handler(steps, after, machine)
        if handler is None:
            return {}
        return {"Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"problem": "{% $states.errorOutput %}"},
                           "Output": KEEP, "Next": handler}]}

    def _handler(self, steps: list[Step], after: str | None, machine: _Machine) -> str | None:
        """What happens after a failure. Behind it the execution fails, unless it was done instead; within a loop the
        next item is taken."""
        if id(steps) not in machine.handlers:
            end = after
            if machine.top and not _goes_on(steps) and not (steps and isinstance(steps[-1], End)):
                end = self._unique("Failed")
                machine.states[end] = {
                    "Type": "Fail", "Error": "{% $problem.Error %}", "Cause": "{% $problem.Cause %}",
                }
                self.notes += [_AFTER_FAILURE] if _AFTER_FAILURE not in self.notes else []
            machine.handlers[id(steps)] = self._sequence(steps, end, machine)
        return machine.handlers[id(steps)]

    def _choice(self, step: If, after: str | None, machine: _Machine) -> str:
        name = self._unique(f"{_short(step.condition.phrase)}?")
        to_dos: list[tuple[str, str]] = []
        with self._planned(name, f"Check: {step.condition.phrase}", to_dos):
            rules: list[dict[str, Json]] = []
            otherwise: list[Step] | None = [step]
            while otherwise and len(otherwise) == 1 and isinstance(otherwise[0], If):
                branch = otherwise[0]
                target = self._sequence(branch.then, after, machine) or self._done(machine, "Done")
                to_dos += [(f"/Choices/{len(rules)}/Condition", text) for text in branch.condition.to_dos]
                rules.append({"Condition": f"{{% {branch.condition.text} %}}", "Next": target})
                otherwise = branch.otherwise
            default = self._sequence(otherwise or [], after, machine) or self._done(machine, "Done")
            machine.states[name] = {"Type": "Choice", "Choices": rules, "Default": default}
        return name

    def _wait(self, step: Wait, after: str | None, machine: _Machine) -> str:
        says_so = step.phrase.lower().startswith(("wait", "until", "pause"))
        name = self._unique(title(step.phrase if says_so else f"Wait {step.phrase}")[:60])
        timing: dict[str, Json] = {"Seconds": step.seconds} if step.seconds is not None else {"Timestamp": step.until}
        machine.states[name] = {"Type": "Wait", **timing, **_onward(after)}
        with self._planned(name, step.phrase, [("/Timestamp", step.to_do)] if step.to_do else []):
            return name

    def _loop(self, step: ForEach, after: str | None, machine: _Machine) -> str:
        name = self._unique(title(step.phrase)[:60].strip())
        with self._planned(name, step.phrase, [("/Items", step.to_do)] if step.to_do else []):
            state: dict[str, Json] = {"Type": "Map", "Items": f"{{% {step.items} %}}"}
            if step.concurrency is not None:
                state["MaxConcurrency"] = step.concurrency
            mode, body = {"Mode": "INLINE"}, step.body
            if step.batch is not None:  # its children get so many, and take one after another
                state["ItemBatcher"] = {"MaxItemsPerBatch": step.batch}
                mode = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
                if not step.whole:
                    body = [ForEach("$states.input.Items", f"{step.phrase} of a batch", body, concurrency=1)]
            processor = {"ProcessorConfig": mode, **self._machine(body, top=False)}
            machine.states[name] = {**state, "ItemProcessor": processor, "Output": KEEP, **_onward(after)}
        return name

    def _together(self, step: Together, after: str | None, machine: _Machine) -> str:
        name = self._unique("At The Same Time")
        with self._planned(name, "At the same time", []):
            caught = _taken_out(step)
            branches = [self._machine(branch, top=False) for branch in step.branches]
            machine.states[name] = {
                "Type": "Parallel", "Branches": branches, "Output": KEEP, **self._catch(caught, after, machine),
                **_onward(after),
            }
        return name

    def _end(self, step: End, after: str | None, machine: _Machine) -> str:
        if step.phrase == "carry on" and after is not None:
            return after
        if not step.failed:
            return self._done(machine, "Done")
        name = self._unique("Rejected" if "reject" in step.phrase.lower() else "Failed")
        machine.states[name] = {"Type": "Fail", "Error": name.replace(" ", ""), "Cause": step.phrase}
        with self._planned(name, step.phrase, [("/Cause", "What should the error say?")]):
            return name

    def _placeholder(self, step: Placeholder, after: str | None, machine: _Machine) -> str:
        name = self._unique(title(step.phrase)[:60].strip() or "Step")
        place = "/Comment"
        if step.retry is None and step.catch is None:
            machine.states[name] = {"Type": "Pass", "Comment": f"{TODO}{step.reason}", **_onward(after)}
        else:
            place = "/Arguments/FunctionName"
            machine.states[name] = {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Output": KEEP,
                "Arguments": {"FunctionName": f"{WORK}: {step.phrase}", "Payload": KEEP}, **_retry(step.retry),
                **self._catch(step.catch, after, machine), **_onward(after),
            }
        with self._planned(name, f"Not understood: {step.phrase}", [(place, step.reason)]):
            return name

    def _again(self, step: Again, after: str | None, machine: _Machine) -> str:
        """A circle: what is done, the Choice that ends it, the Wait or the Pass that leads back."""
        ends = step.until or step.stay
        check = self._unique(f"{_short(ends.phrase)}?" if ends is not None else f"After {step.times or 'All'} Times?")
        back = self._unique("Again")
        count = camel([check, "count"])
        to_dos: list[tuple[str, str]] = []
        with self._planned(check, step.phrase, to_dos):
            start = self._sequence(step.body, back if step.stay else check, machine) or check
            end = after or self._done(machine, "Done")
            rules: list[dict[str, Json]] = []
            for condition, target in ((step.until, end), (step.stay, start)):
                if condition is not None:
                    to_dos += [(f"/Choices/{len(rules)}/Condition", text) for text in condition.to_dos]
                    rules.append({"Condition": f"{{% {condition.text} %}}", "Next": target})
            if step.times is not None:
                sign = ">" if step.stay else ">="
                over = {"Condition": f"{{% ${count} {sign} {step.times} %}}", "Next": end}
                if step.exhausted is None:
                    rules.insert(0, over)
                else:
                    given_up = self._sequence(step.exhausted, None, machine) or self._done(machine, "Done")
                    rules.append({**over, "Next": given_up})
            machine.states[check] = {"Type": "Choice", "Choices": rules, "Default": end if step.stay else (
                self._sequence(step.between, back, machine) or back)}
            if not rules:
                machine.states[check] = {"Type": "Pass", "Next": back}
            counting: dict[str, Json] = {"Assign": {count: f"{{% ${count} + 1 %}}"}} if step.times is not None else {}
            waits: dict[str, Json] = {"Type": "Wait", "Seconds": step.seconds}
            pause = waits if step.seconds is not None else {"Type": "Pass"}
            machine.states[back] = {**pause, **counting, "Next": check if step.stay else start}
        first = check if step.stay else start
        if step.times is None:
            return first
        name = self._unique("Begin Counting")
        machine.states[name] = {"Type": "Pass", "Assign": {count: 1}, "Next": first}
        return name

    def _done(self, machine: _Machine, name: str) -> str:
        """A Succeed of this machine, made once."""
        for known, state in machine.states.items():
            if state == {"Type": "Succeed"} and known.startswith(name):
                return known
        name = self._unique(name)
        machine.states[name] = {"Type": "Succeed"}
        return name

    def _unique(self, wanted: str) -> str:
        """A name no state has yet."""
        name = unused_name(wanted, self.names)
        self.names.add(name)
        return name

    @contextmanager
    def _planned(self, name: str, text: str, to_dos: list[tuple[str, str]]) -> Iterator[None]:
        """A line of the plan; what is planned within comes behind it."""
        place = len(self.plan)
        yield
        self.plan.insert(place, PlanStep(text[:1].upper() + text[1:], (name,)))
        self.to_dos += [ToDo(name, pointer, to_do) for pointer, to_do in to_dos]


def _taken_out(step: Together) -> list[Step] | None:
    """The failure handling that all branches share, taken out of them: a branch cannot lead out of itself."""
    actions = [action for branch in step.branches for action in branch]
    caught = next((item.catch for item in actions if isinstance(item, Action) and item.catch is not None), None)
    if caught is None or not all(isinstance(item, Action) and item.catch is caught for item in actions):
        return None
    for action in actions:
        if isinstance(action, Action):
            action.catch = None
    return caught


def _goes_on(steps: list[Step]) -> bool:
    """Whether what comes next follows these too: they were done instead, or say so."""
    last = steps[-1] if steps else None
    if isinstance(last, Action):
        return "instead" in last.phrase.lower().split()
    return isinstance(last, End) and last.phrase == "carry on"


def _retry(retry: tuple[int, int, float] | None) -> dict[str, Json]:
    if retry is None:
        return {}
    attempts, seconds, backoff = retry
    return {"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": seconds, "MaxAttempts": attempts,
                       "BackoffRate": backoff}]}


def _onward(after: str | None) -> dict[str, Json]:
    return {"End": True} if after is None else {"Next": after}


def _short(phrase: str) -> str:
    words = [word for word in phrase.split() if word.lower() not in ("the", "a", "an", "is", "are")]
    return title(" ".join(words[:6]))[:60]


def _reached(start: str, states: States) -> list[str]:
    """Names in the order in which the flow reaches them."""
    order: dict[str, None] = {}
    pending = [start]
    while pending:
        name = pending.pop(0)
        if name in order or name not in states:
            continue
        order[name] = None
        state = states[name]
        targets = [rule["Next"] for rule in state.get("Choices", ())]
        targets += [state[label] for label in ("Next", "Default") if label in state]
        targets += [catcher["Next"] for catcher in state.get("Catch", ())]
        pending = [*targets, *pending]
    return list(order)


def _with_own_variables(machine: Json, outer: frozenset[str] = frozenset()) -> Json:
    """`machine` with names of their own for the variables of a loop or a branch that `outer` or `machine` has too."""
    known = outer | assigned_in(machine)
    states = {}
    for name, state in machine["States"].items():
        states[name] = dict(state)
        branches = []
        for holder, index, inner in machines_in(state):
            clashing = {one: f"inner{one[0].upper()}{one[1:]}" for one in assigned_in(inner) & known}
            own = _with_own_variables(_renamed(inner, clashing) if clashing else inner, known)
            branches.append(own)
            states[name][holder] = own if index is None else branches
    return {**machine, "States": states}


def _renamed(value: Json, names: dict[str, str]) -> Json:
    """`value` with its variables under their new `names`, where they are assigned and where they are read."""
    if isinstance(value, str) and value.startswith("{%"):
        return re.sub(r"\$(\w+)", lambda found: f"${names.get(found[1], found[1])}", value)
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value.get("Assign"), dict):
        renamed["Assign"] = {names.get(name, name): item for name, item in renamed["Assign"].items()}
    return renamed
