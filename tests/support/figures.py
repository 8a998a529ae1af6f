"""Figures in documents that name where they come from, and what stands there.

A figure is followed by a comment, which no reader sees:

    an answer may have 8 MiB<!-- =connectors.builtin.http_calls.MAX_BODY_BYTES -->

    =engine.settings.Settings.task_max_seconds     a constant of the code, or the default of a dataclass's field
    =engine.settings.Settings.batch_size.most      a setting's bound (least, most)
    =engine.catalog.document.NAME_PATTERN.longest  the most characters that a pattern takes
    =functions.app.shapes.executions.HistoryQuery.limit.le    a bound of the API's
    =botocore:stepfunctions.Definition.max         a bound in AWS's model of a service
    =price:api_requests                            dollars in engine/cost/prices.json
    =aws:history-events                            a figure of AWS's documents, with its address in AWS_DOCUMENTS

Units: KiB and MiB (1,024), s, ms, min, h, days, years, MB (10^6) and %. A figure without one is a number.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.cost import prices

ROOT = Path(__file__).parents[2]
_QUOTAS = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"
_INTRINSICS = "https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html"

AWS_DOCUMENTS: dict[str, tuple[float, str]] = {
    "history-events": (25_000, _QUOTAS),
    "payload-bytes": (262_144, _QUOTAS),
    "request-bytes": (1_048_576, _QUOTAS),
    "open-executions": (1_000_000, _QUOTAS),
    "execution-seconds": (365 * 86_400, _QUOTAS),
    "express-seconds": (300, _QUOTAS),
    "history-kept-seconds": (90 * 86_400, _QUOTAS),
    "redrivable-seconds": (14 * 86_400, _QUOTAS),
    "map-run-children": (10_000, _QUOTAS),
    "activity-poll-seconds": (60, "https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html"),
    "starts-a-second": (300, _QUOTAS),
    "starts-at-once": (1_300, _QUOTAS),
    "versions": (1_000, _QUOTAS),
    "http-task-seconds": (60, _QUOTAS),
    "inline-map-iterations": (40, "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html"),
    "label-characters": (40, "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html"),
    "map-items": (100_000_000, "https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html"),
    "variable-characters": (80, "https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html"),
    "wait-seconds": (99_999_999, "https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html"),
    "backoff-seconds": (31_622_400, "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"),
    "retry-attempts": (99_999_999, "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"),
    "teststate-seconds": (300, "https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html"),
    "intrinsic-text": (10_000, _INTRINSICS),
    "intrinsic-range": (1_000, _INTRINSICS),
    "intrinsic-depth": (10, _INTRINSICS),
    "lambda-seconds": (900, "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"),
    "sqs-delay-seconds": (900, "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"),
}
"""Name → figure and the page of AWS's that states it."""

_UNITS = {
    "": 1.0, "KiB": 1024.0, "MiB": 1024.0**2, "MB": 1e6, "s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0,
    "days": 86_400.0, "year": 365 * 86_400.0, "years": 365 * 86_400.0, "%": 0.01, "million": 1e6,
}
MARKED = re.compile(
    r"(?P<number>-?\d[\d,]*(?:\.\d+)?)(?: ?(?P<unit>KiB|MiB|MB|ms|min|s|h|days|years?|million|%))?(?:\*\*|`)?"
    r"<!-- =(?P<source>\S+) -->"
)


class Figure(NamedTuple):
    """One figure as it stands in a text: what it says, and where it says that it comes from."""

    written: str
    value: float
    source: str


def figures(text: str) -> list[Figure]:
    """Every marked figure of `text`, in order. A marker that no figure precedes is an AssertionError."""
    found = [
        Figure(match[0], float(match["number"].replace(",", "")) * _UNITS[match["unit"] or ""], match["source"])
        for match in MARKED.finditer(text)
    ]
    assert len(found) == len(re.findall(r"<!-- =", text)), "a marker stands behind no figure"
    return found


@cache
def source_value(source: str) -> float:
    """What stands at `source` (see the module). Raises AssertionError where nothing does."""
    kind, colon, name = source.partition(":")
    if colon and kind == "aws":
        return AWS_DOCUMENTS[name][0]
    if colon and kind == "price":
        return prices.table().prices[name].usd
    if colon and kind == "botocore":
        service, shape, bound = name.split(".")
        return float(_model(service).shape_for(shape).metadata[bound])
    return float(_named(source))


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _named(path: str) -> Any:
    """The value at a dotted path that begins with a module."""
    parts = path.split(".")
    if parts[0] == "infra_cdk":
        return _written(parts)
    for cut in range(len(parts), 0, -1):
        name = ".".join(parts[:cut])
        try:
            found: Any = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = _part(found, part, path)
        return found.default if isinstance(found, dataclasses.Field) else found
    raise AssertionError(f"{path}: no such module")


def _written(parts: list[str]) -> Any:
    """A constant of a module that needs the CDK, which is not installed everywhere: as it is written."""
    *module, name = parts
    tree = ast.parse(ROOT.joinpath(*module).with_suffix(".py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{'.'.join(parts)} is not there")


def _part(owner: Any, name: str, path: str) -> Any:
    if isinstance(owner, dataclasses.Field):
        return owner.metadata[name]
    if isinstance(owner, (str, re.Pattern)):
        assert name == "longest", path
        (longest,) = re.findall(r"\{1,(\d+)\}", owner if isinstance(owner, str) else owner.pattern)
        return int(longest)
    if isinstance(owner, FieldInfo):
        return next((getattr(bound, name) for bound in owner.metadata if hasattr(bound, name)), owner.default)
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        owner = owner.model_fields
    if isinstance(owner, type) and dataclasses.is_dataclass(owner):
        owner = {item.name: item for item in dataclasses.fields(owner)}
    if hasattr(owner, name):
        return getattr(owner, name)
    assert isinstance(owner, Mapping), f"{path}: {name} is not there"
    assert name in owner, f"{path}: {name} is not there"
    return owner[name]
