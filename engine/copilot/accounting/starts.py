"""How a sentence says what starts a workflow, and the types of triggers that it may be."""

from __future__ import annotations

import re

SOURCES: tuple[tuple[str, frozenset[str]], ...] = tuple((words, frozenset(kinds.split())) for words, kinds in (
    ("webhook", "webhook"), ("form", "form webhook"), ("queue", "queue"), ("bucket|s3", "s3 event"),
    ("folder", "folder s3"), ("workflow", "workflow_end"),
))
"""What starts a workflow, and the types of its triggers."""
STARTING = re.compile(
    r"(?:when(?:ever)?|once|as soon as|after|every time|each time|upon) (?=.*?\b(?P<source>webhook|form|queue|bucket"
    r"|s3|folder|workflow)\b(?!-)).*\b(?:finish\w*|end(?:s|ed)?|complete[sd]?|succeed\w*|done|through|over|called"
    r"|hit|triggered|fires?|receive[sd]?|arrives?|arrived|lands?|landed|comes?|came|submitted|filled|uploaded|dropped"
    r"|posted|shows? up|appears?|sent|added|put)\b")
"""``when the workflow x has finished``: what starts it, and no condition."""
STARTS = tuple((re.compile(rf"^(?:{words})$"), kind) for words, kind in (
    (r"bucket|files?|upload\w*|lands?", "event"), (r"queue|messages?", "queue"),
    (r"webhook|calls?|called|hit", "webhook"), (r"forms?|fill\w*|submi\w*|sign\w*|enter\w*|sent?|send\w*", "form"),
    (r"when\w*|as|soon|if|comes?|arriv\w*|receiv\w*|creat\w*|plac\w*|open\w*|submit\w*|add\w*|events?|some(?:one|body)|people|order\w*|regist\w*|book\w*",
     "webhook|queue|event|form"),
))
