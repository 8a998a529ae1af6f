"""What starts the workflow: a schedule, a webhook, a queue, an event; or only something that happens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from engine.copilot.offline.conditions import parse_condition, vague_in
from engine.copilot.offline.naming import Known
from engine.copilot.offline.times import Schedule
from engine.copilot.offline.words import ENTITIES, Word, lower, singular
from engine.records import dataclass

Json = Any

_HAPPENS = (
    r"comes? in|arrives?|is received|is placed|is created|is opened|is submitted|is registered|is added|is made|is sent"
    r"|joins(?: [\w ]+)?|signs? up|is uploaded(?: [\w ]+)?|lands?(?: [\w ]+)?|is called|is reported|is hired|appears?"
    r"|submits? [\w ]+|places? [\w ]+|uploads? [\w ]+|subscribes?|registers?|checks? out|is booked|is raised|is filed"
    r"|happens|is hit|is triggered|are received"
)
_NAMED = re.compile(
    r"^(?:when|whenever|once|every time|each time|as soon as|if|on|upon) "
    r"(?P<what>(?!.*\b(?:removed|deleted|empty|full|missing|down|unreachable|unavailable|offline|broken|slow|late"
    r"|fails?|failed"
    r"|not|stops?|silent)\b|.*n't\b)"
    r"(?=.*\b(?:webhook|bucket|s3)\b|.*\b(?:messages?|arrives?|lands?|comes?|gets? in|received|reach\w*|shows? up"
    r"|appears?|drops?"
    r"|enters?|turns? up|hits?|ends? up)\b.*\bqueue\b"
    r"|.*\b(?:is|are|there|waits?|waiting|sits?|lies|put|placed|added)\b.*\b(?:on|in|to|into)\b.*\bqueue\b"
    r"|.*\b(?:submit\w*|fill\w*|sen[dt]s?|through|via|by"
    r"|complete[sd]?|posted|arrives?"
    r"|comes?|uses?|on)\b.*\bform\b|.*\bform\b.*\b(?:is|gets|comes|was|arrives?)\b"
    r"|.*\b(?:hands? in|handed in|gets?|receives?|returns?) (?:an?|the|our|his|her|their)\b.*\bform\b"
    r"|.*\b(?:in|into|to)\b.*\bfolder\b"
    r"|.*\bevent\b.*\bbus\b).+?)(?P<verb>)(?P<rest>)$"
)
"""What starts it is named, whatever happens there."""
ENDS = re.compile(
    r"^(?:when|whenever|once|after|as soon as|every time|each time|if|should|in case) (?:the |our )?"
    r"(?:an? )?(?:(?:run|execution|end) of (?:the |our )?)?(?:(?P<what>[\w-]+) (?:workflow|state machine)(?: run)?"
    r"|(?:workflow|state machine) (?:called |named )?(?P<what2>[\w-]+)) "
    r"(?:has |is |has been |was )?(?:successfully )?"
    r"(?P<how>(?:(?:ends?|ended|finish(?:es|ed)?(?: successfully)?|done|through|completed?s?|over|succeed(?:s|ed)?"
    r"|fails?|failed|run(?:s)? through|stop(?:s|ped)?|tim(?:es|ed) out"
    r"|(?:does not|doesn't|did not) (?:succeed|finish|complete)"
    r"|aborted)(?: or (?:is |has )?)?)+)$"
)
"""Another workflow's end."""
_STATUSES = {"succeed": "SUCCEEDED", "complete": "SUCCEEDED", "fail": "FAILED", "tim": "TIMED_OUT", "abort": "ABORTED"}
_FILE = re.compile(r"\b(?:an? |the |new |each |every )*\.?(?!new\b)(?P<kind>csv|pdf|json|xml|xlsx|txt|parquet|zip|png"
    r"|jpe?g|gif|mp4|mp3|log|yaml|html|(?<=\.)\w+(?= files?\b))\b")
_EVENT = re.compile(
    rf"^(?:when|whenever|once|every time|each time|as soon as) (?P<what>.+?) (?P<verb>{_HAPPENS})(?P<rest> .*)?$"
)
_NO_PLACE = (
    "No place was said: the schedule goes by the clocks of UTC. Choose its time zone in the workflow's settings.")
_NO_NAME = (r"(?:and|or|is|are|was|has|have|gets?|if|when|then|of|for|in|on|at|with|by|from|to|into|that|which|it|we"
            r"|under|over|after|before|there|called|named|receives?)")
_BUCKET, _QUEUE = (
    re.compile(rf"\b(?!(?:the|an?|our|my|your|s3|sqs|this|that|in|on|to|into|from|new)\b)([\w-]+)(?: s3| sqs)? "
               rf"{kind}\b"
               rf"|\b{kind} (?:called |named )?(?!{_NO_NAME}\b)([\w.-]*\w)")
    for kind in ("bucket", "queue")
)
"""``the orders queue``, ``the queue orders``."""

_WITH = re.compile(r"^ (?:with|whose|that has|where)(?: an?| the)? (?P<condition>.+)$")


@dataclass(frozen=True, slots=True)
class Trigger:
    """`triggers` are for the document. `condition` are the words of a condition on what arrives. `to_dos` are what a
    person has to decide or to look at before they listen."""

    triggers: tuple[dict[str, Json], ...] = ()
    notes: tuple[str, ...] = ()
    entity: str | None = None
    condition: Sequence[Word] = ()
    to_dos: tuple[str, ...] = ()


def trigger_in(words: list[Word], known: Known) -> Trigger | None:
    """What the first clause says of the start; None where it says nothing of it."""
    text = lower(words)
    ended = ENDS.match(text)
    if ended is not None:
        said = [status for form, status in _STATUSES.items() if re.search(rf"\b{form}", ended["how"])]
        if re.search(r"not |n't ", ended["how"]):
            said = ["FAILED"]
        said += ["SUCCEEDED"] if "successfully" in text and "SUCCEEDED" not in said else []
        statuses = {"statuses": said} if said else {}
        name = _as_written(ended["what"] or ended["what2"], words)
        return Trigger(({"type": "workflow_end", "workflow": name, **statuses},))
    match = _NAMED.match(text) or _EVENT.match(text)
    if match is None:
        return None
    what = [word for word in words[1:1 + len(match["what"].split())] if word.lower not in ("time", "soon", "as")]
    entity = next((singular(word.lower) for word in reversed(what) if singular(word.lower) in ENTITIES), None)
    condition = _condition(what, match["rest"] or "", words, known)
    triggers: list[dict[str, Json]] = []
    notes: list[str] = []
    to_dos: list[str] = []
    for part in re.split(r",? or (?:when(?:ever)? )?", text):
        trigger, guesses = _document_trigger(part, match["what"])
        if trigger is not None:
            trigger = {key: _as_written(value, words) if key != "type" else value for key, value in trigger.items()}
            triggers.append(trigger)
            to_dos += _of_webhook(trigger, part)
        if trigger is not None or not notes:
            notes += guesses
    return Trigger(tuple(triggers), tuple(notes), entity, condition, tuple(to_dos))


def _as_written(value: Json, words: list[Word]) -> Json:
    """The names in a part of a trigger as they were written: OrderPaid, and no orderpaid."""
    if isinstance(value, dict):
        return {key: _as_written(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_written(one, words) for one in value]
    return next((word.text.lstrip("/") for word in words if word.lower.lstrip("/") == value), value)


def of_schedule(schedule: Schedule) -> tuple[dict[str, Json], list[str]]:
    """The trigger of a schedule, and what is to be done about its time zone."""
    trigger = {"type": "schedule", "expression": schedule.expression, "timezone": schedule.timezone or "UTC"}
    return trigger, [] if schedule.timezone or not schedule.by_clocks else [_NO_PLACE]


_SENDERS = {
    "github": "GitHub", "shopify": "Shopify", "slack": "Slack", "stripe": "Stripe",
}


def _of_webhook(trigger: dict[str, Json], text: str) -> tuple[str, ...]:
    """What is to be done about a webhook's auth. A sender that is named and signs gets its style; otherwise it is left
    open who may call it, and publishing asks for it."""
    if trigger["type"] != "webhook":
        return ()
    style = next((style for style in _SENDERS if re.search(rf"\b{style}\b", text)), None)
    if style is None:
        to_do = (
            f"Choose who may call the webhook {trigger['path']}: its sender, by a signature with a secret, or whoever "
            "knows the address. It is in the workflow's settings, and publishing asks for it."
        )
        return (to_do,)
    key = f"{style.upper()}_WEBHOOK_SECRET"
    trigger["auth"] = {"style": style, "secrets": [{"$secret": key}]}
    return (f"Set the secret {key} to the one that {_SENDERS[style]} signs its calls with.",)


def _condition(what: list[Word], rest: str, words: list[Word], known: Known) -> Sequence[Word]:
    """A condition on what arrives: ``a high value order``, ``an order over 500 euros``, ``with severity critical``."""
    if vague_in(what, known) is not None:
        return what
    found = parse_condition(what, known)
    if found is not None and re.search(r"[<>]", found.text):
        return what
    match = _WITH.match(rest)
    if match is None:
        return ()
    count = len(match["condition"].split())
    said = words[-count:]
    if parse_condition(said, known) is not None:
        return said
    if len(said) == 2:
        return [said[0], Word("is", "word", 0, 0), said[1]]
    return ()


def _document_trigger(  # noqa: PLR0911 - one for each kind of trigger
    text: str, what: str
) -> tuple[dict[str, Json] | None, tuple[str, ...]]:
    if match := re.search(r"\bfolder (?:called |named )?(/?[\w.-]+(?: ?/[\w.-]+)*)|(?<![\w-])(?!(?:the|our|a|an|this|in"
                          r"|into|to|from) )([\w-]+) folder\b", text):
        of_kind = {} if (kind := _FILE.search(text)) is None else {"pattern": f"*.{kind['kind']}"}
        return {"type": "folder", "folder": (match[1] or match[2]).replace(" ", ""), **of_kind}, ()
    named = re.search(r"(?<!\S)/([\w-]+(?:/[\w-]+)*)", text)
    path = named[1] if named is not None else None
    if "webhook" in text or path is not None:
        name = re.sub(r"[^A-Za-z0-9-]+", "-", path or "start")
        guess = ("The webhook's path was not said: start is a guess.",)
        return {"type": "webhook", "path": name}, () if path else guess
    if match := _QUEUE.search(text):
        name = match[1] or match[2]
        return {"type": "queue", "queue": name}, (f"The queue is taken to be called {name}.",)
    if re.search(r"\b(?:s3|bucket)\b", text):
        if match := _BUCKET.search(text):
            kind = _FILE.search(text)
            of_kind = {"suffix": f".{kind['kind']}"} if kind is not None else {}
            return {"type": "s3", "bucket": match[1] or match[2], **of_kind}, ()
        return {"type": "event", "pattern": {"source": ["aws.s3"], "detail-type": ["Object Created"]}}, ()
    if match := re.search(r"\bthe ([a-z][\w.-]*) event comes\b", text):
        return {"type": "event", "pattern": {"detail-type": [match[1]]}}, ()
    if re.search(r"\bform\b", text):
        return {"type": "form"}, ()
    return None, (f'"When {what} …" names no trigger that can be set up: start it by the API, or add a trigger.',)
