"""Random edits of a definition, as somebody makes them who mends a workflow: it stays one that compiles."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Json = Any
PATHS = ["$.n", "$.s", "$.o.a", "$.r", "$.nothing", "$.o.a.b", "$.added", "$v1", "$v2", "$k1", "$.items[0]",
         "$.items[1].n"]
QUERIES = ["$states.input.n", "$states.input.s", "$states.input.o.a", "$states.input.nothing", "$states.input.added",
           "$v1", "$v2", "$k1", "$states.input.items[0].n", "$states.input.n + 1", "$exists($states.input.r)",
           "$merge([$states.input, {'added': 1}])", "$states.input.nothing ? 1 : 2"]


def machines(definition: Json) -> Iterator[tuple[Json, bool]]:
    """Every machine in it, and whether its language is JSONata."""
    yield from _machines(definition, False)


def _machines(machine: Json, jsonata: bool) -> Iterator[tuple[Json, bool]]:
    jsonata = machine.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
    yield machine, jsonata
    for state in machine["States"].values():
        for inner in (*(state.get("Branches") or ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())):
            yield from _machines(inner, jsonata)


@st.composite
def edited(draw: Any, definition: Json, *, most: int = 3) -> Json:
    """The definition with up to `most` edits; the same one, rarely."""
    made = copy.deepcopy(definition)
    for _ in range(draw(st.integers(1, most))):
        machine, jsonata = draw(st.sampled_from(list(machines(made))))
        name = draw(st.sampled_from(sorted(machine["States"])))
        edit = draw(st.sampled_from(EDITS))
        state = machine["States"][name]
        edit(draw, machine, name, state, state.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata")
    return made


def _resource(draw: Any, _machine: Json, _name: str, state: Json, _jsonata: bool) -> None:
    if state["Type"] == "Task":
        state["Resource"] = "connector:new:call"


def _reads(draw: Any, _machine: Json, _name: str, state: Json, jsonata: bool) -> None:
    """A new read in the state's arguments or output."""
    if state["Type"] not in ("Pass", "Task"):
        return
    if jsonata:
        field = draw(st.sampled_from(["Output", "Arguments"] if state["Type"] == "Task" else ["Output"]))
        query = draw(st.sampled_from(QUERIES))
        state[field] = {"n": 1, "s": "x", "items": [1], "o": {"a": 1}, "added": f"{{% {query} %}}"}
    else:
        state["Parameters"] = {"n": 1, "s": "x", "items": [1], "o": {"a": 1}, "added.$": draw(st.sampled_from(PATHS))}
        state.pop("Result", None)


def _forgets(draw: Any, _machine: Json, _name: str, state: Json, _jsonata: bool) -> None:
    state.pop(draw(st.sampled_from(["Assign", "ResultPath", "Output", "ResultSelector", "OutputPath"])), None)


def _assigns(draw: Any, _machine: Json, _name: str, state: Json, _jsonata: bool) -> None:
    if state["Type"] in ("Pass", "Task", "Wait"):
        state.setdefault("Assign", {})[draw(st.sampled_from(["v1", "v2", "k1"]))] = 1


def _inserted(draw: Any, machine: Json, name: str, state: Json, jsonata: bool) -> None:
    """A state between this one and the next, which reads something, or assigns something."""
    if "Next" not in state or state["Type"] == "Choice":
        return
    added = f"N{len(machine['States'])}{name}"
    new: Json = {"Type": draw(st.sampled_from(["Pass", "Task"])), "Next": state["Next"]}
    if new["Type"] == "Task":
        new["Resource"] = "connector:new:call"
    if jsonata:
        new["QueryLanguage"] = "JSONata"
    _reads(draw, machine, added, new, jsonata)
    machine["States"][added] = new
    state["Next"] = added


def _guarded(draw: Any, machine: Json, name: str, state: Json, jsonata: bool) -> None:
    """A Choice between this one and the next that asks for something, and a state behind it that reads it."""
    if "Next" not in state or state["Type"] == "Choice":
        return
    asks, uses = f"G{len(machine['States'])}{name}", f"U{len(machine['States'])}{name}"
    if jsonata:
        query = draw(st.sampled_from(["$states.input.nothing", "$states.input.r", "$states.input.o.a", "$v1"]))
        rule: Json = {"Condition": f"{{% $exists({query}) %}}", "Next": uses}
        use: Json = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"was": f"{{% {query} %}}"}}
    else:
        path = draw(st.sampled_from(["$.nothing", "$.r", "$.o.a", "$v1"]))
        rule = {"Variable": path, "IsPresent": True, "Next": uses}
        use = {"Type": "Pass", "Parameters": {"was.$": path}, "ResultPath": "$.was"}
    machine["States"][asks] = {"Type": "Choice", "Choices": [rule], "Default": state["Next"],
                               **({"QueryLanguage": "JSONata"} if jsonata else {})}
    machine["States"][uses] = {**use, "Next": state["Next"]}
    state["Next"] = asks


def _renamed(draw: Any, machine: Json, name: str, _state: Json, _jsonata: bool) -> None:
    new = f"R{name}"
    if new in machine["States"]:
        return
    machine["States"] = {new if key == name else key: value for key, value in machine["States"].items()}
    if machine["StartAt"] == name:
        machine["StartAt"] = new
    for state in machine["States"].values():
        for holder in (state, *(state.get("Choices") or ()), *(state.get("Catch") or ())):
            for field in ("Next", "Default"):
                if holder.get(field) == name:
                    holder[field] = new


def _becomes_pass(draw: Any, _machine: Json, _name: str, state: Json, jsonata: bool) -> None:
    if state["Type"] in ("Task", "Map", "Parallel"):
        kept = {field: state[field] for field in ("Next", "End", "QueryLanguage") if field in state}
        state.clear()
        state.update({"Type": "Pass", **kept})


def _another_branch(draw: Any, _machine: Json, name: str, state: Json, _jsonata: bool) -> None:
    if state["Type"] == "Parallel":
        state["Branches"].append({"StartAt": f"B{name}", "States": {f"B{name}": {"Type": "Succeed"}}})


def _catches(draw: Any, machine: Json, name: str, state: Json, _jsonata: bool) -> None:
    if state["Type"] in ("Task", "Map", "Parallel") and "Catch" not in state:
        state["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": f"C{name}"}]
        machine["States"][f"C{name}"] = {"Type": "Succeed"}


EDITS = [_resource, _reads, _reads, _forgets, _assigns, _inserted, _inserted, _guarded, _renamed, _becomes_pass,
         _another_branch, _catches]
