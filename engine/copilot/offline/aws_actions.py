"""How sentences ask for AWS's services: functions, tables, queues, topics, events, workflows, buckets, jobs."""

from __future__ import annotations

import re

from engine.copilot.offline.asked import STOP, TODO, Asked, Found, Rule
from engine.copilot.offline.sources import kept_in
from engine.copilot.offline.words import PROPERTIES, TRADE_VERBS, VERBS, camel


def _named(clause: Asked, kind: str, service: str, *, otherwise: str = r"(?!)") -> str | None:
    """The name of the `kind` of thing that is spoken of, before it or behind it, "" where it is spoken of without one;
    None where it is not."""
    behind = re.search(rf"(?<![\w-])(?:{kind}) (?:called |named )?(?!{_NO_NAME}\b)(?P<name>[\w.-]*\w)",
                       clause.text)
    before = re.search(rf"\b(?:the |a |our )?([\w-]+)(?: {service})? (?:{kind})\b(?!-)", clause.text)
    nameless = before is None or before[1] in (*service.split("|"), *STOP) or (
        before[1] == clause.verb and before.start(1) == 0)
    if behind is not None and (nameless or re.search(r"[-_\d]", behind["name"])):
        return _spelled(clause, behind["name"])
    if nameless:
        return "" if before is not None or clause.has(otherwise) else None
    return _spelled(clause, str(before[1] if before is not None else ""))


_NO_NAME = (r"(?:if|when|unless|once|and|or|then|but|so|while|until|with|by|that|which|who|is|are|was|were|has|have"
            r"|had|to"
            r"|of|for|in|on|at|from|into|onto|as|via|through|using|about|after|before|every|each|all|the|an?|it|its"
            r"|their"
            r"|his|her|called|named|otherwise|else|first|again|too|also|instead|there|now|afterwards|finally|with"
            r"|within"
            r"|gets?|receives?|runs?|fails?|starts?|should|must)")
"""What stands behind the kind of a thing and is not its name."""


def _spelled(clause: Asked, name: str) -> str:
    """The name as it was written."""
    return next((word.text for word in clause.words if word.lower == name), name)


_MAKING = frozenset([
    "archive", "block", "build", "check", "clean", "clear", "close", "compare", "copy", "create", "delete", "deploy",
    "disable", "download", "drain", "drop", "empty", "enable", "fetch", "find", "get", "lock", "look", "pause", "poll",
    "pull", "purge", "read", "remove", "rename", "reset", "restart", "retrieve", "scale", "scan", "stop", "subscribe",
    "suspend", "take", "test", "unlock", "unsubscribe", "update", "upgrade", "upload",
])
"""Verbs for what is not sent, published or called: what a queue, a topic or a bus has no action for."""


_TABLES = frozenset([
    "archive", "clean", "clear", "copy", "create", "delete", "drop", "empty", "export", "import", "lock", "remove",
    "rename", "scale", "scan",
])
"""Verbs for a whole table, which no action is for."""
_WRITING = frozenset([
    "add", "append", "archive", "copy", "create", "drop", "enter", "export", "file", "go", "import", "insert",
    "issue", "keep", "leave", "log", "make", "move", "note", "open", "place", "post", "put", "record", "register",
    "save", "send", "store", "submit", "transfer", "upload", "upsert", "write",
])
_READING = frozenset([
    "browse", "check", "collect", "consult", "dig", "examine", "extract", "fetch", "find", "gather", "get", "grab",
    "inspect", "list", "load", "locate", "look", "lookup", "obtain", "pick", "pull", "query", "read", "retrieve",
    "search", "see", "select", "take", "use", "view",
])
_CHANGING = frozenset([
    "adjust", "amend", "bump", "change", "correct", "decrease", "decrement", "deduct", "edit", "flag", "flip",
    "increase", "increment", "lower", "mark", "modify", "raise", "reduce", "set", "switch", "tick", "toggle", "tweak",
    "update",
])
_SWITCHING = frozenset(["flip", "switch", "toggle"])
"""Verbs that change an item only where they say what to: ``flip the valve`` is for no table."""
_ERASING = frozenset(["clear", "cross", "delete", "drop", "erase", "expunge", "purge", "remove", "strike", "wipe"])
_PLAIN = VERBS - TRADE_VERBS
_INTO = re.compile(r" (?:into|in|onto|on|to)(?: the| our| a| an)?(?: [\w-]+){0,2} table\b|"
                   r" (?:into|in|onto|to)(?: the| our)?(?: dynamodb)? table [\w-]")
_OUT_OF = re.compile(r" (?:out of|from)(?: the| our| a| an)?(?: [\w-]+){0,2} table\b")
_OFF = re.compile(r"^(?:take|cross|strike|knock|drop|get) .*\b(?:off|rid of)\b")
_STARTING = frozenset([
    "begin", "call", "continue", "escalate", "execute", "fire", "forward", "give", "hand", "initiate", "invoke", "kick",
    "launch", "pass", "run", "send", "start", "trigger", "use",
])
_WHOLE = re.compile(r"\w+ (?:the |an? |our )?(?:(?!from|in|of|to|into)[\w-]+ ){0,2}table\b")


def _lambda(clause: Asked) -> Found | None:
    if re.match(r"\w+ (?:the |a |an |our )?(?:new )?[\w-]+ (?:lambda|function)\b", clause.text) and (
            clause.verb in _MAKING - {"test"}):
        return None
    name = _named(clause, "lambda function|function|lambda", "lambda|aws")
    invoked = re.match(r"(?:invoke|run|call|execute|trigger|kick off|fire up) (?:the |a )?([\w]+-[\w-]+)$", clause.text)
    invoked = invoked or re.search(rf" (?:with|using|through|via) ({re.escape(clause.verb)}-[\w-]+)$", clause.text)
    if name is None and invoked is None:
        return None
    name = name or (None if invoked is None else invoked[1])
    guesses = {} if name else {"FunctionName": "Which function?"}
    arguments = {"FunctionName": name or f"{TODO}the function's name", "Payload": "{% $states.input %}"}
    return Found("arn:aws:states:::lambda:invoke", arguments, guesses, camel([name]) if name else "answer",
                 ".Payload")


def _table(clause: Asked) -> Found | None:
    table = _named(clause, "table", "dynamodb", otherwise=r"\bdynamo ?db\b")
    verb = clause.verb
    if table is None or clause.has(r"^go (?:through|over)\b") or (
            verb in _TABLES and _WHOLE.match(clause.text)) or (verb in _SWITCHING and _changed(clause)[1] is None):
        return None
    guesses = {} if table else {"TableName": "Which table?"}
    name = table or f"{TODO}the table"
    guesses["Key"] = "What is the table's key? id is a guess."
    key = {"id": {"S": "{% $string($states.input.id) %}"}}
    base = "arn:aws:states:::dynamodb:"
    if (verb in _ERASING and (verb != "drop" or not _INTO.search(clause.text))) or _OFF.match(clause.text):
        return Found(f"{base}deleteItem", {"TableName": name, "Key": key}, guesses)
    if verb in _READING or (table and verb not in _PLAIN and _OUT_OF.search(clause.text)):
        return Found(f"{base}getItem", {"TableName": name, "Key": key}, guesses,
                     camel([(table or "item").removesuffix("s")]), ".Item")
    if verb in _CHANGING:
        attribute, value = _changed(clause)
        guesses["UpdateExpression"] = f"What changes? {attribute} is a guess." if value else "What changes?"
        arguments = {"TableName": name, "Key": key, "UpdateExpression": "SET #s = :s",
                     "ExpressionAttributeNames": {"#s": attribute},
                     "ExpressionAttributeValues": {":s": {"S": value or f"{TODO}the new value"}}}
        return Found(f"{base}updateItem", arguments, guesses)
    if verb not in _WRITING and (not table or verb in _PLAIN or _INTO.search(clause.text) is None):
        return None
    guesses["Item"] = "Which attributes does the item have?"
    del guesses["Key"]
    item = {**key, "data": {"S": f"{{% $string({kept_in(clause.text, clause.known)}) %}}"}}
    return Found(f"{base}putItem", {"TableName": name, "Item": item}, guesses)


def _changed(clause: Asked) -> tuple[str, str | None]:
    """The attribute that an update is of, and the value that it has then: ``set the order's status to shipped``."""
    said = re.search(r"\b(?:(?P<what>[\w-]+) )?(?:to|as) (?P<value>(?!the\b|an?\b|it\b|be\b)[\w-]+)(?: in\b| on\b|$)",
                     clause.phrase)
    if said is None:
        return "status", None
    owned = re.search(r"(?:'s|\bits|\btheir) $", clause.phrase[:said.start()])
    what = (said["what"] or "").lower()
    return (what if what.isidentifier() and (owned or what in PROPERTIES) else "status"), said["value"]


def _queue(clause: Asked) -> Found | None:
    name = _named(clause, "queue", "sqs", otherwise=r"\bsqs\b|\benqueue\b")
    if name is None or (clause.verb in _MAKING and not clause.has(r"^drop .* (?:on|in)(?:to)? ")):
        return None
    url = f"{TODO}the URL of the queue {name}" if name else f"{TODO}the queue's URL"
    body = f"{{% {kept_in(clause.text, clause.known)} %}}"
    return Found("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": body},
                  {"QueueUrl": f"The URL of the queue {name}." if name else "Which queue?"})


def _topic(clause: Asked) -> Found | None:
    name = _named(clause, "topic", "sns", otherwise=r"\bsns\b")
    if name is None or clause.verb in _MAKING:
        return None
    arn = f"{TODO}the ARN of the topic {name}" if name else f"{TODO}the topic's ARN"
    return Found("arn:aws:states:::sns:publish", {"TopicArn": arn, "Message": clause.as_message},
                  {"TopicArn": f"The ARN of the topic {name}." if name else "Which topic, or which phone number?",
                   "Message": "What does the message say?"})


def _events(clause: Asked) -> Found | None:
    if not clause.has(r"\bevent ?bus\b|\beventbridge\b|\b(?:put|emit|publish|raise|fire|send|trigger|dispatch) an? "
                      r"(?:[\w-]+ )?event\b"):
        return None
    if clause.verb in _MAKING:
        return None
    named = re.search(r"\b(?:an?|the) ([A-Z]\w+) event\b", clause.phrase)
    kind = f"{TODO}the kind of event" if named is None else named[1]
    entry = {"Source": "automate", "DetailType": kind, "Detail": "{% $states.input %}"}
    to_do = "What kind of event is it, and on which bus?" if named is None else "On which bus, and from which source?"
    return Found("arn:aws:states:::events:putEvents", {"Entries": [entry]}, {"Entries": to_do})


def _workflow(clause: Asked) -> Found | None:
    name = _named(clause, "workflow|state machine|process|pipeline", "workflow")
    if not name or clause.verb not in _STARTING:
        return None
    return Found("arn:aws:states:::states:startExecution", {
        "StateMachineArn": name, "Input": "{% $states.input %}",
    }, {"StateMachineArn": f"Is there a workflow called {name}?"})


_INTO_BUCKET = re.compile(r" (?:into|in|to) (?:(?:the|our) )?(?:[\w-]+ )?(?:s3 )?bucket\b")


def _bucket(clause: Asked) -> Found | None:
    name = _named(clause, "bucket", "s3", otherwise=r"\bs3\b")
    kept = clause.verb in ("save", "store", "upload", "write", "put", "archive", "export", "copy")
    goes = clause.verb not in _MAKING - {"drop", "pull"} and _INTO_BUCKET.search(clause.text) is not None
    if name is None or not (kept or goes):
        return None
    guesses = {"Key": "Under which key?", "Body": "What is written?"}
    if not name:
        guesses["Bucket"] = "Which bucket?"
    return Found("arn:aws:states:::aws-sdk:s3:putObject", {
        "Bucket": name or f"{TODO}the bucket", "Key": f"{TODO}the key", "Body": "{% $string($states.input) %}",
    }, guesses)


def _object(clause: Asked) -> Found | None:
    """An object of a bucket: what is deleted or read there."""
    said = _OBJECT.match(clause.phrase)
    name = None if said is None else _named(clause, "bucket", "s3", otherwise=r"\bs3\b")
    if said is None or name is None:
        return None
    key = said["key"] or said["key2"]
    arguments = {"Bucket": name or f"{TODO}the bucket", "Key": key or f"{TODO}the key"}
    guesses = {} if key else {"Key": "Under which key?"}
    if not name:
        guesses["Bucket"] = "Which bucket?"
    if clause.verb in ("delete", "remove", "erase"):
        return Found("arn:aws:states:::aws-sdk:s3:deleteObject", arguments, guesses)
    return Found("arn:aws:states:::aws-sdk:s3:getObject", arguments, guesses, "object", ".Body")


_OBJECT = re.compile(
    r"(?:delete|remove|erase|get|read|fetch|load|download) (?:the |an? |our )?(?:(?:s3 )?(?:object|file) "
    r"(?P<key>[\w/.-]*\w\.\w+|[\w-]+/[\w/.-]+)|(?P<key2>[\w/.-]*\w\.\w+)(?: file| object)?"
    r"|(?:[\w-]+ )?(?:object|file|original)) (?:from|in|out of) ", re.IGNORECASE)
"""``delete the object x.csv from``."""


def _bedrock(clause: Asked) -> Found | None:
    if not clause.has(r"\bbedrock\b") or clause.verb in _MAKING - {"find", "look", "check", "compare", "test"}:
        return None
    message = {"Role": "user", "Content": [{"Text": clause.as_message}]}
    return Found("arn:aws:states:::aws-sdk:bedrockruntime:converse", {
        "ModelId": f"{TODO}the model's id", "Messages": [message],
    }, {"ModelId": "Which model?", "Messages": "What is it asked?"}, "answer", ".Output.Message.Content[0].Text")


def _glue(clause: Asked) -> Found | None:
    name = _named(clause, "job", "glue") if clause.has(r"\bglue\b") else None
    if not name:
        return None
    return Found("arn:aws:states:::glue:startJobRun", {"JobName": name}, {"JobName": f"Is the job called {name}?"})


RULES: tuple[Rule, ...] = (_table, _queue, _topic, _events, _lambda, _workflow, _bucket, _object, _glue, _bedrock)
WAITED_FOR = {
    "arn:aws:states:::states:startExecution": ".sync:2", "arn:aws:states:::glue:startJobRun": ".sync",
}
"""What may be waited for until it has ended, and what its resource ends with then."""
