"""CloudFormation's rules for values that one stack takes from another, over templates alone.

From the user guide ("Refer to resource outputs in another CloudFormation stack"): an export that a deployed stack
imports can be neither removed nor changed, and the stack that has it can not be deleted. `Fn::GetStackOutput` reads
another stack's output when its own stack is deployed: the output must be there at that moment, and nothing holds it
afterwards.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def synthesise(**context: str) -> dict[str, Any]:
    """Stack name to template of a whole stage, in the order of `cdk deploy --all`."""
    return {stack.stack_name: stack.template for stack in _stacks(context)}


def warnings(**context: str) -> list[str]:
    """What the cdk command would print as warnings and errors."""
    return [
        f"{message.id}: {message.entry.data}" for stack in _stacks(context) for message in stack.messages
        if "INFO" not in str(message.level)
    ]


def _stacks(context: dict[str, str]) -> list[Any]:
    from aws_cdk import App  # noqa: PLC0415 - only where the extra is installed

    from infra_cdk.app import build  # noqa: PLC0415

    files = Path(tempfile.mkdtemp())
    (files / "index.html").write_text("<!doctype html>")
    app = App(outdir=tempfile.mkdtemp(), context={"stage": "test", **context})
    build(app, studio_files=files)
    return list(app.synth().stacks)


class Account:
    """The stacks that are deployed."""

    def __init__(self) -> None:
        self.deployed: dict[str, Any] = {}

    def deploy(self, stage: dict[str, Any]) -> list[str]:
        """Deploy the stacks in their order; what CloudFormation would refuse."""
        refused = []
        for name, template in stage.items():
            refused += [f"{name}: {fault}" for fault in self._faults(name, template)]
            self.deployed[name] = template
        return refused

    def destroy(self, stage: dict[str, Any]) -> list[str]:
        """Delete the stacks against their order; what CloudFormation would refuse."""
        refused = []
        for name in reversed(stage):
            exported = _exports(self.deployed[name])
            refused += [f"{name}: {fault}" for fault in self._held(name, exported, {})]
            del self.deployed[name]
        return refused

    def _faults(self, name: str, template: Any) -> Iterator[str]:
        yield from self._held(name, _exports(self.deployed.get(name, {})), _exports(template))
        for found in _uses(template, "Fn::ImportValue"):
            if all(found not in _exports(other) for other in self.deployed.values()):
                yield f"there is no export {found}"
        for found in _uses(template, "Fn::GetStackOutput"):
            if found["OutputName"] not in self.deployed.get(found["StackName"], {}).get("Outputs", {}):
                yield f"{found['StackName']} has no output {found['OutputName']}"

    def _held(self, name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
        for export, value in before.items():
            users = [other for other, found in self.deployed.items() if export in _uses(found, "Fn::ImportValue")]
            if users and after.get(export) != value:
                yield f"{export} is in use by {', '.join(users)}"


def _exports(template: Any) -> dict[str, Any]:
    outputs = template.get("Outputs", {}).values()
    return {output["Export"]["Name"]: json.dumps(output["Value"]) for output in outputs if "Export" in output}


def _uses(value: Any, function: str) -> list[Any]:
    if isinstance(value, list):
        return [found for item in value for found in _uses(item, function)]
    if not isinstance(value, dict):
        return []
    own = [value[function]] if function in value else []
    return own + [found for item in value.values() for found in _uses(item, function)]
