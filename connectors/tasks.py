"""ConnectorTasks: the engine's Tasks port over the registered connectors.

    connector:CODE:ACTION[.waitForTaskToken] ──► inputs checked ──► execute ──► output checked ──► TaskOutcome

Errors a Retrier or Catcher sees:

    <code>.ConnectorError            what the connector raised; the cause is JSON in the shape of AWS Lambda's
    <code>.InvalidInput              refused before the call; every problem is in the cause
    <code>.InvalidOutput             the call returned what is no JSON
    Automate.ResourceNotAvailable    no such connector or action, or a resource this release cannot call
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from connectors.checking import NotJson, Problem, check_inputs, json_copy
from connectors.connections import CONNECTION
from connectors.errors import ConnectorError, causes, is_definite
from connectors.registry import Registry
from engine.errors import UserError
from engine.governance.masking import Scrubber, SecretValues
from engine.governance.secret_refs import escape, in_place
from engine.language.asl.resources import unfilled
from engine.ports.tasks import (
    CallLimit,
    ConnectorPin,
    TaskCall,
    TaskFailed,
    TaskGoesOn,
    TaskOutcome,
    TaskPolicy,
    TaskSucceeded,
)

if TYPE_CHECKING:
    from connectors.asking import Asking
    from connectors.pins import PinnedConnectors
    from connectors.sdk import ActionSpec, ConnectorAdapter, HandedOver

Json = Any

NOT_AVAILABLE = "Automate.ResourceNotAvailable"

MESSAGE_LIMIT = 8_000
CAUSE_LIMIT = 32_000
"""Characters; AWS allows a cause 32,768."""

MOST_PROBLEMS = 50
"""So many problems of one input are listed."""

_CONNECTOR = re.compile(r"connector:(?P<code>[^:.]+):(?P<action>[^:.]+)(?P<suffix>\..+)?")
_TASK_TOKEN = ".waitForTaskToken"  # noqa: S105 - the suffix of a resource
_STEPS = "A Task can call connector:<code>:<action>, connector:http:request among them."


class ConnectorTasks:
    """Calls the connectors of `registry`. SecretResolving goes around it: it fills in secrets and scrubs outcomes.
    `asking` is what those of steps that wait for people ask with."""

    def __init__(self, registry: Registry, asking: Callable[[], Asking] | None = None) -> None:
        self._registry = registry
        self._asking = asking

    @cached_property
    def _pinned(self) -> PinnedConnectors:
        from connectors.pins import PinnedConnectors  # noqa: PLC0415  many a command neither publishes nor calls

        return PinnedConnectors(self._registry)

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:
        """What the ActionSpec says, or the problem: what is wrong with `resource` and what to do."""
        found = self._find(resource, pin)
        if isinstance(found, str):
            return TaskPolicy(problem=found)
        spec = found[2]
        return TaskPolicy(
            at_most_once=spec.at_most_once, timeout_seconds=spec.timeout_seconds, computes=spec.computes,
            id_field=spec.id_field, limit=_limit(found[0], spec), inputs=spec.inputs,
            one_of=spec.one_of,
            connections=spec.connections, pin=lambda: self._pinned.pin(found[0].code, found[1]),
        )

    def call(self, call: TaskCall) -> TaskOutcome:
        """Check, execute, check."""
        found = self._find(call.resource, call.pin, calls=True)
        if isinstance(found, str):
            return TaskFailed(NOT_AVAILABLE, found, retryable=False)
        adapter, action, spec = found
        given = _without_unclaimed_secrets(spec, call)
        problem = _connect(spec, given)
        params, problems = check_inputs(spec, given)
        if problem or problems:
            return _invalid_input(adapter.code, [str(one) for one in ([problem] if problem else problems)])
        try:
            return _outcome(call, adapter.execute(action, params, self._context(spec, call)))
        except NotJson as error:
            # The connector returned, so its work is done: a repetition must carry the same idempotency key.
            message = f"{adapter.code}:{action} returned what is no JSON: {error}"
            cause = _cause({"errorMessage": message, "errorType": "InvalidOutput", "retryable": False})
            return TaskFailed(f"{adapter.code}.InvalidOutput", cause, definite=False, retryable=False)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a connector raises is its call's outcome
            return _failure(adapter.code, error, Scrubber(call.secrets.values()))

    def _context(self, spec: ActionSpec, call: TaskCall) -> dict[str, Any]:
        context = _context(spec, call)
        if spec.waits and self._asking is not None:
            context |= {"asking": self._asking(), "entered_at": call.entered_at, "deadline": call.deadline,
                        "frame": call.frame, "visit": call.visit}
        return context

    def _find(
        self, resource: str, pin: ConnectorPin | None, *, calls: bool = False
    ) -> tuple[ConnectorAdapter, str, ActionSpec] | str:
        """The connector, the action and its spec; or what is wrong."""
        parts = _parts(resource)
        if parts is None:
            return _unavailable(resource)
        code, action, suffix = parts
        if suffix not in (None, _TASK_TOKEN):
            return f"{resource}: a connector has no {suffix}. Only {_TASK_TOKEN} may follow the action."
        try:
            adapter = self._registry.get(code) if pin is None else self._pinned.get(code, action, pin, calls=calls)
        except UserError as error:
            return " ".join(part for part in (f"{resource}: {error.message}.", error.advice) if part)
        if adapter is None:
            return (
                f"{resource}: there is no connector {code}; there are {', '.join(self._registry.codes())}. "
                "Register it, and name its module in AUTOMATE_CONNECTORS or install its package."
            )
        spec = adapter.actions.get(action)
        if spec is None:
            return f"{resource}: the connector {code} has no action {action}; it has {', '.join(adapter.actions)}."
        return adapter, action, spec


def _limit(adapter: ConnectorAdapter, spec: ActionSpec) -> CallLimit | None:
    """The declared one; without one of a single service the one that only its troubles make."""
    limit = spec.rate_limit
    if limit is not None:
        return CallLimit(adapter.code, limit.requests, limit.per_seconds)
    return CallLimit(adapter.code, 0, 0.0) if adapter.one_service and not spec.computes else None


@lru_cache(maxsize=1000)
def _parts(resource: str) -> tuple[str, str, str | None] | None:
    """Code, action and suffix; None where it names no connector's action."""
    match = _CONNECTOR.fullmatch(resource)
    return None if match is None else (match["code"], match["action"], match["suffix"])


def _unavailable(resource: str) -> str:
    """Why a resource of another kind cannot be called here."""
    if resource.startswith("connector:"):
        return f"{resource} does not name a connector's action. Write connector:<code>:<action>."
    if resource.startswith("file:"):
        return (
            f"{resource} means files of one machine, and a stage has none. Use S3 there: "
            "arn:aws:states:::s3:getObject, arn:aws:states:::s3:putObject."
        )
    return unfilled(resource) or f"{resource} is not a resource that can be called. {_STEPS}"


def _without_unclaimed_secrets(spec: ActionSpec, call: TaskCall) -> Json:
    """The call's own copy of its arguments, values in place; less the SecretRefs that the action declares no input for:
    those are for ``context['secrets']`` alone."""
    params = in_place(call.arguments, call.secret_refs, call.secrets)
    if not isinstance(params, dict) or not call.secret_refs:
        return params
    only_secrets = {pointer for pointer, _ in call.secret_refs}
    return {
        name: value for name, value in params.items()
        if name in spec.inputs or f"/{escape(name)}" not in only_secrets
    }


def _connect(spec: ActionSpec, given: Json) -> Problem | None:
    """Put the connection that is given, if one is, into the inputs that it stands for; or what is wrong with it."""
    if not spec.connections or not isinstance(given, dict) or CONNECTION not in given:
        return None
    from connectors.connections.given import connect  # noqa: PLC0415  most calls have none

    return connect(spec.connections, given)


@cache
def _handed_over() -> type[HandedOver]:
    from connectors.sdk import HandedOver  # noqa: PLC0415  a connector was called, so it is there

    return HandedOver


def _outcome(call: TaskCall, returned: Json) -> TaskOutcome:
    """What a connector has returned, as the engine is told. Raises NotJson."""
    if not isinstance(returned, _handed_over()):
        return TaskSucceeded(json_copy(returned))
    if call.job is not None:
        return TaskGoesOn(returned.again_in)
    return TaskSucceeded(
        json_copy(returned.output), handed_over=call.task_token is not None, again_in=returned.again_in
    )


def _context(spec: ActionSpec, call: TaskCall) -> dict[str, Any]:
    timeout = call.budget_seconds if spec.timeout_seconds is None else min(call.budget_seconds, spec.timeout_seconds)
    context: dict[str, Any] = {
        "secrets": SecretValues(call.secrets),
        "idempotency_key": call.idempotency_key,
        "execution_id": call.execution_id,
        "workspace": call.workspace,
        "workflow": call.workflow,
        "version": call.version,
        "state": call.state,
        "attempt": call.attempt,
        "timeout_seconds": timeout,
    }
    if call.task_token is not None:
        context["task_token"] = call.task_token
    if call.job is not None:
        context |= {"job": call.job, "is_over": call.stops_job, "answered": call.answered}
    return context


def _invalid_input(code: str, problems: list[str]) -> TaskFailed:
    shown = problems[:MOST_PROBLEMS]
    message = "; ".join(shown) + (f"; and {len(problems) - len(shown)} more" if len(problems) > len(shown) else "")
    shape = {
        "errorMessage": message[:MESSAGE_LIMIT], "errorType": "InvalidInput", "problems": shown, "retryable": False
    }
    return TaskFailed(f"{code}.InvalidInput", _cause(shape), retryable=False)


def _failure(code: str, error: BaseException, scrubber: Scrubber) -> TaskFailed:
    """What `error` makes of the call. The texts are scrubbed before they are cut: half a secret would not be found."""
    retryable, authentication, retry_after = not isinstance(error, NotImplementedError | SystemExit), False, 0.0
    unavailable = False
    shape: dict[str, Json] = {
        "errorMessage": _text(error, scrubber),
        "errorType": scrubber.text(type(error).__name__),
        "stackTrace": _trace(error, scrubber),
    }
    if isinstance(error, ConnectorError):
        retryable, authentication, retry_after = error.retryable, error.authentication, error.retry_after
        unavailable = error.unavailable
        if error.code is not None:
            shape["code"] = scrubber.text(str(error.code))[:MESSAGE_LIMIT]
    shape["retryable"] = retryable
    return TaskFailed(
        f"{code}.ConnectorError", _cause(shape), definite=is_definite(error), retryable=retryable,
        authentication=authentication, retry_after=retry_after, unavailable=unavailable,
    )


def _text(error: BaseException, scrubber: Scrubber) -> str:
    try:
        text = str(error)
    except Exception as second:  # noqa: BLE001 - an exception that cannot print itself is still the call's outcome
        text = f"{type(error).__name__}, which cannot be printed ({type(second).__name__})"
    return scrubber.text(text)[:MESSAGE_LIMIT]


def _trace(error: BaseException, scrubber: Scrubber) -> list[str]:
    """The frames of `error` within the connector, then those of what it was raised from, as AWS Lambda lists them."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])  # the first frame is this module's
    for cause in causes(error):
        frames.append(f"from {type(cause).__name__}: {_text(cause, scrubber)}\n")
        frames += traceback.format_list(traceback.extract_tb(cause.__traceback__))
    return [scrubber.text(frame) for frame in frames]


def _cause(shape: dict[str, Json]) -> str:
    """`shape` as JSON within CAUSE_LIMIT: its last frames or problems go first, then the message's end."""
    text = json.dumps(shape, ensure_ascii=False)
    for name in ("stackTrace", "problems"):
        while len(text) > CAUSE_LIMIT and shape.get(name):
            shape = {**shape, name: shape[name][: len(shape[name]) * 3 // 4]}
            text = json.dumps(shape, ensure_ascii=False)
    while len(text) > CAUSE_LIMIT:  # a message of characters that JSON writes longer
        shape = {**shape, "errorMessage": shape["errorMessage"][: len(shape["errorMessage"]) // 2]}
        text = json.dumps(shape, ensure_ascii=False)
    return text
