"""moto without a web server: what is asked of DynamoDB goes to what answers it, as it is.

moto makes a request of werkzeug's of each, looks for forms, files and a query in it, and puts a service's addresses
together for each anew. Here a request to DynamoDB is its headers and its JSON; the addresses of the others are kept.
tests/unit/engine/adapters/aws/test_quick_moto.py compares what its handlers have with what moto gives them.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import urlparse

from moto.core.base_backend import BaseBackend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import HTTPException
from moto.core.responses import get_partition, http_date, utcnow
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.responses import DynamoHandler

_ADDRESS = re.compile(r"https?://dynamodb\.([^./]+)\.amazonaws\.com/")
_process, _urls, _make = BotocoreStubber.process_request, BaseBackend.urls.fget, UpdateExpressionParser.make
_kinds = DepthFirstTraverser.nodes_to_be_processed
_parts = cache(urlparse)


class Headers(dict[str, str]):
    """Of a request: whatever case a name is asked for in."""

    def __init__(self, given: Any) -> None:
        super().__init__(
            (name.lower(), value.decode() if isinstance(value, bytes) else value) for name, value in given.items()
        )

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())


def _asked(handler: Any, request: Any, region: str) -> None:
    """What BaseResponse.setup_class sets, of a request whose body is JSON."""
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    headers = Headers(request.headers)
    handler.normalized_request = SimpleNamespace(
        method=request.method, headers=headers, data=body, values={}, path="/", content_type=headers["Content-Type"],
        host=_parts(request.url).netloc,
    )
    handler.is_werkzeug_request, handler.raw_body, handler.body = False, body, body.decode()
    handler.uri, handler.parsed_url = request.url, _parts(request.url)
    handler.path = handler.raw_path = "/"
    handler.form_data = handler.querystring = handler.data = handler.uri_match = {}
    handler.method, handler.headers = request.method, headers
    handler.region, handler.partition = region, get_partition(region)
    handler.response_headers = {"server": "amazon.com", "date": http_date(utcnow())}
    handler.parse_parameters(handler.normalized_request)
    handler.access_key, handler.current_account = handler.get_access_key(), handler.get_current_account()


def _quick_process(stubber: Any, request: Any) -> Any:
    address = _ADDRESS.fullmatch(request.url)
    if address is None:
        return _process(stubber, request)
    handler = DynamoHandler()
    try:
        _asked(handler, request, address[1])
        return handler.call_action()
    except HTTPException as error:
        return error.code, error.get_headers(), error.get_body()


_urls_of = cache(lambda kind: _urls(kind("eu-central-1", "123456789012")))
_kinds_of: dict[type, Any] = {}


def _quick_kinds(traverser: Any) -> Any:
    kind = type(traverser)
    if kind not in _kinds_of:
        _kinds_of[kind] = _kinds(traverser)
    return _kinds_of[kind]


_made = cache(_make)
"""Of an update's expression: its tree, of which a validator takes a copy before it works on it."""
_packed = cache(pickle.dumps)


@contextmanager
def without_a_server() -> Iterator[None]:
    """moto so, until the end of the block."""
    with (
        mock.patch.object(BotocoreStubber, "process_request", _quick_process),
        mock.patch.object(BaseBackend, "urls", property(lambda backend: _urls_of(type(backend)))),
        mock.patch.object(DepthFirstTraverser, "nodes_to_be_processed", _quick_kinds),
        mock.patch.object(UpdateExpressionParser, "make", _made),
        mock.patch("moto.dynamodb.parsing.validators.deepcopy", lambda tree: pickle.loads(_packed(tree))),  # noqa: S301
    ):
        yield
