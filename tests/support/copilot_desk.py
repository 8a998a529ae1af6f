"""A conversation over memory stores with a scripted model: what a turn comes to, without the API in between."""

from __future__ import annotations

from typing import Any

from engine.clock import SkipClock
from engine.copilot.conversation.running import Limits, TurnRunner
from engine.copilot.conversation.turns import Turn, turns_of, written
from engine.ports.people.conversations import ConversationKey
from functions.app.copilot.sources import sources_of
from tests.support.api import Api, api_over
from tests.support.memory.conversations import MemoryConversations
from tests.support.memory.stores import MemoryStores
from tests.support.scripted_model import ScriptedModel

Json = Any
KEY = ConversationKey("default", "user/ada", "orders")
BLANK: Json = {"name": "orders", "definition": {"StartAt": "A", "States": {}}}


class Desk:
    """`ask(text, answer, …)` runs a turn with a model that gives these answers."""

    def __init__(self, *, answers: int = 20, tokens: int = 200_000, seconds: float = 180.0) -> None:
        self.clock = SkipClock()
        self.api: Api = api_over(MemoryStores(self.clock), self.clock)
        self.sources = sources_of(self.api.services)
        self.store = MemoryConversations()
        self.model = ScriptedModel()
        self.limits = Limits(answers, tokens, seconds)

    def begin(self, text: str, document: Json = None, execution: str | None = None) -> None:
        """Append a request, and run nothing."""
        kept = self.store.read(KEY)
        number = len(turns_of(kept.entries)) + 1
        entry = written(
            self.clock.now(), "asked", number=number, text=text, document=document or BLANK, execution=execution
        )
        self.store.append(KEY, kept.end, [entry], self.clock.now())

    def run(self, store: Any = None, by: str = "here") -> None:
        """Run the open turn."""
        TurnRunner(self.model, self.sources, store or self.store, self.clock, self.limits, by=by).run(KEY)

    def ask(self, text: str, *answers: Any, document: Json = None, execution: str | None = None) -> Turn:
        """A whole turn."""
        self.model.answers[:] = answers
        self.begin(text, document, execution)
        self.run()
        return self.last

    @property
    def last(self) -> Turn:
        """The last turn as it is now."""
        return turns_of(self.store.read(KEY).entries)[-1]
