"""A table of forms that say something briefly: without its verb, its noun or the limit that was named before."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.copilot.offline.wording.parts import (
    NUMBER,
    VERB,
    deadline,
    none_found,
    put_there,
    same_thing,
    until_then,
)

BRIEF: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    # Nothing but that
    ((r"\b((?:otherwise|else|if not|if rejected|if approved|after a no|after a yes),?) (?:only|just|simply|merely) "
      rf"(?=(?:{VERB})\b)"), r"\1 "),
    (r",? (?:just|simply) (?:finish|end|quit)(?=[,.;]|$)", ", do nothing"),
    (r"\b(?:after|upon) an? (?:yes|approval),? (?=\w)", "if approved, "),
    (r"\b(?:after|upon) an? (?:no|rejection|refusal),? (?=\w)", "if rejected, "),
    # Things at the same time, an open question, a case that was named
    ((r"\bask (\S+@\S+|(?:the |our )?[\w-]+(?: \w+)?) by e-?mail (?=(?:what|how|which|where|when|who|why)\b)"),
     r"email \1 "),
    (rf"^(?:take|receive|pick up) (?:the|an?|each|every) [\w-]+, (?=(?:{VERB})\b)", ""),
    # The thing that was named
    (r"\b(?:that|this|the same) (?P<kind>table|queue|topic|bucket)\b", same_thing),
    (r"\b(?P<does>(?:save|store|put|write|insert|add|record|keep)\b [^,;.]*?)there\b", put_there),
    ((r"\b(?P<if>if|when) (?:it|she|he|they|that) (?:is|are|was|were|has|have)(?: not|n't) (?:been )?(?:there|found)"
      r"(?: yet| any ?more)?(?=,)"), none_found),
    # The limit that was named
    (r"^no (?:answer|reply|response|decision|reaction)(?: in time| by then| until then| at all)?: ",
     lambda said: f"{deadline(said)}, "),
    ((r"\b(?:if|when|once|should) (?:the|that|this|his|her|their) (?:second|minute|hour|day|week|month|time|period)s? "
      r"(?:is|are|has|have) (?:over|up|gone|passed|run out|elapsed|expired|ended)"
      r"(?: without (?:an? |any )?(?:answer|reply|response|decision|approval|reaction))?"), until_then),
    # Waits
    ((r"^let ((?:\w+|half an) (?:seconds?|minutes?|hours?|days?|weeks?)) (?:pass|go by|elapse)"
      r"(?: (?:after|from) (?!that\b)[^,;.]+?)?(?:,? (?:and|before) then |, then |, |\. |; )"), r"wait \1, then "),
    (r"\bwait another (second|minute|hour|day|week)\b", r"wait one \1"),
    # What counts
    ((rf"^after ({NUMBER}) (failures|errors|timeouts|misses)( in a row),? ([^,;.]+?),? (?:and|but) after ({NUMBER})"
      r"(?: of them)?(?: in a row)?,? "), r"if there are \1 \2\3, \4; if there are \5 \2\3, "),
    (rf"^after ({NUMBER}) (failures|errors|timeouts|misses) in a row,? ", r"if there are \1 \2 in a row, "),
)
