"""The command that tests a Choice's rules against a payload. Needs no data folder."""

from __future__ import annotations

from collections.abc import Mapping

import click

from engine.catalog.states import states_of
from engine.errors import InvalidDocument, NotFound
from engine.language.rules.tree import brief
from functions.cli.files import Json, document_in, read_file, read_value
from functions.cli.groups import Grouped
from functions.cli.session import session


@click.group(cls=Grouped)
def rules() -> None:
    """Test the rules of Choice states."""


@rules.command("test")
@click.argument("file")
@click.option("--state", "name", required=True, metavar="NAME", help="The Choice state.")
@click.option("--input", "text", default="{}", metavar="JSON|@FILE", help="The state's input; by default {}.")
@click.option("--variables", default="{}", metavar="JSON|@FILE", help="Workflow variables by name, without $.")
def test_rules(*, file: str, name: str, text: str, variables: str) -> None:
    """Show what a Choice state does with an input: every part of its rules with its value.

    Also which rule wins, why the others do not, and the smallest change that would flip it.
    """
    document, _ = document_in(read_file(file), file)
    state = _state(document.definition, name)
    assigned = read_value(variables, "--variables")
    if not isinstance(assigned, dict):
        raise InvalidDocument("--variables: an object is needed, variables by name", where="--variables")
    with session().client(folder=False) as api:
        report = api.post("/rules/test", {
            "state": state, "query_language": document.definition.get("QueryLanguage", "JSONPath"),
            "input": read_value(text, "--input"), "variables": assigned,
        })
    session().screen.show(report, lambda: print_report(report))


def _state(definition: Mapping[str, Json], name: str) -> Json:
    states = {item.name: item.state for item in states_of(definition)}
    if name not in states:
        choices = [key for key, state in states.items() if state.get("Type") == "Choice"]
        raise NotFound(
            f"there is no state called {name!r}", where="--state",
            advice=f"Choice states here: {', '.join(choices)}." if choices else "The definition has no Choice state.",
        )
    return states[name]


def print_report(report: Json) -> None:
    """A rule test for people: each rule with its tree, the outcome, what would flip it."""
    for rule in report["rules"]:
        heading = f"Rule {rule['index'] + 1}" + (f" → {rule['next']}" if rule["next"] else "")
        click.echo(heading if rule["reached"] else f"{heading} (not reached)")
        print_node(rule["tree"], 1)
        if rule["why_not"] is not None:
            click.echo(f"    because {rule['why_not']}")
    click.echo(report["sentence"])
    for flip in report["flips"]:
        click.echo(f"  {flip['sentence']}.")
    if report["not_found"]:
        click.echo(f"  No small change was found that leads to {', '.join(report['not_found'])}.")


def print_node(node: Json, depth: int) -> None:
    """A part of a rule with its value, and below it its own parts."""
    result, error = node["result"], node["error"]
    if node["kind"] == "literal" and result is None:
        return
    mark = {True: "✓ ", False: "✗ ", None: ""}[result]
    text = " ".join(node["text"].split())
    if error is not None and not any(child["error"] for child in node["children"]):
        value = f"  ! {error}"
    elif result is None and error is None:
        value = " = nothing" if node["type"] == "undefined" else f" = {brief(node['value'])}"
    else:
        value = ""
    behind = "" if node["reached"] else "  (not reached)"
    click.echo(f"{'  ' * depth}{mark}{text}{value}{behind}")
    for child in node["children"]:
        print_node(child, depth + 1)


COMMANDS = (rules,)
