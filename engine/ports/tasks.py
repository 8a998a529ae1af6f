"""Task calls: how a Task state reaches the world. Connectors implement it, `simulate` takes stubs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import Any, Protocol

from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class ConnectorPin:
    """Which connector a published version means by a resource. A connector file's action is kept: `content` is what the
    file says of it, as JSON, and `digest` its SHA-256 in hex. Code cannot be kept: `package` is the installed package
    that it is of, `version` the package's."""

    digest: str = ""
    content: str = field(default="", repr=False)
    package: str = ""
    version: str = ""

    @property
    def name(self) -> str:
        """What it is told from others by."""
        return f"sha256:{self.digest}" if self.digest else f"{self.package} {self.version}"


def _unpinned() -> None:
    return None


def _anywhere(_path: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class TaskCall:
    """One call of a Task state.

    `resource` is the state's Resource as written. `arguments` is the effective input (Parameters or Arguments applied);
    the SecretRefs in it are still references. `secret_refs` are those that stand literally in the published definition:
    pairs of a JSON pointer into `arguments` and the secret's KEY; only these resolve. `idempotency_key` stays the same
    over takeovers and unknown outcomes of one visit. `budget_seconds` is how long the call may take.

    `secrets` maps the KEYs of `secret_refs` to their values. Only engine.governance.resolving fills it, on the last
    step to the connector; `arguments` keep the references even then, so that a call printed shows no value.

    `hosts` are what the secrets' grants let the call reach: of each of them one pattern must admit a host.

    `credentials` is the state's Credentials, evaluated: the role that an AWS service is to be called under.

    `frame`, `visit` and `epoch` say which of the execution's frames calls: what the call starts has it as its parent.
    `entered_at` is when it entered the state, `deadline` when the Task times out, if it does (epoch seconds).

    `pin` is the connector that the execution's version means; None: the one that is there.

    `job` is what the start of a ``.sync`` job answered, or what was handed over (TaskSucceeded): then the call asks how
    it stands, or with `stops_job` ends it; `answered` is then what came of it, None where nothing did.
    """

    resource: str
    arguments: Json
    workspace: str
    execution_id: str
    workflow: str
    version: int
    state: str
    attempt: int
    idempotency_key: str
    budget_seconds: float
    secret_refs: tuple[tuple[str, str], ...] = ()
    task_token: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: tuple[tuple[str, ...], ...] = ()
    credentials: Json = None
    pin: ConnectorPin | None = None
    job: Json = None
    stops_job: bool = False
    answered: Json = None
    frame: str = ""
    visit: int = 0
    epoch: int = 0
    entered_at: float = 0.0
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class TaskSucceeded:
    """The call returned. `handed_over`, of a call with a task token: what it asked for is somebody's to answer, and the
    call is made again, with `output` as its job: after `again_in` seconds (None: not before) while the Task waits, and
    with `stops_job` when it waits no longer."""

    output: Json
    handed_over: bool = False
    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """The call failed. `definite`: it certainly did not take effect; False: nobody knows (a time-out after sending).

    `retryable` False makes every Retrier pass. `retry_after`: the system asks for so many seconds before the next
    attempt (Retry-After, RFC 9110); a Retrier waits no less. `authentication`: the system did not accept the
    credentials, so a secret that was rotated meanwhile is worth one more look. `unavailable`: the system as a whole
    does not serve now, whatever it is asked for.
    """

    error: str
    cause: str | None = None
    definite: bool = True
    retryable: bool = True
    authentication: bool = False
    retry_after: float = 0.0
    unavailable: bool = False


@dataclass(frozen=True, slots=True)
class TaskGoesOn:
    """The job that was asked about is still under way. Only a call with a `job` is answered so. `again_in`: of what was
    handed over, after how many seconds the call is made again; None: no more."""

    again_in: float | None = None


TaskOutcome = TaskSucceeded | TaskFailed | TaskGoesOn


@dataclass(frozen=True, slots=True)
class CallLimit:
    """At most `requests` calls of `service` in each window of `seconds`; 0: as many as it takes, but none while it is
    in trouble."""

    service: str
    requests: int
    seconds: float


class TaskInput(Protocol):
    """One input of a resource, as far as it is looked at before anything runs."""

    @property
    def required(self) -> bool:
        """Whether the call is refused without it."""
        ...

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types that it may have; empty for any."""
        ...

    @property
    def minLength(self) -> int | None:  # noqa: N802 - JSON Schema's
        """The least length of a text; 0 says that it may be empty."""
        ...

    @property
    def enum(self) -> tuple[Any, ...] | None:
        """The values that it may have."""
        ...

    @property
    def properties(self) -> Mapping[str, TaskInput] | None:
        """The members of an object."""
        ...


@dataclass(frozen=True, slots=True)
class TaskPolicy:
    """What is known of a resource before it is called.

    `id_field` says where in the output stands what the service calls what it did: names and numbers with dots between
    them, as ``Entries.0.EventId``.

    `limit` is how often all workers together may call it, with one set of secrets; None: as often as they like,
    whatever comes of it.

    `problem` says why it cannot be called here (no such connector, not enabled), for validation and for the failure's
    cause. `timeout_seconds` is the action's own limit. `computes`: the call waits for nothing outside of its process.

    `inputs` are those that it takes, by name; None: not known. Of each group of `one_of` a call gives one or more.
    `connections` are the kinds of connection that it takes,
    each with the inputs that such a one fills. `pin` makes what a version that is published now keeps of it, None where
    there is nothing to keep. `path_problem` says of a path why nothing can be opened there, and whether that stays so
    whatever is put there; None where it can.
    """

    problem: str | None = None
    at_most_once: bool = False
    timeout_seconds: float | None = None
    computes: bool = False
    id_field: str | None = None
    limit: CallLimit | None = None
    inputs: Mapping[str, TaskInput] | None = field(default=None, compare=False, repr=False)
    one_of: tuple[tuple[str, ...], ...] = field(default=(), compare=False, repr=False)
    connections: Mapping[Any, Collection[str]] = field(default_factory=dict, compare=False, repr=False)
    pin: Callable[[], ConnectorPin | None] = field(default=_unpinned, compare=False, repr=False)
    path_problem: Callable[[str], tuple[str, bool] | None] = field(default=_anywhere, compare=False, repr=False)


class Tasks(Protocol):
    """Never raises for what the called system did: that is a TaskFailed. Safe to call from several threads."""

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:
        """What is known of `resource`; with a `pin` of the connector that a version means by it."""
        ...

    def call(self, call: TaskCall) -> TaskOutcome:
        """Perform the call; blocks up to its budget."""
        ...


class TasksDecorator:
    """A Tasks around `tasks` that adds something to its calls: a subclass says what, in `call`."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:
        """What the inner Tasks knows of `resource`."""
        return self._tasks.policy(resource, pin)
