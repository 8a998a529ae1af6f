"""A clause to an action of the catalogue, with its arguments as far as the words give them.

The service is named (on Slack, by email, a queue, a table, a topic, a function, an address) or follows from the verb
(charge, refund, approve). What the words do not say is a placeholder ``TODO: …`` and a to-do; what names no way to do
it (`tell the boss`) is no action: it is left to the reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.copilot.catalogue import ActionFact, Catalogue, Input
from engine.copilot.offline.conditions import Known
from engine.copilot.offline.flow import Action
from engine.copilot.offline.words import DETERMINERS, Word, base_verb, camel, currency_in, lower, number_of, title
from engine.records import dataclass

Json = Any

TODO = "TODO: "
_ASKING = re.compile(
    r"\b(?:ask|approv\w*|sign[- ]?off|authori[sz]\w*|permission|go-ahead|consent)\b|\bwait for .*\b(?:ok|confirm\w*)\b"
)
_TELL = ("tell", "notify", "inform", "alert", "warn", "remind", "message", "let", "contact", "reply", "respond", "send")
_STOP = frozenset([
    "to", "for", "of", "on", "in", "at", "by", "with", "from", "through", "via", "into", "onto", "about", "that",
    "if", "so", "and", "the", "a", "an", "using", "as", "what", "whether",
])


@dataclass(frozen=True, slots=True)
class _Clause:
    """The clause at hand: its words, their text, its first verb."""

    words: tuple[Word, ...]
    text: str
    verb: str
    known: Known

    @property
    def phrase(self) -> str:
        return " ".join(word.text for word in self.words)

    def first(self, kind: str) -> str | None:
        return next((word.text for word in self.words if word.kind == kind), None)

    def has(self, pattern: str) -> bool:
        return re.search(pattern, self.text) is not None


@dataclass(frozen=True, slots=True)
class _Found:
    """The action and what is known of its arguments: a value, or (value, to-do) for a guess."""

    resource: str
    arguments: dict[str, Json]
    guesses: dict[str, str]
    variable: str | None = None


_Rule = Callable[[_Clause], "_Found | None"]


def parse_action(words: list[Word], catalogue: Catalogue, known: Known) -> Action | None:
    """The action that a clause asks for; None where it names none of the catalogue."""
    clause = _Clause(tuple(words), lower(words), _verb(words), known)
    for rule in _RULES:
        found = rule(clause)
        if found is not None:
            fact = catalogue.get(found.resource)
            if fact is not None:
                return _action(fact, found, clause)
    named = catalogue.named(clause.text)
    return None if named is None else _action(named, _Found(named.resource, {}, {}), clause)


def _verb(words: list[Word]) -> str:
    return base_verb(words[0].lower) or words[0].lower if words else ""


def _action(fact: ActionFact, found: _Found, clause: _Clause) -> Action:
    arguments: dict[str, Json] = {}
    to_dos = [("/Arguments/" + name, text) for name, text in found.guesses.items()]
    for name, spec in fact.inputs.items():
        if name in found.arguments:
            arguments[name] = found.arguments[name]
        elif spec.required:
            arguments[name] = _placeholder(spec)
            to_dos.append((f"/Arguments/{name}", f"{name}: {spec.description or 'not said'}"))
        elif spec.secret:
            advice = f'If {fact.title} needs its {name}, name a secret: {{"$secret": "KEY"}}.'
            to_dos.append((f"/Arguments/{name}", advice))
    for name, value in found.arguments.items():
        arguments.setdefault(name, value)
    return Action(
        fact.resource, _name(clause), clause.phrase, arguments, to_dos,
        found.variable or (camel([fact.bare.split(":")[-1]]) if fact.waits else None), waits=fact.waits,
    )


def _placeholder(spec: Input) -> Json:
    match spec.type:
        case "number" | "integer":
            return 0
        case "boolean":
            return False
        case "array":
            return []
        case "object":
            return {}
        case _:
            return f"{TODO}{spec.description.rstrip('.') or spec.name}"


def _name(clause: _Clause) -> str:
    kept = [word.text for word in clause.words if word.kind in ("word", "channel") and word.lower not in DETERMINERS]
    return title(" ".join(kept[:6]))[:60].strip() or "Step"


def _text_of(clause: _Clause) -> str:
    """What a message would say: the clause itself, as a start."""
    return f"{TODO}{clause.phrase}"


def _slack(clause: _Clause) -> _Found | None:
    channel = clause.first("channel")
    if channel is None and not clause.has(r"\bslack\b"):
        return None
    guesses: dict[str, str] = {}
    if channel is None:
        audience = _audience(clause)
        channel = f"#{audience}" if audience else f"{TODO}the channel"
        guesses["channel"] = "Which channel?" if audience is None else f"The channel {channel} is a guess."
    asks = _ASKING.search(clause.text) is not None
    guesses["text"] = "What is asked?" if asks else "What does the message say?"
    action = "send_approval" if asks else "post_message"
    return _Found(f"connector:slack:{action}", {"channel": channel, "text": _text_of(clause)}, guesses,
                  "approval" if asks else None)


def _audience(clause: _Clause) -> str | None:
    """Whom a message is for: ``ask finance on slack`` → finance."""
    match = re.search(
        r"\b(?:ask|tell|notify|inform|alert|message|warn|ping|contact|page)\s+"
        r"(?:the |our |a |an )?([\w-]+(?: [\w-]+)?)",
        clause.text,
    )
    if match is None:
        return None
    names = [name for name in match[1].split() if name not in _STOP and name != "slack"]
    return "-".join(names) or None


def _email(clause: _Clause) -> _Found | None:
    address = clause.first("email")
    if address is None and not clause.has(r"\b(?:e-?mails?|mail|newsletter)\b"):
        return None
    if clause.verb in ("look", "check", "read") and address is None:
        return None
    guesses = {"subject": "What is the subject?", "body": "What does the mail say?"}
    to: Json = address
    if address is None:
        match = re.search(
            r"\b(?:e-?mail|mail|tell|notify|inform|send|reply to|remind|for|to) (?:the |our |a |an |their )?([\w-]+)",
            clause.text,
        )
        person = match[1] if match else ""
        if person and person not in _STOP and not _is_mail(person):
            item = "$states.input" if person == clause.known.item else f"$states.input.{camel([person])}"
            to = f"{{% {item}.email %}}"
            guesses["to"] = f"Where the address of the {person} is in the input is a guess."
        else:
            to = f"{TODO}the address"
            guesses["to"] = "To whom?"
    return _Found("connector:email:send", {"to": to, "subject": f"{TODO}{clause.phrase}"[:120],
                                           "body": _text_of(clause)}, guesses)


def _is_mail(word: str) -> bool:
    return re.fullmatch(
        r"e-?mails?|mail|confirmation|receipt|reminder|welcome|second|message|result|results|them|it|him|her"
        r"|german|english|newsletter|letter|ask|another|contract", word
    ) is not None


def _lambda(clause: _Clause) -> _Found | None:
    named = re.search(r"\b(?:the |a )?([\w-]+)(?:'s)? (?:lambda(?: function)?|function)\b", clause.text)
    invoked = re.match(r"(?:invoke|run|call|execute) (?:the |a )?([\w]+-[\w-]+)$", clause.text)
    if named is None and invoked is None and not clause.has(r"\blambda\b"):
        return None
    match = named or invoked
    name = match[1] if match is not None and match[1] not in (*_STOP, "invoke", "run", "call") else None
    guesses = {} if name else {"FunctionName": "Which function?"}
    arguments = {"FunctionName": name or f"{TODO}the function's name", "Payload": "{% $states.input %}"}
    return _Found("arn:aws:states:::lambda:invoke", arguments, guesses, camel([name]) if name else "answer")


def _table(clause: _Clause) -> _Found | None:
    named = re.search(r"\b(?:the |a |our )?([\w-]+)(?: dynamodb)? table\b", clause.text)
    if named is None and not clause.has(r"\bdynamo ?db\b"):
        return None
    table = named[1] if named and named[1] not in ("dynamodb", *_STOP) else None
    verb = clause.verb
    guesses = {} if table else {"TableName": "Which table?"}
    name = table or f"{TODO}the table"
    guesses["Key"] = "What is the table's key? id is a guess."
    key = {"id": {"S": "{% $string($states.input.id) %}"}}
    base = "arn:aws:states:::dynamodb:"
    if verb in ("look", "lookup", "get", "read", "fetch", "load", "find", "check", "retrieve", "query"):
        return _Found(f"{base}getItem", {"TableName": name, "Key": key}, guesses, camel([_singular(table or "item")]))
    if verb in ("delete", "remove"):
        return _Found(f"{base}deleteItem", {"TableName": name, "Key": key}, guesses)
    if verb in ("update", "change", "mark", "set", "flag", "increase", "increment"):
        guesses["UpdateExpression"] = "What changes?"
        arguments = {"TableName": name, "Key": key, "UpdateExpression": "SET #s = :s",
                     "ExpressionAttributeNames": {"#s": "status"},
                     "ExpressionAttributeValues": {":s": {"S": f"{TODO}the new value"}}}
        return _Found(f"{base}updateItem", arguments, guesses)
    guesses["Item"] = "Which attributes does the item have?"
    del guesses["Key"]
    item = {**key, "data": {"S": "{% $string($states.input) %}"}}
    return _Found(f"{base}putItem", {"TableName": name, "Item": item}, guesses)


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _queue(clause: _Clause) -> _Found | None:
    named = re.search(r"\b(?:the |a |our )?([\w-]+)(?: sqs)? queue\b", clause.text)
    if named is None and not clause.has(r"\bsqs\b|\benqueue\b"):
        return None
    name = named[1] if named and named[1] not in ("sqs", *_STOP) else None
    url = f"{TODO}the URL of the queue {name}" if name else f"{TODO}the queue's URL"
    return _Found("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": "{% $states.input %}"},
                  {"QueueUrl": f"The URL of the queue {name}." if name else "Which queue?"})


def _topic(clause: _Clause) -> _Found | None:
    named = re.search(r"\b(?:the |a |our )?([\w-]+)(?: sns)? topic\b", clause.text)
    if named is None and not clause.has(r"\bsns\b"):
        return None
    name = named[1] if named and named[1] not in ("sns", *_STOP) else None
    arn = f"{TODO}the ARN of the topic {name}" if name else f"{TODO}the topic's ARN"
    return _Found("arn:aws:states:::sns:publish", {"TopicArn": arn, "Message": _text_of(clause)},
                  {"TopicArn": f"The ARN of the topic {name}." if name else "Which topic, or which phone number?",
                   "Message": "What does the message say?"})


def _events(clause: _Clause) -> _Found | None:
    if not clause.has(r"\bevent ?bus\b|\beventbridge\b|\b(?:put|emit|publish|raise) an? (?:[\w-]+ )?event\b"):
        return None
    entry = {"Source": "automate", "DetailType": f"{TODO}the kind of event", "Detail": "{% $states.input %}"}
    return _Found("arn:aws:states:::events:putEvents", {"Entries": [entry]},
                  {"Entries": "What kind of event is it, and on which bus?"})


def _workflow(clause: _Clause) -> _Found | None:
    named = re.search(r"\b(?:the |a |our )?([\w-]+) (?:workflow|state machine|process|pipeline)\b", clause.text)
    if named is None or clause.verb not in ("start", "run", "trigger", "launch", "begin", "hand", "call", "execute",
                                            "invoke", "send", "escalate", "pass", "continue", "initiate"):
        return None
    return _Found("arn:aws:states:::states:startExecution", {
        "StateMachineArn": named[1], "Input": "{% $states.input %}",
    }, {"StateMachineArn": f"Is there a workflow called {named[1]}?"})


def _bucket(clause: _Clause) -> _Found | None:
    if clause.verb not in ("save", "store", "upload", "write", "put", "archive", "export", "copy"):
        return None
    named = re.search(r"\b(?:the |a |our )?([\w-]+)(?: s3)? bucket\b", clause.text)
    if named is None and not clause.has(r"\bs3\b"):
        return None
    name = named[1] if named and named[1] not in ("s3", *_STOP) else None
    guesses = {"Key": "Under which key?", "Body": "What is written?"}
    if name is None:
        guesses["Bucket"] = "Which bucket?"
    return _Found("arn:aws:states:::aws-sdk:s3:putObject", {
        "Bucket": name or f"{TODO}the bucket", "Key": f"{TODO}the key", "Body": "{% $string($states.input) %}",
    }, guesses)


def _glue(clause: _Clause) -> _Found | None:
    named = re.search(r"\b([\w-]+) glue job\b|\bglue job ([\w-]+)", clause.text)
    if named is None:
        return None
    name = named[1] or named[2]
    return _Found("arn:aws:states:::glue:startJobRun", {"JobName": name}, {"JobName": f"Is the job called {name}?"})


_CALLING = ("call", "get", "post", "put", "fetch", "request", "send", "query", "delete", "patch", "hit", "invoke",
            "check", "ping", "poll", "download")


def _http(clause: _Clause) -> _Found | None:
    url = clause.first("url")
    service = re.search(r"\b(?:the |a |our |an )?([\w-]+) (?:api|service|endpoint|web ?service|backend)\b", clause.text)
    if url is None and (service is None or clause.verb not in _CALLING):
        return None
    first = clause.words[0].text
    method = {"POST": "POST", "PUT": "PUT", "DELETE": "DELETE", "PATCH": "PATCH", "GET": "GET"}.get(first)
    guesses: dict[str, str] = {}
    if method is None:
        method = "POST" if clause.verb in ("post", "send", "submit", "reserve", "create", "turn") else "GET"
        guesses["method"] = f"{method} is a guess."
    if url is None:
        name = service[1] if service else "service"
        url = f"{TODO}the address of the {name} service"
        guesses["url"] = f"What is the address of the {name} service?"
    arguments: dict[str, Json] = {"url": url, "method": method}
    if method in ("POST", "PUT", "PATCH"):
        arguments["json"] = "{% $states.input %}"
    return _Found("connector:http:request", arguments, guesses, "answer")


def _payment(clause: _Clause) -> _Found | None:
    if clause.verb in ("refund", "reimburse") or clause.has(r"\bgive (?:\w+ )*money back\b|\bissue a refund\b"):
        return _Found("connector:payment:refund", {"charge": "{% $states.input.charge.id %}"},
                      {"charge": "Where the charge's id is in the input is a guess."})
    if clause.verb not in ("charge", "bill", "debit", "pay", "capture") or clause.has(r"\bcharge (?:station|level)\b"):
        return None
    arguments: dict[str, Json] = {}
    guesses: dict[str, str] = {}
    amount = next((number_of(word) for word in clause.words if word.kind == "number"), None)
    if amount is None:
        entity = clause.known.entity or "order"
        field = "total" if entity in ("order", "booking", "purchase", "cart", "trip") else "amount"
        path = f"$states.input.{field}" if clause.known.item else f"$states.input.{entity}.{field}"
        arguments["amount"] = f"{{% {path} %}}"
        guesses["amount"] = f"Where the amount is in the input is a guess: {path.removeprefix('$states.input.')}."
    else:
        arguments["amount"] = amount
    currency = currency_in(clause.words)
    if currency is not None:
        arguments["currency"] = currency
    else:
        guesses["currency"] = "The currency was not said; the connector's default is used."
    return _Found("connector:payment:charge", arguments, guesses, "charge")


def _approval(clause: _Clause) -> _Found | None:
    asks = _ASKING.search(clause.text)
    if asks is None or clause.verb in ("approve", "tell", "log", "save", "email", "mail", "send", "notify"):
        return None
    match = re.search(
        r"\b(?:ask|from|get|request|by|have)\s+(?:for )?(?:the |our |a |an |their )?((?:[\w-]+ ?){1,2}?)"
        r"(?= to | for | about | on |'s| whether | if |$| approv| sign| review| confirm)", clause.text)
    approver = match[1].strip() if match else ""
    question = f"{TODO}{clause.phrase}"
    guesses = {"question": "What is asked?"}
    arguments: dict[str, Json] = {"question": question, "details": "{% $states.input %}"}
    if approver and approver not in ("approval", "manual", "permission", "it", "them"):
        arguments["approvers"] = [approver]
        guesses["approvers"] = f"Who is {approver}?"
    return _Found("connector:approval:ask", arguments, guesses, "approval")


def _log(clause: _Clause) -> _Found | None:
    if clause.verb != "log" and not clause.has(r"\b(?:write|record) .*\b(?:to|in|into) (?:the |a )?log\b"):
        return None
    return _Found("connector:log:write", {"message": f"{clause.phrase}"}, {"message": "What does the line say?"})


_RULES: tuple[_Rule, ...] = (
    _slack, _http, _table, _queue, _topic, _events, _lambda, _workflow, _bucket, _glue, _payment, _approval, _email,
    _log,
)
"""In this order: a service that is named beats a verb."""
