"""The copilot's commands: a document is written out or to a file to look at; nothing is imported or published."""

from __future__ import annotations

import json
from typing import Any

import click

from engine.errors import Diagnostic, InvalidDocument, NotFound, Refused
from functions.cli.files import Json, document_in, finding_of, read_file, write_file
from functions.cli.groups import Grouped
from functions.cli.session import session

_OUTPUT = click.option("--output", metavar="FILE", help="Write the document there; by default to standard output.")


@click.group(cls=Grouped)
def copilot() -> None:
    """Draft a workflow with a model, outline one without, explain one, fix what the linter finds."""


@copilot.command("draft")
@click.argument("sentence")
@click.option("--change", metavar="FILE", help="A document to change; by default a new one is made.")
@_OUTPUT
def draft(*, sentence: str, change: str | None, output: str | None) -> None:
    """Draft a workflow document from SENTENCE in one turn; without a model, outline it."""
    current = _document(change) if change is not None else None
    with session().client() as api:
        if not api.get("/me")["copilot"]["configured"]:
            _offer()
            _show(api.post("/copilot/outline", {"sentence": sentence, "document": current}), output)
            return
        from functions.cli.copilot.conversing import one_turn

        turn = one_turn(api, session().screen, sentence, current)
    if turn["proposal"] is not None:
        _show(turn["proposal"], output)
    else:
        session().screen.show(turn, lambda: None)
        if turn["status"] == "FAILED":
            problem = turn["problem"]
            raise Refused(problem["message"], advice=problem["advice"], details=problem["findings"])


@copilot.command("setup")
@click.option("--provider", type=click.Choice(["openai", "anthropic", "bedrock"]), help="By default openai.")
@click.option("--url", metavar="URL", help="Its address; by default the usual ports of this machine, or the vendor's.")
@click.option("--model", metavar="NAME", help="The model; by default the first that the server lists.")
@click.option("--secret", metavar="KEY", help="The secret that holds the API key, as `automate secrets` lists it.")
@click.option("--remove", "removes", is_flag=True, help="Forget the model that the data folder names.")
def setup(*, removes: bool, **given: str | None) -> int:
    """Find a model, try it, and keep it as the data folder's.

    Without options, servers of this machine are looked for where Ollama, LM Studio, llama.cpp and vLLM serve."""
    from functions.cli.copilot.setup import remove, set_up

    if session().endpoint is not None:
        raise InvalidDocument("a model is set up for a data folder alone", where="--endpoint",
                              advice="A stage takes it as -c copilot_provider=…: docs/copilot.md.")
    if removes:
        return remove(session().screen, session().settings)
    chosen = {f"copilot_{name}": value for name, value in given.items() if value is not None}
    with session().product() as product:
        return set_up(session().screen, product, chosen)


@copilot.command("chat")
@click.argument("workflow")
@click.argument("text", required=False)
@click.option("--execution", metavar="ID", help="An execution that the first request is about.")
@click.option("--apply", "applies", is_flag=True, help="Save each draft that comes without asking.")
@click.option("--delete", "deletes", is_flag=True, help="Delete your conversation about the workflow, and end.")
def chat(*, workflow: str, text: str | None, execution: str | None, applies: bool, deletes: bool) -> int:
    """Talk with the model about the draft of WORKFLOW: each line is a turn, TEXT is a single one.

    Ctrl+C stops the turn that runs."""
    from functions.cli.copilot.conversing import talk

    with session().client() as api:
        if deletes:
            api.delete(f"/workflows/{workflow}/conversation")
            session().screen.show({"deleted": workflow}, lambda: click.echo("The conversation is deleted."))
            return 0
        return talk(api, session().screen, workflow, text, execution=execution, applies=applies)


@copilot.command("outline")
@click.argument("sentence")
@_OUTPUT
def outline(*, sentence: str, output: str | None) -> None:
    """Outline SENTENCE without a model: one step to be filled in for each clause."""
    _propose("outline", {"sentence": sentence}, output)


@copilot.command("explain")
@click.argument("file")
@click.option("--state", metavar="NAME", help="One state; by default all of it.")
def explain(*, file: str, state: str | None) -> None:
    """Say in words what a workflow, or one of its states, does."""
    with session().client() as api:
        found = api.post("/copilot/explain", {"document": _document(file), "state": state})

    def for_people() -> None:
        click.echo(found["text"])
        for step in found["steps"] if state is None else ():
            click.echo(f"\n{step['state']}\n    {step['text']}")

    session().screen.show(found, for_people)


@copilot.command("fix")
@click.argument("file")
@click.option("--location", metavar="POINTER", help="The finding's place (/States/Charge); by default the first.")
@_OUTPUT
def fix(*, file: str, location: str | None, output: str | None) -> None:
    """Propose a fix for one of the findings of `automate validate`."""
    document = _document(file)
    with session().client(folder=False) as api:
        found = api.post("/definitions/validate", {"document": document})["diagnostics"]
    finding = _chosen([finding_of(item) for item in found], file, location)
    _propose("fix", {"document": document, "diagnostic": finding.as_dict()}, output)


@copilot.command("add-error-handling")
@click.argument("file")
@click.option("--state", "states", multiple=True, metavar="NAME", help="By default every one that can fail.")
@_OUTPUT
def error_handling(*, file: str, states: tuple[str, ...], output: str | None) -> None:
    """Propose a Retry and a Catch for states that have none."""
    _propose("error-handling", {"document": _document(file), "states": states}, output)


def _offer() -> None:
    """Say that no model is set, and which server of this machine could serve one."""
    from functions.cli.copilot.model_servers import find_servers

    found = find_servers() if session().endpoint is None else []
    offer = "".join(f"{each.program} answers at {each.url}. " for each in found[:1])
    advice = "`automate copilot setup` tries it." if offer else "`automate copilot setup` finds one."
    session().screen.notice(f"No model is set, so this is an outline. {offer}{advice}")


def _document(file: str) -> dict[str, Any]:
    return dict(document_in(read_file(file), file)[0].as_written)


def _chosen(found: list[Diagnostic], file: str, location: str | None) -> Diagnostic:
    if not found:
        raise Refused("the linter finds nothing to fix", where=file)
    chosen = [item for item in found if location in (None, item.location)]
    if not chosen:
        places = ", ".join(dict.fromkeys(item.location or "/" for item in found))
        raise NotFound(f"there is no finding at {location}", where="--location", advice=f"There are some at {places}.")
    return next((item for item in chosen if item.severity == "ERROR"), chosen[0])


def _propose(what: str, given: dict[str, Json], output: str | None) -> None:
    with session().client() as api:
        proposal = api.post(f"/copilot/{what}", given)
    _show(proposal, output)


def _show(proposal: Json, output: str | None) -> None:
    """The plan and the to-dos for people on standard error, so that the document can be piped on."""
    from functions.cli.copilot.proposals import print_proposal

    text = json.dumps(proposal["document"], indent=2, ensure_ascii=False) + "\n"
    if output is not None:
        write_file(output, [text.encode()], option="--output")

    def for_people() -> None:
        print_proposal(proposal)
        if output is None:
            click.echo(text, nl=False)

    session().screen.show(proposal, for_people)


COMMANDS = (copilot,)
