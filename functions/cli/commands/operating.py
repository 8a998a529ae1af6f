"""Commands of those who keep it running: pause, resume, backup, compact, erase."""

from __future__ import annotations

from pathlib import Path

import click

from engine.errors import InvalidDocument
from functions.cli.client.client import Client, part
from functions.cli.commands.many import PENDING, confirm_erasing
from functions.cli.files import Json
from functions.cli.screen import counted, status_mark
from functions.cli.session import session


@click.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every workflow.")
@click.option("--starts", type=click.Choice(("queue", "refuse")), default="queue", show_default=True,
              help="queue: accepted, and begun once resumed.")
@click.option("--running", type=click.Choice(("finish", "hold")), default="finish", show_default=True,
              help="hold: nothing new begins until resumed; calls under way are waited for.")
def pause(*, name: str | None, every: bool, starts: str, running: str) -> None:
    """Pause a workflow, or with --all every one; with neither, list what is paused."""
    with session().client() as api:
        if name is None and not every:
            _list_pauses(api.get("/pauses"))
            return
        made = api.post(f"{_at(name, every=every)}/pause", {"starts": starts, "running": running})
    what = "every workflow" if every else name
    then = "starts wait" if starts == "queue" else "starts are refused"
    runs = "what has begun runs on" if running == "finish" else "what runs holds within 2 s"
    session().screen.show(made, lambda: click.echo(f"{what} is paused: {then}, {runs}"))


@click.command()
@click.argument("what", metavar="ID|NAME", required=False)
@click.option("--all", "every", is_flag=True, help="What was paused by pause --all.")
def resume(*, what: str | None, every: bool) -> None:
    """Let a paused workflow go on, or a PAUSED execution.

    An execution is PAUSED by the product itself after it has cost its workers again and again; show says how."""
    screen = session().screen
    with session().client() as api:
        if what is not None and ":" in what and not every:
            resumed = api.whole(api.post(f"/executions/{part(what)}/resume"))
            screen.show(resumed, lambda: click.echo(f"{resumed['id']}: {status_mark(resumed['status'])} again"))
            return
        done = api.post(f"{_at(what, every=every)}/resume")
    more = "" if done["complete"] else "; the others follow within 16 minutes"
    screen.show(done, lambda: click.echo(
        f"{'every workflow' if every else what} goes on: {done['woken']} open executions woken{more}"
    ))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(*, folder: Path) -> None:
    """Copy the live data folder: executions, workflows, audit log and secrets of one moment.

    The copy is a data folder itself (automate --data-dir FOLDER …), holds the key of the secrets, and is checked."""
    from engine.adapters.local.backup import back_up
    from engine.adapters.local.secret_store import LocalSecretStore

    settings = session().settings
    source = Path(settings.data_dir)
    store = LocalSecretStore(source, session().screen.clock, busy_timeout=settings.busy_timeout_seconds)
    made = back_up(source, folder, copy_secrets=store.copy_to)
    shape = {
        "folder": str(made.folder), "bytes": made.bytes, "workflows": made.workflows, "executions": made.executions,
        "unfinished": made.unfinished,
    }
    session().screen.show(shape, lambda: click.echo(
        f"{made.folder} holds {made.workflows} workflows and {made.executions} executions ({made.unfinished} "
        f"unfinished), {made.bytes:,} bytes, checked. It holds the secrets and their key: keep it as safe as them."
    ))


@click.command()
def compact() -> None:
    """Write the folder's database anew without its free pages, while nothing else works on it.

    A folder that an earlier release made gives back what retention frees only after this was done once; until then
    its free pages are used for what is written next. It needs twice the database's size of free disk."""
    with session().product() as product:
        before, after = product.stores.space.compact()
    session().screen.show({"before": before, "after": after}, lambda: click.echo(
        f"{product.folder}: {before:,} bytes before, {after:,} now; free pages are given back from here on"
    ))


@click.command()
@click.option("--business-key", metavar="KEY", help="Executions with exactly this business key.")
@click.option("--workflow", metavar="NAME", help="Of this workflow alone.")
@click.option("--actor", metavar="NAME", help="Whoever the audit log names so: their name, and where they acted from.")
@click.option("--dry-run", is_flag=True, help="Only list what is found.")
@click.option("--yes", is_flag=True, help="Do it without being asked.")
def erase(*, business_key: str | None, workflow: str | None, actor: str | None, dry_run: bool, yes: bool) -> int:
    """Erase every execution with a business key that has ended, or an actor's name. It cannot be undone.

    What is found is listed first.
    What still runs stays and is named, and the exit status is 1 then, with --dry-run too: stop it, and erase again."""
    if (business_key is None) == (actor is None):
        raise InvalidDocument("name either a business key or an actor", where="--business-key")
    if actor is not None:
        if workflow is not None:
            raise InvalidDocument("--workflow goes with --business-key", where="--workflow")
        return _erase_actor(actor, dry_run=dry_run, yes=yes)
    given = {"business_key": business_key, "workflow": workflow}
    screen = session().screen
    with session().client() as api:
        looked = _pages(api, {**given, "dry_run": True})
        found, views = looked["found"], looked["views"]
        some = [item for item in found if item["refusal"] is None]
        if not screen.as_json or dry_run:
            screen.show_table(
                {"found": found, "views": views}, ("ID", "STATUS", "STARTED", "BECAUSE OF", ""),
                [(item["id"], item["status"], screen.ago(item["started_at"]), item["because_of"] or "",
                  f"stays: {item['refusal']}" if item["refusal"] else "") for item in found],
                empty="No execution has this business key.",
            )
        if dry_run or not (some or views):
            if screen.as_json and not dry_run:
                screen.show({"erased": [], "pending": False, "refused": found, "views": []}, lambda: None)
            return 1 if len(some) < len(found) else 0
        what = [counted(len(each), noun) for each, noun in ((some, "execution"), (views, "saved view")) if each]
        confirm_erasing(f"Erase {' and '.join(what)} for good?", yes=yes)
        done = _pages(api, given)
    known = {item["id"] for item in found if item["refusal"] is not None}
    refused = [item for item in done["found"] if item["refusal"] is not None]

    def for_people() -> None:
        click.echo(f"{len(done['executions'])} erased{PENDING if done['pending'] else ''}")
        for item in refused:
            if item["id"] not in known:
                click.echo(f"{item['id']} stays: {item['refusal']}")

    screen.show({
        "erased": done["executions"], "pending": done["pending"], "refused": refused, "views": done["views"],
    }, for_people)
    return 1 if refused else 0


def _erase_actor(actor: str, *, dry_run: bool, yes: bool) -> int:
    screen = session().screen
    with session().client() as api:
        would = api.post("/erasures/actors", {"actor": actor, "dry_run": True})
        found, conversations = would["actors"], would.get("conversations", 0)  # an earlier release has none
        plural = "" if conversations == 1 else "s"
        also = f"{conversations} conversation{plural} with the copilot" if conversations else ""
        if not (found or conversations) or dry_run:
            screen.show({"actors": found, "erased": [], "conversations": conversations}, lambda: click.echo(
                "\n".join([*found, *filter(None, [also])])
                or "The audit log has no actor of this name, except what earlier releases wrote."
            ))
            return 0
        named = ", ".join([*(f"{each} from the audit log" for each in found), *filter(None, [also])])
        confirm_erasing(f"Erase {named} for good?", yes=yes)
        done = api.post("/erasures/actors", {"actor": actor})
    screen.show({"actors": found, "erased": done["actors"], "conversations": conversations}, lambda: click.echo(
        f"{', '.join([*done['actors'], *filter(None, [also])])}: erased{PENDING if done['pending'] else ''}"
    ))
    return 0


def _pages(api: Client, given: Json) -> Json:
    """What all pages say together."""
    found: Json = {"found": [], "executions": [], "views": [], "pending": False}
    token = None
    while True:
        page = api.post("/erasures", {**given, "next_token": token})
        found["found"] += page["found"]
        found["executions"] += page["executions"]
        views = page.get("views", ())  # an earlier release has none
        found["views"] += [view for view in views if view not in found["views"]]
        found["pending"] = found["pending"] or page["pending"]
        token = page["next_token"]
        if token is None:
            return found


def _at(name: str | None, *, every: bool) -> str:
    """Where one workflow, or all of them, are paused and resumed."""
    if (name is None) != every:
        raise InvalidDocument(
            "nothing is named: give a workflow's name, or --all" if name is None else
            f"give {name!r} or --all, not both", where="--all",
        )
    return "" if name is None else f"/workflows/{part(name)}"


def _list_pauses(found: Json) -> None:
    screen = session().screen
    screen.show_table(
        found, ("WORKFLOW", "STARTS", "RUNNING", "SINCE", "BY"),
        [("* (all)" if item["workflow"] == "*" else item["workflow"], item["starts"], item["running"],
          screen.ago(item["paused_at"]), item["paused_by"]) for item in found["pauses"]],
        empty="Nothing is paused.",
    )


COMMANDS = (pause, resume, backup, compact, erase)
