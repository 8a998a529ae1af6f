"""Definitions and data that went wrong: parts removed, replaced, exchanged or renamed."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from engine.language.asl.validate.choices import OPERATORS
from engine.language.asl.validate.states import FIELDS
from tests.support.definitions_strategy import cases


class Enough(Exception):
    """So many events that it may go on for ever, as a definition may ask for."""


class Counted:
    """An `on_event` that ends a simulation after so many events."""

    def __init__(self, most: int = 1_500) -> None:
        self.left = most

    def __call__(self, _event: dict[str, Any]) -> None:
        self.left -= 1
        if not self.left:
            raise Enough


@st.composite
def broken(draw):
    """A generated case of which one to three parts are removed, replaced, exchanged or put under another name."""
    case = draw(cases(depth=1, most=3))
    definition = copy.deepcopy(case.definition)
    for _ in range(draw(st.integers(1, 3))):
        known = [path for path in places(definition) if path]
        if not known:
            break
        *around, key = draw(st.sampled_from(known))
        holder = _at(definition, around)
        match draw(st.sampled_from(["remove", "replace", "exchange", "rename"])):
            case "remove":
                del holder[key]
            case "replace":
                holder[key] = draw(values)
            case "exchange":
                holder[key] = copy.deepcopy(_at(definition, draw(st.sampled_from(known))))
            case _:
                if isinstance(holder, dict):
                    holder[draw(st.sampled_from(["Type", "Next", "End", "Seconds", "Items", "Output", "X"]))] = (
                        holder.pop(key))
    return definition, case.answers


def _at(value: Any, path: Any) -> Any:
    for step in path:
        value = value[step]
    return value


END = {"End": True}
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Done", "ResultPath": "$.error"}]
DEFINITION = {
    "Comment": "every state type", "StartAt": "Shape", "TimeoutSeconds": 3600,
    "States": {
        "Shape": {"Type": "Pass", "Parameters": {"id.$": "States.Format('{}-{}', $.id, $$.Execution.Name)"},
                  "Assign": {"total.$": "$.total"}, "ResultPath": "$.shaped", "Next": "High"},
        "High": {"Type": "Choice", "Default": "Charge", "Choices": [
            {"And": [{"Variable": "$total", "NumericGreaterThan": 100},
                     {"Not": {"Variable": "$.vip", "IsPresent": True}}], "Next": "Wait"}]},
        "Wait": {"Type": "Wait", "SecondsPath": "$.delay", "Next": "Charge"},
        "Charge": {"Type": "Task", "Resource": "connector:http:request", "TimeoutSeconds": 30, "HeartbeatSeconds": 5,
                   "Parameters": {"key": {"$secret": "STRIPE_KEY"}, "order.$": "$.shaped"}, "Catch": CATCH,
                   "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2, "BackoffRate": 1.5}],
                   "Next": "Both"},
        "Both": {"Type": "Parallel", "Next": "Lines", "Branches": [
            {"StartAt": "Mail", "States": {"Mail": {
                "Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "mail", "Payload": "{% $states.input.shaped %}"},
                "Output": "{% $states.result.Payload %}", **END}}}]},
        "Lines": {"Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 5, "Next": "Done",
                  "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                                    "StartAt": "Line", "States": {"Line": {"Type": "Fail", "ErrorPath": "$.e"}}}},
        "Done": {"Type": "Succeed"},
    },
}
WORDS = sorted({
    *FIELDS, *(field for table in FIELDS.values() for field in table), *OPERATORS, "And", "Or", "Not", "Variable",
    "Condition", "ErrorEquals", "States", "StartAt", "ProcessorConfig", "Mode", "DISTRIBUTED", "JSONata", "RoleArn",
    "ReaderConfig", "$secret", "a.$", "$", "$.a", "$$.a", "$x", "States.UUID()", "{% $ %}", "{% $x %}", "{%%}", "",
    "Done", "States.ALL", "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "connector:a:b", "2024-01-01T00:00:00Z",
})
texts = st.sampled_from(WORDS) | st.text(max_size=12)
numbers = st.integers(-3, 200_000_000) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=6),
    max_leaves=25,
)


def places(value, path=()):
    """The paths of everything inside `value`."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*path, key))


PLACES = [path for path in places(DEFINITION) if path]


@st.composite
def mutations(draw):
    """The definition with one to three parts removed, replaced, or put under another name."""
    mutant = copy.deepcopy(DEFINITION)
    for _ in range(draw(st.integers(1, 3))):
        *around, key = draw(st.sampled_from(PLACES))
        holder = mutant
        for step in around:
            try:
                holder = holder[step]
            except (KeyError, IndexError, TypeError):
                holder = None
        if not isinstance(holder, dict):
            continue
        match draw(st.sampled_from(["remove", "replace", "rename"])):
            case "remove":
                holder.pop(key, None)
            case "replace":
                holder[key] = draw(values)
            case _:
                holder[draw(texts)] = holder.pop(key, None)
    return mutant
