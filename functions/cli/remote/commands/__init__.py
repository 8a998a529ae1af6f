"""The commands that drive a deployed stage. Each has the name and the options of the local one, and the API's JSON;
what only makes sense beside a data folder (up, worker, backup, simulate, …) is not among them.

    automate --endpoint URL login          once; then every command here, with --endpoint or AUTOMATE_ENDPOINT
"""

from __future__ import annotations

import click

from functions.cli.commands.cost import cost
from functions.cli.commands.doctor import remote_doctor
from functions.cli.commands.tune import remote_tune
from functions.cli.remote.commands import audit, executions, operating, secrets, signing, tasks, workflows

COMMANDS: dict[str, click.Command] = {command.name or "": command for command in (
    *signing.COMMANDS, *workflows.COMMANDS, *executions.COMMANDS, *operating.COMMANDS, *secrets.COMMANDS,
    *audit.COMMANDS, *tasks.COMMANDS, remote_doctor, cost, remote_tune,
)}
"""By the name of the local command that each stands for."""
