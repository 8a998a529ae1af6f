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
    from functions.cli.client.signed import Signing
    from functions.cli.client.tokens import Tokens
    from functions.server.product import Product

Json = Any

QUIET = "WARNING"
"""Commands print results; their log is for trouble, unless AUTOMATE_LOG_LEVEL says otherwise."""

LONGEST_TOKEN = 4096
"""In characters, with room to spare: no more is read of the file that is named."""


@dataclass(frozen=True, slots=True)
class Session:
    """One invocation of the command line."""

    settings: Settings
    screen: Screen
    endpoint: str | None = None
    """A server's or deployment's address: commands ask it instead of the data folder."""
    token_file: str | None = None
    """A file with a named token: commands ask with it instead of as the folder's owner."""
    iam: bool = False
    """Requests are signed with AWS credentials, for a stage's door for IAM roles."""

    @classmethod
    def begin(
        cls, screen: Screen, *, data_dir: str | None, endpoint: str | None = None, token_file: str | None = None,
        iam: bool = False,
    ) -> Session:
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
        if iam and (token_file or not endpoint):
            raise InvalidDocument(
                "requests to a stage are signed, and have no token then" if endpoint else
                "only requests to a stage are signed: a data folder has no callers by IAM", where="--iam",
                advice="Give --endpoint URL, the output ApiUrl, and no --token-file.",
            )
        return cls(settings, screen, endpoint or None, token_file or None, iam)

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
            token = self.named_token()
            with self.product() as product:
                yield self.local(product, token=token)
            return
        with TemporaryDirectory(prefix="automate-") as scratch, replace(
            self, settings=replace(self.settings, data_dir=scratch)
        ).product() as product:
            yield self.local(product)

    def named_token(self) -> str | None:
        """The token of --token-file; None without it. Raises InvalidDocument for a file that cannot be read."""
        if self.token_file is None:
            return None
        try:
            with Path(self.token_file).open(encoding="ascii") as file:
                text = file.read(LONGEST_TOKEN).strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no token"
            raise InvalidDocument(f"{self.token_file} cannot be read: {why}", where="--token-file") from None
        if not text:
            raise InvalidDocument(f"{self.token_file} is empty", where="--token-file", advice="Put the token in it.")
        return text

    def local(self, product: Product, *, patience: float = 0.0, token: str | None = None) -> Client:
        """The application over an open data folder, as its owner or with a named token. A worker may take `patience`
        seconds to appear."""
        from functions.cli.client.client import Client
        from functions.cli.client.in_process import InProcess

        return Client(InProcess(product, patience=patience, token=token), warn=self.screen.warn, option_of=option_of)

    def remote(self, endpoint: str) -> Client:
        """The application at an address."""
        from functions.cli.client.client import Client
        from functions.cli.client.over_http import OverHttp, check_endpoint

        address = check_endpoint(endpoint)
        transport = OverHttp(
            self._door(address), lambda: self._authorization(address), signing=self._signing(address)
        )
        return Client(transport, warn=self.screen.warn, option_of=option_of)

    def _signing(self, endpoint: str) -> Signing | None:
        """What signs requests; None where they are not."""
        if not self.iam:
            return None
        from functions.cli.client.signed import Signing, own_credentials

        return Signing(endpoint, own_credentials)

    def _door(self, endpoint: str) -> str:
        """Where a stage takes a named token or a signature: beside the addresses whose callers its gateway knows by
        their sign-in."""
        from functions.cli.client.over_http import LOOPBACK

        if self.iam:
            return endpoint if endpoint.endswith("/iam") else f"{endpoint}/iam"
        if self.token_file is None or urlsplit(endpoint).hostname in LOOPBACK or endpoint.endswith("/token"):
            return endpoint
        return f"{endpoint}/token"

    def _authorization(self, endpoint: str) -> str:
        """What --token-file names, or what a sign-in left; of the server that serves the data folder, the owner's
        token."""
        from functions.cli.client.over_http import LOOPBACK
        from functions.server.server import token_of

        tokens, parts = self.tokens(), urlsplit(endpoint)
        named = self.named_token()
        if named is not None:
            return f"Bearer {named}"
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
