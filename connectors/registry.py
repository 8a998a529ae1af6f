"""Which connectors there are: built in, registered by code, of files, of installed packages, shipped with the product.

    modules of AUTOMATE_CONNECTORS                                               loaded at start
        by register(Adapter), @register_connector, or by being defined there
    connector files (connectors.declared) of AUTOMATE_CONNECTOR_FILES            loaded at the first use of the code
    entry points of the group automate.connectors, named by the code             loaded at the first use of the code
    built-in and shipped                                                         loaded at the first use of the code

An entry point leads to a class, or to a connector file in its package. Code that registers explicitly, and a file of
a folder, win over an installed package, and that over a shipped one; the built-in codes belong to the product.
"""

from __future__ import annotations

import importlib
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from engine.errors import Conflict, InvalidDocument, UserError

if TYPE_CHECKING:
    from connectors.sdk import ConnectorAdapter

GROUP = "automate.connectors"
SETTING = "AUTOMATE_CONNECTORS"
FILES_SETTING = "AUTOMATE_CONNECTOR_FILES"


class EntryPoint(Protocol):
    """As importlib.metadata has it, which most commands do not need."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def dist(self) -> Any: ...  # noqa: D102
    def load(self) -> Any: ...  # noqa: D102


class _Ours(NamedTuple):
    """An entry point of the product's own."""

    name: str
    value: str
    dist: None = None

    def load(self) -> Any:
        module, _, attribute = self.value.partition(":")
        return getattr(importlib.import_module(module), attribute)


BUILTIN = (
    _Ours("http", "connectors.builtin.http:HttpConnector"),
    _Ours("log", "connectors.builtin.log:LogConnector"),
)

SHIPPED = (
    _Ours("approval", "connectors.shipped.approval:ApprovalConnector"),
    _Ours("email", "connectors.shipped.mail:EmailConnector"),
    _Ours("files", "connectors.shipped.files:FilesConnector"),
    _Ours("llm", "connectors.shipped.llm:LlmConnector"),
    _Ours("mysql", "connectors.shipped.mysql:MysqlConnector"),
    _Ours("postgres", "connectors.shipped.postgres:PostgresConnector"),
    _Ours("transform", "connectors.shipped.transform:TransformConnector"),
    *(_Ours(code, f"connectors.shipped:{code}.yaml") for code in (
        "github", "google_sheets", "slack", "stripe",
    )),
)
"""Connectors to services of others. Whoever has one of the same code has that instead."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_Class = TypeVar("_Class", bound="type[ConnectorAdapter]")


def _installed() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415  it takes longer than a command should

    return entry_points(group=GROUP)


def check_code(code: str) -> None:
    """Whether a new connector can have this code. Raises InvalidDocument, and Conflict for one that is built in."""
    if not _NAME.fullmatch(code):
        raise InvalidDocument(
            f"{code!r} is no connector's code", where="code",
            advice="A code is a letter, then up to 63 letters, digits, _ or -.",
        )
    if any(point.name == code for point in BUILTIN):
        raise Conflict(
            f"the connector code {code!r} is built in", where="code", advice="Give the connector a code of its own."
        )


class Registry:
    """Connectors by code. Safe to share between threads.

    `builtin` are always there; `installed` lists the entry points of installed packages, asked once, when a code is
    neither registered nor built in; `shipped` are there where nobody else has their codes.
    """

    def __init__(
        self, builtin: Sequence[EntryPoint] = BUILTIN, installed: Callable[[], Iterable[EntryPoint]] = _installed,
        shipped: Sequence[EntryPoint] = SHIPPED,
    ) -> None:
        self._builtin = {point.name: point for point in builtin}
        self._shipped = {point.name: point for point in shipped}
        self._installed = installed
        self._points: Mapping[str, tuple[EntryPoint, ...]] | None = None
        self._classes: dict[str, type[ConnectorAdapter]] = {}
        self._adapters: dict[str, ConnectorAdapter] = {}
        self._files: dict[str, Path] = {}
        self._seen: dict[str, tuple[int, int]] = {}  # time and size of files that were read
        self._lock = threading.RLock()
        self._reading = threading.Lock()  # of files: two threads would make two classes of one
        self.registrations = 0  # also of a class that was there: whether a module has any connector

    def register(self, adapter: _Class) -> _Class:
        """Make `adapter` known under its code, and return it. Registering a class twice is harmless.

        Raises InvalidDocument for a class that is no complete connector, Conflict for a code that is taken.
        """
        check(adapter)
        code = adapter.code
        with self._lock:
            builtin = self._builtin.get(code)
            if builtin is not None and _place(adapter) != builtin.value:
                raise Conflict(
                    f"the connector code {code!r} of {_place(adapter)} is built in", where=code,
                    advice="Give the connector a code of its own.",
                )
            present = self._classes.setdefault(code, adapter)
            self.registrations += 1
        if present is not adapter:
            raise Conflict(
                f"the connector code {code!r} is claimed by {_place(present)} and by {_place(adapter)}", where=code,
                advice="Give one of them another code.",
            )
        return adapter

    def add_files(self, folder: Path) -> None:
        """Make the connector files of `folder` known under the codes that they are named by; they are read at their
        first use, and again when they have changed. Doing it twice is harmless.

        Raises InvalidDocument for what is no folder and for a name that is no code, Conflict for a code that is taken.
        """
        if not folder.is_dir():
            raise InvalidDocument(
                f"{str(folder)!r} is no folder", where=FILES_SETTING,
                advice="Name folders that hold connector files, separated by commas.",
            )
        for path in sorted(folder.iterdir()):
            code = path.name.partition(".")[0]
            if not _is_file(path.name) or path.name.startswith("."):
                continue
            if not _NAME.fullmatch(code):
                raise InvalidDocument(
                    f"{path.name} is named by no connector's code", where=FILES_SETTING,
                    advice="A code is a letter, then up to 63 letters, digits, _ or -.",
                )
            with self._lock:
                present = self._files.setdefault(code, path)
                taken = "built in" if code in self._builtin else "registered by code" if code in self._classes else ""
            if taken and code not in self._adapters:
                raise Conflict(
                    f"the connector code {code!r} of {path.name} is {taken}", where=FILES_SETTING,
                    advice="Give the connector a code of its own: name the file by it.",
                )
            if present.resolve() != path.resolve():
                raise Conflict(
                    f"the connector code {code!r} is claimed by {present} and by {path}", where=FILES_SETTING,
                    advice="Give one of them another code: name the file by it.",
                )

    def registered(self) -> list[type[ConnectorAdapter]]:
        """The classes that are registered by now."""
        with self._lock:
            return list(self._classes.values())

    def get(self, code: str) -> ConnectorAdapter | None:
        """The connector, one instance for the whole process; None when nobody has this code.

        Raises InvalidDocument or Conflict when there is one and it cannot be loaded.
        """
        path = self._files.get(code)
        if path is not None:
            self._forget_changed(code, path)
        adapter = self._adapters.get(code)
        if adapter is not None:
            return adapter
        if code not in self._classes:
            point = self._point(code) if path is None else None
            if path is not None:
                self._read(code, partial(_in_folder, path))
            elif point is None:
                return None
            else:
                self._load(point)  # without the lock: an import in another thread may be about to register
        with self._lock:
            if code not in self._adapters:
                self._adapters[code] = _instance(self._classes[code])
            return self._adapters[code]

    def _forget_changed(self, code: str, path: Path) -> None:
        """A file of a folder that is another one since it was read is read once more."""
        try:
            stat = path.stat()
        except OSError:  # it is gone: what was read of it stays
            return
        seen = stat.st_mtime_ns, stat.st_size
        with self._lock:
            if self._seen.setdefault(code, seen) != seen:
                self._seen[code] = seen
                self._classes.pop(code, None)
                self._adapters.pop(code, None)

    def package(self, code: str) -> str | None:
        """The installed package whose entry point the code is; None where it comes from elsewhere. Raises Conflict."""
        point = None if code in self._files else self._point(code)
        return None if point is None or point.dist is None else point.dist.name

    def codes(self) -> list[str]:
        """Every code that a definition may name, sorted; loads nothing."""
        with self._lock:
            return sorted({
                *self._builtin, *self._shipped, *self._classes, *self._files, *self._installed_points(),
            })

    def _installed_points(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        if self._points is None:
            points: dict[str, tuple[EntryPoint, ...]] = {}
            for point in self._installed():
                points[point.name] = (*points.get(point.name, ()), point)
            self._points = points
        return self._points

    def _point(self, code: str) -> EntryPoint | None:
        if code in self._builtin:
            return self._builtin[code]
        points = self._installed_points().get(code, ())
        values = sorted({point.value for point in points})
        if len(values) > 1:
            raise Conflict(
                f"the connector code {code!r} is claimed by the entry points {' and '.join(values)}", where=code,
                advice="Uninstall one of the packages.",
            )
        return points[0] if points else self._shipped.get(code)

    def _load(self, point: EntryPoint) -> None:
        """Register the class behind `point`, which may have registered itself while it was imported."""
        try:
            if _is_file(point.value):
                self._read(point.name, partial(_packaged, point.value))
                return
            adapter = point.load()
        except UserError:
            raise
        except Exception as error:
            raise _not_loaded(f"the connector {point.name!r} ({point.value})", GROUP, error) from error
        check(adapter)
        if adapter.code != point.name:
            raise InvalidDocument(
                f"the entry point {point.name!r} leads to {point.value}, whose code is {adapter.code!r}", where=GROUP,
                advice="Name the entry point as the connector's code.",
            )
        self.register(adapter)

    def _read(self, code: str, made: Callable[[], type[ConnectorAdapter]]) -> None:
        """Register the connector of a file."""
        with self._reading:
            if code not in self._classes:
                adapter = made()
                if adapter.code != code:
                    raise InvalidDocument(
                        f"the entry point {code!r} leads to a connector file whose code is {adapter.code!r}",
                        where=GROUP, advice="Name the entry point as the connector's code.",
                    )
                self.register(adapter)


def _is_file(name: str) -> bool:
    from connectors.declared import ENDINGS  # noqa: PLC0415 - a command that calls nothing imports little

    return name.strip().endswith(ENDINGS)


def _in_folder(path: Path) -> type[ConnectorAdapter]:
    from connectors.declared.loading import in_folder  # noqa: PLC0415 - pydantic, only once there is a connector

    return in_folder(path)


def _packaged(value: str) -> type[ConnectorAdapter]:
    from connectors.declared.loading import packaged  # noqa: PLC0415 - as above

    return packaged(value)


default_registry = Registry()
"""The process's connectors; what `register` and `@register_connector` fill."""


def register(adapter: _Class) -> _Class:
    """Make a connector known to this process; see Registry.register."""
    return default_registry.register(adapter)


register_connector = register
"""The same as a class decorator."""


def load_modules(names: Iterable[str]) -> None:
    """Import the modules of AUTOMATE_CONNECTORS and register the connectors that they define and did not register.

    Raises InvalidDocument naming the module, what failed and where; also for a module that has no connector.
    """
    for name in names:
        is_new, before = name not in sys.modules, default_registry.registrations
        try:
            module = importlib.import_module(name)
            _register_defined(module)
        except (InvalidDocument, Conflict) as error:
            raise type(error)(f"{name}: {error.message}", where=SETTING, advice=error.advice) from error
        except Exception as error:
            raise _not_loaded(f"the module {name!r}", SETTING, error) from error
        if is_new and default_registry.registrations == before:
            raise InvalidDocument(
                f"the module {name!r} has no connector", where=SETTING,
                advice="Name the module that defines the class, or one that calls connectors.register for it.",
            )


def load_files(folders: Iterable[str]) -> None:
    """Make the connector files of the folders of AUTOMATE_CONNECTOR_FILES known. Raises as Registry.add_files."""
    for folder in folders:
        default_registry.add_files(Path(folder))


def _register_defined(module: ModuleType) -> None:
    """Register the connector classes that `module` defines. One without a code and actions is a base of others; what
    the module registered itself stands for its relatives too."""
    from connectors.sdk import ConnectorAdapter  # noqa: PLC0415 - pydantic, only once there is a connector

    by_hand = default_registry.registered()
    for found in list(vars(module).values()):
        if (
            isinstance(found, type) and issubclass(found, ConnectorAdapter) and found.__module__ == module.__name__
            and (found.code or found.actions)
            and not any(
                known.code == found.code and (issubclass(found, known) or issubclass(known, found)) for known in by_hand
            )
        ):
            default_registry.register(found)


def check(adapter: Any) -> None:
    """Raise InvalidDocument, naming every fault, unless `adapter` is a complete connector class."""
    from connectors.sdk import ActionSpec, ConnectorAdapter  # noqa: PLC0415 - pydantic, only once there is a connector

    if not (isinstance(adapter, type) and issubclass(adapter, ConnectorAdapter)):
        raise InvalidDocument(
            f"{adapter!r} is not a connector", advice="Register a class that inherits from connectors.ConnectorAdapter."
        )
    faults: list[str] = []
    if not isinstance(adapter.code, str) or not _NAME.fullmatch(adapter.code):
        faults.append(f"code must be a letter, then up to 63 letters, digits, _ or -, not {adapter.code!r}")
    if not isinstance(adapter.name, str) or not adapter.name:
        faults.append("name must say what people call it")
    if not isinstance(adapter.actions, dict) or not adapter.actions:
        faults.append("actions must name at least one action")
    else:
        for action, spec in adapter.actions.items():
            if not isinstance(action, str) or not _NAME.fullmatch(action):
                faults.append(f"the action {action!r} must be named as a code is")
            if not isinstance(spec, ActionSpec):
                faults.append(f"the action {action!r} must be an ActionSpec, not {type(spec).__name__}")
    if faults:
        raise InvalidDocument(f"{_place(adapter)} is not a connector yet: {'; '.join(faults)}", where=_place(adapter))


def _instance(adapter: type[ConnectorAdapter]) -> ConnectorAdapter:
    try:
        return adapter()
    except UserError:  # it says itself why it is not to be had here
        raise
    except Exception as error:
        raise InvalidDocument(
            f"{_place(adapter)}() raised {type(error).__name__}: {error}", where=adapter.code,
            advice="A connector is made without arguments.",
        ) from error


def _place(adapter: type) -> str:
    """Where a class is, as an entry point writes it."""
    return f"{adapter.__module__}:{adapter.__qualname__}"


def _not_loaded(what: str, where: str, error: Exception) -> InvalidDocument:
    """What could not be imported, why, and in which line."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename]
    inner = frames[-1] if frames and frames[-1].filename != __file__ else None
    at = f" ({inner.filename}, line {inner.lineno})" if inner else ""
    return InvalidDocument(
        f"{what} could not be loaded: {type(error).__name__}: {error}{at}", where=where,
        advice="It must be installed or lie on PYTHONPATH, with everything it imports.",
    )
