"""The command of the ledger of effects: which calls an execution made, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator

import click

from functions.cli.client.client import Client, part
from functions.cli.files import Json
from functions.cli.session import session

_PAGE = 1000
_MOST_DEEP = 20
_SAYS = {
    "DONE": "done", "NOT_DONE": "certainly not done", "UNKNOWN": "unknown", "REPEATED": "repeated with the same key",
    "UNDER_WAY": "under way", "IN_CHILDREN": "in its items' executions", "RECORDED": "answered from the record",
}
_WITHOUT_INTENTS = (
    "An EXPRESS execution keeps no intents: what an earlier run of it called, or an open one calls, is not known."
)


@click.command()
@click.argument("id", metavar="ID")
@click.option("--state", metavar="STATE", help="Only the calls of this state.")
@click.option("--children", is_flag=True, help="Also those of the executions that it started, and of Map items.")
def effects(*, id: str, state: str | None, children: bool) -> None:  # noqa: A002
    """List the calls that an execution made, and what came of each: done, certainly not done, or unknown.

    A call that a killed worker may have made is UNKNOWN until another repeats it with the same key."""
    with session().client() as api:
        found, keeps = _ledger(api, id, children=children)
    found = [row for row in found if state is None or row["state"] == state]
    several = children and any(row["execution"] != id for row in found)
    rows = [((row["execution"],) if several else ()) + _row(row) for row in found]
    first = ("EXECUTION",) if several else ()
    headers = (*first, "STATE", "ITEM", "ATTEMPT", "CALLS", "BEGAN", "WHAT CAME OF IT", "KEY")
    session().screen.show_table(
        {"effects": found, "keeps_intents": keeps}, headers, rows,
        empty="It made no call." if state is None else f"It made no call of {state}.",
    )
    if not keeps:
        session().screen.notice(_WITHOUT_INTENTS)


def _ledger(api: Client, execution: str, *, children: bool, depth: int = 0) -> tuple[list[Json], bool]:
    """The rows of an execution, each with its name, and behind each row those of the children that it started."""
    found: list[Json] = []
    keeps, token = True, None
    while True:
        page = api.get(f"/executions/{part(execution)}/effects", limit=_PAGE, next_token=token)
        keeps, token = keeps and page["keeps_intents"], page["next_token"]
        for row in page["effects"]:
            found.append({"execution": execution, **row})
            for child in _started(api, execution, row) if children and depth < _MOST_DEEP else ():
                more, kept = _ledger(api, child, children=True, depth=depth + 1)
                found += more
                keeps = keeps and kept
        if token is None:
            return found, keeps


def _started(api: Client, execution: str, row: Json) -> Iterator[str]:
    """The executions that a row has started."""
    if row["child"] is not None and row["outcome"] == "DONE":
        yield row["child"]
    if row["map_run"] is None:
        return
    run, first = row["map_run"].rpartition("/")[2], 0
    while first is not None:
        page = api.get(f"/executions/{part(execution)}/map-runs/{part(run)}/executions", first=first, limit=_PAGE)
        first = page["next_first"]
        yield from (child["id"] for child in page["executions"])


def _row(row: Json) -> tuple[str, ...]:
    says = _SAYS[row["outcome"]]
    for more in (row["service_id"], row["error"]):
        says += f": {more}" if more is not None else ""
    calls = row["map_run"] or f"{row['connector']}:{row['action']}"
    once = ", at most once" if row["at_most_once"] else ""
    return (
        row["state"], ".".join(map(str, row["items"])), str(row["attempt"]), calls + once,
        row["began_at"] or "not yet", says, row["idempotency_key"],
    )


COMMANDS = (effects,)
