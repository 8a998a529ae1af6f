"""Is this a state machine? Every problem of a definition, each with its place and in AWS's words.

One walk over the definition (`machine`) holds each state against a table of fields (`states`, `maps`, `choices`,
`failures`; `shapes` says what tables are made of), compiles every expression (`expressions`), reads every Resource
(`resources`), and collects findings (`inspection`) instead of stopping at the first.

The rules are the Amazon States Language specification's and the Step Functions Developer Guide's. Codes are those of
AWS's ValidateStateMachineDefinitionDiagnostic; wordings that were recorded from the service are kept to the letter,
the others follow their manner. AWS itself asks that nobody rely on order, count or wording.
"""

from __future__ import annotations

from engine.errors import Diagnostic
from engine.language.asl.validate.inspection import Json
from engine.language.asl.validate.machine import inspect


def validate(
    definition: Json, *, kind: str = "STANDARD", extensions: bool = True, precise: bool | None = None
) -> list[Diagnostic]:
    """Every problem of `definition`, in the order of the definition. Raises nothing, whatever `definition` is.

    `kind` is STANDARD or EXPRESS. With `extensions` our additions are known (connector Tasks, SecretRefs) and our own
    warnings are given besides AWS's; without, the answer is what AWS would say. A definition without a finding of
    severity ERROR can be compiled and run. AWS places some findings at the object around the field that they are
    about, and one nowhere; `precise` places them at the field (without it, as `extensions` says).
    """
    precise = extensions if precise is None else precise
    return inspect(definition, kind=kind, extensions=extensions, precise=precise).findings


def variable_references(definition: Json) -> dict[str, list[str]]:
    """State name → the workflow variables it reads, sorted; states that read none are left out.

    The shape of DescribeStateMachine's ``variableReferences``.
    """
    references = inspect(definition).references
    return {state: sorted(names) for state, names in references.items()}
