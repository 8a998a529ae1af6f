"""How sentences ask for what connectors' actions mean: what the copilot's grammar is handed.

The service is named (on Slack, by email, an address) or follows from the verb (charge, refund, approve). Which
connector's action it is says the registry (ActionSpec.means).
"""

from __future__ import annotations

import re
from typing import Any

from engine.copilot.offline.asked import STOP, TODO, Asked, Found, Rule, people_asked
from engine.copilot.offline.times import duration_in
from engine.copilot.offline.words import UNITS, camel, currency_in, number_of, singular, words_of

Json = Any

_ASKING = re.compile(
    r"(?<!#)\b(?:ask|approv\w*|decide|decision|sign(?:ed|s)?(?: \w+)?[- ]?off|authori[sz]\w*|permission|go-ahead"
    r"|consent|green light|blessing|thumbs[- ]up|ok(?:ay)?(?= of| from|$)"
    r"|(?:yes|nod) from)\b|'s (?:ok|okay|yes)\b|\bwait for .*\b(?:ok|confirm\w*)\b|^check with (?!https)"
)


_KEEPING = frozenset([
    "archive", "block", "capture", "classify", "clean", "close", "collect", "copy", "count", "create", "deactivate",
    "decrypt", "delete", "disable", "download", "drop", "enable", "encrypt", "extract", "filter", "find", "invite",
    "label", "lock", "mark", "move", "parse", "register", "remove", "rename", "reset", "revoke", "save", "scan",
    "search", "set", "store", "subscribe", "summarise", "summarize", "tag", "translate", "unlock", "unsubscribe",
    "update", "validate", "verify",
])
"""Verbs that keep, change or look at something: they say nothing to anybody."""


def _slack(clause: Asked) -> Found | None:
    channel = clause.first("channel")
    if channel is None and not clause.has(r"\bslack\b"):
        return None
    if clause.verb in (*_KEEPING, "add") and not clause.has(
            r"^\w+ (?:an? |the )?(?:[\w-]+ )?(?:message|note|post|notice|reminder|line|word|ping|hint|heads-up"
            r"|summary)\b"):
        return None
    guesses: dict[str, str] = {}
    if channel is None:
        audience = _audience(clause)
        channel = f"#{audience}" if audience else f"{TODO}the channel"
        guesses["channel"] = "Which channel?" if audience is None else f"The channel {channel} is a guess."
    if _ASKING.search(clause.text) is not None:
        asked = _approval(clause) or Found("ask", {"question": clause.as_message}, {"question": "What is asked?"})
        guesses = {f"slack_{name}": text for name, text in guesses.items()}
        return Found("ask", {"details": "{% $states.input %}", **asked.arguments, "slack_channel": channel},
                     {**asked.guesses, **guesses}, "approval")
    if clause.said is None:
        guesses["text"] = "What does the message say?"
    return Found("message", {"channel": channel, "text": clause.as_message}, guesses)


def _audience(clause: Asked) -> str | None:
    """Whom a message is for: ``ask finance on slack`` → finance."""
    match = re.search(
        r"\b(?:ask|tell|notify|inform|alert|message|warn|ping|contact|page)\s+"
        r"(?:the |our |a |an )?([\w-]+(?: [\w-]+)?)",
        clause.text,
    )
    if match is None:
        return None
    names = [name for name in match[1].split() if name not in STOP and name != "slack"]
    return "-".join(names) or None


def _email(clause: Asked) -> Found | None:
    address = clause.first("email")
    if address is None and not clause.has(r"\b(?:e-?mails?|mail|newsletter)\b"):
        return None
    if clause.verb in ("look", "check", "read") and address is None:
        return None
    if clause.verb in _KEEPING and not clause.has(r"\b(?:by|via|per|through|an|to [\w-]+ by) (?:e-?mail|mail)\b"):
        return None
    guesses = {"subject": "What is the subject?"}
    if clause.said is None:
        guesses["body"] = "What does the mail say?"
    to: Json = address
    source = clause.source
    if address is None and source is not None and source.is_address:
        to = f"{{% {source.path} %}}"
        guesses["to"] = f"That the {source.field} is {source.path} is a guess."
    elif address is None:
        match = re.search(
            r"\b(?:e-?mail|mail|tell|notify|inform|send|reply to|remind|for|to) (?:the |our |a |an |their )?([\w-]+)",
            clause.text,
        )
        person = match[1] if match else ""
        if person and person not in STOP and not _is_mail(person):
            item = "$states.input" if person == clause.known.item else f"$states.input.{camel([person])}"
            to = f"{{% {item}.email %}}"
            guesses["to"] = f"Where the address of the {person} is in the input is a guess."
        else:
            to = f"{TODO}the address"
            guesses["to"] = "To whom?"
    return Found("mail", {"to": to, "subject": f"{TODO}{clause.phrase}"[:120],
                                           "body": clause.as_message}, guesses)


def _is_mail(word: str) -> bool:
    return re.fullmatch(
        r"e-?mails?|mail|confirmation|receipt|reminder|welcome|second|message|result|results|them|it|him|her"
        r"|german|english|newsletter|letter|ask|another|contract", word
    ) is not None


def _model(clause: Asked) -> Found | None:
    if clause.has(r"\bbedrock\b") or not clause.has(r"\b(?:with|by|using|through|via) (?:the |an? |our )?(?:[\w-]+ )?"
                                                    r"(?:llm|language model|ai|gpt"
                      r"|chatgpt)\b|\b(?:with|ask|using) an? (?:ai )?model\b"
                      r"|^(?:ask|prompt|tell) (?:the |an? |our )?(?:llm|language model|ai|gpt|chatgpt)\b"):
        return None
    return Found("connector:llm:chat", {"prompt": clause.as_message}, {"prompt": "What is it asked?"}, "answer")


def _dispatch(clause: Asked) -> Found | None:
    if not clause.has(r"\bgithub\b.*\bworkflow\b|\bworkflow\b.*\bgithub\b") or clause.verb not in (
            "start", "run", "trigger", "dispatch", "launch", "call", "kick", "execute"):
        return None
    named = re.search(r"\bworkflow ((?!in\b|on\b|of\b|for\b)[\w.-]*\w)|\b([\w-]+\.ya?ml)\b", clause.phrase)
    branch = re.search(r"\bon (?:the )?(?:branch )?([\w./-]*\w)(?: branch)?$", clause.phrase)
    given = {"workflow": named[1] or named[2]} if named is not None else {}
    return Found("connector:github:dispatch_workflow", {**given, **({"ref": branch[1]} if branch else {})})


_CALLING = ("call", "get", "post", "put", "fetch", "request", "send", "query", "delete", "patch", "hit", "invoke",
            "check", "ping", "poll", "download")


def _http(clause: Asked) -> Found | None:
    url = clause.first("url")
    service = re.search(r"\b(?:the |a |our |an )?([\w-]+) (?:api|service|endpoint|web ?service|backend)\b", clause.text)
    if url is None and (service is None or clause.verb not in _CALLING):
        return None
    named = re.search(r"\b(POST|PUT|DELETE|PATCH|GET|HEAD)\b", clause.phrase)
    method = None if named is None else named[1]
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
    return Found("request", arguments, guesses, "answer", ".body")


def _payment(clause: Asked) -> Found | None:
    if clause.verb in ("refund", "reimburse") or clause.has(
            r"\b(?:give|pay|send|transfer|return) (?:[\w']+ )*(?:money|payment|amount|funds|it) back\b"
            r"|\bissue a refund\b"
            r"|\b(?:return|give back|pay back) (?:the |their |his |her )?(?:money|payment|amount|funds)\b"):
        return Found("refund", {"charge": "{% $states.input.charge.id %}"},
                      {"charge": "Where the charge's id is in the input is a guess."})
    takes = clause.verb in ("take", "collect", "deduct", "draw", "pull") and clause.has(
        r"\b(?:payment|money)\b|\b(?:from|off) (?:(?!and\b|then\b)[\w']+ ){1,3}card\b")
    if (clause.verb not in ("charge", "bill", "debit", "pay", "capture") and not takes) or clause.has(
        r"\bcharge (?:station|level)\b"
    ):
        return None
    guesses: dict[str, str] = {}
    if clause.verb == "capture" and not clause.has(r"\b(?:payments?|card|charge|money|amount|funds|it|them)\b"):
        return None
    said = _amount(clause)
    amount, source = str(said), clause.source
    if said is None and source is not None:
        amount = f"$number({source.path})"
        guesses["amount"] = f"That the {source.field} is {source.path} is a guess."
    elif said is None:
        entity = clause.known.entity or "order"
        field = "total" if entity in ("order", "booking", "purchase", "cart", "trip") else "amount"
        amount = f"$states.input.{field}" if clause.known.item else f"$states.input.{entity}.{field}"
        guesses["amount"] = f"Where the amount is in the input is a guess: {amount.removeprefix('$states.input.')}."
    currency = currency_in(clause.words)
    if currency is None:
        guesses["currency"] = "The currency was not said: eur is a guess."
    smallest = f"$round({amount} * 100)" if currency != "JPY" else amount
    return Found("charge", {"amount": f"{{% {smallest} %}}", "currency": (currency or "EUR").lower(), "confirm": True},
                 guesses, "charge")


def _amount(clause: Asked) -> float | int | None:
    """The money that is said. A share of something, how often and how long are none."""
    for word, after in zip(clause.words, [*clause.words[1:], None], strict=True):
        said = "" if after is None else after.lower
        if word.kind == "number" and not word.text.endswith(("%", "°")) and word.text[0] not in "-\u2212" and not (
                singular(said) in UNITS or said in ("times", "attempts", "tries", "percent")):
            return number_of(word)
    return None


def _approval(clause: Asked) -> Found | None:
    asks = _ASKING.search(clause.text)
    if (
        asks is None
        or clause.has(
            r"\b(?:language model|llm|ai model"
            r"|gpt)\b"
        )
        or clause.verb in ("approve", "tell", "log", "save", "email", "mail", "send", "notify", "remind")
    ):
        return None
    match = re.search(
        r"\b(?:ask|from|get|request|by|have)\s+(?:for )?(?:the |our |a |an |their )?((?!for\b)[\w-]+(?: (?!to\b"
        r"|for\b|about\b|on\b)[\w-]+)??)"
        r"(?= to | for | about | on |'s| whether | if |$| approv| sign| review| confirm)", clause.text)
    approver = match[1].strip() if match else ""
    question = f"{TODO}{clause.phrase}"
    guesses = {"question": "What is asked?"}
    arguments: dict[str, Json] = {"question": question, "details": "{% $states.input %}"}
    people = [word.text for word in clause.words if word.kind == "email"]
    several = people_asked(clause.text)
    if people:
        arguments["approvers"] = people
    elif len(several) > 1:
        arguments["approvers"] = several
        one_of_them = clause.has(rf" or (?:\w+ ){{0,2}}?{re.escape(several[-1])}")
        arguments["needed"] = "any" if one_of_them else "all"
        guesses["approvers"] = f"Who are {' and '.join(several)}?"
    elif approver and approver not in ("approval", "manual", "permission", "it", "them"):
        arguments["approvers"] = [approver]
        guesses["approvers"] = f"Who is {approver}?"
    every = re.search(r"\bremind\w*(?: \w+){0,3}? (?:every|after|each) (.+)", clause.text)
    seconds = None if every is None else duration_in(words_of(every[1]) + words_of("."))
    if seconds is not None:
        arguments["remind_after"] = seconds
    so_many = _SEVERAL.search(clause.text)
    if so_many is not None:
        number = None if so_many[1] is None else number_of(words_of(so_many[1])[0])
        arguments["needed"] = number if number is not None else "all" if so_many[2] else "any"
    return Found("ask", arguments, guesses, "approval")


_SEVERAL = re.compile(r"\b(two|three|four|five|[2-9])(?: people| persons| members)? (?:out )?of\b(?! the details)|\b"
                      r"(both|all)\b(?: of)?(?! the details)|\b(either|any of|one of)\b")
"""How many of those who are asked have to agree."""


def _log(clause: Asked) -> Found | None:
    if clause.verb != "log" and not clause.has(r"\b(?:write|record|put|note|add|enter|make|leave|save|copy|move"
                                               r"|send) .*\b(?:to|in|into) (?:the |a |our )?logs?\b"):
        return None
    if clause.verb == "log" and re.search(r"\b(?:in|into|to|on) (?:the |our |an? )?[A-Z]", clause.phrase):
        return None  # in Google Sheets
    return Found("log", {"message": f"{clause.phrase}"}, {"message": "What does the line say?"})


_SHEET = re.compile(r" (?P<way>in|into|to|on|onto|at|from|out of|of) (?:(?:the|our|an?|this|that) )?(?:[\w-]+ )?"
                    r"(?:spread|work)?sheet\b")


def _sheet(clause: Asked) -> Found | None:
    """``log the visit in the register sheet``: a sheet without a product is one of Google's."""
    where = _SHEET.search(clause.text)
    if where is None or clause.first("url") is not None or clause.has(r"\b(?:google|excel)\b"):
        return None
    if where["way"] in ("from", "out of", "of") or clause.verb in ("look", "check", "find", "read", "search"):
        return Found("connector:google_sheets:read_rows") if clause.verb not in ("delete", "remove", "clear") else None
    if clause.verb in ("update", "change", "set", "mark", "tick", "flag", "correct", "edit"):
        return Found("connector:google_sheets:update_rows")
    if clause.verb in ("delete", "remove", "clear", "print", "email", "send", "create", "share"):
        return None
    return Found("connector:google_sheets:append_rows")


_READING = ("read", "load", "open", "get", "fetch", "take", "parse", "pull", "grab", "import")


def _file(clause: Asked) -> Found | None:
    path = clause.first("path")
    if path is None or not (clause.has(r"\bfiles?\b") or "." in path) or clause.first("url") is not None:
        return None
    if clause.verb in _READING:
        return Found("read_file", {"path": path}, {}, "file", ".body")
    if clause.verb in ("write", "save", "store", "put", "export", "dump", "record", "log", "copy"):
        return Found("write_file", {"path": path, "body": "{% $string($states.input) %}"}, {"body": "What is written?"})
    return None


NAMED: tuple[Rule, ...] = (_file, _sheet, _dispatch, _slack, _http, _model)
"""Rules for a service that is named: they come before those of AWS's services."""

IMPLIED: tuple[Rule, ...] = (_payment, _approval, _email, _log)
"""Rules for what a verb says."""

EVERYDAY = frozenset({"approval", "email", "files", "http", "log", "transform"})
"""Codes that are words of any sentence: these connectors are found by their rules alone, never by their names."""

FOREIGN = (
    r"airtable|asana|bigquery|bitbucket|calendly|chargebee|clickup|confluence|databricks|datadog|discord|docusign"
    r"|dropbox"
    r"|elasticsearch|facebook|figma|firebase|freshdesk|gitlab|gmail|google (?:calendar|chat|docs?|drive|forms?|meet)"
    r"|hubspot|instagram|intercom|jira|kafka|klaviyo|linkedin|mailchimp|mailgun|(?:microsoft|ms) teams|mongodb|notion"
    r"|onedrive|pagerduty|paypal|pipedrive|quickbooks|rabbitmq|redis|salesforce|sendgrid|servicenow|sharepoint"
    r"|snowflake"
    r"|supabase|telegram|trello|twilio|twitter|typeform|whatsapp|woocommerce|wordpress|xero|youtube|zendesk"
)
"""Products that people name most and that no connector here is for: such a name is a to-do until one has it."""

MEANINGS: tuple[tuple[str, str], ...] = (
    (r"e-?mail\w*|mail\w*|newsletter|remind\w*|notif\w*|tell|told|inform\w*|send\w*|sent|letter|ask\w*", "mail"),
    (r"slack|posts?|posted|messages?|tell|told|notif\w*|alert\w*|inform\w*|raise", "message"),
    (r"slack|asks?|asked", "ask"),
    (r"charg\w*|bill\w*|debit\w*|captur\w*|pay\w*|paid|card|payment", "charge"),
    (r"refund\w*|reimburs\w*|money|back|give|return\w*", "refund"),
    ((r"call\w*|fetch\w*|get|read|ping\w*|quer\w*|request\w*|download\w*|api|service|poll\w*|check\w*|hit|answers?"
     r"|result"),
     "request"),
    (r"log\w*|record\w*|writ\w*", "log"),
)
"""Words, and the meanings of actions that they may have."""

DOINGS: tuple[tuple[str, str], ...] = (
    (r"charg(?:e|es|ed|ing)|debit(?:s|ed|ing)?|paid|pays|paying", "charge"),
    (r"refund(?:s|ed|ing)?", "refund"),
    (r"delet(?:e|es|ed|ing)|remov(?:e|es|ed|ing)|archiv(?:e|es|ed|ing)", "request"),
    (r"log(?:s|ged|ging)", "log"),
)
"""Words that can only be an action, and what it means."""
