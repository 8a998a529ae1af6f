"""A connector file of an OpenAPI document, with the overlays of the file that was there before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from connectors.openapi.document import Document, Operation
from connectors.openapi.operations import NotImportable, action_of
from connectors.openapi.schemas import brief
from engine.errors import InvalidDocument
from engine.records import dataclass

Json = Any

OVERLAY = ("kind", "idempotency", "idempotent", "id_field", "errors", "paging", "rate_limit", "timeout_seconds")
"""Members of an action that are its owner's: an import keeps them."""

_FILE_OVERLAY = ("name", "icon", "headers", "errors", "rate_limit")
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Imported:
    """The file's value; which operations are not in it and why; which actions have no overlay."""

    value: dict[str, Json]
    left_out: tuple[tuple[str, str], ...]
    without_overlay: tuple[str, ...]


def imported(
    document: Document, code: str, *, tags: Sequence[str] = (), base_url: str = "", before: Json = None
) -> Imported:
    """The connector file `code` of the operations under `tags`, all without them. `base_url` is the service's address,
    by default the document's first server. `before` is the file's value of the last import: its overlays are kept.

    Raises InvalidDocument where no operation is left, or no address is known.
    """
    chosen = [one for one in document.operations() if not tags or set(one.tags) & set(tags)]
    if not chosen:
        known = sorted({tag for one in document.operations() for tag in one.tags})
        raise InvalidDocument(
            f"{document.name} has no operation" + (f" under {', '.join(tags)}" if tags else ""), where=document.name,
            advice=f"Its tags are {', '.join(known[:50])}." if known else None,
        )
    address, variables = _server(document, document.value.get("servers"), base_url)
    actions: dict[str, Json] = {}
    left_out: list[tuple[str, str]] = []
    for operation in chosen:
        try:
            action = action_of(document, operation)
            auth = _auth(document, operation)
        except NotImportable as problem:
            left_out.append((f"{operation.method.upper()} {operation.path}", str(problem)))
            continue
        servers = operation.given.get("servers") or operation.item.get("servers")
        if servers and not base_url:
            elsewhere, more = _server(document, servers, "")
            if elsewhere != address:
                action["base_url"] = elsewhere
                variables |= more
        action["auth"] = auth
        actions[_name(operation, actions)] = action
    if not actions:
        raise InvalidDocument(f"{document.name} has no operation that can be imported", where=document.name,
                              details=[{"place": place, "message": text} for place, text in left_out])
    value = _file(document, code, address, variables, actions, tags)
    if before is not None:
        keep_overlays(value, before)
    bare = [name for name, action in value["actions"].items() if not any(key in action for key in OVERLAY)]
    return Imported(value, tuple(left_out), tuple(bare))


def _file(
    document: Document, code: str, address: str, variables: dict[str, Json], actions: dict[str, Json],
    tags: Sequence[str],
) -> dict[str, Json]:
    info = document.value.get("info") or {}
    usual = Counter(repr(action["auth"]) for action in actions.values()).most_common(1)[0][0]
    auth = next(action["auth"] for action in actions.values() if repr(action["auth"]) == usual)
    for action in actions.values():
        if action["auth"] == auth:
            del action["auth"]
        for name in taken(variables, action.get("auth", auth), action):
            item = action["inputs"].pop(name)
            action["inputs"][f"{name}_of_request"] = {"name": name, **item}
    title = brief(info.get("title")) or code
    value: dict[str, Json] = {"connector": 1, "code": code, "name": title[:120]}
    if brief(info.get("description")):
        value["description"] = brief(info.get("description"))
    value |= {"version": str(info.get("version", "")), "base_url": address}
    if variables:
        value["variables"] = variables
    if auth:
        value["auth"] = auth
    value["imported"] = {
        "source": document.name, "version": str(info.get("version", "")), "digest": document.digest,
        "tags": list(tags),
    }
    value["actions"] = actions
    return value


def taken(variables: dict[str, Json], auth: Sequence[dict[str, Json]], action: dict[str, Json]) -> list[str]:
    """Inputs of the action that are called as those for the address, authentication and pages are."""
    ours = {*variables, "max_pages"}
    for one in auth:
        ours |= {"username", "password"} if one["kind"] == "basic" else {one["input"]} if "input" in one else {
            "token" if one["kind"] == "bearer" else "api_key"
        }
    return [name for name in action.get("inputs", {}) if name in ours]


def _server(document: Document, servers: Json, base_url: str) -> tuple[str, dict[str, Json]]:
    """The address of the first server and its variables."""
    if base_url:
        return base_url.rstrip("/"), {}
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    address = str(first.get("url", "")).rstrip("/")
    variables: dict[str, Json] = {}
    for name, given in (first.get("variables") or {}).items():
        safe = re.sub(r"\W+", "_", name, flags=re.ASCII)
        address = address.replace(f"{{{name}}}", f"{{{safe}}}")
        variable: dict[str, Json] = {}
        if given.get("default") not in (None, ""):
            variable["default"] = str(given["default"])
        if given.get("enum"):
            variable["enum"] = [str(one) for one in given["enum"]]
        if brief(given.get("description")):
            variable["description"] = brief(given["description"])
        variables[safe] = variable
    if address.startswith("//"):
        address = f"https:{address}"
    used = re.findall(r"\{([^{}]*)\}", address)
    if not address.startswith("{") and not (urlsplit(address).scheme in ("http", "https") and urlsplit(address).netloc):
        raise InvalidDocument(
            f"{document.name} does not say where the service is", where="/servers",
            advice="Give its address: --base-url https://…",
        )
    return address, {name: variables.get(name, {}) for name in used}


def _auth(document: Document, operation: Operation) -> list[dict[str, Json]]:
    """How the operation is authenticated: the first way that a connector file can say. Raises NotImportable."""
    ways = operation.given.get("security", document.value.get("security"))
    if not ways:
        return []
    schemes = (document.value.get("components") or {}).get("securitySchemes") or {}
    optional = any(not way for way in ways)
    for way in ways:
        found = [_scheme(document.whole(schemes.get(name) or {}), name, len(way)) for name in way]
        if way and all(found):
            return [{**one, "optional": True} if optional else one for one in found if one]
    if optional:
        return []
    names = sorted({name for way in ways for name in way})
    raise NotImportable(f"it is authenticated by {' or '.join(names)}, which a connector file cannot say")


def _scheme(scheme: Json, name: str, together: int) -> dict[str, Json] | None:
    kind, place = str(scheme.get("type", "")).lower(), scheme.get("in")
    said = {"description": brief(scheme["description"])} if brief(scheme.get("description")) else {}
    http = str(scheme.get("scheme", "")).lower()
    own = {"input": re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()} if together > 1 else {}
    if kind in ("oauth2", "openidconnect") or (kind == "http" and http == "bearer"):
        return {"kind": "bearer", **own, **said}
    if kind == "http" and http == "basic":
        return {"kind": "basic", **said}
    if kind == "apikey" and place == "cookie":
        return {"kind": "header", "name": "Cookie", "prefix": f"{scheme.get('name')}=", **own, **said}
    if kind == "apikey" and place in ("header", "query") and scheme.get("name"):
        return {"kind": place, "name": scheme["name"], **own, **said}
    return None


def _name(operation: Operation, taken: dict[str, Json]) -> str:
    """The action's name: the operationId as far as a name can have its characters, or method and path."""
    given = operation.given.get("operationId")
    text = given if isinstance(given, str) and given else f"{operation.method} {operation.path}"
    name = re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_-")
    name = name if name[:1].isalpha() else f"{operation.method}_{name}"
    name = name[:_LONGEST_NAME]
    number = 2
    whole = name
    while name in taken:
        name = f"{whole[: _LONGEST_NAME - 4]}_{number}"
        number += 1
    return name


def keep_overlays(value: dict[str, Json], before: dict[str, Json]) -> None:
    """Put what the owner wrote into the file of before into the new one."""
    for key in _FILE_OVERLAY:
        if key in before:
            value[key] = before[key]
    for name, action in value["actions"].items():
        known = before["actions"].get(name, {})
        action |= {key: known[key] for key in (*OVERLAY, "means") if key in known}
        for key, item in action.get("inputs", {}).items():
            if known.get("inputs", {}).get(key, {}).get("secret"):
                item["secret"] = True
