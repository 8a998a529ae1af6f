"""An OpenAPI document: read from a file, references followed, its operations listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from engine.errors import InvalidDocument, json_pointer
from engine.records import dataclass

Json = Any

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
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

    @property
    def is_31(self) -> bool:
        """Whether its schemas are JSON Schema's of 2020-12."""
        return not str(self.value["openapi"]).startswith("3.0")

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
                for method in METHODS:
                    if isinstance(whole.get(method), dict):
                        yield Operation(method, path, whole, whole[method])

    def faults(self) -> list[str]:
        """What openapi-spec-validator says is wrong with it: the first MOST_FAULTS. Many documents of large services
        have some, and can be imported nevertheless."""
        from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # noqa: PLC0415 - slow

        kind = OpenAPIV31SpecValidator if self.is_31 else OpenAPIV30SpecValidator
        found = []
        for error in kind(dict(self.value)).iter_errors():
            found.append(f"{json_pointer(error.absolute_path)}: {str(error.message)[:200]}")
            if len(found) == MOST_FAULTS:
                break
        return found


def read_document(path: Path) -> Document:
    """The document in a file, JSON or YAML. Raises InvalidDocument."""
    try:
        from openapi_spec_validator.readers import read_from_filename  # noqa: PLC0415 - only who imports needs it
    except ImportError:
        raise InvalidDocument(
            "reading OpenAPI documents needs openapi-spec-validator, which is not installed", where=str(path),
            advice="Install the extra, in Automate's own folder: pip install -e '.[openapi]'.",
        ) from None
    try:
        data = path.read_bytes()
        value = json.loads(data) if path.suffix == ".json" else read_from_filename(str(path.absolute()))[0]
    except OSError as error:
        raise InvalidDocument(f"{path} cannot be read: {error.strerror or error}", where=str(path)) from None
    except Exception as error:  # noqa: BLE001 - whatever the reader of YAML or JSON raises is the file's fault
        raise InvalidDocument(f"{path} is no JSON or YAML: {' '.join(str(error).split())}", where=str(path)) from None
    return document_of(value, path.name, hashlib.sha256(data).hexdigest())


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
