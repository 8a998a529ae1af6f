"""What a command works with: settings, screen and, once it asks for it, the product over its data folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.errors import InvalidDocument
from engine.language.expr import limits
from engine.records import dataclass
from engine.settings import Settings
from functions.app.notices import collected_warnings
from functions.app.strict_json import read_json
from functions.cli.screen import Screen
from functions.server.logs import log_to_terminal
from functions.server.product import Product

if TYPE_CHECKING:
    from functions.cli.remote.client import Api
    from functions.cli.remote.tokens import Tokens

Json = Any

QUIET = "WARNING"
"""Commands print results; their log is for trouble, unless AUTOMATE_LOG_LEVEL says otherwise."""


@dataclass(frozen=True, slots=True)
class Session:
    """One invocation of the command line."""

    settings: Settings
    screen: Screen
    endpoint: str | None = None
    """A deployment's address: commands drive it instead of the data folder."""

    @classmethod
    def begin(cls, screen: Screen, *, data_dir: str | None, endpoint: str | None = None) -> Session:
        """Read the settings; the others are the options of their names."""
        settings = Settings.from_environment(os.environ)
        limits.apply(settings)
        if data_dir == "":  # which would be the folder that we stand in
            raise InvalidDocument("the data folder has no name", where="--data-dir", advice="Name a folder.")
        if data_dir is not None:
            settings = replace(settings, data_dir=data_dir)
        log_to_terminal(settings.log_level if "AUTOMATE_LOG_LEVEL" in os.environ else QUIET)
        return cls(settings, screen, endpoint)

    def tokens(self) -> Tokens:
        """Who is signed in where."""
        from functions.cli.remote.tokens import Tokens, cognito_client, default_path  # noqa: PLC0415  as below

        return Tokens(default_path(os.environ), self.screen.clock, cognito_client)

    def remote(self) -> Api:
        """The API of the endpoint."""
        from functions.cli.remote.client import Api, check_endpoint  # noqa: PLC0415  local commands need no HTTP

        if self.endpoint is None:
            raise RuntimeError("a command for deployments ran without one")
        endpoint, tokens = check_endpoint(self.endpoint), self.tokens()
        return Api(endpoint, lambda: tokens.token(endpoint), warn=self.screen.warn)

    @contextmanager
    def product(self, command: str) -> Iterator[Product]:
        """The product over the data folder; `command` is how other processes call this one."""
        product = Product.open(self.settings, command=f"automate {command}", environment=os.environ)
        try:
            for text in product.stores.mended:
                self.screen.notice(f"{product.folder}: {text}")
            with collected_warnings() as warnings:
                yield product
            self.screen.warn(warnings)
        finally:
            product.close()


def session() -> Session:
    """The running command's session."""
    found = click.get_current_context().find_object(Session)
    if found is None:
        raise RuntimeError("a command ran without a session")
    return found


def read_file(path: str) -> bytes:
    """A file's bytes, ``-`` is standard input. Raises InvalidDocument where it cannot be read."""
    if path == "":
        raise InvalidDocument("a file's name is empty", advice="Name a file, or - for standard input.")
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise InvalidDocument(f"{path} cannot be read: {error.strerror}", where=path) from None


def read_text(path: str) -> str:
    """A file as text, UTF-8."""
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDocument(f"{path} is not UTF-8 text: byte {error.start}", where=path) from None


def write_file(path: str, parts: Iterable[bytes], *, option: str) -> int:
    """Write `parts` one after the other to the file that `option` names; how many there were. Raises InvalidDocument
    naming the option where the file cannot be written."""
    written = 0
    try:
        with Path(path).open("wb") as file:
            for part in parts:
                file.write(part)
                written += 1
    except OSError as error:
        raise unwritable(path, error, option=option) from None
    return written


def unwritable(path: str, error: OSError, *, option: str) -> InvalidDocument:
    """What to say of a file or folder named by `option` that cannot be written."""
    return InvalidDocument(
        f"{path or repr(path)} cannot be written: {error.strerror}", where=option,
        advice="Name a file in a folder that is there, may be written to, and has room.",
    )


def read_value(text: str, option: str) -> Json:
    """JSON, or with ``@`` the name of a file that holds it. Raises InvalidDocument naming the option or the file."""
    if text == "@":
        raise InvalidDocument("@ names no file", where=option, advice="Write @ and a file's name, or JSON.")
    place, source = (text[1:], read_text(text[1:])) if text.startswith("@") else (option, text)
    try:
        return read_json(source)
    except InvalidDocument as error:
        quoting = None if text.startswith("@") else "Write JSON in single quotes, or @ and a file's name."
        where = f"{place}: {error.where}" if error.where else place
        raise InvalidDocument(f"{place}: {error.message}", where=where, advice=error.advice or quoting) from None
