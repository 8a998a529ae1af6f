"""Commands that serve: up, worker, demo; the link that signs a browser in, and what signs all out."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click

from engine.adapters.local.privacy import keep_private
from engine.errors import NotFound, Refused
from functions.cli.demo import prepare, run_order
from functions.cli.ranges import WholeRange
from functions.cli.session import session
from functions.server.logs import log_to_file
from functions.server.owner import Owner
from functions.server.product import Product, load_worker
from functions.server.resources import allow_samples
from functions.server.server import LocalServer, port_in_use, sign_in_link

_LOG = logging.getLogger(__name__)

_WORKER_SECONDS = 10.0
"""So long a worker beside the server may take to appear."""

_PORT = click.option(
    "--port", type=WholeRange(0, 65535), metavar="N", help="By default PORT, or 8400; 0: a free one."
)
_WORKERS = click.option(
    "--workers", type=WholeRange(0, 64), default=1, show_default=True, metavar="N", help="Worker processes."
)


@click.command()
@_PORT
@_WORKERS
def up(*, port: int | None, workers: int) -> None:
    """Serve the API on 127.0.0.1, with worker processes beside it. Ctrl-C stops it."""
    current = session()
    with current.product() as product:
        server = LocalServer(product, port=current.settings.port if port is None else port)
        log_to_file(product.folder, "server", current.settings.log_level)
        current.screen.warn(_what_cannot_run(product))

        def ready() -> None:
            link = server.sign_in_link()
            shape = {"url": server.url, "sign_in": link, "data_dir": str(product.folder)}
            current.screen.show(shape, lambda: click.echo(
                f"Automate serves on {server.url}\n"
                f"  sign in (once, within 10 minutes): {link}\n"
                f"  data: {product.folder}   log: {product.folder / 'logs'}\n"
                f"  stop: Ctrl-C"
            ))
            sys.stdout.flush()

        server.serve(workers=workers, ready=ready)
        current.screen.say("stopped")


@click.command()
@click.option("--until-input-ends", is_flag=True, hidden=True, help="Stop when standard input is closed.")
@click.option("--log-name", hidden=True, help="Log to a file of this name in the data folder.")
@click.option("--samples-port", type=int, hidden=True, help="Where the server that started it has the samples.")
def worker(*, until_input_ends: bool, log_name: str | None, samples_port: int | None) -> None:
    """Be a worker: take executions from state to state until Ctrl-C. Several share a data folder."""
    current = session()
    if log_name is not None:
        log_to_file(Path(current.settings.data_dir), log_name, current.settings.log_level)
    stopping = threading.Event()

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    if until_input_ends:
        threading.Thread(target=_until_input_ends, args=(stopping,), name="server-watch", daemon=True).start()
    load_worker()  # before others see that a worker is there
    with current.product() as product:
        port = port_in_use(product.folder) if samples_port is None else samples_port
        if port is not None:
            allow_samples(product.settings, port)
        _LOG.info("worker %s began", product.stores.owner)
        if log_name is not None:
            _what_cannot_run(product)
        else:
            current.screen.warn(product.not_startable())
            current.screen.say(f"A worker of {product.folder} is at work. Ctrl-C stops it.")
            sys.stdout.flush()
        product.work(stopping.is_set)
        _LOG.info("worker %s stopped", product.stores.owner)


@click.command()
@_PORT
@_WORKERS
@click.option("--samples", type=click.Path(path_type=Path), default=Path("workflows"), show_default=True,
              metavar="FOLDER", help="The sample workflows.")
def demo(*, port: int | None, workers: int, samples: Path) -> None:
    """Serve, with the sample workflows published and order_flow run once. What `make run` does."""
    current = session()
    with current.product() as product:
        server = LocalServer(product, port=current.settings.port if port is None else port)
        log_to_file(product.folder, "server", current.settings.log_level)
        try:
            notes = prepare(product, samples)
        except BaseException:
            server.close()
            raise
        click.echo(f"Automate serves on {server.url}, data in {product.folder}")
        for note in notes:
            click.echo(f"  {note}")
        sys.stdout.flush()

        def ready() -> None:
            # The order calls the sample services of this very server, so it runs beside the serving thread.
            patience = _WORKER_SECONDS if workers else 0.0
            api = current.local(product, patience=patience)
            threading.Thread(
                target=run_order, args=(api, product, server, samples), kwargs={"patience": patience}, name="demo",
                daemon=True,
            ).start()

        server.serve(workers=workers, ready=ready)
        click.echo("\nStopped. Everything is kept: make run goes on where this ended.")


@click.command()
def signin() -> None:
    """Print a new link that signs a browser in, once, within 10 minutes."""
    current = session()
    folder = Path(current.settings.data_dir)
    port = port_in_use(folder)
    if port is None:
        raise NotFound(f"no server runs on {folder}", advice="Start it: automate up.")
    for text in keep_private(folder):
        current.screen.notice(f"{folder}: {text}")
    link = sign_in_link(Owner(folder, current.screen.clock), port)
    current.screen.show({"sign_in": link}, lambda: click.echo(link))


@click.command()
@click.option("--new-token", is_flag=True, help="Make another token too: programs that hold the old one are refused.")
def signout(*, new_token: bool) -> None:
    """Sign every browser out, at once, whether the server runs or not; links that nobody used open nothing."""
    current = session()
    if current.endpoint is None and current.token_file is not None:
        raise Refused("a named token signs nobody out", where="--token-file", advice="Leave it out.")
    if current.endpoint is None:
        with current.product() as product:
            owner = Owner(product.folder, product.clock)
            ended = owner.sign_all_out()
            if new_token:
                owner.replace_token()
    elif new_token:
        raise Refused("another token is made on the folder itself", where="--new-token", advice="Leave --endpoint out.")
    else:
        with current.client() as api:
            if api.get("/me")["stage"] != "local":
                raise NotFound("a stage's browsers sign out in the Studio", advice="automate logout forgets your own.")
            ended = api.post("/signout?everywhere=true")["signed_out"]
    token = f"; another token is in {Path(current.settings.data_dir) / 'token'}" if new_token else ""
    shape = {"signed_out": ended, "new_token": new_token}
    current.screen.show(shape, lambda: click.echo(f"{ended} signed out{token}"))


def _what_cannot_run(product: Product) -> list[str]:
    """Product.not_startable, which the log file has as well."""
    lines = product.not_startable()
    for line in lines:
        _LOG.warning("%s", line)
    return lines


def _until_input_ends(stopping: threading.Event) -> None:
    # os.read, not sys.stdin: its lock would be held while the interpreter shuts down.
    while os.read(0, 1024):
        pass
    stopping.set()


COMMANDS = (up, worker, demo, signin, signout)
