"""A conversation with the copilot in a terminal: each turn is followed as it goes on, and its draft is saved if one
wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import click

from engine.copilot.outline import name_of
from functions.cli.client.client import Client
from functions.cli.copilot.proposals import print_proposal
from functions.cli.screen import Screen

Json = Any

HELD_SECONDS = 20
POLL_SECONDS = 1.0


def one_turn(api: Client, screen: Screen, text: str, current: Json) -> Json:
    """One turn about a document that is no draft of the workspace; the conversation is deleted after it."""
    name = current["name"] if current is not None else name_of(text)
    address = _address(name)
    had = api.get(address)["turns"]
    turn = _follow(api, screen, name, {"text": text, "document": current or {"definition": {}}})
    if not had:
        api.delete(address)
    return turn


def talk(
    api: Client, screen: Screen, workflow: str, text: str | None, *, execution: str | None, applies: bool
) -> int:
    """Take turns about the draft of `workflow` until the input ends; with `text` one turn. The exit status: 1 where the
    last turn has failed."""
    api.get(f"/workflows/{quote(workflow, safe='')}/draft")  # refuses one that is not there before anything is typed
    status = 0
    while True:
        asked = text if text is not None else _line()
        if asked is None:
            return status
        if asked:
            turn = _follow(api, screen, workflow, {"text": asked, "execution": execution})
            execution = None
            status = 1 if turn["status"] == "FAILED" else 0
            if screen.as_json:
                screen.show(turn, lambda: None)
            if turn["proposal"] is not None:
                _take(api, screen, workflow, turn["proposal"], applies=applies, asks=text is None)
        if text is not None:
            return status


def _line() -> str | None:
    """The next line of the input; None at its end."""
    try:
        return str(click.prompt("You", prompt_suffix="> ", default="", show_default=False, err=True)).strip()
    except click.Abort:
        return None


def _take(api: Client, screen: Screen, workflow: str, proposal: Json, *, applies: bool, asks: bool) -> None:
    if not screen.as_json:
        print_proposal(proposal)
        for change in proposal["changes"]:
            click.echo(f"  {change['change']}: {change['state']}", err=True)
    if applies or (asks and click.confirm("Save this draft?", err=True)):
        api.post("/workflows/import", {"document": proposal["document"], "publish": False, "force": True})
        screen.notice(f"Saved as the draft of {workflow}. `automate export {workflow}` shows it.")


def _follow(api: Client, screen: Screen, workflow: str, given: Json) -> Json:
    """Begin a turn and print it as it goes on; the turn as it ended. Ctrl+C stops it."""
    address = _address(workflow)
    begun = api.post(address, {name: value for name, value in given.items() if value is not None})
    printed = _Printed(screen)
    turn: Json = None
    tag = None
    while turn is None or turn["status"] == "RUNNING":
        try:
            found = api.get(address, after=tag, wait=HELD_SECONDS if tag else 0)
        except KeyboardInterrupt:
            api.post(f"{address}/stop")
            continue
        tag = found["tag"]
        turn = next((each for each in found["turns"] if each["number"] == begun["number"]), turn)
        if turn is None:
            continue
        printed.show(turn)
        if turn["status"] == "RUNNING" and not found["held"]:
            screen.clock.sleep(POLL_SECONDS)
    printed.end(turn)
    return turn


class _Printed:
    """What of a turn was printed."""

    def __init__(self, screen: Screen) -> None:
        self._say: Callable[..., None] = (lambda *_args, **_more: None) if screen.as_json else click.echo
        self._text = ""
        self._calls = 0

    def show(self, turn: Json) -> None:
        """Print what is new."""
        text = turn["text"]
        if text.startswith(self._text):
            self._say(text[len(self._text):], nl=False, err=True)
        else:
            self._say(f"\n{text}", nl=False, err=True)
        self._text = text
        for call in turn["calls"][self._calls:]:
            if call["outcome"] is None:
                break
            self._calls += 1
            about = f" {call['about']}" if call["about"] else ""
            self._say(f"\n  · {call['tool'].replace('_', ' ')}{about}: {call['outcome']}", nl=False, err=True)

    def end(self, turn: Json) -> None:
        """Print how the turn ended."""
        used = turn["usage"]
        tokens = used["input_tokens"] + used["output_tokens"]
        self._say("", err=True)
        if turn["question"] is not None:
            self._say(f"{turn['question']['text']}\n  {' / '.join(turn['question']['choices'])}", err=True)
        if turn["problem"] is not None:
            self._say(f"No draft: {turn['problem']['message']}. {turn['problem']['advice']}", err=True)
            for finding in turn["problem"]["findings"]:
                self._say(f"  - {finding}", err=True)
        spent = f"{used['answers']} answers, {tokens:,} tokens, {used['seconds']} s"
        self._say(f"({turn['status'].lower()}: {spent})", err=True)


def _address(workflow: str) -> str:
    return f"/workflows/{quote(workflow, safe='')}/conversation"
