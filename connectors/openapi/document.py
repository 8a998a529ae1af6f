"""An OpenAPI document: read from a file, references followed, its operations listed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from connectors.openapi.text import value_of
from engine.errors import InvalidDocument, json_pointer
from engine.records import dataclass

Json = Any

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
OTHER_METHODS = ("trace",)
"""Those that no connector makes."""

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its path item's parameters come before its own."""

    method: str
    path: str
    item: Mapping[str, Json]
    given: Mapping[str, Json]

    @property
    def place(self) -> str:
        """Where it stands in the document, a JSON pointer."""
        return json_pointer(("paths", self.path, self.method))

    @property
    def tags(self) -> tuple[str, ...]:
        """What it is filed under."""
        found = self.given.get("tags")
        return tuple(str(tag) for tag in found) if isinstance(found, list) else ()


class Document:
    """An OpenAPI document. Whatever is asked of it has its references followed."""

    def __init__(self, value: Mapping[str, Json], name: str, digest: str = "") -> None:
        self.value, self.name, self.digest = value, name, digest
        resource: Resource[Json] = DRAFT202012.create_resource(value)
        registry: Registry[Json] = Registry()
        self._resolver = registry.with_resource("", resource).resolver("")
        self._known: dict[str, Json] = {}
        self._kept: dict[tuple[str, int], tuple[Json, Json]] = {}
        self._lock = threading.RLock()

    @property
    def is_31(self) -> bool:
        """Whether its schemas are JSON Schema's of 2020-12."""
        return not str(self.value["openapi"]).startswith("3.0")

    def once(self, what: str, part: Json, of: Callable[[], Json], meanwhile: Json) -> Json:
        """What `of` gives for a `part` of the document, asked once: schemas share their parts, so that walking through
        them anew takes time without measure. `meanwhile` stands for it while it is under way, for it may lead back."""
        key = (what, id(part))
        with self._lock:  # or another thread would take `meanwhile` for the answer
            if key not in self._kept:
                self._kept[key] = (part, meanwhile)  # the part is kept too, so that no other gets its id
                try:
                    self._kept[key] = (part, of())
                except BaseException:
                    del self._kept[key]
                    raise
            return self._kept[key][1]

    @cached_property
    def closed(self) -> dict[str, Json]:
        """Its value without the references that lead out of it: who is given it fetches nothing."""
        return {name: _closed(part) for name, part in self.value.items()}

    @cached_property
    def refers_to_paths(self) -> bool:
        """Whether references lead into its paths: then no operation stands by itself."""
        return '"#/paths/' in json.dumps(self.value)

    def whole(self, part: Json) -> Json:
        """`part` itself, or what its ``$ref`` leads to. Raises InvalidDocument for one that leads nowhere."""
        seen: set[str] = set()
        while isinstance(part, dict) and isinstance(part.get("$ref"), str):
            ref = part["$ref"]
            if ref in seen:
                raise InvalidDocument(f"{self.name}: {ref} leads to itself", where=ref)
            seen.add(ref)
            if ref not in self._known:
                self._known[ref] = self._looked_up(ref)
            part = self._known[ref]
        return part

    def _looked_up(self, ref: str) -> Json:
        try:
            return self._resolver.lookup(ref).contents
        except (Unresolvable, ValueError, LookupError, TypeError):
            raise InvalidDocument(
                f"{self.name}: {ref} leads nowhere in the document", where=ref,
                advice=None if ref.startswith("#") else "Bundle the document into one file first.",
            ) from None

    def operations(self) -> Iterator[Operation]:
        """All of them, in the document's order."""
        for path, item in (self.value.get("paths") or {}).items():
            whole = self.whole(item)
            if isinstance(whole, dict):
                for method in (*METHODS, *OTHER_METHODS):
                    if isinstance(whole.get(method), dict):
                        yield Operation(method, str(path), whole, whole[method])

    def faults(self) -> list[str]:
        """What openapi-spec-validator says is wrong with it: the first MOST_FAULTS. Many documents of large services
        have some, and can be imported nevertheless."""
        try:
            from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # noqa: PLC0415 - slow
        except ImportError:
            raise InvalidDocument(
                "checking OpenAPI documents needs openapi-spec-validator, which is not installed", where=self.name,
                advice="Install the extra, in Automate's own folder: pip install -e '.[openapi]'.",
            ) from None
        kind = OpenAPIV31SpecValidator if self.is_31 else OpenAPIV30SpecValidator
        found = [f"{ref} leads out of the document; nothing is fetched" for ref in _leading_out(self.value)]
        try:
            for error in kind(self.closed).iter_errors():
                if len(found) >= MOST_FAULTS:
                    break
                found.append(f"{json_pointer(error.absolute_path)}: {str(error.message)[:200]}")
        except (Unresolvable, RecursionError, LookupError, TypeError, ValueError, AttributeError) as problem:
            found.append(f"the validator ends here: {' '.join(str(problem).split())[:200]}")
        return found[:MOST_FAULTS]


def mapping(value: Json, what: str) -> dict[str, Json]:
    """`value` where an object must stand, an empty one for none. Raises InvalidDocument, which says `what` it is."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidDocument(f"{what} must be an object", where=what)
    return value


def sequence(value: Json, what: str) -> list[Json]:
    """As `mapping`, of a list."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidDocument(f"{what} must be a list", where=what)
    return value


def _leads_out(ref: Json) -> bool:
    return isinstance(ref, str) and not ref.startswith("#")


def _closed(part: Json) -> Json:
    if isinstance(part, dict):
        return {name: _closed(one) for name, one in part.items() if name != "$ref" or not _leads_out(one)}
    return [_closed(one) for one in part] if isinstance(part, list) else part


def _leading_out(part: Json) -> list[str]:
    """The references of `part` that lead out of its document, each once."""
    found: dict[str, None] = {}
    parts = [part]
    while parts:
        one = parts.pop()
        if isinstance(one, dict):
            if _leads_out(one.get("$ref")):
                found[one["$ref"]] = None
            parts += one.values()
        elif isinstance(one, list):
            parts += one
    return list(found)


def read_document(path: Path) -> Document:
    """The document in a file, JSON or YAML. Raises InvalidDocument."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidDocument(f"{path} cannot be read: {error.strerror or error}", where=str(path)) from None
    return document_of(value_of(data, path.name), path.name, hashlib.sha256(data).hexdigest())


def document_of(value: Json, name: str, digest: str = "") -> Document:
    """`value` as a document. Raises InvalidDocument for another version of OpenAPI, and for what is none."""
    version = value.get("openapi") if isinstance(value, dict) else None
    if not str(version).startswith(("3.0", "3.1")):
        is_swagger = isinstance(value, dict) and "swagger" in value
        said = f"OpenAPI {version}" if version else "Swagger 2.0" if is_swagger else ""
        raise InvalidDocument(
            f"{name} is {said or 'no OpenAPI document'}; OpenAPI 3.0 and 3.1 are imported", where=name,
            advice="Convert it first: swagger2openapi makes 3.0 of Swagger 2.0.",
        )
    if not isinstance(value.get("paths", {}), dict):
        raise InvalidDocument(f"{name}: paths must be an object", where="/paths")
    return Document(value, name, digest)
