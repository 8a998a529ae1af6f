"""A CDK app in Python that makes the exported state machine, with a role that may do what the definition calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.conversion.step_functions.destination import Destination
from engine.conversion.step_functions.leaving import Exported
from functions.cli.step_functions.grants import Grant, grants_of, quoted

_HEAD = '''"""The workflow {name} as a state machine of AWS Step Functions; written by automate export.

    pip install aws-cdk-lib constructs && cdk deploy --app "python {file}"
"""

from pathlib import Path

from aws_cdk import {imports}

DEFINITION = Path(__file__).with_name("{definition}")


class {klass}(Stack):
    """{name} and its role."""

    def __init__(self, scope, construct_id, **kwargs):
        super().__init__(scope, construct_id, **kwargs)
        logs = aws_logs.LogGroup(
            self, "Logs", log_group_name="/aws/vendedlogs/states/{name}", retention=aws_logs.RetentionDays.ONE_MONTH,
        )
        machine = aws_stepfunctions.StateMachine(
            self, "StateMachine",
            state_machine_name="{name}",
            state_machine_type=aws_stepfunctions.StateMachineType.{kind},
            definition_body=aws_stepfunctions.DefinitionBody.from_file(str(DEFINITION)),
            # Inputs and outputs stay out of the logs: set True only where everybody who reads the logs may read them.
            logs=aws_stepfunctions.LogOptions(
                destination=logs, level=aws_stepfunctions.LogLevel.{level}, include_execution_data=False,
            ),
        )
'''
_GRANT = """        machine.add_to_role_policy(aws_iam.PolicyStatement(
            actions=[{actions}],
            resources=[{resources}],
        ))
"""
_FOOT = """

app = App()
{klass}(app, "{stack}"{environment})
app.synth()
"""
_ALWAYS = ("App", "Stack", "aws_logs", "aws_stepfunctions")
_WHERE_USED = ("ArnFormat", "Environment", "Tags", "aws_iam")


def snippet(
    exported: Exported, destination: Destination | None, *, definition: str, file: str, tags: Mapping[str, str]
) -> str:
    """The app's text. `definition` and `file` are the names of the definition's file and of the app's own."""
    klass = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", exported.name)) + "Stack"
    klass = klass if klass[0].isalpha() else f"The{klass}"
    stack = re.sub(r"[^A-Za-z0-9]+", "-", f"workflow-{exported.name}").strip("-")
    body = [part for grant in grants_of(exported.definition, exported.name) for part in _grant(grant)]
    body += [f"        Tags.of(machine).add({quoted(key)}, {quoted(value)})\n" for key, value in tags.items()]
    environment = "" if destination is None else (
        f', env=Environment(account="{destination.account}", region="{destination.region}")'
    )
    body.append(_FOOT.format(klass=klass, stack=stack, environment=environment))
    used = [name for name in _WHERE_USED if any(f"{name}." in part or f"{name}(" in part for part in body)]
    head = _HEAD.format(
        name=exported.name, file=file, definition=definition, klass=klass, kind=exported.kind,
        level="ALL" if exported.kind == "EXPRESS" else "ERROR", imports=", ".join(sorted([*_ALWAYS, *used])),
    )
    return head + "".join(body)


def _grant(grant: Grant) -> Iterator[str]:
    if grant.to_do is not None:
        yield f"        # TODO: {' '.join(grant.to_do.split())}\n"
    if grant.actions:
        yield _GRANT.format(
            actions=", ".join(quoted(item) for item in grant.actions), resources=", ".join(grant.resources)
        )
