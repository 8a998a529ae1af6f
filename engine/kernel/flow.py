"""Data flow of a state: what goes in, what comes out.

    JSONPath   input ─InputPath─► effective input ─Parameters─► arguments … result ─ResultSelector─►
               ─ResultPath (into the raw input)─► ─OutputPath─► output       Assign reads the result
    JSONata    input ─Arguments─► arguments … result ─Output─► output        Assign reads the same as Output

Each step is skipped where the definition leaves its field out. Nothing here changes a value in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.asl.model import Catcher, Evaluate, State
from engine.language.expr.scope import Scope

Json = Any
Assigned = Mapping[str, Json] | None


def arguments(state: State, scope: Scope) -> Json:
    """InputPath and Parameters, or Arguments. Leaves the effective input in `scope.input`."""
    if state.input_path is not None:
        scope.input = state.input_path(scope)
    return scope.input if state.parameters is None else state.parameters(scope)


def leaving(state: State, scope: Scope, raw_input: Json, result: Json) -> tuple[Json, Assigned]:
    """(output, assigned variables) of a state with a result: Pass, Task, Parallel, Map.

    Variables are assigned at once after the output is made, so both see the values from before.
    """
    if state.jsonata:
        return result if state.output is None else state.output(scope), assigned(state.assign, scope)
    scope.input = result
    values = assigned(state.assign, scope)
    if state.result_selector is not None:
        result = state.result_selector(scope)
    combined = result if state.place is None else state.place(raw_input, result)
    return _output_path(state, scope, combined), values


def leaves_plainly(state: State) -> bool:
    """Whether such a state's result is its output, and it assigns nothing: then `leaving` has nothing to do."""
    return (
        state.assign is None and state.output is None and state.result_selector is None and state.place is None
        and state.output_path is None
    )


def passing(
    state: State, scope: Scope, output: Evaluate | None, assign: Evaluate | None
) -> tuple[Json, Assigned]:
    """(output, assigned variables) of a state without a result of its own: Choice, Wait, Succeed.

    `output` and `assign` are the state's, or those of the rule that held.
    """
    if state.jsonata:
        return scope.input if output is None else output(scope), assigned(assign, scope)
    values = assigned(assign, scope)
    return _output_path(state, scope, scope.input), values


def caught(
    state: State, catcher: Catcher, scope: Scope, raw_input: Json, error_output: Json
) -> tuple[Json, Assigned]:
    """(output, assigned variables) of a state that failed into `catcher`. Assign reads the error output."""
    if state.jsonata:
        output = error_output if catcher.output is None else catcher.output(scope)
        return output, assigned(catcher.assign, scope)
    scope.input = error_output
    values = assigned(catcher.assign, scope)
    combined = error_output if catcher.place is None else catcher.place(raw_input, error_output)
    return combined, values


def assigned(assign: Evaluate | None, scope: Scope) -> Assigned:
    """The values of an Assign field; None where there is none."""
    return None if assign is None else assign(scope)


def _output_path(state: State, scope: Scope, value: Json) -> Json:
    if state.output_path is None:
        return value
    scope.input = value
    return state.output_path(scope)
