"""The engine's answer to a recorded case: ``answer(case) -> dict``, in the form of the case's ``expected``."""

from __future__ import annotations

import hashlib
from typing import Any

from engine import testing
from engine.errors import InvalidDefinition
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, Tasks, TaskSucceeded
from engine.testing.simulate import START
from tests.conformance.lambdas import Lambdas

Case = dict[str, Any]


class S3Objects:
    """The objects that a recorded case had in S3, for its ItemReader."""

    def __init__(self, objects: list[Case]) -> None:
        self._objects = objects

    def policy(self, resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        wanted = call.arguments
        if call.resource.endswith(":listObjectsV2"):
            prefix = wanted.get("Prefix", "")
            found = [o for o in self._objects if o["Bucket"] == wanted["Bucket"] and o["Key"].startswith(prefix)]
            return TaskSucceeded({"Contents": [_listed(held) for held in sorted(found, key=lambda o: str(o["Key"]))]})
        for held in self._objects:
            if (held["Bucket"], held["Key"]) == (wanted.get("Bucket"), wanted.get("Key")):
                return TaskSucceeded({"Body": held["Body"]})
        return TaskFailed("S3.NoSuchKeyException", "The specified key does not exist.")


def answer(case: Case) -> Case:
    """Answer one case (handed in without its ``expected``). A kind that the engine does not offer yet gives ``{}``."""
    kind = case["kind"]
    if kind == "execution":
        return _execution(case)
    if kind == "create":
        refusal = testing.create_error(case["definition"], kind=case["type"], request=case.get("request"))
        return {} if refusal is None else {"create_error": refusal}
    if kind == "validate_definition":
        return testing.validation_result(case["definition"], kind=case["type"])
    if kind == "variable_references":
        return {"variableReferences": testing.variable_references(case["definition"])}
    if kind == "test_state":
        return testing.test_state({**case["request"], "definition": case["definition"]})
    return {}


def _world(case: Case) -> Tasks | None:
    """What stands behind the calls that no stub answers."""
    if case.get("s3_objects"):
        return S3Objects(case["s3_objects"])
    return Lambdas(case) if case.get("lambdas") and not case["replayable"] else None


def _listed(held: Case) -> Case:
    """One entry of a listing, as a Map's ItemReader gives it."""
    body = held["Body"].encode()
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return {"Etag": f'"{digest}"', "Key": held["Key"], "LastModified": int(START), "Size": len(body),
            "StorageClass": "STANDARD"}


def _execution(case: Case) -> Case:
    try:
        result = testing.simulate(
            case["definition"], case.get("input"), stubs=case.get("stubs"), type=case["type"],
            limits="aws", tasks=_world(case),
        )
    except InvalidDefinition as refusal:
        return {"create_error": {"code": refusal.code, "message": refusal.message}}
    answered: Case = {"status": result.status, "events": result.events}
    for name in ("output", "error", "cause"):
        value = getattr(result, name)
        if value is not None or (name == "output" and result.status == "SUCCEEDED"):
            answered[name] = value
    return answered
