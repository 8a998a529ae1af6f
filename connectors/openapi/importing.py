"""A connector file of an OpenAPI document, with the overlays of the file that was there before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from connectors.declared.form import OURS, TOKEN, WORD, Auth
from connectors.declared.reading import faults_of
from connectors.openapi.document import Document, Operation, mapping, sequence
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
    shown: dict[str, str] = {}
    left_out: list[tuple[str, str]] = []
    for operation in chosen:
        try:
            action = action_of(document, operation)
            auth = _auth(document, operation)
            servers = operation.given.get("servers") or operation.item.get("servers")
            if servers and not base_url:
                variables |= _elsewhere(document, servers, address, variables, action)
        except (NotImportable, InvalidDocument) as problem:
            left_out.append((_shown(operation), _why(problem)))
            continue
        action["auth"] = auth
        name = _name(operation, actions)
        actions[name], shown[name] = action, _shown(operation)
    value = _file(document, code, address, variables, actions, tags) if actions else {}
    for name, why in _refused(value, code):  # what a file cannot say in a way that nobody thought of
        left_out.append((shown[name], why))
        del actions[name]
    if not actions:
        raise InvalidDocument(
            f"{document.name} has no operation that can be imported" + (f": {left_out[0][1]}" if left_out else ""),
            where=document.name, details=[{"place": place, "message": text} for place, text in left_out],
        )
    if before is not None:
        keep_overlays(value, before)
    bare = [name for name, action in value["actions"].items() if not any(key in action for key in OVERLAY)]
    return Imported(value, tuple(left_out), tuple(bare))


def _shown(operation: Operation) -> str:
    return f"{operation.method.upper()} {operation.path}"


def _why(problem: NotImportable | InvalidDocument) -> str:
    advice = problem.advice if isinstance(problem, InvalidDocument) else None
    return f"{problem}. {advice}" if advice else str(problem)


def _refused(value: dict[str, Json], code: str) -> Iterator[tuple[str, str]]:
    """The actions of a file that it cannot have, each with its first fault."""
    told: set[str] = set()
    for place, message in faults_of(value, code) if value else ():
        if place[:1] == ("actions",) and len(place) > 1 and place[1] not in told:
            told.add(str(place[1]))
            yield str(place[1]), f"{'/'.join(map(str, place[2:]))}: {message}"


def _elsewhere(
    document: Document, servers: Json, address: str, variables: dict[str, Json], action: dict[str, Json]
) -> dict[str, Json]:
    """The variables of an operation's own server, which goes into `action`. Raises NotImportable for one that is
    called as another is at the connector's address."""
    elsewhere, more = _server(document, servers, "")
    if elsewhere == address:
        return {}
    for name, variable in more.items():
        if variables.get(name, variable) != variable:
            raise NotImportable(f"its own server has a variable {name} that is another than the document's")
    action["base_url"] = elsewhere
    return more


def _file(
    document: Document, code: str, address: str, variables: dict[str, Json], actions: dict[str, Json],
    tags: Sequence[str],
) -> dict[str, Json]:
    info = mapping(document.value.get("info"), "/info")
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
    ours = {*variables, "max_pages", *(name for one in auth for name in inputs_of(one))}
    return [name for name in action.get("inputs", {}) if name in ours]


def inputs_of(auth: dict[str, Json]) -> tuple[str, ...]:
    """The inputs of a way to authenticate, the secret last."""
    secret = auth.get("input") or {"bearer": "token", "basic": "password"}.get(auth["kind"], "api_key")
    return (auth.get("user_input", "username"), secret) if auth["kind"] == "basic" else (secret,)


def _server(document: Document, servers: Json, base_url: str) -> tuple[str, dict[str, Json]]:
    """The address of the first server and its variables."""
    if base_url:
        return base_url.rstrip("/"), {}
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    scheme, rest = re.match(r"([A-Za-z]+:)?(.*)", str(first.get("url", "")).rstrip("/"), re.DOTALL).groups("")  # type: ignore[union-attr]  # anything fits
    address = f"{scheme.lower()}{rest}"
    variables: dict[str, Json] = {}
    for name, given in mapping(first.get("variables"), "/servers/0/variables").items():
        safe = re.sub(r"\W+", "_", name, flags=re.ASCII)
        address = address.replace(f"{{{name}}}", f"{{{safe}}}")
        variables[safe] = _variable(mapping(given, f"/servers/0/variables/{name}"))
    if address.startswith("//"):
        address = f"https:{address}"
    used = re.findall(r"\{([^{}]*)\}", address)
    if not address.startswith("{") and not (urlsplit(address).scheme in ("http", "https") and urlsplit(address).netloc):
        raise InvalidDocument(
            f"{document.name} does not say where the service is", where="/servers",
            advice="Give its address: --base-url https://…",
        )
    if re.search(r"[\s?#@]", address):
        raise InvalidDocument(
            f"{document.name} names a server with a space, a user, a query or a fragment in its address",
            where="/servers", advice="Give the address without it: --base-url https://…",
        )
    return address, {name: variables.get(name, {}) for name in used}


def _variable(given: Mapping[str, Json]) -> dict[str, Json]:
    """A variable of an address. Without an enum its value is one word; a default that is none is the only value."""
    variable: dict[str, Json] = {}
    values = [str(one) for one in sequence(given.get("enum"), "the enum of a server's variable")]
    default = None if given.get("default") is None else str(given["default"])
    if values:
        variable["enum"] = values
    elif default is not None and not WORD.fullmatch(default):
        variable["enum"] = [default]
    if default is not None and (not values or default in values):
        variable["default"] = default
    if brief(given.get("description")):
        variable["description"] = brief(given["description"])
    return variable


def _auth(document: Document, operation: Operation) -> list[dict[str, Json]]:
    """How the operation is authenticated: the first way that a connector file can say. Raises NotImportable."""
    ways = [
        mapping(way, "each part of security")
        for way in sequence(operation.given.get("security", document.value.get("security")), "security")
    ]
    if not ways:
        return []
    components = mapping(document.value.get("components"), "/components")
    schemes = mapping(components.get("securitySchemes"), "/components/securitySchemes")
    optional = any(not way for way in ways)
    twice = ""
    for way in ways:
        asked = {
            name: mapping(document.whole(schemes.get(name)), f"/components/securitySchemes/{name}") for name in way
        }
        for name in [name for name, scheme in asked.items() if _gives_a_token(scheme)][1:]:
            del asked[name]  # flows of one service, which one token comes of
        found = [_scheme(scheme, name, len(asked)) for name, scheme in asked.items()]
        headers = [Auth.model_validate(one).header for one in found if one]
        again = next((name for name in headers if name is not None and headers.count(name) > 1), None)
        if again is not None:
            twice = f", two of them in the header {again.title()}, which a request has once"
        elif way and all(found):
            return _apart([{**one, "optional": True} if optional else one for one in found if one])
    if optional:
        return []
    names = sorted({str(name) for way in ways for name in way})
    raise NotImportable(
        f"it is authenticated by {' and '.join(names)}{twice}" if twice
        else f"it is authenticated by {' or '.join(names)}, which a connector file cannot say"
    )


def _apart(auth: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Several ways that are used together, each with inputs of its own."""
    if len(auth) == 1:
        return auth
    used: set[str] = set()
    for one in auth:
        wanted = one.get("input") or inputs_of(one)[-1]
        name = next(name for name in (wanted, *(f"{wanted}_{number}" for number in range(2, 99))) if name not in used)
        used.add(name)
        if name != wanted:
            one["input"] = name
            if one["kind"] == "basic":
                one["user_input"] = f"{name}_user"
    return auth


def _gives_a_token(scheme: Mapping[str, Json]) -> bool:
    """Whether it is OAuth2 or OpenID Connect, which say where an access token comes from; it is sent in one way."""
    return str(scheme.get("type", "")).lower() in ("oauth2", "openidconnect")


def _scheme(scheme: Json, name: str, together: int) -> dict[str, Json] | None:
    kind, place = str(scheme.get("type", "")).lower(), scheme.get("in")
    named = scheme["name"] if isinstance(scheme.get("name"), str) else ""
    said = {"description": brief(scheme["description"])} if brief(scheme.get("description")) else {}
    http = str(scheme.get("scheme", "")).lower()
    said_so = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    own = {"input": said_so} if together > 1 and said_so else {}
    if _gives_a_token(scheme) or (kind == "http" and http == "bearer"):
        return {"kind": "bearer", **own, **said}
    if kind == "http" and http == "basic":
        return {"kind": "basic", **said}
    if kind == "apikey" and place == "cookie" and re.match(TOKEN, named):
        return {"kind": "header", "name": "Cookie", "prefix": f"{named}=", **own, **said}
    if kind == "apikey" and place == "header" and (not re.match(TOKEN, named) or named.lower() in OURS):
        return None
    if kind == "apikey" and place in ("header", "query") and named:
        return {"kind": place, "name": named, **own, **said}
    return None


def _name(operation: Operation, taken: dict[str, Json]) -> str:
    """The action's name: the operationId as far as a name can have its characters, or method and path."""
    given = operation.given.get("operationId")
    text = given if isinstance(given, str) and given else f"{operation.method} {operation.path}"
    name = re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_-")
    if not name:  # none of its letters can stand in one
        name = re.sub(r"[^A-Za-z0-9-]+", "_", operation.path).strip("_-")
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
    if "auth" in before and not any("auth" in one for one in (value, *value["actions"].values())):
        value["auth"] = before["auth"]  # the document says nothing of it
    for name, action in value["actions"].items():
        known = before["actions"].get(name, {})
        action |= {key: known[key] for key in (*OVERLAY, "means") if key in known}
        for key, item in action.get("inputs", {}).items():
            if known.get("inputs", {}).get(key, {}).get("secret"):
                item["secret"] = True
