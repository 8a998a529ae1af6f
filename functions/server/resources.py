"""What a Task can call on this machine, for the commands that validate without a data folder."""

from __future__ import annotations

import os

from connectors.egress import in_force
from connectors.files import FileTasks
from engine.adapters.local.file_roots import FileRoots
from engine.ports.tasks import Tasks
from engine.settings import Settings
from functions.task_chain import aws_tasks_of_a_profile, connected


def callable_tasks(settings: Settings) -> Tasks:
    """The connectors: built in, installed, and those of AUTOMATE_CONNECTORS, whose modules this loads; and AWS's own
    services, under the profile that AUTOMATE_AWS_PROFILE names (off until it names one); and the files below
    AUTOMATE_FILE_ROOTS.

    Raises InvalidDocument for a module that cannot be loaded, and for an entry of AUTOMATE_EGRESS_ALLOW or
    AUTOMATE_FILE_ROOTS that is none.
    """
    files = files_of_this_machine(settings)
    return connected(settings, os.environ, aws=lambda: aws_tasks_of_a_profile(settings), files=files)


def files_of_this_machine(settings: Settings) -> Tasks:
    """The files below AUTOMATE_FILE_ROOTS, which the connector ``files`` has from now on too. Raises InvalidDocument
    for an entry that is none."""
    roots = FileRoots.of(settings.file_roots, settings.data_dir)
    if settings.file_roots:
        from connectors import open_folders  # noqa: PLC0415  few machines open some

        open_folders.use(roots)
    return FileTasks(roots)


def allow_samples(settings: Settings, port: int) -> None:
    """Let this process's connectors call the server at `port` of this machine, where the sample services are."""
    in_force.apply(settings, os.environ, also=(f"127.0.0.1:{port}", f"localhost:{port}"))
