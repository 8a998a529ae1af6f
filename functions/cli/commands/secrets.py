"""Commands about secrets. A value is read from standard input or a prompt, never from the command line."""

from __future__ import annotations

import sys

import click

from engine.durable.execution import iso_time
from engine.errors import InvalidDocument, NotFound
from engine.governance.secret_refs import check_key
from engine.governance.shadowing import shadowed_by
from engine.ports.secrets import SecretInfo
from functions.cli.session import session
from functions.server.product import Product

MASK = "********"


ALLOW_SHORT = click.option(
    "--allow-short", is_flag=True, help="Take a value of fewer than 8 characters, which masking cannot find safely."
)


@click.group()
def secrets() -> None:
    """The secrets that connectors use: names are shown, values are not."""


@secrets.command("list")
def list_secrets() -> None:
    """List the secrets by name, in the order in which backends are asked."""
    with session().product("secrets") as product:
        screen = session().screen
        found = [
            info for backend in product.services.secret_backends for info in backend.list(product.settings.workspace)
        ]
        shapes = [
            {"key": info.key, "backend": info.backend, "updated_at": iso_time(info.updated_at),
             "updated_by": info.updated_by, "shadowed_by": _shadow(product, info.key, info.backend)}
            for info in found
        ]
        cells = [
            (info.key, where(info.backend, shape["shadowed_by"]), screen.ago(info.updated_at), info.updated_by or "")
            for info, shape in zip(found, shapes, strict=True)
        ]
        screen.show({"secrets": shapes}, lambda: screen.table(
            ("KEY", "WHERE", "CHANGED", "BY"), cells, empty="No secrets. Set one: automate secrets set KEY"
        ))


@secrets.command("set")
@click.argument("key")
@ALLOW_SHORT
def set_secret(*, key: str, allow_short: bool) -> None:
    """Create or rotate KEY; the value comes from standard input or a prompt."""
    check_key(key)
    value = typed_value(key)
    with session().product("secrets") as product:
        info = product.services.writable_secrets.set(
            product.settings.workspace, key, value, actor=product.actor, allow_short=allow_short
        )
        _written(product, info, "is set")


@secrets.command("rotate")
@click.argument("key")
@ALLOW_SHORT
def rotate_secret(*, key: str, allow_short: bool) -> None:
    """Give KEY, which must be there, a new value; workflows keep their references."""
    check_key(key)
    value = typed_value(key)
    with session().product("secrets") as product:
        info = product.services.writable_secrets.rotate(
            product.settings.workspace, key, value, actor=product.actor, allow_short=allow_short
        )
        _written(product, info, "is rotated")


@secrets.command("get")
@click.argument("key")
@click.option("--reveal", is_flag=True, help="Print the value itself.")
def get_secret(*, key: str, reveal: bool) -> None:
    """Say where KEY is found; its value only with --reveal."""
    with session().product("secrets") as product:
        backend, value = _found(product, key)
        shown = value if reveal else MASK
        shape = {"key": key, "backend": backend, "value": shown}
        session().screen.show(shape, lambda: click.echo(shown if reveal else f"{key}: {shown} (in the {backend})"))
        for other in _shadowed(product, key, backend):
            session().screen.notice(shadow_notice(key, other, backend))


@secrets.command("delete")
@click.argument("key")
def delete_secret(*, key: str) -> None:
    """Delete KEY from the local store."""
    with session().product("secrets") as product:
        if not product.services.writable_secrets.delete(product.settings.workspace, key, actor=product.actor):
            raise NotFound(f"the local store holds no secret {key!r}", advice="See automate secrets list.")
        session().screen.show({"key": key, "deleted": True}, lambda: click.echo(f"{key} is deleted"))


def _found(product: Product, key: str) -> tuple[str, str]:
    """The first backend that holds `key`, and the value."""
    for backend in product.services.secret_backends:
        value = backend.get(product.settings.workspace, key)
        if value is not None:
            return backend.name, value
    raise NotFound(f"no backend holds a secret {key!r}", where="KEY", advice=f"Set it: automate secrets set {key}")


def _shadow(product: Product, key: str, backend: str) -> str | None:
    return shadowed_by(product.services.secret_backends, product.settings.workspace, key, backend)


def _shadowed(product: Product, key: str, by: str) -> list[str]:
    """The other backends that hold `key`, and are not asked for it."""
    workspace = product.settings.workspace
    return [
        backend.name for backend in product.services.secret_backends
        if backend.name != by and any(info.key == key for info in backend.list(workspace))
    ]


def _written(product: Product, info: SecretInfo, done: str) -> None:
    shadow = _shadow(product, info.key, info.backend)
    shape = {"key": info.key, "backend": info.backend, "shadowed_by": shadow}
    session().screen.show(shape, lambda: click.echo(f"{info.key} {done} in the {info.backend}"))
    if shadow is not None:
        session().screen.notice(shadow_notice(info.key, info.backend, shadow))


def where(backend: str, shadow: str | None) -> str:
    """Where a secret is kept, for a table."""
    return backend if shadow is None else f"{backend}, not asked: the {shadow} has it"


def shadow_notice(key: str, backend: str, by: str) -> str:
    """Says that the value of `key` in `backend` is not the one that workflows get."""
    return f"Workflows do not get the value in the {backend}: the {by} has {key} too, and is asked first."


def typed_value(key: str) -> str:
    """A hidden prompt at a terminal; else standard input, without its last line break."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Value of {key}", hide_input=True, confirmation_prompt=True, err=True))
    try:
        return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InvalidDocument("the value is not UTF-8 text", where="standard input") from None


COMMANDS = (secrets,)
