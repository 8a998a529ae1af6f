"""What ``make run`` shows: the samples published, one order run on the sample services, and what to do next.

It may be run again and again: unchanged samples change nothing, a secret that is set stays, each run is a new order.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import click

from engine.adapters.local.privacy import write_private
from engine.errors import AutomateError, Conflict, InvalidDocument
from engine.settings import Settings
from functions.app.strict_json import read_json
from functions.cli.client.client import ApiError, Client
from functions.cli.commands.workflows import import_into
from functions.cli.files import Json, read_text
from functions.cli.screen import duration, indented, status_mark
from functions.cli.session import session
from functions.server.product import Product
from functions.server.server import LocalServer

LOOK_SECONDS = 0.05
WORKFLOW = "order_flow"
SECRET = "DEMO_PAYMENT_KEY"  # noqa: S105  the secret's name
SECRET_VALUE = "demo-payment-key-of-the-sample-service"  # noqa: S105  the sample service takes any


def prepare(product: Product, samples: Path) -> list[str]:
    """Import and publish the samples, set the demo secret; a line for each thing that was done."""
    files = sorted(samples.glob("*.json"))
    if not files:
        raise InvalidDocument(
            f"{samples} holds no workflows", where="--samples", advice="Run it in the project's folder."
        )
    notes: list[str] = []
    api = session().local(product)
    # Before what uses it: publishing warns of a secret that is not there, and refuses one that is not granted.
    is_new = all(item["key"] != SECRET for item in api.get("/secrets")["secrets"])
    if is_new:
        api.put(f"/secrets/{SECRET}", {"value": SECRET_VALUE})
        api.post(f"/secrets/{SECRET}/grants", {"workflow": WORKFLOW, "connector": "http"})
    for file in files:
        try:
            done = import_into(api, str(file), publish=True, note="sample")
        except ApiError as error:
            if error.as_dict()["code"] != Conflict.code:
                raise
            # Somebody edited the sample's draft: theirs stays.
            notes.append(f"{file.stem}: kept as it is, for {error.message}")
        else:
            how = "published" if done["published"] else "unchanged"
            notes.append(f"{done['workflow']} version {done['version']}: {how}")
    if is_new:
        notes.append(f"secret {SECRET}: set (a sample value), and granted to {WORKFLOW}")
    return notes


def run_order(api: Client, product: Product, server: LocalServer, samples: Path, *, patience: float) -> None:
    """Run one order, print its result and what to do next. On a thread beside the server's. A worker may take
    `patience` seconds to appear: the order is started once it is there, so that its time is its own."""
    try:
        give_up_at = product.clock.now() + patience
        while not product.worker_lives() and product.clock.now() < give_up_at:
            product.clock.sleep(LOOK_SECONDS)
        order = {**read_json(read_text(str(samples / WORKFLOW / "input.json"))), "endpoint": f"{server.url}/samples"}
        order_file = product.folder / "order.json"  # on any port, for whoever starts it again
        write_private(order_file, json.dumps(order, indent=2) + "\n")
        started = api.post(f"/workflows/{WORKFLOW}/executions", {"input": order})
        click.echo(f"\nRunning {WORKFLOW} on a sample order …")
        sys.stdout.flush()
        _print_result(api.ended(started["id"]))
        _print_next(product, server, started["id"], order_file)
    except AutomateError as error:
        click.echo(f"automate: the sample order could not be run: {error}", err=True)
    sys.stdout.flush()


def _print_result(execution: Json) -> None:
    took = duration(execution["duration_seconds"] or 0.0)
    click.echo(f"{execution['id']}  {status_mark(execution['status'])} in {took}")
    if execution["status"] == "SUCCEEDED":
        click.echo(indented(execution["output"]))
    else:
        click.echo(f"{execution['error']}: {execution['cause']}")


def _print_next(product: Product, server: LocalServer, execution_id: str, order_file: Path) -> None:
    command = _command(product)
    click.echo(f"""
Sign in (once, within 10 minutes):  {server.sign_in_link()}

In a second terminal:
  {command} executions
  {command} show {execution_id}
  {command} start {WORKFLOW} --input @{order_file} --wait

Stop with Ctrl-C; the state stays in {product.folder}.""")


def _command(product: Product) -> str:
    """How this command is written in a second terminal, in the folder of the first."""
    program = Path(sys.argv[0])
    shown = os.path.relpath(program) if program.name == "automate" else "automate"
    folder = product.settings.data_dir
    if folder == Settings().data_dir:
        return shown
    return f"{shown} --data-dir {shlex.quote(folder)}"
