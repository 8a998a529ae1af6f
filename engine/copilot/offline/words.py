"""Words of a sentence, and what the grammar knows about them."""

from __future__ import annotations

import re

from engine.records import dataclass

_WORD = re.compile(
    r"""(?P<url>https?://[^\s,;]+[^\s,;.!?)])
    |(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    |(?P<quoted>"[^"]*"|“[^”]*”|(?<!\S)[@.][A-Za-z][\w.-]*\w)
    |(?P<channel>\#[\w-]+)
    |(?P<path>/[\w-]+(?:/[\w.-]*[\w-])*(?:\.\w+)*)
    |(?P<date>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?)
    |(?P<clock>\d{1,2}:\d\d(?:\s?[ap]m\b)?|\d{1,2}\s?[ap]m\b)
    |(?P<number>(?:(?<!\S)[-\u2212](?=[$€£\d]))?(?:[$€£]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:st\b|nd\b|rd\b|th\b)?)(?P<unit>%|°|k\b)?
    |(?P<repository>(?!and/or\b|he/she\b|his/her\b)[A-Za-z][\w.-]*/[A-Za-z][\w.-]*\w)
    |(?P<word>[^\W\d_][\w'\u2019-]*(?:\.(?:ya?ml|json|csv|py|sh|xlsx|pdf|txt|xml|zip|gz|png|jpe?g|mp[34]|docx?|html|sql|parquet)\b)?)
    |(?P<mark>[,;:.!?()\n]|(?<=\s)[-\u2013\u2014](?=\s)|[<>=!]+)""",
    re.VERBOSE | re.IGNORECASE,
)

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "zero": 0, "half": 0.5,
}
TIMES = {"once": 1, "twice": 2, "thrice": 3}
UNITS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000,
         "year": 31536000}
CURRENCIES = {
    "$": "USD", "€": "EUR", "£": "GBP", "usd": "USD", "dollars": "USD", "dollar": "USD", "eur": "EUR", "euro": "EUR",
    "euros": "EUR", "gbp": "GBP", "pounds": "GBP", "chf": "CHF", "francs": "CHF", "jpy": "JPY", "yen": "JPY",
}
DETERMINERS = frozenset(
    ["the", "a", "an", "this", "that", "these", "those", "each", "every", "any", "all", "their", "its", "his", "her",
     "our", "your", "my", "some", "another"]
)
PREPOSITIONS = frozenset([
    "to", "for", "of", "on", "in", "at", "by", "with", "from", "through", "via", "into", "onto", "over", "about",
    "as", "per", "within",
])
PRONOUNS = frozenset(["it", "them", "they", "he", "she", "him", "this", "that"])
FILLERS = frozenset([
    "please", "also", "just", "finally", "last", "next", "afterwards", "immediately", "first", "automatically",
    "always", "again",
])

_EVERYDAY_VERBS = frozenset([
    "accept", "acknowledge", "activate", "add", "aggregate", "alert", "allocate", "amend", "analyse", "analyze",
    "annotate", "announce", "anonymise", "anonymize", "apologise", "apologize", "append", "apply", "appoint",
    "approve", "archive", "arrange", "ask", "assemble", "assess", "assign", "attach", "authorise", "authorize",
    "await", "award", "begin", "bill", "block", "book", "brief", "bring", "broadcast", "build", "calculate", "call",
    "cancel", "capture", "carry", "categorise", "categorize", "certify", "change", "charge", "chase", "check",
    "classify", "clean", "clear", "close", "collate", "collect", "combine", "comment", "compare", "compile",
    "compose", "compress", "compute", "configure", "confirm", "congratulate", "consolidate", "consult", "contact",
    "continue", "convert", "copy", "count", "create", "credit", "crop", "deactivate", "debit", "decide", "decline",
    "decrease", "decrypt", "deduct", "deduplicate", "defer", "delegate", "delete", "deliver", "deploy", "deposit",
    "deprovision", "derive", "describe", "detect", "disable", "discard", "dismiss", "dispatch", "distribute", "do",
    "download", "draft", "drop", "duplicate", "edit", "email", "emit", "enable", "encrypt", "end", "enqueue",
    "enrich", "ensure", "erase", "escalate", "establish", "estimate", "evaluate", "examine", "execute", "export",
    "extend", "extract", "fail", "feed", "fetch", "file", "fill", "filter", "finalise", "finalize", "find",
    "finish", "fire", "fix", "flag", "flush", "forward", "freeze", "fulfil", "fulfill", "generate", "geocode",
    "get", "give", "go", "grab", "grade", "grant", "greet", "halt", "hand", "handle", "highlight", "hire", "hold",
    "identify", "ignore", "import", "increase", "inform", "ingest", "initialise", "initialize", "initiate",
    "insert", "inspect", "install", "instruct", "integrate", "invalidate", "investigate", "invite", "invoice",
    "invoke", "issue", "judge", "keep", "kick", "kill", "label", "launch", "leave", "let", "lift", "list", "load",
    "locate", "lock", "log", "look", "lookup", "mail", "make", "mark", "mention", "merge", "message", "migrate",
    "mirror", "move", "normalise", "normalize", "note", "notify", "nudge", "obtain", "omit", "onboard", "open",
    "optimise", "optimize", "order", "organise", "organize", "overwrite", "page", "parse", "pass", "pause", "pay",
    "perform", "persist", "ping", "place", "poll", "post", "predict", "prepare", "preserve", "print", "proceed",
    "process", "promote", "propose", "protect", "provision", "prune", "publish", "pull", "purge", "push", "put",
    "quarantine", "query", "queue", "raise", "reactivate", "read", "reassign", "rebuild", "recalculate", "recheck",
    "reconcile", "record", "recover", "redact", "redeploy", "redirect", "reduce", "refresh", "refund", "regenerate",
    "register", "reimburse", "reindex", "reinstate", "reject", "relaunch", "relay", "release", "reload", "remind",
    "remove", "rename", "render", "renew", "reopen", "reorder", "replace", "replicate", "reply", "report", "repost",
    "reprocess", "republish", "request", "require", "rerun", "reschedule", "resend", "reserve", "reset", "resize",
    "resolve", "respond", "restart", "restock", "restore", "resubmit", "resume", "retest", "retire", "retrain",
    "retrieve", "return", "revert", "review", "revoke", "ring", "rotate", "route", "run", "sanitise", "sanitize",
    "save", "scale", "scan", "schedule", "score", "scrape", "search", "select", "send", "separate", "set", "share",
    "ship", "shoot", "shrink", "sign", "skip", "sleep",
    "sort", "split", "start", "stop", "store", "submit", "subscribe",
    "subtract", "summarise", "summarize", "suspend", "swap", "switch", "sync", "synchronise", "synchronize", "tag",
    "take", "tally", "tell", "terminate", "test", "text", "thank", "throttle", "throw", "tidy", "transcribe",
    "transfer", "transform", "translate", "transmit", "trigger", "turn", "unblock", "undo", "unfreeze", "uninstall",
    "unlock", "unpack", "unpublish", "unsubscribe", "unzip", "update", "upload", "upsert", "use", "vacuum",
    "validate", "verify", "void", "wait", "wake", "warn", "watermark", "weigh", "welcome", "whitelist", "wipe",
    "withdraw", "write", "zip",
])

TRADE_NOUNS = frozenset([
    "arrest", "auction", "audit", "bandage", "blend", "boil", "brew", "chill", "coach", "compost", "cook", "cool",
    "couple", "crunch", "digest", "dip", "dock", "drain", "draw", "dub", "dump", "escort", "fax", "fold", "forecast",
    "glue", "grate", "grind", "groom", "haul", "heat", "hide", "hose", "interview", "knock", "lease", "mask",
    "measure", "mix", "moor", "mop", "mount", "mute", "oil", "paint", "park", "peel", "pick", "pickle", "plot",
    "plough", "polish", "pop", "probe", "purchase", "recharge", "recount", "refill", "repair", "rescue", "sack",
    "salvage", "scrap", "scribble", "scrub", "seal", "seat", "seed", "segment", "serve", "shave", "shout", "shred",
    "sketch", "slice", "slot", "smooth", "solder", "sow", "spray", "stack", "stash", "stick", "stir", "stitch",
    "survey", "sweep", "tan", "thaw", "thin", "tick", "toast", "toggle", "tow", "trash", "trim", "tuck", "tutor",
    "tweak", "usher", "varnish", "warm", "wash", "weed", "weld", "whip", "whisk", "wrap", "yell",
])
"""Verbs of the trades that are as often the name of a thing."""

TRADE_VERBS = TRADE_NOUNS | frozenset([
    "acquire", "adjust", "admit", "amplify", "appraise", "assay", "bake", "borrow", "brighten", "browse", "bury",
    "buy", "calibrate", "choose", "chop", "condense", "connect", "darken", "deflate", "defrost", "dehumidify",
    "detach", "detain", "diagnose", "dim", "disburse", "disconnect", "disinfect", "dismantle", "distil", "divert",
    "embed", "engrave", "enlarge", "enrol", "enroll", "enter", "evacuate", "evict", "expel", "expose", "fertilise",
    "fertilize", "fling", "graze", "holler", "incinerate", "inflate", "inoculate", "irrigate", "jot", "knead", "lend",
    "lengthen", "levy", "loosen", "lubricate", "marinate", "memorise", "nag", "negotiate", "notarise", "paraphrase",
    "pester", "photograph", "pour", "prescribe", "proofread", "pseudonymise", "rebook", "reboot", "reclassify",
    "recommend", "reconnect", "recycle", "refuel", "regrade", "rehearse", "reissue", "relocate", "remit",
    "renegotiate", "renumber", "repack", "repay", "rephrase", "replenish", "reprint", "reroute", "rescan", "reword",
    "rewrite", "rinse", "sedate", "sell", "settle", "sew", "sharpen", "shear", "shelve", "shorten", "shortlist",
    "shut", "simmer", "simulate", "soak", "solve", "steer", "sterilise", "sterilize", "summon", "tend", "tighten",
    "tokenise", "typeset", "unload", "unmute", "unpair", "unseal", "unwrap", "vaccinate", "ventilate", "waive", "yank",
])
"""Verbs of the trades. They begin a step, and do not say which action it is: ``bake the bread``."""

VERBS = _EVERYDAY_VERBS | TRADE_VERBS

ALSO_NOUNS = frozenset([
    "bill", "book", "brief", "build", "call", "change", "charge", "clear", "copy", "count", "download", "draft",
    "email", "end", "estimate", "export", "feed", "file", "filter", "fire", "grade", "hand", "hold", "import",
    "invoice", "issue", "label", "leave", "list", "lock", "log", "look", "mail", "message", "note", "order", "page",
    "place", "post", "print", "process", "query", "queue", "record", "refund", "release", "reply", "report",
    "request", "return", "review", "route", "scan", "schedule", "score", "search", "set", "share", "ship", "sign",
    "stop", "tag", "test", "text", "trigger", "update", "upload", "use",
]) | TRADE_NOUNS
"""Verbs that are as often the name of a thing: an action begins with one where a thing follows it."""

ENTITIES = frozenset([
    "account", "application", "appointment", "booking", "case", "claim", "contract", "customer", "delivery",
    "device", "document", "employee", "event", "expense", "file", "guest", "invoice", "item", "job", "lead", "loan",
    "member", "message", "order", "parcel", "passenger", "patient", "payment", "policy", "product", "project",
    "purchase", "record", "refund", "request", "reservation", "result", "sensor", "shipment", "student",
    "subscriber", "subscription", "supplier", "task", "ticket", "transaction", "trip", "user", "vacation",
    "vehicle", "visitor", "window", "door",
])

PROPERTIES = frozenset([
    "category", "channel", "city", "colour", "color", "country", "currency", "decision", "gender", "kind", "label",
    "language", "level", "mode", "name", "outcome", "plan", "priority", "rating", "region", "result", "role",
    "sentiment", "severity", "size", "stage", "state", "status", "tier", "type", "urgency",
    "zone",
])
"""What has a value in words: "priority is urgent" compares with "urgent"."""

ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "twelfth": 12, "twentieth": 20, "hundredth": 100,
}

_PARTICIPLES = {
    "begun": "begin", "built": "build", "chosen": "select", "done": "do", "drawn": "draft", "found": "find",
    "given": "give", "gone": "go", "got": "get", "held": "hold", "kept": "keep", "left": "leave", "made": "make",
    "paid": "pay", "ran": "run", "running": "run", "sent": "send", "set": "set", "shut": "stop", "taken": "take",
    "told": "tell", "withdrawn": "withdraw", "written": "write", "goes": "go", "does": "do",
}
"""Participles that no ending makes, and their verbs."""

_JSONATA_WORDS = frozenset(["and", "or", "in", "true", "false", "null", "function"])

_ENDINGS = re.compile(r"(?:'s|ments?|ations?|ions?|ings?|ed|ers?|als?|es|e|s|y|ies)$")
_PARTS = re.compile(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])|\d+")

_IRREGULAR = {"people": "person", "children": "child", "addresses": "address", "statuses": "status",
              "processes": "process", "batches": "batch", "purchases": "purchase", "invoices": "invoice",
              "cases": "case", "devices": "device", "expenses": "expense", "responses": "response"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number, address or mark. `kind` is url, email, quoted, channel, path, date, clock, number, word or
    mark; `lower` is what rules look at."""

    text: str
    kind: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """In lower case, with straight apostrophes."""
        return self.text.lower().replace("\u2019", "'")


def words_of(text: str) -> list[Word]:
    """The words of `text`; what is none of them is left out."""
    found = []
    for match in _WORD.finditer(text):
        kind = next(name for name, value in match.groupdict().items() if value is not None and name != "unit")
        found.append(Word(match.group(), kind, match.start(), match.end()))
    return found


def lower(words: list[Word] | tuple[Word, ...]) -> str:
    """The words as one text of lower-case words, a space between any two."""
    return " ".join(word.lower for word in words)


def number_of(word: Word) -> float | int | None:
    """A number written in digits or as a word; None for what is none."""
    if word.kind == "number":
        value = float(re.sub(r"[^\d.]", "", word.text)) * (1000 if word.text[-1] in "kK" else 1)
        value = -value if word.text[0] in "-\u2212" else value
        return int(value) if value.is_integer() else value
    return NUMBERS.get(word.lower) if word.kind == "word" else None


def currency_in(words: list[Word] | tuple[Word, ...]) -> str | None:
    """The currency an amount among `words` is in."""
    for word in words:
        if word.kind == "number" and word.text[0] in CURRENCIES:
            return CURRENCIES[word.text[0]]
        if word.lower in CURRENCIES:
            return CURRENCIES[word.lower]
    return None


def singular(word: str) -> str:
    """``orders`` → ``order``."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def plural(word: str) -> str:
    """``batch`` → ``batches``."""
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def base_verb(word: str) -> str | None:
    """The verb behind a gerund or a past participle (charging, charged → charge); None where there is none we know."""
    if word in VERBS:
        return word
    for ending in ("ing", "ed", "s"):
        if not word.endswith(ending):
            continue
        stem = word[: -len(ending)]
        for candidate in (stem, stem + "e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem):
            if candidate in VERBS:
                return candidate
    return _PARTICIPLES.get(word)


def stem(word: str) -> str:
    """What is left of a word without its endings: shipping, ships and ship are one."""
    found = word.lower().strip("'")
    while len(shorter := _ENDINGS.sub("", found)) >= 3 and shorter != found:
        found = shorter
    return found[:-1] if len(found) > 3 and found[-1] == found[-2] else found


def stems(text: str) -> frozenset[str]:
    """The stems in a text, also in names such as daysOverdue."""
    return frozenset(stem(part) for part in _PARTS.findall(text))


def camel(names: list[str]) -> str:
    """``["days", "overdue"]`` → ``daysOverdue``: a name that JSONata and variables take without quoting.

    What is no letter or digit separates; a digit in front, or a word of JSONata's own, gets an ``n`` before it. Where
    there is nothing to make a name of it is ``value``.
    """
    spaced = "".join(char if f"a{char}".isidentifier() and char != "_" else " " for char in " ".join(names))
    parts = spaced.split()
    joined = "".join(part[:1].lower() + part[1:] if index == 0 else part[:1].upper() + part[1:]
                     for index, part in enumerate(parts))
    if joined in _JSONATA_WORDS or (joined and not joined[0].isidentifier()):
        return f"n{joined}"
    return joined or "value"


def title(text: str) -> str:
    """A state's name from a phrase: ``ask finance on slack`` → ``Ask Finance On Slack``."""
    return " ".join(word[:1].upper() + word[1:] for word in text.split())
