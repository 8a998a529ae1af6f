"""The turns of conversations with the copilot: beginning, looking, stopping, deleting; and running them.

    POST …/conversation ──► entry `asked` ──► a thread of this process, or another Lambda invocation (`hand_over`)
    GET  …/conversation ──► the entries ──► turns; a turn whose process is gone is begun again by the one that looks
    POST …/stop         ──► entry `stop` ──► the run finds that its position is not the end any more, and leaves

A turn holds no request open: no limit of a gateway cuts it off.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from threading import Thread
from typing import Any

from engine.copilot.clauses import check_request
from engine.copilot.conversation.running import Limits, TurnRunner
from engine.copilot.conversation.turns import Turn, turns_of, written
from engine.copilot.scrubbing import Scrub
from engine.errors import Conflict, InvalidDocument, Refused, StorageError, UserError
from engine.governance.masking import Scrubber
from engine.ports.people.conversations import ConversationKey, Position
from engine.records import dataclass
from engine.settings import Settings
from functions.app.copilot.place import MOST_RUNNING
from functions.app.copilot.providers import model_of
from functions.app.copilot.sources import secret_values, sources_of
from functions.app.services import Services

Json = Any

MOST_DOCUMENT = 200_000
"""Characters of a draft that is sent to a model, as JSON."""
MOST_TURNS = 100
UNCLAIMED_SECONDS = 15.0
"""A turn that nobody has claimed for so long is begun again."""
_TRIES = 5
_LOG = logging.getLogger(__name__)


class TooManyTurns(Conflict):
    """So many turns run here that no other is begun."""

    status = 429


@dataclass(frozen=True, slots=True)
class Looked:
    """The turns behind the position that was asked for; all of them where `whole`. `tag` names the position now."""

    turns: list[Turn]
    tag: str
    whole: bool


class Turns:
    """The conversations of one workspace, over its services. `services.open_turn_place()` keeps their state."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._place = services.open_turn_place()
        self._clock = services.clock
        self._store = services.open_conversations()

    def begin(
        self, key: ConversationKey, text: str, document: dict[str, Json] | None, execution: str | None = None,
    ) -> tuple[int, str]:
        """Begin a turn; its number and the tag behind its request. What is or looks like a secret is masked in the
        request. Raises InvalidDocument, Refused where no model is set, Conflict while a turn runs."""
        asked, services = check_request(text), self._services
        _check_size(document)
        if model_of(services.settings, services.secret_backends, self._clock) is None:
            raise Refused(
                "no model is set, and only a model answers a request", where="AUTOMATE_COPILOT_PROVIDER",
                advice="`automate copilot setup` finds one on this machine. Else take a template or an outline.",
            )
        kept = self._store.read(key)
        turns = turns_of(kept.entries)
        if turns and turns[-1].running:
            self._revive(key, turns[-1])
            raise Conflict("a turn of this conversation is running", where="text", advice="Wait for it, or stop it.")
        if len(turns) >= MOST_TURNS:
            raise Conflict(f"the conversation has {MOST_TURNS} turns", where="text", advice="Delete it and begin anew.")
        masked = str(Scrub(Scrubber(secret_values(services.secret_backends, key.workspace)))(asked))
        now = self._clock.now()
        number = turns[-1].number + 1 if turns else 1
        entry = written(now, "asked", number=number, text=masked, document=document, execution=execution)
        end = self._store.append(key, kept.end, [entry], now)
        if end is None:
            raise Conflict("this conversation was written to meanwhile", where="text", advice="Look, then repeat.")
        self._start(key)
        return number, _tag(end, end.sequence - 1)

    def look(self, key: ConversationKey, after: str | None = None) -> Looked:
        """The turns that may differ from those at the tag `after`. A turn whose process is gone is begun again."""
        was, since = _position(after)
        kept = self._store.read(key, since)
        whole = since == 0 or kept.end.id != was
        if whole and since:
            kept = self._store.read(key)
        turns = turns_of(kept.entries)
        if turns and turns[-1].running:
            self._revive(key, turns[-1])
        return Looked(turns, _tag(kept.end, turns[-1].first - 1 if turns else since), whole)

    def tag(self, key: ConversationKey, after: str | None) -> str:
        """`after` where nothing was written since that tag, else another text."""
        was, since = _position(after)
        sequence = _sequence(after)
        end = self._store.read(key, max(since, sequence)).end
        return str(after) if after is not None and (end.id, end.sequence) == (was, sequence) else "new"

    def stop(self, key: ConversationKey) -> bool:
        """Stop the turn that runs; False where none does. Raises Conflict where it writes too fast to be reached."""
        for _ in range(_TRIES):
            kept = self._store.read(key)
            turns = turns_of(kept.entries)
            if not turns or not turns[-1].running:
                return False
            now = self._clock.now()
            if self._store.append(key, kept.end, [written(now, "stop")], now) is not None:
                return True
        raise Conflict("the turn writes too fast to be stopped", advice="Try again.")

    def delete(self, key: ConversationKey) -> None:
        """Delete the conversation. A turn that runs ends with it."""
        self._store.delete(key)

    def run(self, key: ConversationKey) -> None:
        """Run the open turn of the conversation here, to its end. A turn that breaks off by anything but the storage is
        ended: begun again, it would break off again. Raises StorageError: the turn goes on with the next look."""
        try:
            self._run(key)
        except StorageError:
            raise
        except UserError as problem:
            self._end_broken(key, problem.message, problem.advice or "Correct the settings AUTOMATE_COPILOT_….")
        except Exception:  # noqa: BLE001 - a defect ends the turn, not the server
            _LOG.exception("a turn of the copilot broke off by a defect")
            self._end_broken(key, "the turn broke off by a defect; the log has it", "Say it in other words.")

    def _run(self, key: ConversationKey) -> None:
        services, place = self._services, self._place
        model = model_of(services.settings, services.secret_backends, self._clock)
        if model is None:
            return
        with place.lock:
            if key in place.running:
                return
            place.running.add(key)
        try:
            TurnRunner(
                model, sources_of(services), self._store, self._clock, limits_of(services.settings), by=place.process,
                calls_tools=bool(services.settings.copilot_tools),
            ).run(key)
        finally:
            with place.lock:
                place.running.discard(key)

    def _start(self, key: ConversationKey) -> None:
        if self._place.hand_over is not None:
            self._place.hand_over(key)
            return
        if not self._place.room.acquire(blocking=False):
            raise TooManyTurns(f"{MOST_RUNNING} turns run here already", advice="Try again in a minute.")
        Thread(target=partial(self._run_in_thread, key), name="copilot", daemon=True).start()

    def _run_in_thread(self, key: ConversationKey) -> None:
        try:
            self.run(key)
        except StorageError as problem:
            _LOG.warning("a turn of the copilot broke off, and goes on when somebody looks: %s", problem)
        finally:
            self._place.room.release()

    def _revive(self, key: ConversationKey, turn: Turn) -> None:
        """Begin a turn again whose process is gone."""
        now, place = self._clock.now(), self._place
        with place.lock:
            here = key in place.running
        if turn.claim is None:
            gone = not here and now > turn.at + UNCLAIMED_SECONDS
        else:
            by, until = turn.claim
            gone = now > until + UNCLAIMED_SECONDS or (not here if by == place.process else not place.is_alive(by))
        if gone:
            self._start(key)

    def _end_broken(self, key: ConversationKey, message: str, advice: str) -> None:
        """End the open turn, with what was wrong."""
        now = self._clock.now()
        problem = {"message": message, "advice": advice, "findings": []}
        entry = written(now, "ended", status="FAILED", reply="", problem=problem)
        self._store.append(key, self._store.read(key).end, [entry], now)


def limits_of(settings: Settings) -> Limits:
    """The limits of one turn."""
    return Limits(int(settings.copilot_answers), int(settings.copilot_tokens), settings.copilot_seconds)


def _check_size(document: Mapping[str, Json] | None) -> None:
    size = len(written(0, "size", document={key: value for key, value in (document or {}).items() if key != "cases"}))
    if size > MOST_DOCUMENT:
        raise InvalidDocument(
            f"the draft has {size:,} characters as JSON; a model is sent at most {MOST_DOCUMENT:,}", where="document",
            advice="Change it by hand, or split it into workflows that start one another.",
        )


def _tag(end: Position, before_last: int) -> str:
    return f"{end.id}.{end.sequence}.{before_last}"


def _position(tag: str | None) -> tuple[str, int]:
    """The conversation's id, and the number of the entry before the last turn of then."""
    parts = (tag or "").split(".")
    return (parts[0], int(parts[2])) if len(parts) == 3 and parts[2].isdigit() else ("", 0)


def _sequence(tag: str | None) -> int:
    parts = (tag or "").split(".")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0
