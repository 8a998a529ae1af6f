"""Names and values that what is done should have: where they stand in the document, or that they do not.

    capitals     OrderPaid, Google Drive, Anna: a capital letter within a sentence
    values       what something is set, changed or moved to, marked or saved as
    called       called …, titled …, with the subject …

A step's name holds none of them, nor does a text that is still to be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from engine.copilot.accounting.facts import Facts, Leaf
from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.offline.words import Word, base_verb, stem, stems, words_of

_ENDS = (r"(?=\s*(?:$|[,.;:!?\n])| (?:in|on|at|for|and|then|when|if|with|by|from|to|into|so|before|after|while|unless"
         r"|but|or|once|until|whose|via|through|using)\b)")
_WHAT = rf"(?:an? |the |be )?(?P<what>\S.*?){_ENDS}"
_NO_NOUN = r"(?<!the )(?<!\ban )(?<!\ba )(?<!each )(?<!every )(?<!all )(?<!any )(?<!new )"
_SET = (r"(?:set|mark|updat|chang|flag|tag|label|renam|mov|switch|promot|classif|assign|reset|downgrad|upgrad|convert"
        r"|transition|translat)")
_GIVEN = (r"(?:name|subject|title|text|message|label|status|state|type|size|priority|note|reason|body|heading|headline"
          r"|value|comment|caption|severity|mode|parameter|argument|key|category|colou?r)s?")
_VALUES = tuple(re.compile(form, re.IGNORECASE) for form in (
    rf"{_NO_NOUN}\b{_SET}\w*\b(?! (?:of|if|when|is|are)\b)[^.;:,]*? (?:to|as) {_WHAT}",
    (rf"(?:\b(?:called|named|titled|entitled|labell?ed|tagged)|\bwith (?:the |an? |its )?{_GIVEN}(?: of| as| set to)?"
     rf"|\b(?:gets?|receives?|under|has) the {_GIVEN}) (?!(?:that|from|of|in|on|to|by|and|is|for|when|if)\b){_WHAT}"),
    (r"\b(?:giv|add|assign|appl|attach|grant)\w*\b[^.;:,]*? the (?:role|tag|label|status|priority|type|category|level"
     rf"|plan|rank|permission) (?!(?:of|in|on|to|for|from|is|and)\b){_WHAT}"),
    (r"\b(?:sav|stor|upload|export|record|regist|add|fil|log|sen|put|creat|writ)\w*\b[^.;:,]*? as "
    rf"(?!soon|long|well|many|much|usual|it|they|before|far)(?:an? |the )?(?P<what>\S.*?){_ENDS}"),
))
_DOES_TO = re.compile(
    r"(?:, (?:and |then )?|\band then )(?!(?:and|then|if|when\w*|while|once|unless|until|because|since|before|after"
    r"|where|which|that|who\w*|both|all|not|only|also|otherwise|else|but|plus|either|neither|even|than|with\w*|whether|for|from|into"
    r"|onto|over|under|above|below|between|through|via|per|each|every|any|except|about|around|against|as|at|by|in|of|on|to|up"
    r"|out|off|down|like|so|or|nor|yet|is|are|was|were|has|have|had|does|should|must|can|may|will|would|whose|during|within"
    r"|told|near|upon|instead|including|given|because|though|although)\b)([a-z]{3,})"
    r" (?:the|an?|it|them|its|their|his|her)\b")
"""``…, multiply the total and …``: a verb and what it is done to."""
_SAYING = re.compile(r"\b(?:that|saying|about|whether|says)\b[^.;]*$", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:in|on|from|to|into|with|via|through|using|of|by) (?:the |our |an? )?$", re.IGNORECASE)
_PLACES = frozenset({"QueueUrl", "TopicArn", "FunctionName", "url", "TableName", "Bucket", "StateMachineArn"})
"""What holds a name also where its whole address is still to be given."""


def values_in(sentence: str, facts: Facts) -> Iterator[tuple[int, int, str | None]]:
    """The place of each name and value, and where the document has it."""
    yield from _capitals(sentence, facts)
    for form in _VALUES:
        for match in form.finditer(sentence):
            start = match.start("what")
            for word in words_of(match["what"]):
                if word.kind in ("word", "quoted") and word.lower not in GLUE:
                    held = next((leaf for leaf in facts.leaves if _is_value(leaf) and _has(leaf, word.text)), None)
                    yield start + word.start, start + word.end, None if held is None else held.pointer


def unknown_in(sentence: str, facts: Facts) -> Iterator[tuple[int, int, None]]:
    """The place of each verb that nobody here knows, among others that are done: no step does it."""
    for found in _DOES_TO.finditer(sentence):
        one = stem(found[1].lower())
        named = any(one in leaf.stems for leaf in facts.key("FunctionName", "StateMachineArn"))
        if base_verb(found[1].lower()) is None and not named:
            yield *found.span(1), None


def _capitals(sentence: str, facts: Facts) -> Iterator[tuple[int, int, str | None]]:
    words = words_of(sentence)
    plain = [word for word in words if word.kind == "word"]
    if sum(_is_name(word.text) for word in plain) > max(4, 0.4 * len(plain)):
        return  # a title, or shouting
    for run in _runs(words):
        before = sentence[:run[0].start]
        names = [word.text for word in run]
        held = next((leaf for leaf in facts.leaves if all(_names(leaf, name, before) for name in names)), None) or next(
            (leaf for leaf in facts.leaves if all(stem(name) in leaf.key.lower().split("_") for name in names)), None)
        for word in run:
            one = held or next((leaf for leaf in facts.leaves if _names(leaf, word.text, before)), None)
            yield word.start, word.end, None if one is None else one.pointer


def _runs(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The names of several words, each as one."""
    run: list[Word] = []
    begins = True
    for word in words:
        inner = re.search(r"[a-z][A-Z]", word.text) is not None
        if word.kind == "word" and _is_name(word.text) and (inner or not begins):
            run.append(word)
        elif run:
            yield run
            run = []
        begins = word.kind == "mark" and word.text[0] in ".!?:\n()"
    if run:
        yield run


def _is_name(text: str) -> bool:
    """Whether it begins with a capital, and is no abbreviation."""
    return text[0].isupper() and not text.isupper() and len(text) > 1 and not text.startswith("I'")


def _has(leaf: Leaf, text: str) -> bool:
    bare, one, parts = _parts(text)
    return one in leaf.stems or parts <= leaf.stems or (len(bare) > 3 and bare in str(leaf.value).lower())


@lru_cache(maxsize=512)
def _parts(text: str) -> tuple[str, str, frozenset[str]]:
    bare = text.lower().strip("'\"“”")
    return bare, stem(bare), stems(text) or frozenset([bare])


def _is_value(leaf: Leaf) -> bool:
    return leaf.key not in ("Resource", "type") and (not leaf.is_open or leaf.key in _PLACES)


def _names(leaf: Leaf, name: str, before: str) -> bool:
    """Whether the leaf has the name. A path of the input is none that is only spoken of: `wonInHubspot`."""
    if not _has(leaf, name):
        return False
    if leaf.is_open:
        return leaf.key in _PLACES or _SAYING.search(before[-300:]) is not None
    text = str(leaf.value)
    if leaf.key == "message" and _WITHIN.search(before[-40:]):  # the line of a log: it says the whole clause
        return False
    if text.startswith("{%") and _WITHIN.search(before[-40:]):
        return any(_quoted(quoted, name) for quoted in re.findall(r'"([^"]*)"', text))
    return True


def _quoted(quoted: str, name: str) -> bool:
    return stem(name.lower()) in stems(quoted) or name.lower() in quoted.lower()
