"""Commands for what people are asked: list, show, answer."""

from __future__ import annotations

import json

import click

from functions.cli.client.client import part
from functions.cli.files import Json, read_value
from functions.cli.groups import Grouped
from functions.cli.ranges import WholeRange
from functions.cli.session import session

_PAGE = 100


@click.group(cls=Grouped)
def approvals() -> None:
    """See what people are asked, and answer."""


@approvals.command("list")
@click.option("--limit", type=WholeRange(1), default=100, show_default=True, metavar="N", help="At most so many.")
def list_(*, limit: int) -> None:
    """List what waits for an answer, oldest first."""
    found: list[Json] = []
    token = None
    with session().client() as api:
        while len(found) < limit:
            page = api.get("/approvals", limit=min(_PAGE, limit - len(found)), next_token=token)
            found += page["approvals"]
            token = page["next_token"]
            if token is None:
                break
    rows = [
        (one["id"], one["execution"], one["question"], one["since"], one["until"] or "", _progress(one),
         "yes" if one["may_answer"] else "no")
        for one in found
    ]
    session().screen.show_table(
        {"approvals": found, "more": token is not None}, ("ID", "EXECUTION", "QUESTION", "SINCE", "UNTIL", "ANSWERS",
                                                          "FOR YOU"), rows, empty="Nothing waits for an answer.",
    )


@approvals.command()
@click.argument("id", metavar="ID")
def show(*, id: str) -> None:  # noqa: A002
    """Show one approval: what is asked, the form, and who has answered."""
    with session().client() as api:
        found = api.whole(api.get(f"/approvals/{part(id)}"))
    session().screen.show(found, lambda: _print(found))


@approvals.command()
@click.argument("id", metavar="ID")
@click.argument("decision", type=click.Choice(("approve", "refuse")))
@click.option("--comment", default="", metavar="TEXT", help="What you want to say about it.")
@click.option("--values", "text", metavar="JSON|@FILE", help="What the form asks for, as JSON.")
def answer(*, id: str, decision: str, comment: str, text: str | None) -> None:  # noqa: A002
    """Approve or refuse. One answer of each person counts."""
    body: dict[str, Json] = {"decision": {"approve": "approved", "refuse": "refused"}[decision], "comment": comment}
    if text is not None:
        body["values"] = read_value(text, "--values")
    with session().client() as api:
        done = api.post(f"/approvals/{part(id)}/answer", body)
    left = f"your answer counts; {done['left']} more must approve"
    session().screen.show(done, lambda: click.echo(done["decision"] or left))


def _progress(one: Json) -> str:
    return f"{len(one['answers'])} of {one['needed']}"


def _print(found: Json) -> None:
    for name, text in (
        ("question", found["question"]), ("execution", f"{found['execution']}, {found['state']}"),
        ("since", found["since"]), ("until", found["until"] or "no end"),
        ("for", ", ".join(found["approvers"]) or "whoever may answer tasks"), ("answers", _progress(found)),
    ):
        click.echo(f"{name:10} {text}")
    for one in found["answers"]:
        click.echo(f"{'':10} {one['decision']} by {one['by']} at {one['at']}" + (
            f": {one['comment']}" if one["comment"] else ""
        ))
    if found["details"] is not None:
        click.echo(json.dumps(found["details"], indent=2, ensure_ascii=False))
    if found["fields"]:
        click.echo("The form, for --values:")
        for field in found["fields"]:
            needed = "" if field["required"] else ", optional"
            choices = f": {', '.join(field['choices'])}" if field["choices"] else ""
            click.echo(f"  {field['name'] or 'the whole value'} ({field['type']}{needed}){choices}")
    values = " --values @FILE" if any(field["required"] for field in found["fields"]) else ""
    how = f"answer it: automate approvals answer {found['id']} approve{values}"
    click.echo(how if found["may_answer"] else found["why_not"])


COMMANDS = (approvals,)
