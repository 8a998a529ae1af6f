"""Which words mean what an action does, and which words say nothing by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.copilot.catalogue import Catalogue

GLUE = frozenset([
    "a", "an", "the", "this", "that", "these", "those", "it", "its", "they", "them", "their", "he", "she",
    "him", "his", "her", "we", "i", "you", "our", "your", "my", "of", "to", "and", "or", "but", "so",
    "as", "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did",
    "will", "would", "shall", "may", "in", "on", "at", "by", "for", "from", "with", "into", "onto",
    "about", "also", "please", "just", "there", "s", "ve", "re", "ll", "d", "t",
])
"""Words that say nothing by themselves: nothing can be lost with them."""

FORCE = frozenset({"both", "neither", "either", "whichever", "simultaneously"})
"""Words that say how parts hang together. That a step is called by them is no sign that it does so."""

_MEANS: tuple[tuple[str, str], ...] = (
    (r"text\w*|sms|page[ds]?|publish\w*|topic|notif\w*|sns|alert\w*", r"sns:publish"),
    (r"ask\w*|approv\w*|request\w*|question|get|sign-?off|answer\w*|need\w*|wait\w*", r"waitForTaskToken"),
    (r"run|runs|running|invok\w*|call\w*|functions?|lambdas?|execut\w*|result\w*", r"lambda:invoke"),
    (r"look\w*|up|find|get|read\w*|load|check\w*|fetch\w*|use|value", r"getItem"),
    (r"sav\w*|stor\w*|writ\w*|written|put|insert\w*|add\w*|tables?|record\w*", r"putItem"),
    (r"updat\w*|mark\w*|set|chang\w*|tables?", r"updateItem"),
    (r"delet\w*|remov\w*|tables?", r"deleteItem"),
    (r"table", r"getItem"),
    (r"queues?|enqueu\w*|put|send\w*|sent|messages?|go|goes", r"sqs:"),
    (r"bucket|upload\w*|archiv\w*|sav\w*|stor\w*|put|writ\w*|export\w*", r"s3:putObject"),
    (r"bucket|objects?|files?|original|delet\w*|remov\w*", r"s3:deleteObject"),
    (r"bucket|objects?|files?|get|read\w*|load|fetch\w*|download\w*", r"s3:getObject"),
    (r"start\w*|launch\w*|workflow|process|hand|escalat\w*|run|trigger\w*", r"startExecution"),
    (r"jobs?|glue|run|start\w*", r"glue:"),
    (r"e-?mail\w*|mail\w*", r"ses(?:v2)?:sendEmail"),
    (r"events?|emit\w*|put|publish\w*|raise", r"events:put"),
)
"""A word, and the resource of an action that it may mean; those of connectors come with the catalogue."""

_TYPES = {
    "Fail": re.compile(r"^(?:fail\w*|abort\w*|reject\w*|declin\w*|error|clear)$"),
    "Wait": re.compile(r"^(?:wait\w*|paus\w*|sleep\w*|hold|delay\w*|later|after|before|until|let|pass)$"),
    "Map": re.compile(r"^(?:each|every|all|process|go|through|list|rest)$"),
    "Parallel": re.compile(r"^(?:both|parallel|together)$"),
}


def meant_by(word: str, state: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether the word is one for what the state does."""
    form = _TYPES.get(str(state.get("Type")))
    if form is not None and form.match(word):
        return True
    resource = str(state.get("Resource", ""))
    means = (*_MEANS, *catalogue.meanings) if resource else ()
    return any(re.fullmatch(words, word) and re.search(action, resource) for words, action in means)


_ACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(words), resource) for words, resource in (
    (r"delet(?:e|es|ed|ing)|remov(?:e|es|ed|ing)", r"deleteItem|deleteObject|lambda:invoke"),
    (r"publish(?:es|ed|ing)?", r"sns:publish|events:|lambda|startExecution"),
    (r"archiv(?:e|es|ed|ing)", r"s3:|lambda|sqs"),
))


def action_of(word: str, catalogue: Catalogue) -> str | None:
    """The resources of a word that can only be an action; None for others."""
    found = [resource for words, resource in _ACTIONS if words.fullmatch(word)]
    found += [resource for words, resource in catalogue.doings if re.fullmatch(words, word)]
    return "|".join(found) or None
