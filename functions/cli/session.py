"""What a command works with: settings, screen and, once it asks for it, the application."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from engine.errors import InvalidDocument
from engine.language.expr import limits
from engine.records import dataclass
from engine.settings import Settings
from functions.app import failures
from functions.cli.options import option_of
from functions.cli.screen import Screen
from functions.server.logs import log_to_terminal

if TYPE_CHECKING:
    from functions.cli.client.client import Client
    from functions.cli.client.tokens import Tokens
    from functions.server.product import Product

Json = Any

QUIET = "WARNING"
"""Commands print results; their log is for trouble, unless AUTOMATE_LOG_LEVEL says otherwise."""


@dataclass(frozen=True, slots=True)
class Session:
    """One invocation of the command line."""

    settings: Settings
    screen: Screen
    endpoint: str | None = None
    """A server's or deployment's address: commands ask it instead of the data folder."""

    @classmethod
    def begin(cls, screen: Screen, *, data_dir: str | None, endpoint: str | None = None) -> Session:
        """Read the settings; the others are the options of their names."""
        settings = Settings.from_environment(os.environ)
        limits.apply(settings)
        if data_dir == "":  # which would be the folder that we stand in
            raise InvalidDocument("the data folder has no name", where="--data-dir", advice="Name a folder.")
        if data_dir is not None:
            settings = replace(settings, data_dir=data_dir)
        if "AUTOMATE_LOG_LEVEL" in os.environ:
            log_to_terminal(settings.log_level)
        else:  # what a route says of a failure, the command's error says too
            log_to_terminal(QUIET, without=failures.__name__)
        return cls(settings, screen, endpoint or None)

    def tokens(self) -> Tokens:
        """Who is signed in where."""
        from functions.cli.client.tokens import Tokens, cognito_client, default_path

        return Tokens(default_path(os.environ), self.screen.clock, cognito_client)

    @contextmanager
    def client(self, *, folder: bool = True) -> Iterator[Client]:
        """The application at the endpoint; without one, over the data folder in this process. `folder` False is for
        what needs none: nothing of it is read or made then."""
        if self.endpoint is not None:
            yield self.remote(self.endpoint)
            return
        if folder:
            with self.product() as product:
                yield self.local(product)
            return
        with TemporaryDirectory(prefix="automate-") as scratch, replace(
            self, settings=replace(self.settings, data_dir=scratch)
        ).product() as product:
            yield self.local(product)

    def local(self, product: Product, *, patience: float = 0.0) -> Client:
        """The application over an open data folder. A worker may take `patience` seconds to appear."""
        from functions.cli.client.client import Client
        from functions.cli.client.in_process import InProcess

        return Client(InProcess(product, patience=patience), warn=self.screen.warn, option_of=option_of)

    def remote(self, endpoint: str) -> Client:
        """The application at an address."""
        from functions.cli.client.client import Client
        from functions.cli.client.over_http import OverHttp, check_endpoint

        address = check_endpoint(endpoint)
        transport = OverHttp(address, lambda: self._authorization(address))
        return Client(transport, warn=self.screen.warn, option_of=option_of)

    def _authorization(self, endpoint: str) -> str:
        """What a sign-in left; of the server that serves the data folder, the owner's token."""
        from functions.cli.client.over_http import LOOPBACK
        from functions.server.server import token_of

        tokens, parts = self.tokens(), urlsplit(endpoint)
        if parts.hostname in LOOPBACK and not tokens.knows(endpoint):
            owner = token_of(Path(self.settings.data_dir), parts.port or 80)
            if owner is not None:
                return f"Bearer {owner}"
        return tokens.token(endpoint)

    @contextmanager
    def product(self) -> Iterator[Product]:
        """The product over the data folder. Other processes call this one by its command."""
        from functions.server.product import Product

        command = " ".join(click.get_current_context().command_path.split()[:2])
        product = Product.open(self.settings, command=command, environment=os.environ)
        try:
            for text in product.stores.mended:
                self.screen.notice(f"{product.folder}: {text}")
            yield product
        finally:
            product.close()


def session() -> Session:
    """The running command's session."""
    found = click.get_current_context().find_object(Session)
    if found is None:
        raise RuntimeError("a command ran without a session")
    return found
