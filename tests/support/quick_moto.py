"""moto's DynamoDB without the work that grows with its table: what it answers stays the same.

moto sorts all of a table for each query, and copies all of it for each item of a transaction, so that a table which the
tests of a file share makes each of their requests dearer than the one before it. Here a query looks only at what it can
find, and a transaction keeps only the items that it names. Nor is a request signed, which nobody checks, or a service's
methods listed for it; and a value leaves as it came, without asking what else it might be.
tests/unit/engine/adapters/aws/test_quick_moto.py compares it with moto's own.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from inspect import signature
from itertools import count
from typing import Any
from unittest import mock

from botocore.signers import RequestSigner
from moto import backend_index
from moto.core.serialize import AttributePicker, BaseJSONSerializer
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from tests.support.quick_requests import without_a_server

_sought: ContextVar[tuple[Any, tuple[Any, ...]] | None] = ContextVar("_sought", default=None)
_named: ContextVar[dict[Any, set[Any]] | None] = ContextVar("_named", default=None)

_query, _all_items, _transact = Table.query, Table.all_items, DynamoDBBackend.transact_write_items
_INDEX_NAME = list(signature(_query).parameters).index("index_name") - 2
_sign, _pick = RequestSigner.sign, AttributePicker.__call__
_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})
_names, _snake = cache(method_names_from_class), cache(camelcase_to_underscores)
_structure, _size = BaseJSONSerializer._serialize_type_structure, DynamoType.size
_cast, _regular = DynamoType.cast_value.fget, DynamoType.to_regular_json
_PLAIN = {"S": str, "N": str, "BOOL": bool, "NULL": bool}
_requests = count()
_FIRST = ("dynamodb", "sqs")
_patterns = sorted(backend_index.backend_url_patterns, key=lambda pattern: pattern[0] not in _FIRST)
"""The addresses of services: a request is compared with each until one fits."""


def _quick_query(table: Any, hash_key: Any, *more: Any, **named: Any) -> Any:
    conditions = named.get("hash_key_conditions") if more[_INDEX_NAME] else None
    told = _sought.set((hash_key, tuple(conditions or ())))
    try:
        return _query(table, hash_key, *more, **named)
    finally:
        _sought.reset(told)


def _items_sought(table: Any) -> Any:
    """What a query goes over; it compares each of them itself, and sorts what it found."""
    sought = _sought.get()
    if sought is None or not table.range_key_attr:
        return _all_items(table)
    hash_key, conditions = sought
    if not conditions:
        return list(table.items.get(hash_key, {}).values())
    wanted = [(name, value.value) for name, value in conditions]
    return [
        item for part in table.items.values() for item in part.values()
        if all(name in item.attrs and item.attrs[name].value == value for name, value in wanted)
    ]


def _quick_transact(backend: Any, transact_items: Any) -> None:
    named: dict[Any, set[Any]] = {}
    for item in transact_items:
        _, operation = next(iter(item.items()))
        table = backend.tables.get(operation.get("TableName"))
        key = operation.get("Key") or operation.get("Item") or {}
        if table is not None and table.hash_key_attr in key:
            sort = next(iter(key.get(table.range_key_attr, {}).values()), None)
            named.setdefault(next(iter(key[table.hash_key_attr].values())), set()).add(sort)
    told = _named.set(named)
    try:
        _transact(backend, transact_items)
    finally:
        _named.reset(told)


def _kept(table: Any, memo: dict[int, Any]) -> Any:
    """The table as it is before a transaction: the items that it names are copied, the others are shared."""
    named = _named.get()
    kept = copy.copy(table)
    memo[id(table)] = kept
    if named is None:
        for name, value in vars(table).items():
            setattr(kept, name, copy.deepcopy(value, memo))
        return kept
    kept.items = defaultdict(dict, {
        key: _kept_part(part, named[key.value], memo) if key.value in named else part
        for key, part in table.items.items()
    })
    if table.stream_shard is not None:
        kept.stream_shard = copy.copy(table.stream_shard)
        kept.stream_shard.table, kept.stream_shard.items = kept, list(table.stream_shard.items)
    return kept


def _kept_part(part: Any, named: set[Any], memo: dict[int, Any]) -> Any:
    if type(part) is not dict:
        return copy.deepcopy(part, memo)
    return {sort: copy.deepcopy(item, memo) if sort.value in named else item for sort, item in part.items()}


def _quick_sign(signer: Any, operation: Any = None, request: Any = None, *given: Any, **named: Any) -> None:
    """DynamoDB's address says its region; of SQS the header does. S3's bodies change as they are signed."""
    if signer.signing_name == "sqs":
        scope = f"testing/20260101/{signer.region_name}/sqs/aws4_request"
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    elif signer.signing_name != "dynamodb":
        _sign(signer, operation, request, *given, **named)


def _quick_pick(picker: Any, context: Any) -> Any:
    """A value of DynamoDB's is one entry; that its other nine types are not there is seen without their aliases."""
    found = context.obj
    if type(found) is dict and len(found) == 1 and context.key in _TYPES and not found.keys().isdisjoint(_TYPES):
        return found.get(context.key)
    return _pick(picker, context)


def _plain(value: Any) -> bool:
    """Whether it is a value of DynamoDB's that leaves as it is."""
    if type(value) is not dict or len(value) != 1:
        return False
    (name, held), = value.items()
    if name == "M":
        return type(held) is dict and all(map(_plain, held.values()))
    if name == "L":
        return type(held) is list and all(map(_plain, held))
    return type(held) is _PLAIN.get(name)


def _quick_structure(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name == "AttributeValue" and key and _plain(value):
        serializer._default_serialize(serialized, value, shape, key)
    else:
        _structure(serializer, serialized, value, shape, key)


def _quick_size(value: Any) -> int:
    held = value.value
    match value.type:
        case "S" if type(held) is str:
            return len(held.encode())
        case "N" if type(held) is str:
            return len(held)
        case "L":
            return sum(map(_quick_size, held))
        case "M" if all(type(each) is DynamoType for each in held.values()):
            return sum(len(name.encode()) + _quick_size(each) for name, each in held.items())
    return int(_size(value))


def _quick_cast(value: Any) -> Any:
    return value.value if value.type == "S" else _cast(value)


def _quick_regular(value: Any) -> Any:
    held = value.value
    if value.type == "M":
        held = {name: each.to_regular_json() for name, each in held.items()}
    elif value.type == "L":
        held = [each.to_regular_json() for each in held]
    elif type(held) is not _PLAIN.get(value.type):
        return _regular(value)
    return {value.type: held}


def _quick_request_id(headers: dict[str, Any]) -> str:
    found = f"{next(_requests):052}"
    headers["x-amzn-requestid"] = found
    return found


@contextmanager
def quickened() -> Iterator[None]:
    """moto so, until the end of the block."""
    with (
        without_a_server(),
        mock.patch.object(Table, "query", _quick_query), mock.patch.object(Table, "all_items", _items_sought),
        mock.patch.object(DynamoDBBackend, "transact_write_items", _quick_transact),
        mock.patch.object(Table, "__deepcopy__", _kept, create=True),
        mock.patch("moto.core.responses.method_names_from_class", _names),
        mock.patch("moto.core.responses.camelcase_to_underscores", _snake),
        mock.patch("moto.sqs.models.camelcase_to_underscores", _snake),
        mock.patch.object(AttributePicker, "__call__", _quick_pick),
        mock.patch("botocore.signers.RequestSigner.sign", _quick_sign),
        mock.patch.object(BaseJSONSerializer, "_serialize_type_structure", _quick_structure),
        mock.patch.object(DynamoType, "size", _quick_size),
        mock.patch.object(DynamoType, "cast_value", property(_quick_cast)),
        mock.patch.object(DynamoType, "to_regular_json", _quick_regular),
        mock.patch("moto.core.responses.gen_amzn_requestid_long", _quick_request_id),
        mock.patch("moto.backend_index.backend_url_patterns", _patterns),
    ):
        yield
