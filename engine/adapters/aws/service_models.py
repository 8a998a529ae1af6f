"""AWS's services and operations as botocore describes them: read from its data, without clients or credentials."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from engine.adapters.aws.integration_names import action_name, resource_name

if TYPE_CHECKING:
    import botocore.session
    from botocore.model import ServiceModel

_LOCK = Lock()
"""A session reads one model at a time: its parts are made at first use, which is not thread-safe."""

_HEAD_BYTES = 8_192

KEPT_MODELS = 32
"""A large service's model takes tens of MB."""


@cache
def services() -> dict[str, str]:
    """The name in a resource → botocore's, of every service."""
    with _LOCK:
        return {resource_name(name): name for name in _session().get_available_services()}


@lru_cache(maxsize=KEPT_MODELS)
def service_model(service: str) -> ServiceModel:
    """The model of botocore's `service`."""
    with _LOCK:
        return _session().get_service_model(service)


@lru_cache(maxsize=KEPT_MODELS)
def actions(service: str) -> dict[str, str]:
    """The action in a resource → the API's operation."""
    return {action_name(name): name for name in service_model(service).operation_names}


@cache
def _session() -> botocore.session.Session:
    import botocore.session  # noqa: PLC0415  botocore only for those who use it

    return botocore.session.Session()


@cache
def full_names() -> dict[str, str]:
    """The name in a resource → the service's full name, such as "Amazon Simple Email Service". botocore has it at the
    head of each model; reading the heads of all takes 0.2 s, loading all models several seconds. "" where the head has
    none."""
    import gzip  # noqa: PLC0415  for those who search alone

    paths = [Path(path) for path in _session().get_component("data_loader").search_paths]
    return {resource: _full_name(gzip.open, paths, name) for resource, name in services().items()}


def _full_name(opened: Callable[..., Any], paths: Sequence[Path], service: str) -> str:
    for folder in paths:
        found = sorted((folder / service).glob("*/service-2.json.gz"))
        if found:
            with opened(found[-1], "rb") as model:
                head = model.read(_HEAD_BYTES).decode("utf-8", "replace")
            named = re.search(r'"serviceFullName"\s*:\s*"([^"]*)"', head)
            return named[1] if named is not None else ""
    return ""
