"""The commands that drive a deployed stage. Each has the name and the options of the local one, and the API's JSON;
what only makes sense beside a data folder (up, worker, backup, simulate, …) is not among them.

    automate --endpoint URL login          once; then every command here, with --endpoint or AUTOMATE_ENDPOINT
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from engine.errors import InvalidDocument, StoreUnavailable, UserError
from engine.governance.audit_entry import parse_time
from functions.local.commands.cost import cost
from functions.local.commands.doctor import remote_doctor
from functions.local.commands.operating import confirm
from functions.local.commands.redrive import UNSUCCESSFUL, say
from functions.local.commands.secrets import typed_value
from functions.local.commands.tune import remote_tune
from functions.local.commands.workflows import document_in
from functions.local.remote.client import Api, ApiError, part
from functions.local.remote.into import IntoDeployment
from functions.local.resources import callable_tasks
from functions.local.screen import Screen, duration, indented, status_mark, styled_diff
from functions.local.session import Json, read_file, read_value, session
from functions.local.step_functions.options import WayIn, taken_in, taken_out, way_in, way_out
from functions.local.step_functions.out import write_out
from functions.local.step_functions.within import bring_in

_POLL_SECONDS = 1.0
_OPEN = ("RUNNING",)


def api() -> Api:
    """The API of the endpoint at hand."""
    return session().remote()


def screen() -> Screen:
    """Where to print."""
    return session().screen


@click.command()
@click.option("--user", prompt="Mail address", help="Your mail address, as you were invited with it.")
@click.option("--client-id", metavar="ID", help="With the API's own address: the output UserPoolClientId.")
@click.option("--region", metavar="REGION", help="With the API's own address: the user pool's region.")
def login(*, user: str, client_id: str | None, region: str | None) -> None:
    """Sign in to the deployment. The password comes from a prompt or standard input and is not kept."""
    at = api()
    if client_id is None or region is None:
        found = _published_configuration(at)
        client_id, region = client_id or found["client_id"], region or found["region"]
    password = _hidden("Password") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    made = session().tokens().sign_in(
        at.endpoint, region=region, client_id=client_id, user=user, password=password,
        answer=lambda what: _hidden(what.capitalize()),
    )
    screen().show({"endpoint": at.endpoint, "user": made.user}, lambda: click.echo(f"{made.user} is signed in"))


@click.command()
def logout() -> None:
    """Forget the sign-in to the deployment."""
    at = api()
    known = session().tokens().forget(at.endpoint)
    says = "signed out" if known else "nobody was signed in"
    screen().show({"endpoint": at.endpoint, "signed_out": known}, lambda: click.echo(says))


@click.command("workflows")
def list_workflows() -> None:
    """List the workflows."""
    found = api().get("/workflows")
    rows = [
        (item["name"], str(item["active_version"] or "none"), str(item["latest_version"] or "none"),
         _ago(item["updated_at"]), item["description"].partition("\n")[0])
        for item in found["workflows"]
    ]
    screen().show(found, lambda: screen().table(
        ("WORKFLOW", "ACTIVE", "LATEST", "CHANGED", "DESCRIPTION"), rows,
        empty="No workflows yet. Import one: automate import --file FILE --publish",
    ))


@click.command("import")
@click.option("--file", "path", metavar="FILE", help="A workflow document or a bare definition.")
@click.option("--name", metavar="NAME", help="The workflow's name, over the document's own; with --from the machine's.")
@click.option("--publish", is_flag=True, help="Publish it at once.")
@click.option("--note", default="", metavar="TEXT", help="What is new, for the list of versions.")
@click.option("--force", is_flag=True, help="Overwrite a draft that was edited since the last import.")
@way_in
def import_file(*, path: str | None, name: str | None, publish: bool, note: str, force: bool, **given: Any) -> None:
    """Make a file the draft of its workflow (JSON or YAML), or bring state machines in from AWS Step Functions."""
    way = taken_in(given, path=path, name=name, publish=publish)
    if path is None:
        _bring_in(way, name, force=force)
        return
    data = read_file(path)
    document, _ = document_in(data, path, name)
    found = api().post("/workflows/import", {
        "source": data.decode("utf-8-sig"), "name": document.name, "publish": publish, "note": note, "force": force,
    })

    def for_people() -> None:
        what = "created" if found["created"] else "changed" if found["changed"] else "unchanged"
        click.echo(f"{found['workflow']}: draft {what}")
        if found["diff"]:
            click.echo(styled_diff(found["diff"]))
        if found.get("version") is not None:
            click.echo(f"{found['workflow']}: version {found['version']['version']} is active")

    screen().show(found, for_people)


def _bring_in(way: WayIn, name: str | None, *, force: bool) -> None:
    """From Step Functions; exit status 1 unless all of it came in and was published."""
    stage = api().get("/me")["stage"]
    advice = (
        f"Some call AWS: each runs under the role automate-{stage}-task-WORKFLOW, which an admin makes "
        "(docs/deployment.md)."
    )
    if not bring_in(way, name, IntoDeployment(api()), force=force, advice=advice, screen=screen()):
        click.get_current_context().exit(1)


@click.command()
@click.argument("name")
@click.option("--version", type=int, metavar="N", help="A version; by default the draft.")
@click.option("--output", metavar="FILE", help="Write there instead of to standard output; with --to a folder.")
@way_out
def export(*, name: str, version: int | None, output: str | None, **given: Any) -> None:
    """Write a workflow's document, as it was imported; or as a state machine of AWS Step Functions."""
    way = taken_out(given)
    data = api().file(f"/workflows/{part(name)}/export" + (f"?version={version}" if version is not None else ""))
    if way.to is not None:
        stage = str(api().get("/me")["stage"])
        write_out(
            data, way, stage=stage, output=output, tasks=callable_tasks(session().settings), screen=screen()
        )
        return
    if output is None:
        sys.stdout.buffer.write(data)
        return
    try:
        Path(output).write_bytes(data)
    except OSError as error:
        raise StoreUnavailable(f"{output} cannot be written: {error.strerror}") from None
    screen().show({"workflow": name, "file": output}, lambda: click.echo(f"{name} is in {output}"))


@click.command()
@click.argument("name")
@click.option("--note", default="", metavar="TEXT", help="What is new, for the list of versions.")
def publish(*, name: str, note: str) -> None:
    """Make the draft the new active version."""
    found = api().post(f"/workflows/{part(name)}/publish", {"note": note})
    screen().show(found, lambda: click.echo(f"{name} version {found['version']} is active"))


@click.command()
@click.argument("name")
def versions(*, name: str) -> None:
    """List the published versions, newest first."""
    found = api().get(f"/workflows/{part(name)}/versions")
    rows = [
        (f"{item['version']}{' (active)' if item['active'] else ''}", _ago(item["published_at"]),
         item["published_by"], item["digest"][:12], item["note"])
        for item in found["versions"]
    ]
    screen().show(found, lambda: screen().table(
        ("VERSION", "PUBLISHED", "BY", "DIGEST", "NOTE"), rows,
        empty=f"None yet. Publish the draft: automate publish {name}",
    ))


@click.command()
@click.argument("name")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
def diff(*, name: str, old: int | None, new: int | None) -> None:
    """Show what differs between versions OLD and NEW; without NEW the draft, without OLD the active version."""
    if old is None:
        old = api().get(f"/workflows/{part(name)}")["active_version"]
    found = api().get(f"/workflows/{part(name)}/diff", **{"from": old, "to": new})
    shape = {"text": found["text"], "states": found["states"]}
    screen().show(shape, lambda: click.echo(styled_diff(found["text"]) if found["text"] else "No difference."))


@click.command()
@click.argument("name")
@click.argument("version", type=int)
def rollback(*, name: str, version: int) -> None:
    """Make an older version the active one again; running executions keep theirs."""
    found = api().post(f"/workflows/{part(name)}/rollback", {"version": version})
    screen().show(found, lambda: click.echo(f"{name} version {found['version']} is active"))


@click.command()
@click.argument("workflow")
@click.option("--input", "text", default="{}", metavar="JSON|@FILE", help="The input; by default {}.")
@click.option("--name", metavar="NAME", help="Unique within the workflow; by default a UUID.")
@click.option("--version", type=int, metavar="N", help="A version; by default the active one.")
@click.option("--wait", is_flag=True, help="Wait for its end.")
def start(*, workflow: str, text: str, name: str | None, version: int | None, wait: bool) -> None:
    """Start an execution. With --wait, exit status 1 unless it SUCCEEDED."""
    found = api().post(f"/workflows/{part(workflow)}/executions", {
        "input": read_value(text, "--input"), "name": name, "version": version,
    })
    while wait and found["status"] in _OPEN:
        time.sleep(_POLL_SECONDS)
        found = api().get(f"/executions/{part(found['id'])}")
    screen().show(found, lambda: _print_execution(found))
    if wait and found["status"] != "SUCCEEDED":
        click.get_current_context().exit(1)


@click.command("executions")
@click.option("--workflow", metavar="NAME", help="Of this workflow.")
@click.option("--status", metavar="STATUS", help="In this status.")
@click.option("--name", metavar="NAME", help="With this name; with * at its end, a prefix.")
@click.option("--error", metavar="ERROR", help="Failed with this error, or a prefix.")
@click.option("--business-key", metavar="KEY", help="With this business key, or a prefix.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many at most.")
def list_executions(*, limit: int, status: str | None, **filters: str | None) -> None:
    """List executions, newest first."""
    found = list(api().pages(
        "/executions", "executions", limit=limit, status=None if status is None else status.upper(), **filters
    ))
    rows = [
        (item["id"], item["status"], str(item["version"]), _ago(item["started_at"]),
         "" if item["duration_seconds"] is None else duration(item["duration_seconds"]), item["business_key"] or "",
         item["error"] or "")
        for item in found
    ]
    screen().show({"executions": found}, lambda: screen().table(
        ("ID", "STATUS", "VERSION", "STARTED", "TOOK", "BUSINESS KEY", "ERROR"), rows,
        empty="No executions. Start one: automate start WORKFLOW --input JSON --wait",
    ))


@click.command()
@click.argument("id")
def show(*, id: str) -> None:  # noqa: A002  the word of the API
    """Show an execution: its states, how long each took, and what went wrong."""
    at = f"/executions/{part(id)}"
    execution, steps = api().get(at), api().get(f"{at}/steps")["steps"]

    def for_people() -> None:
        _print_execution(execution)
        click.echo()
        screen().table(("STATE", "TYPE", "STATUS", "ATTEMPTS"), [
            (step["name"], step["type"], step["status"], str(len(step["attempts"])) if step["attempts"] else "")
            for step in steps
        ], empty="No state was entered yet.")
        for step in steps:
            if step["error"] is not None:
                click.echo(f"\n{step['name']} {step['status']}: {step['error']}")
        if execution["links"]["insights"]:
            click.echo(f"\nIts log lines: {execution['links']['insights']}")

    screen().show({**execution, "states": steps}, for_people)


@click.command()
@click.argument("id")
@click.option("--after", type=click.IntRange(0), default=0, metavar="EVENT", help="Only events after this id.")
@click.option("--limit", type=click.IntRange(1, 1000), default=1000, show_default=True, help="How many at most.")
def history(*, id: str, after: int, limit: int) -> None:  # noqa: A002
    """Show an execution's events, as AWS's GetExecutionHistory gives them."""
    found = api().get(f"/executions/{part(id)}/history", after=after, limit=limit)
    screen().show(found, lambda: screen().table(
        ("EVENT", "TYPE"), [(str(event["id"]), event["type"]) for event in found["events"]], empty="No events yet."
    ))


@click.command()
@click.argument("id")
@click.option("--error", metavar="ERROR", help="Shown with it.")
@click.option("--cause", metavar="TEXT", help="Shown with it.")
def stop(*, id: str, error: str | None, cause: str | None) -> None:  # noqa: A002
    """Ask an execution to stop."""
    found = api().post(f"/executions/{part(id)}/stop", {"error": error, "cause": cause})
    screen().show(found, lambda: click.echo(f"{found['id']}: {status_mark(found['status'])}, stop requested"))


@click.command()
@click.argument("id", required=False)
@click.option("--workflow", metavar="NAME", help="Instead of one: all of this workflow that did not succeed.")
@click.option("--status", type=click.Choice(UNSUCCESSFUL, case_sensitive=False), default="FAILED", show_default=True)
@click.option("--error", metavar="ERROR", help="With --workflow: those with this error, or a prefix that ends with *.")
@click.option("--yes", is_flag=True, help="With --workflow: do not ask.")
def redrive(*, id: str | None, workflow: str | None, status: str, error: str | None, yes: bool) -> None:  # noqa: A002
    """Let an execution that did not succeed go on where it stood; with --workflow many."""
    if (id is None) == (workflow is None):
        raise InvalidDocument("name either an execution, or a workflow by --workflow", where="ID")
    if id is not None:
        found = api().post(f"/executions/{part(id)}/redrive")
        screen().show(found, lambda: click.echo(f"{found['id']}: redriven, {status_mark(found['status'])}"))
        return
    if not yes:
        confirm(f"Redrive every {status.upper()} execution of {workflow}?")
    done: list[str] = []
    refused: list[dict[str, str]] = []
    given: dict[str, Any] = {"status": status.upper(), "error": error, "next_token": None}
    while True:
        page = api().post(f"/workflows/{part(str(workflow))}/redrive", given)
        done, refused = done + page["redriven"], refused + page["refused"]
        given["next_token"] = page["next_token"]
        if page["next_token"] is None:
            break
    screen().show({"redriven": done, "refused": refused}, lambda: say(str(workflow), done, refused))


@click.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every workflow.")
@click.option("--starts", type=click.Choice(("queue", "refuse")), default="queue", show_default=True)
@click.option("--running", type=click.Choice(("finish", "hold")), default="finish", show_default=True)
def pause(*, name: str | None, every: bool, starts: str, running: str) -> None:
    """Pause a workflow, or with --all every one; with neither, list what is paused."""
    if name is None and not every:
        found = api().get("/pauses")
        screen().show(found, lambda: screen().table(
            ("WORKFLOW", "STARTS", "RUNNING", "SINCE", "BY"),
            [(item["workflow"], item["starts"], item["running"], _ago(item["paused_at"]), item["paused_by"])
             for item in found["pauses"]], empty="Nothing is paused.",
        ))
        return
    path = "/pause" if _every(name, every=every) else f"/workflows/{part(str(name))}/pause"
    done = api().post(path, {"starts": starts, "running": running})
    screen().show(done, lambda: click.echo(f"{name or 'every workflow'} is paused"))


@click.command()
@click.argument("what", metavar="ID|NAME", required=False)
@click.option("--all", "every", is_flag=True, help="What was paused by pause --all.")
def resume(*, what: str | None, every: bool) -> None:
    """Let a paused workflow go on, or a PAUSED execution."""
    if what is not None and ":" in what and not every:
        found = api().post(f"/executions/{part(what)}/resume")
        screen().show(found, lambda: click.echo(f"{what}: {status_mark(found['status'])} again"))
        return
    path = "/resume" if _every(what, every=every) else f"/workflows/{part(str(what))}/resume"
    done = api().post(path)
    screen().show(done, lambda: click.echo(f"{what or 'every workflow'} goes on: {done['woken']} executions woken"))


@click.group()
def secrets() -> None:
    """The secrets that connectors use: names are shown, values are not."""


@secrets.command("list")
def list_secrets() -> None:
    """List the secrets by name."""
    found = api().get("/secrets")
    screen().show(found, lambda: screen().table(
        ("KEY", "WHERE", "CHANGED", "BY"),
        [(item["key"], item["backend"], _ago(item["updated_at"]), item["updated_by"] or "")
         for item in found["secrets"]], empty="No secrets. Set one: automate secrets set KEY",
    ))


@secrets.command("set")
@click.argument("key")
def set_secret(*, key: str) -> None:
    """Create or change KEY; the value comes from standard input or a prompt."""
    found = api().ask("PUT", f"/secrets/{part(key)}", {"value": typed_value(key)})
    screen().show(found, lambda: click.echo(f"{key} is set in {found['backend']}"))


@secrets.command("rotate")
@click.argument("key")
def rotate_secret(*, key: str) -> None:
    """Give KEY, which must be there, a new value; workflows keep their references."""
    found = api().post(f"/secrets/{part(key)}/rotate", {"value": typed_value(key)})
    screen().show(found, lambda: click.echo(f"{key} is rotated in {found['backend']}"))


@secrets.command("delete")
@click.argument("key")
@click.option("--force", is_flag=True, help="Even when a published workflow names it.")
def delete_secret(*, key: str, force: bool) -> None:
    """Delete KEY."""
    found = api().ask("DELETE", f"/secrets/{part(key)}" + ("?force=true" if force else ""))
    screen().show(found, lambda: click.echo(f"{key} is deleted"))


@click.group()
def audit() -> None:
    """The audit log: who did what, when and from where."""


@audit.command("list")
@click.option("--workflow", metavar="NAME", help="Of this workflow and its executions.")
@click.option("--execution", metavar="ID", help="Of this execution.")
@click.option("--actor", metavar="NAME", help="By this actor; the engine's own are by `engine`.")
@click.option("--act", metavar="ACT", help="This act, as workflow.publish; with * at its end, a prefix.")
@click.option("--since", "from_", metavar="TIME", help="Not before this time: ISO 8601, UTC without a zone.")
@click.option("--until", "to", metavar="TIME", help="Before this time.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many at most.")
def list_entries(*, limit: int, from_: str | None, **filters: str | None) -> None:
    """List entries, newest first."""
    found = list(api().pages("/audit", "entries", limit=limit, **{"from": from_}, **filters))
    screen().show({"entries": found}, lambda: screen().table(
        ("WHEN", "ACTOR", "FROM", "ACT", "SUBJECT", "ENTRY"),
        [(item["at"], item["actor"], item["origin"], item["act"], item["subject"], f"{item['chain']}/{item['number']}")
         for item in found], empty="No entries.",
    ))


@audit.command()
def verify() -> None:
    """Walk every chain; exit status 1 when an entry was changed, dropped, moved or replaced."""
    found = api().get("/audit/verify")
    says = "none was changed, dropped or moved" if found["ok"] else f"{len(found['findings'])} chain(s) do not hold"
    screen().show(found, lambda: click.echo(f"{found['entries']} entries in {len(found['heads'])} chains: {says}"))
    if not found["ok"]:
        click.get_current_context().exit(1)


@click.group()
def task() -> None:
    """Answer a task that waits for its token."""


@task.command()
@click.argument("token")
@click.option("--output", "text", default="{}", metavar="JSON|@FILE", help="The task's result; by default {}.")
def success(*, token: str, text: str) -> None:
    """The task is done."""
    _answer("success", {"token": token, "output": read_value(text, "--output")})


@task.command()
@click.argument("token")
@click.option("--error", metavar="ERROR", help="The error's name, as Retry and Catch match it.")
@click.option("--cause", metavar="TEXT", help="What happened.")
def failure(*, token: str, error: str | None, cause: str | None) -> None:
    """The task failed."""
    _answer("failure", {"token": token, "error": error, "cause": cause})


@task.command()
@click.argument("token")
def heartbeat(*, token: str) -> None:
    """The task goes on."""
    _answer("heartbeat", {"token": token})


COMMANDS: dict[str, click.Command] = {command.name or "": command for command in (
    login, logout, list_workflows, import_file, export, publish, versions, diff, rollback, start, list_executions,
    show, history, stop, redrive, pause, resume, secrets, audit, task, remote_doctor, cost, remote_tune,
)}
"""By the name of the local command that each stands for."""


def _answer(how: str, body: dict[str, Json]) -> None:
    api().post(f"/tasks/{how}", body)
    screen().show({"ok": True}, lambda: click.echo("answered"))


def _published_configuration(at: Api) -> dict[str, Any]:
    """What the Studio of the deployment knows of its user pool."""
    try:
        found = at.ask("GET", "/studio/config.json", signed_in=False)
        return {"client_id": found["client_id"], "region": found["region"]}
    except (UserError, StoreUnavailable, KeyError, TypeError):
        raise InvalidDocument(
            f"{at.endpoint} does not say which user pool is its own", where="--client-id",
            advice="Give the Studio's address (the output StudioUrl); or, with the API's, --client-id and --region.",
        ) from None


def _every(name: str | None, *, every: bool) -> bool:
    if (name is None) != every:
        raise InvalidDocument("name a workflow, or say --all", where="--all")
    return every


def _hidden(what: str) -> str:
    return str(click.prompt(what, hide_input=True, err=True))


def _ago(text: str | None) -> str:
    return "" if text is None else screen().ago(parse_time(text, where="time"))


def _print_execution(found: dict[str, Json]) -> None:
    click.echo(f"{found['id']}  {status_mark(found['status'])}  version {found['version']}")
    if found["status"] == "SUCCEEDED":
        click.echo(indented(found["output"]))
    elif found["error"] is not None or found["cause"] is not None:
        click.echo(f"error: {found['error'] or 'none'}\ncause: {found['cause']}")


__all__ = ["COMMANDS", "ApiError"]
