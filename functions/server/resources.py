"""What a Task can call on this machine: the one place that puts it together, for running and for validating alike."""

from __future__ import annotations

import os

from connectors.aws.clients import clients_of
from connectors.aws.tasks import AwsTasks
from connectors.egress import in_force
from connectors.registry import default_registry, load_modules
from connectors.routing import RoutedTasks
from connectors.tasks import ConnectorTasks
from engine.ports.tasks import Tasks
from engine.settings import Settings


def callable_tasks(settings: Settings) -> Tasks:
    """The connectors: built in, installed, and those of AUTOMATE_CONNECTORS, whose modules this loads; and AWS's own
    services, under the profile that AUTOMATE_AWS_PROFILE names (off until it names one).

    Raises InvalidDocument for a module that cannot be loaded, and for an entry of AUTOMATE_EGRESS_ALLOW that is none.
    """
    load_modules(settings.connectors)
    in_force.apply(settings, os.environ)
    return RoutedTasks(ConnectorTasks(default_registry), AwsTasks(clients_of(settings)))


def allow_samples(settings: Settings, port: int) -> None:
    """Let this process's connectors call the server at `port` of this machine, where the sample services are."""
    in_force.apply(settings, os.environ, also=(f"127.0.0.1:{port}", f"localhost:{port}"))
