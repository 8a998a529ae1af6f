"""How a draft is held against what a sentence should become.

Every expectation of a sentence must hold, and the draft must lint without an error:

    tasks         exactly these Task resources, by the short names below: nothing missing, nothing invented
    before        on some path, the first stands before the second
    choices       a Choice has a condition like `when`; behind it, before it joins the other branch, stand the tasks of
                  `then`; behind Default those of `otherwise`; none of `skips`; `negated`: what matches must not hold
    approved      behind the question `task` a Choice on the answer leads to `then` and `otherwise`
    waits         Waits of these seconds, or until what matches
    map           a Map over items that match, with exactly these tasks in it; its MaxConcurrency
    parallel      a Parallel with exactly these branches, in any order
    retry         the task's Retry: MaxAttempts, IntervalSeconds
    catch         all of these stand behind some Catch
    trigger       the document's trigger has these members: a schedule comes at the same times, and a bucket is heard
                  as an s3 trigger or as S3's event
    arguments     a Task of this kind has the text in its Arguments
    fails         there is a Fail state beside those behind a Catch
    placeholders  so many steps are marked as not understood
    to_dos        some to-do matches
    caught        the Catch of the step `of` (a short name, or /a pattern of its name or arguments/) leads to `then`
    loop          a circle of states with these tasks, its Wait's seconds, the times that a condition names
    window        a comparison like `when`; `count` and the window's `seconds` stand in some expression
    timeout       the task has TimeoutSeconds, and its Catch leads to `then`
    triggers      these and no others, in any order
    batch         a Map hands on so many items at once
    retry_none    these tasks have no Retry

A task called ``?pattern`` is work that the catalogue has no action for: a step with a to-do whose name matches.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from engine.copilot.proposal import Proposal
from engine.triggers.faults import TriggerFault
from engine.triggers.schedule import parse_schedule

Json = Any

SHORT = {
    "connector:slack:post_message": "slack.post", "connector:email:send": "email",
    "connector:stripe:create_payment_intent": "charge", "connector:stripe:create_refund": "refund",
    "connector:approval:ask.waitForTaskToken": "approval", "connector:http:request": "http",
    "connector:log:write": "log", "arn:aws:states:::dynamodb:putItem": "ddb.put",
    "arn:aws:states:::dynamodb:getItem": "ddb.get", "arn:aws:states:::dynamodb:updateItem": "ddb.update",
    "arn:aws:states:::dynamodb:deleteItem": "ddb.delete", "arn:aws:states:::sqs:sendMessage": "sqs",
    "arn:aws:states:::sns:publish": "sns", "arn:aws:states:::lambda:invoke": "lambda",
    "arn:aws:states:::events:putEvents": "events", "arn:aws:states:::states:startExecution": "workflow",
}


class Machine:
    """One machine of a definition, to walk on."""

    def __init__(self, definition: Json) -> None:
        self.start = definition["StartAt"]
        self.states = definition["States"]

    def nexts(self, name: str, *, catches: bool = True) -> list[str]:
        state = self.states[name]
        found = [state[field] for field in ("Next", "Default") if field in state]
        found += [rule["Next"] for rule in state.get("Choices", ())]
        if catches:
            found += [catcher["Next"] for catcher in state.get("Catch", ())]
        return found

    def reached(self, start: str | None, *, catches: bool = True) -> list[str]:
        order: dict[str, None] = {}
        pending = [start] if start else []
        while pending:
            name = pending.pop(0)
            if name not in order:
                order[name] = None
                pending += self.nexts(name, catches=catches)
        return list(order)

    def tasks_from(self, start: str | None, *, catches: bool = True) -> list[str]:
        return [task for name in self.reached(start, catches=catches) for task in tasks_in(self.states[name])]


def nested(state: Json) -> list[Json]:
    return [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]


def work_of(state: Json) -> str | None:
    """What an unnamed step would do, as it was said: a placeholder, or a Task whose function is still to be named."""
    if state["Type"] == "Pass" and "TODO" in state.get("Comment", ""):
        return str(state["Comment"]).lower()
    function = str(state.get("Arguments", {}).get("FunctionName", "")) if state["Type"] == "Task" else ""
    return function.lower() if function.startswith("TODO: what does") else None


def short(state: Json) -> str:
    """The short name of what a Task calls. An approval that is asked for in Slack is one of its own."""
    name = SHORT.get(state["Resource"], state["Resource"])
    return "slack.ask" if name == "approval" and "slack_channel" in state.get("Arguments", {}) else name


def tasks_in(state: Json) -> list[str]:
    """The tasks of a state and of the machines within it."""
    named = state["Type"] == "Task" and work_of(state) is None
    own = [short(state)] if named else []
    return own + [task for machine in nested(state) for inner in machine["States"].values() for task in tasks_in(inner)]


def machines(definition: Json) -> Iterator[Machine]:
    yield Machine(definition)
    for state in definition["States"].values():
        for inner in nested(state):
            yield from machines(inner)


def faults(proposal: Proposal, expect: dict[str, Json]) -> list[str]:
    """What the draft lacks, in words; empty for one that is as expected."""
    definition = proposal.document["definition"]
    expect = _short_names(expect)
    found = [f"lint: {item}" for item in proposal.diagnostics if item.severity == "ERROR"]
    if found:
        return found
    every = [(machine, name, state) for machine in machines(definition) for name, state in machine.states.items()]
    checks = {
        "tasks": _tasks, "before": _before, "choices": _choices, "approved": _approved, "waits": _waits, "map": _map,
        "parallel": _parallel, "retry": _retry, "catch": _catch, "arguments": _arguments, "fails": _fails,
        "placeholders": _placeholders, "caught": _caught, "loop": _loop, "window": _window, "timeout": _timeout,
        "batch": _batch, "retry_none": _retry_none,
    }
    for name, wanted in expect.items():
        if name == "trigger":
            triggers = proposal.document.get("triggers", [])
            held = any(same_start(trigger, wanted) for trigger in triggers)
            found += [] if held else [f"trigger: {triggers}"]
        elif name == "triggers":
            triggers = proposal.document.get("triggers", [])
            held = len(triggers) == len(wanted) and all(
                any(same_start(one, each) for one in triggers) for each in wanted)
            found += [] if held else [f"triggers: {triggers}"]
        elif name == "to_dos":
            texts = " | ".join(f"{item.state} {item.text}" for item in proposal.to_dos)
            found += [f"no to-do like {pattern}" for pattern in wanted if not re.search(pattern, texts)]
        else:
            found += checks[name](every, wanted)
    return found


def _short_names(value: Json) -> Json:
    """An expectation with the short names of tasks."""
    if isinstance(value, dict):
        return {key: _short_names(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short_names(item) for item in value]
    return SHORT.get(value, value) if isinstance(value, str) else value


def same_start(trigger: Json, wanted: Json) -> bool:
    """Whether a trigger starts what the wanted one does: a schedule at the same times, whatever the text of it is; an
    s3 trigger and the event that S3 sends for the same bucket are one."""
    if trigger.get("type") == "schedule" and "expression" in wanted:
        zone = wanted.get("timezone", trigger.get("timezone", "UTC"))
        same = times_of(trigger.get("expression", ""), zone) == times_of(wanted["expression"], zone)
        return same and _has(trigger, {key: value for key, value in wanted.items() if key != "expression"})
    return any(_has(one, wanted) for one in (trigger, *_of_bucket(trigger)))


def _has(trigger: Json, wanted: Json) -> bool:
    return all(trigger.get(key) == value for key, value in wanted.items())


def _of_bucket(trigger: Json) -> Iterator[Json]:
    """The other way to hear the same bucket."""
    if trigger.get("type") == "s3":
        detail = {"bucket": {"name": [trigger["bucket"]]}}
        yield {"type": "event", "pattern": {
            "source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}}
    pattern = trigger.get("pattern", {})
    if (
        isinstance(pattern, dict)
        and pattern.get("source") == ["aws.s3"]
        and pattern.get("detail-type") == ["Object Created"]
    ):
        names = pattern.get("detail", {}).get("bucket", {}).get("name", [])
        if len(names) == 1 and pattern["detail"].keys() == {"bucket"}:
            yield {"type": "s3", "bucket": names[0]}


def times_of(expression: str, zone: str) -> list[float] | str:
    """The next 200 times of a schedule from a Monday's midnight on; its text where it is none."""
    try:
        schedule = parse_schedule(expression, timezone=zone)
    except TriggerFault:
        return expression
    monday = datetime(2026, 3, 2, tzinfo=ZoneInfo(zone)).timestamp()
    return [*islice(schedule.times(monday - 1, since=monday), 200)]


def is_negated(condition: str, when: str) -> bool:
    """Whether what `when` matches is what must not hold: an odd number of $not around it, or its sign says so."""
    for match in re.finditer(when, condition, re.IGNORECASE):
        around = [opening.start() for opening in re.finditer(r"\$not\(", condition)
                  if opening.start() < match.start() and _closes(condition, opening.end()) >= match.end()]
        term = re.split(r"\band\b|\bor\b", condition[match.start():])[0]
        before = re.split(r"\band\b|\bor\b", condition[:match.start()])[-1]
        opposite = re.search(r"!=|= false\b", before + term) is not None
        if (len(around) + opposite) % 2:
            return True
    return False


def _closes(text: str, start: int) -> int:
    """Where the bracket closes that was opened before `start`."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)


def _tasks(every: Json, wanted: Json) -> list[str]:
    found = [short(state) for _, _, state in every
             if state["Type"] == "Task" and work_of(state) is None]
    named = [name for name in wanted if not name.startswith("?")]
    work = [said for _, _, state in every if (said := work_of(state)) is not None]
    unnamed = [name for name in wanted if name.startswith("?")]
    lacking = [name for name in unnamed if not any(re.search(name[1:], said) for said in work)]
    return [
        *([] if Counter(found) == Counter(named) else [f"tasks: {sorted(found)}, not {sorted(named)}"]),
        *(f"no step for {name}: {work}" for name in lacking),
    ]


def _before(every: Json, wanted: Json) -> list[str]:
    found = []
    for first, second in wanted:
        held = False
        for machine, name, state in every:
            if first in tasks_in(state):
                for following in machine.nexts(name):
                    held = held or second in machine.tasks_from(following)
        found += [] if held else [f"{first} is not before {second}"]
    return found


def _own_branch(machine: Machine, start: str | None, others: list[str]) -> list[str]:
    """Tasks behind `start` that are not behind the other branches too."""
    shared = {name for other in others for name in machine.reached(other)}
    return [task for name in machine.reached(start) if name not in shared for task in tasks_in(machine.states[name])]


def _choices(every: Json, wanted: Json) -> list[str]:
    found = []
    for choice in wanted:
        ways = [choice]
        if choice.get("either"):
            ways.append({**choice, "then": choice.get("otherwise", ()), "otherwise": choice.get("then", ())})
        when = re.compile(choice["when"], re.IGNORECASE)
        candidates = [_choice(machine, name, rule, way) for machine, name, state in every for way in ways
                      for rule in state.get("Choices", ()) if when.search(rule["Condition"])]
        if not candidates:
            conditions = [rule["Condition"] for _, _, state in every for rule in state.get("Choices", ())]
            found.append(f"no condition like {choice['when']}: {conditions}")
        elif not any(not faults for faults in candidates):
            fewest = min(map(len, candidates))
            found += next(faults for faults in candidates if len(faults) == fewest)
    return found


def _choice(machine: Machine, name: str, rule: Json, wanted: Json) -> list[str]:
    found = []
    state = machine.states[name]
    others = [other for other in machine.nexts(name) if other != rule["Next"]]
    then = _own_branch(machine, rule["Next"], others)
    targets = [one["Next"] for one in state["Choices"]]
    otherwise = _own_branch(machine, state.get("Default"), targets)
    if wanted.get("negated") and not is_negated(rule["Condition"], wanted["when"]):
        if any(task not in then for task in wanted.get("then", ())) and all(
                task in otherwise for task in wanted.get("then", ())):
            return []
        found.append(f"not negated: {rule['Condition']}")
    found += [f"then lacks {task}: {then}" for task in wanted.get("then", ()) if task not in then]
    found += [f"otherwise lacks {task}: {otherwise}" for task in wanted.get("otherwise", ()) if task not in otherwise]
    for task in wanted.get("skips", ()):
        behind, beside = (otherwise, then) if is_negated(rule["Condition"], wanted["when"]) else (then, otherwise)
        if task in behind or task not in beside:
            found.append(f"{task} is not skipped")
    return found


def _approved(every: Json, wanted: Json) -> list[str]:
    for machine, _, state in every:
        if wanted["task"] in tasks_in(state) and state["Type"] == "Task":
            following = machine.states.get(state.get("Next"), {})
            for rule in following.get("Choices", ()):
                if "approved" in rule["Condition"]:
                    return _choice(machine, state["Next"], rule, wanted)
    return [f"no Choice on the answer of {wanted['task']}"]


def _waits(every: Json, wanted: Json) -> list[str]:
    waits = [state for _, _, state in every if state["Type"] == "Wait"]
    found = [] if len(waits) == len(wanted) else [f"{len(waits)} waits, not {len(wanted)}"]
    for wait in wanted:
        if "seconds" in wait:
            held = any(state.get("Seconds") == wait["seconds"] for state in waits)
        else:
            held = any(re.search(wait["until"], str(state.get("Timestamp", "")), re.IGNORECASE) for state in waits)
        found += [] if held else [f"no wait {wait}: {waits}"]
    return found


def _map(every: Json, wanted: Json) -> list[str]:
    maps = [state for _, _, state in every if state["Type"] == "Map"]
    for state in maps:
        same = Counter(tasks_in(state)) == Counter(wanted["tasks"])
        if same and re.search(wanted["items"], state["Items"]) and (
                wanted.get("concurrency") == state.get("MaxConcurrency")):
            return []
    return [f"no such Map: {[(state['Items'], tasks_in(state), state.get('MaxConcurrency')) for state in maps]}"]


def _parallel(every: Json, wanted: Json) -> list[str]:
    found = []
    for _, _, state in every:
        if state["Type"] == "Parallel":
            branches = [sorted(Machine(branch).tasks_from(branch["StartAt"])) for branch in state["Branches"]]
            if sorted(branches) == sorted(sorted(branch) for branch in wanted):
                return []
            found.append(branches)
    return [f"no such Parallel: {found}"]


def _retry(every: Json, wanted: Json) -> list[str]:
    retries = [state.get("Retry", [{}])[0] for _, _, state in every if wanted["task"] in tasks_in(state)
               and state["Type"] == "Task"]
    for retry in retries:
        if retry.get("MaxAttempts") == wanted["max_attempts"] and (
                "interval" not in wanted or retry.get("IntervalSeconds") == wanted["interval"]):
            return []
    return [f"no such Retry: {retries}"]


def _catch(every: Json, wanted: Json) -> list[str]:
    behind = [task for machine, _, state in every for catcher in state.get("Catch", ())
              for task in machine.tasks_from(catcher["Next"])]
    return [f"{task} is not behind a Catch" for task in wanted if task not in behind]


def _arguments(every: Json, wanted: Json) -> list[str]:
    return [
        f"no {item['task']} with {item['has']!r}" for item in wanted
        if not any(item["has"] in json.dumps(state["Arguments"]) for _, _, state in every
                   if state["Type"] == "Task" and short(state) == item["task"])
    ]


def _fails(every: Json, wanted: Json) -> list[str]:
    caught = {name for machine, _, state in every for catcher in state.get("Catch", ())
              for name in machine.reached(catcher["Next"])}
    held = any(state["Type"] == "Fail" and name not in caught for _, name, state in every)
    return [] if held is wanted else ["no Fail state"]


def _placeholders(every: Json, wanted: Json) -> list[str]:
    marked = [name for _, name, state in every if state["Type"] == "Pass" and "TODO" in state.get("Comment", "")]
    return [] if len(marked) == wanted else [f"{len(marked)} placeholders, not {wanted}: {marked}"]


def _is(machine: Machine, name: str, wanted: str) -> bool:
    """Whether the state is the task that is meant: a short name, or a /pattern/ of its name and arguments."""
    state = machine.states[name]
    if wanted.startswith("/"):
        said = f"{name} {json.dumps(state.get('Arguments', {}))}"
        return state["Type"] in ("Task", "Parallel") and re.search(wanted.strip("/"), said, re.IGNORECASE) is not None
    return wanted in tasks_in(state) and state["Type"] in ("Task", "Parallel")


def _caught(every: Json, wanted: Json) -> list[str]:
    found = []
    for one in wanted:
        behind = [machine.tasks_from(catcher["Next"]) for machine, name, state in every if _is(machine, name, one["of"])
                  for catcher in state.get("Catch", ())]
        if not any(all(task in tasks for task in one["then"]) for tasks in behind):
            found.append(f"no Catch on {one['of']} leads to {one['then']}: {behind}")
    meant = [one["of"] for one in wanted]
    found += [f"a Catch on {name}, which was not said" for machine, name, state in every
              if state.get("Catch") and not any(_is(machine, name, of) for of in meant)]
    return found


def _expressions(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith("{%"):
            yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _expressions(item)


def _numbers(text: str) -> set[float]:
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}


def _loop(every: Json, wanted: Json) -> list[str]:
    reasons = []
    for machine, name, _ in every:
        circle = [other for other in machine.reached(name, catches=False)
                  if other != name and name in machine.reached(other, catches=False)]
        if not circle:
            continue
        states = [machine.states[other] for other in {name, *circle}]
        tasks = [task for state in states for task in tasks_in(state)]
        conditions = " ".join(rule["Condition"] for state in states for rule in state.get("Choices", ()))
        waits = [state.get("Seconds") for state in states if state["Type"] == "Wait"]
        lacks = [f"the loop has {tasks}"] if Counter(tasks) != Counter(wanted["tasks"]) else []
        if "times" in wanted and float(wanted["times"]) not in _numbers(conditions):
            lacks.append(f"no {wanted['times']} times in {conditions}")
        if "wait" in wanted and wanted["wait"] not in waits:
            lacks.append(f"no wait of {wanted['wait']}: {waits}")
        if "when" in wanted and not re.search(wanted["when"], conditions):
            lacks.append(f"no {wanted['when']} in {conditions}")
        if not lacks:
            return []
        reasons.append("; ".join(lacks))
    return [f"no such loop: {reasons[:1]}"]


def _window(every: Json, wanted: Json) -> list[str]:
    texts = [text for _, _, state in every for text in _expressions(
        {key: value for key, value in state.items() if key not in ("ItemProcessor", "Branches")})]
    whole = " ".join(texts)
    found = [] if "when" not in wanted or re.search(wanted["when"], whole) else [f"no {wanted['when']}: {texts}"]
    if float(wanted["count"]) not in _numbers(whole):
        found.append(f"no {wanted['count']}: {texts}")
    if "seconds" in wanted and not {float(wanted["seconds"]), wanted["seconds"] * 1000.0} & _numbers(whole):
        found.append(f"no window of {wanted['seconds']} s: {texts}")
    return found


def _timeout(every: Json, wanted: Json) -> list[str]:
    for machine, name, state in every:
        if _is(machine, name, wanted["task"]) and state.get("TimeoutSeconds") == wanted["seconds"]:
            behind = [task for catcher in state.get("Catch", ()) for task in machine.tasks_from(catcher["Next"])]
            if all(task in behind for task in wanted["then"]):
                return []
    return [f"no such timeout of {wanted['task']}"]


def _batch(every: Json, wanted: Json) -> list[str]:
    held = any(state.get("ItemBatcher", {}).get("MaxItemsPerBatch") == wanted for _, _, state in every)
    return [] if held else [f"no batches of {wanted}"]


def _retry_none(every: Json, wanted: Json) -> list[str]:
    return [f"a Retry on {name}" for machine, name, state in every for task in wanted
            if state.get("Retry") and _is(machine, name, task)]
