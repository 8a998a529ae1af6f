"""The connectors that a published version means, whatever became of them since.

Of a connector file the version keeps what it says of the action (`ConnectorPin.content`), so an execution goes on with
it after an import or an edit. Code cannot be kept: of an installed package its version is, and another stands for it
only where it is a later one of the same major version (Semantic Versioning 2.0.0; below 1.0 of the same minor version).
The product's own code, and a module that belongs to no package, are what is there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from functools import cache, lru_cache
from importlib.metadata import Distribution, PackageNotFoundError, distributions
from importlib.metadata import version as installed_version
from threading import Lock
from typing import TYPE_CHECKING, Any

from connectors.registry import Registry
from engine.errors import InvalidDocument, UserError
from engine.ports.tasks import ConnectorPin

if TYPE_CHECKING:
    from connectors.declared.adapter import DeclaredConnector
    from connectors.sdk import ConnectorAdapter

MOST_KEPT = 256
"""Actions of files that are another one by now, made ready in a process."""

_OURS = frozenset({"connectors", "automate_connectors"})
_RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)(?:\.post\d+)?(?:\+[\w.]+)?")


class PinnedConnectors:
    """Connectors as versions mean them. Safe to share between threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made: OrderedDict[tuple[str, str], DeclaredConnector] = OrderedDict()
        self._stands: set[ConnectorPin] = set()  # of packages; as many as versions name
        self._lock = Lock()

    def pin(self, code: str, action: str) -> ConnectorPin | None:
        """What a version that is published now keeps of an action; None where there is nothing to keep."""
        found = self._registry.get(code)
        if found is None:
            return None
        kind: Any = type(found)
        if hasattr(kind, "file"):
            content = _content(kind, action)
            return ConnectorPin(digest=_digest(content), content=content)
        package = self._registry.package(code) or _package_of(type(found).__module__)
        return None if package is None else ConnectorPin(package=package, version=installed_version(package))

    def get(self, code: str, action: str, pin: ConnectorPin, *, calls: bool = False) -> ConnectorAdapter | None:
        """The connector that a version means, as far as its `action` goes. Who `calls` it looks once in this process
        which package is installed: a look reads a file, and takes longer than many a call. Raises UserError where it is
        not here."""
        if not pin.digest:
            if not calls or pin not in self._stands:
                _check_installed(code, pin)
                self._stands.add(pin)
            return self._registry.get(code)
        with self._lock:
            made = self._made.get((code, pin.digest))
            if made is not None:
                self._made.move_to_end((code, pin.digest))
                return made
        made = self._make(code, action, pin)
        with self._lock:
            made = self._made.setdefault((code, pin.digest), made)
            if len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)
        return made

    def _make(self, code: str, action: str, pin: ConnectorPin) -> DeclaredConnector:
        from connectors.declared.adapter import DeclaredConnector, connector_class  # noqa: PLC0415 - pydantic, late
        from connectors.declared.form import ConnectorFile  # noqa: PLC0415 - as above

        if _digest(pin.content) != pin.digest:
            raise InvalidDocument(
                f"what the version keeps of connector:{code}:{action} is damaged: it is not {pin.name}", where=code,
                advice="Publish the workflow again, and let the execution go on by that version.",
            )
        made = connector_class(ConnectorFile.model_validate(json.loads(pin.content)))()
        try:
            present = self._registry.get(code)
        except UserError:  # what it is by now cannot be loaded: that is nothing to what was kept
            present = None
        return made.beside(present) if isinstance(present, DeclaredConnector) else made


@lru_cache(maxsize=MOST_KEPT)
def _content(connector: type[DeclaredConnector], action: str) -> str:
    """What the connector's file says of the action, as JSON that is the same for the same. Left out is what changes no
    call: icon, version, what it was imported from."""
    file = connector.file
    said = file.model_dump(
        mode="json", by_alias=True, exclude_unset=True,
        exclude={"schema_ref", "description", "version", "icon", "imported", "actions"},
    )
    said["actions"] = {action: file.actions[action].model_dump(mode="json", by_alias=True, exclude_unset=True)}
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


@cache
def _package_of(module: str) -> str | None:
    """The installed package that a module belongs to; None for the product's own, and where it is not one package."""
    top = module.partition(".")[0]
    found = set() if top in _OURS else {one.name for one in distributions() if _has(one, top)}
    return found.pop() if len(found) == 1 else None


def _has(package: Distribution, top: str) -> bool:
    """Whether a package brings the module `top`: what ``packages_distributions`` says of it. That makes a path of every
    file of all packages; here the text that lists them is looked through."""
    declared = package.read_text("top_level.txt")
    if declared:
        return top in declared.split()
    listed = package.read_text("RECORD")
    if listed is None:
        return any(file.parts[0].partition(".")[0] == top for file in package.files or ())
    return re.search(rf"^{re.escape(top)}[/.]", listed, re.MULTILINE) is not None


def _check_installed(code: str, pin: ConnectorPin) -> None:
    try:
        here = installed_version(pin.package)
    except PackageNotFoundError:
        here = ""
    if here == pin.version or stands_for(here, pin.version):
        return
    there = f"here is {here}" if here else "it is not installed here"
    raise InvalidDocument(
        f"the version of the workflow was published with {code} of {pin.package} {pin.version}, and {there}",
        where=code,
        advice=f"Install {pin.package} {pin.version} or a later one that is compatible, or publish the workflow again: "
        "an execution of the earlier version goes on by the new one with automate stop and automate redrive --version.",
    )


def stands_for(here: str, wanted: str) -> bool:
    """Whether a package's version `here` may be called where `wanted` was meant: it is no earlier one, and promises the
    same (the first number, or the first two of 0.x, are equal). Pre-releases stand for nothing but themselves."""
    found, meant = _RELEASE.fullmatch(here), _RELEASE.fullmatch(wanted)
    if found is None or meant is None:
        return False
    ours, theirs = ([*map(int, one[1].split(".")), 0, 0][:max(3, one[1].count(".") + 1)] for one in (found, meant))
    same = 2 if theirs[0] == 0 else 1
    return ours[:same] == theirs[:same] and ours >= theirs
