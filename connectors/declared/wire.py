"""A call of a declared action as the request that goes out: OpenAPI's styles of parameters, bodies, authentication.

A value never leaves its place: in a path everything but letters, digits and ``-._~`` is percent-encoded, and an empty
one, ``.`` and ``..`` are refused, because they would name another path.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors.builtin.http_calls import basic, fits
from connectors.declared.form import VARIABLE, WORD, Action, Auth, ConnectorFile, Idempotency, Input
from connectors.errors import ConnectorError
from engine.records import dataclass
from engine.values import json_type

Json = Any
Pairs = Iterator[tuple[str, str]]
_Given = tuple[str, Input, Json]
"""What the service calls it, how it is written, its value."""

_RESERVED = ":/?@!$'()*,;"  # less what ends a query's pair: & = + # [ ]
_SIGNS: dict[str | None, str] = {"spaceDelimited": " ", "pipeDelimited": "|"}
"""What stands between the items of a list, where it is no comma."""

_TYPES = {
    "json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain; charset=utf-8",
    "bytes": "application/octet-stream",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; header names in lower case."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None


def request_of(file: ConnectorFile, action: Action, params: dict[str, Json], key: str) -> Request:
    """The request of a call with the checked `params`; `key` is its idempotency key. Raises ConnectorError for a value
    that has no place in one."""
    given: dict[str, list[_Given]] = {}
    for name, item in action.inputs.items():
        if name in params:
            given.setdefault(item.place, []).append((item.name or name, item, params[name]))
    query = [pair for one in given.get("query", ()) for pair in _query(*one)]
    fields = given.get("field", [])
    headers = {"user-agent": "automate", "accept-encoding": "identity", "accept": action.accept or "application/json"}
    headers |= {name.lower(): text for name, text in (*file.headers.items(), *action.headers.items())}
    headers |= {
        wire.lower(): _header(wire, _joined(_whole(item, value), explode=bool(item.explode), sign=","))
        for wire, item, value in given.get("header", ())
    }
    cookies = [pair for one in given.get("cookie", ()) for pair in _query(*one)]
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    for auth in file.auth_of(action):
        _authenticate(auth, params, headers, query)
    if action.idempotency is not None:
        _identify(action.idempotency, key, headers, query, fields)
    body = _body(action, fields, given.get("body", []), headers)
    url = _base(file, action, params) + VARIABLE.sub(lambda found: _path(action, found[1], params), action.path)
    if query:
        url += f"{'&' if '?' in url else '?'}{'&'.join(query)}"
    return Request(action.method, url, headers, body)


def _identify(
    idempotency: Idempotency, key: str, headers: dict[str, str], query: list[str], fields: list[_Given]
) -> None:
    """Put the idempotency key where the service looks for it."""
    name = idempotency.name
    if idempotency.format == "uuid":
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"automate:{key}"))
    match idempotency.place:
        case "header":
            headers.setdefault(name.lower(), _header(name, key))
        case "query":
            query.append(f"{quote(name, safe='')}={quote(key, safe='')}")
        case "field":
            fields.append((name, Input.model_validate({"in": "field"}), key))


def _base(file: ConnectorFile, action: Action, params: dict[str, Json]) -> str:
    def put(found: re.Match[str]) -> str:
        name = found[1]
        text, variable = str(params[name]), file.variables[name]
        if variable.enum is None and (not WORD.fullmatch(text) or text in (".", "..")):
            raise ConnectorError(
                f"{name} is part of the address: it may have letters, digits, dots, dashes and underscores",
                definite=True,
            )
        return text

    return VARIABLE.sub(put, file.address_of(action)).rstrip("/")


def _path(action: Action, name: str, params: dict[str, Json]) -> str:
    """The value of a name in the path, in OpenAPI's styles simple, label and matrix."""
    key, item = next(
        (key, item) for key, item in action.inputs.items() if item.place == "path" and (item.name or key) == name
    )
    value, explode = _whole(item, params[key]), bool(item.explode)
    match item.style:
        case "label":
            text = "." + _joined(value, explode=explode, sign="." if explode else ",", encode=True)
        case "matrix":
            pairs = _exploded(name, value) if explode else [(name, _joined(value, sign=",", encode=True))]
            return "".join(f";{one}={text if not explode else quote(text, safe='')}" for one, text in pairs)
        case _:
            text = _joined(value, explode=explode, sign=",", encode=True)
    if text in ("", ".", ".."):
        raise ConnectorError(f"{key} stands in the path, and cannot be {text or 'empty'}", definite=True)
    return text


def _query(wire: str, item: Input, value: Json) -> Iterator[str]:
    """The pairs of a parameter in a query or a cookie, encoded."""
    safe = _RESERVED if item.allow_reserved else ""
    explode = item.style in (None, "form", "deepObject") if item.explode is None else item.explode
    if isinstance(value, list | dict) and not (explode or item.as_json or item.style == "deepObject"):
        sign = quote(_SIGNS.get(item.style, ","), safe=",")
        yield f"{quote(wire, safe='')}={sign.join(quote(text, safe=safe) for text in _flat(value))}"
    else:
        for name, text in _form(wire, item, value):
            yield f"{quote(name, safe='')}={quote(text, safe=safe)}"


def _form(wire: str, item: Input, value: Json) -> Pairs:
    """The pairs of a value in a query or a form, not encoded."""
    value = _whole(item, value)
    if item.style == "deepObject":
        yield from _deep(wire, value)
    elif item.explode is False and isinstance(value, list | dict):
        yield wire, _SIGNS.get(item.style, ",").join(_flat(value))
    elif isinstance(value, dict) and item.place == "field" and item.explode is None:
        yield wire, json.dumps(value)
    elif value is not None:
        yield from _exploded(wire, value)


def _exploded(wire: str, value: Json) -> Pairs:
    if isinstance(value, dict):
        for name, one in value.items():
            yield name, _text(one)
    else:
        for one in value if isinstance(value, list) else [value]:
            yield wire, _text(one)


def _deep(name: str, value: Json) -> Pairs:
    """``a[b][c]=1``, lists by their index, as PHP, Rails and Stripe read them."""
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            yield from _deep(f"{name}[{key}]", member)
    elif value is not None:
        yield name, _text(value)


def _joined(value: Json, *, explode: bool = False, sign: str, encode: bool = False) -> str:
    """RFC 6570's simple expansion: items with commas, members as ``k,v`` or, exploded, ``k=v``."""
    def written(one: Json) -> str:
        return quote(_text(one), safe="") if encode else _text(one)

    if isinstance(value, dict) and explode:
        return sign.join(f"{written(name)}={written(one)}" for name, one in value.items())
    if isinstance(value, dict | list):
        return sign.join(written(one) for one in _flat(value))
    return written(value)


def _flat(value: list[Json] | dict[str, Json]) -> list[str]:
    if isinstance(value, list):
        return [_text(one) for one in value]
    return [text for name, one in value.items() for text in (name, _text(one))]


def _whole(item: Input, value: Json) -> Json:
    return json.dumps(value) if item.as_json else value


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _header(name: str, text: str) -> str:
    if not fits(text):
        raise ConnectorError(f"the header {name} holds a character that no header may", definite=True)
    return text


def _authenticate(auth: Auth, params: dict[str, Json], headers: dict[str, str], query: list[str]) -> None:
    secret = params.get(auth.secret)
    if secret is None:
        return
    match auth.kind:
        case "bearer":
            headers["authorization"] = _header("Authorization", f"Bearer {secret}")
        case "basic":
            headers["authorization"] = basic(str(params.get(auth.user_input, "")), secret)
        case "header":
            name, text = auth.name.lower(), _header(auth.name, f"{auth.prefix}{secret}")
            others = headers.get("cookie") if name == "cookie" else None
            headers[name] = text if others is None else f"{others}; {text}"
        case "query":
            query.append(f"{quote(auth.name, safe='')}={quote(secret, safe='')}")


def _body(
    action: Action, fields: list[_Given], whole: list[_Given], headers: dict[str, str]
) -> bytes | None:
    """The body, and its Content-Type into `headers`; None for none."""
    if not (fields or whole or action.body_required):
        return None
    kind = action.content_type or _TYPES.get(action.body, "")
    if action.body == "multipart":
        boundary = uuid.uuid4().hex
        kind = f"{action.content_type or 'multipart/form-data'}; boundary={boundary}"
        data = _multipart(boundary, fields)
    elif whole:
        _, item, value = whole[0]
        data = _bytes(item, value, as_json=action.body == "json")
        if action.body == "form" and isinstance(value, dict):
            data = _encoded([pair for name, one in value.items() for pair in _form(name, item, one)])
    elif action.body == "form":
        data = _encoded([pair for name, item, value in fields for pair in _form(name, item, value)])
    else:
        data = json.dumps({
            name: _bytes(item, value, as_json=False).decode() if item.base64 else value for name, item, value in fields
        }).encode()
    headers.setdefault("content-type", kind)
    return data


def _encoded(pairs: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in pairs).encode()


def _bytes(item: Input, value: Json, *, as_json: bool) -> bytes:
    if item.base64 and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ConnectorError("an input that takes base64 holds something else", definite=True) from None
    if as_json or not isinstance(value, str):
        return json.dumps(value).encode()
    return value.encode()


def _multipart(boundary: str, fields: list[_Given]) -> bytes:
    """RFC 7578. Each item of a list is a part. Objects are JSON, bytes are files that are named as their member is."""
    parts: list[bytes] = []
    for name, item, value in fields:
        for one in value if isinstance(value, list) else [value]:
            quoted = name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            head, kind = f'Content-Disposition: form-data; name="{quoted}"', item.content_type
            if item.base64 or item.format == "binary":
                head, kind = f'{head}; filename="{quoted}"', kind or "application/octet-stream"
            elif item.as_json or json_type(one) == "object":
                kind = kind or "application/json"
            head += f"\r\nContent-Type: {kind}" if kind else ""
            parts.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + _bytes(item, one, as_json=item.as_json) + b"\r\n")
    return b"".join((*parts, f"--{boundary}--\r\n".encode()))
