"""A Task's call on its way to the world, and its outcome on the way back: put together here for every deployable.

    CallPool               a thread, once the intent is durable          engine.durable.worker.calls
      │  WritesResults     a ResultWriter's chunk: its files put         engine.durable.worker.map_run_results
      │  StartsExecutions  one of our own workflows: a child execution   engine.durable.worker.start_execution
      │  LimitedTasks      what the outcome says of the call's limit     engine.durable.lifecycle.call_limits
      ▼
    InCall                 log lines name the execution, the state and the attempt; a failure is logged
      │  SecretResolving   SecretRefs become values where they are granted; the outcome is scrubbed of them
      │                    a connection's becomes what is sent: connectors.connections
      │  GrantedHosts      the dialler asks for the hosts of the grants
      │  RoutedTasks       by the resource's first letters
      ▼
    AwsTasks  arn:…        ConnectorTasks  connector:…        FileTasks  file:…, on one machine

The upper half is every Worker's: it needs the worker's journal. A test of a workflow has a guard in its place
(engine.testing.guarded_tasks). What somebody outside answers to a waiting step comes another way; `masks` scrubs it of
the same secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from connectors.connections.kept import ConnectionSecrets
from connectors.egress import in_force
from connectors.egress.granted import GrantedHosts
from connectors.registry import default_registry, load_files, load_modules
from connectors.routing import LateTasks, RoutedTasks
from connectors.tasks import ConnectorTasks
from engine.clock import Clock
from engine.governance.resolving import AnswerMasks, SecretResolving
from engine.ports.deliveries import TriggerStates
from engine.ports.secrets import SecretBackend, WritableSecrets
from engine.ports.tasks import TaskCall, Tasks
from engine.records import dataclass
from engine.settings import Settings
from functions.call_logs import InCall

if TYPE_CHECKING:
    from connectors.asking import Asking
    from engine.ports.people.approvals import Approvals


@dataclass(frozen=True, slots=True)
class TaskChain:
    """`tasks` performs calls, and knows what can be called; `masks` scrubs the answers of others. `connections` are
    those that calls are made with."""

    tasks: Tasks
    masks: AnswerMasks
    connections: ConnectionSecrets


def task_chain(
    settings: Settings, environment: Mapping[str, str], backends: tuple[*tuple[SecretBackend, ...], WritableSecrets],
    clock: Clock, *, aws: Callable[[], Tasks] | None, files: Tasks | None = None,
    rows: Callable[[], TriggerStates | None] = lambda: None, asking: Callable[[], Asking] | None = None,
    hides: Callable[[TaskCall], bool] | None = None,
) -> TaskChain:
    """The chain over the connectors and AWS's services (`connected`), with the secrets that `backends` hold: the last
    one is the store, in which connections are. `rows` gives the rows that lock those, None where there are none: it is
    asked when one is renewed. `hides` says of which calls no cause is logged.

    Raises as `connected`.
    """
    tasks = connected(settings, environment, aws=aws, files=files, asking=asking)
    connections = ConnectionSecrets(backends[-1], clock, rows)
    resolving = SecretResolving(tasks, (*backends[:-1], connections), clock)
    return TaskChain(InCall(resolving, hides), AnswerMasks(backends), connections)


def connected(
    settings: Settings, environment: Mapping[str, str], *, aws: Callable[[], Tasks] | None, files: Tasks | None = None,
    asking: Callable[[], Asking] | None = None,
) -> Tasks:
    """The connectors: built in, installed, those of AUTOMATE_CONNECTORS, whose modules this loads, and of
    AUTOMATE_CONNECTOR_FILES. `aws` makes what calls AWS's own services, once one is needed; None: they are not this
    process's to call. `files` reads and writes those of a machine; a stage has none. `asking` gives what steps ask
    people with; None: they cannot here.

    Raises UserError for a connector module, or an entry of AUTOMATE_EGRESS_ALLOW, at fault.
    """
    load_modules(settings.connectors)
    load_files(settings.connector_files)
    in_force.apply(settings, environment)
    connectors = ConnectorTasks(default_registry, asking)
    return GrantedHosts(connectors if aws is None else RoutedTasks(connectors, LateTasks(aws), files))


def asking_over(store: Callable[[], Approvals], clock: Clock, studio: str) -> Callable[[], Asking]:
    """What steps ask people with, made when one does; `studio` is the Studio's address, "" where nobody knows it."""
    def asking() -> Asking:
        from connectors.asking import Asking  # noqa: PLC0415  few steps ask

        return Asking(store(), clock, studio.rstrip("/"))

    return asking


def aws_tasks_of_a_stage(settings: Settings) -> Tasks:
    """AWS's services as a deployment calls them: each workflow under its own role."""
    from connectors.aws.roles import AssignedRoles  # noqa: PLC0415  a start does not pay for what is seldom called
    from connectors.aws.tasks import AwsTasks  # noqa: PLC0415

    return AwsTasks(None, credentials_for=AssignedRoles(settings.stage, connections=settings.task_threads))


def aws_tasks_of_a_profile(settings: Settings) -> Tasks:
    """AWS's services under the profile that AUTOMATE_AWS_PROFILE names; each call fails until it names one."""
    from connectors.aws.clients import clients_of  # noqa: PLC0415  as above
    from connectors.aws.tasks import AwsTasks  # noqa: PLC0415

    return AwsTasks(clients_of(settings))
