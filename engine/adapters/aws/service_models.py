"""AWS's services and operations as botocore describes them: read from its data, without clients or credentials."""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from engine.adapters.aws.integration_names import action_name, resource_name

if TYPE_CHECKING:
    import botocore.session
    from botocore.model import ServiceModel

_LOCK = Lock()
"""A session reads one model at a time: its parts are made at first use, which is not thread-safe."""

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
