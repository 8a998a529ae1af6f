"""Formal and short words as plain ones: whereupon is then, prior to is before, mins are minutes."""

from __future__ import annotations

import re

from engine.copilot.offline.wording.parts import DONE, NUMBER, SPAN

_UNITS = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?)"
_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(form, re.IGNORECASE), plain) for form, plain in (
    (r"(?<=\d )secs?\b|(?<=\d)secs\b|(?<=every )secs\b", "seconds"),
    (r"(?<=\d)\s?mins?\b\.?(?! \d)", " minutes"),
    (r"(?<=\d)\s?hrs?\b", " hours"),
    (r"\b(every|each|with|of|between|after|wait|in|for|by|within|~) (\d+)\s?s\b", r"\1 \2 seconds"),
    (r"(?<![\w.])(\d+) ?x(?=[ ,.;]|$)", r"\1 times"),
    (r"^cron: ?", ""),
    (r"\b(?:with|for|in case of) (?:any|every)thing else,? (?=\w)", "otherwise "),
    (r"\b(?:waits?|waiting) for the ((?:[\w-]+ )?(?:time|date|day|deadline))\b", r"wait until the \1"),
    (r",? as well as (?:to |by |on |in )?(?=\S+@|#)", " and "),
    (r"\bfall(?:ing)? back (?:to|on) (?=https?:)", "call "),
    (r"\bin case (?!of\b)", "if "),
    ((r"\bdo (?:(?:these|the|both|two|three|all|following|of) )*(?:things|steps|tasks)? ?(?:at the same time"
      r"|in parallel|at once|simultaneously): "), "at the same time "),
    (r"\bif (?:it is|it's|they are) (more|less|higher|lower)(?: than that)?(?=,)", r"if it is \1 than that"),
    ((r"\b(?:on|upon|in case of) (?:an? |any |the )?(?:failure|error)s? (?:of|in|with|during) (either(?: of them)?"
      r"|any(?: of them)?|both|the [\w-]+(?: function| workflow| step)?),? "), r"if \1 fails, "),
    ((r"(^|[.;,] (?:and |but )?)should ((?:the|an?|any|this|that|it|they|he|she|no)\b(?: [\w'-]+){0,4}?) be "),
     r"\1if \2 is "),
    ((rf"\bno (?:answer|response|reply|reaction)(?: at all)? (?:within|in|after|for) ({SPAN}) means(?: that)?:?"
      r"(?: we| you| I)? "), r"if there is no answer within \1, "),
    ((r"\b(?:the )?(?:SQS )?queue ([\w-]+) (?:gets|receives|has) (?:an?|any|some)(?: new)? messages?\b"),
     r"a message arrives in the \1 queue"),
    ((r"\b(?:have|let|get) ((?:(?:the|our|an?) |some(?:one|body)(?: from| in)? )[#\w -]+?|\S+@\S+\w) (approve|confirm"
      r"|review"
      r"|sign off|authori[sz]e|okay) (?=(?:the|an?|it|this|every|each|our|all)\b)"), r"ask \1 to \2 "),
    ((r"\b(email|mail|notify|tell|refund|log|message) (?:those|the ones|everyone|anyone|all)(?: \w+s)? (?:whose [\w ]+?"
      r" (?:failed|fails)|(?:that|which|who|where [\w ]+?) (?:failed|fails?))\b"), r"if it fails, \1 them"),
    (r"\b((?:if|when|on|once)\b[^.;:]*?) ?(?:->|=>|\u2192) ?", r"\1, "),
    (r" ?(?:->|=>|\u2192) ?", ": "),
    ((rf"\b(?:let|leave|allow)(?: (?:her|him|them|it|us|another|the [\w-]+))? ({SPAN})(?: pass| go by| to pass)?"
      r"(?=[,.;]| and\b| then\b)(?![,;.] [^.;]*\b(?:answer|repl|respon|react|silen))"), r"wait \1"),
    (rf",? within ({SPAN})(?=[.;]|$)", r" within \1"),
    ((rf"\b(to (?:approve|confirm|decide|sign)\b[\w ]*?),? and (?:has|have|gets?) ({SPAN})"
      r"(?: for (?:it|that)| to do so)?(?=[.;,])"), r"\1 within \2"),
    (r"\b(wait|until|hold on) till\b", r"\1 until"),
    ((rf"\b(if|when) there(?:'s| is) (?:still )?no (?:answer|reply|response|decision|reaction|word)(?: from [\w@.-]+)?"
     rf" (?:after|within|in|for) (?={NUMBER}|an?\b)"), r"\1 there is no answer within "),
    (r",? (?:and )?(?:whereupon|thereupon|subsequently|thereafter)\b,?", ", then"),
    (r"(?:^|(?<=[.;] ))the (?:very )?(?:moment|instant) (?:that )?(?!of\b)(?=[^,;.]+, )", "as soon as "),
    ((r"\bhave ((?:the |our )?(?:[\w-]+ (?:function|workflow)|(?:function|workflow) [\w-]+)) "
      r"run(?=[.;,]|$| and\b| then\b)"), r"run \1"),
    (r"\bprior to\b", "before"),
    (r"\bsubsequent to\b|\bfollowing (?=the\b)", "after "),
    (r"\b(?:in the event that|on condition that|on the condition that|assuming(?: that)?|in so far as)\b", "if"),
    (rf"\b({NUMBER}|a|an) (?:more|further|full|whole|additional|extra) (?={_UNITS}\b)", r"\1 "),
    (rf"\bat intervals of (?={NUMBER})", "every "),
    ((rf"\b(?:it|that|this) (?:should|shall|must|is to|has to|may|can) be (?:attempted|tried|retried|repeated) (?:up to"
     rf" |at most )?"
     rf"({NUMBER}) (?:more |further )?times"), r"retry it \1 times"),
    (rf"\b(is|are) to be (?={DONE}\b)", r"\1 "),
    (rf"\bshall be (?={DONE}\b)", "should be "),
    (r"(^|[.;] )where (?=(?:it|this|that|they|the [\w-]+(?: [\w-]+)?) (?:is|are|has|have|exceeds)\b)", r"\1if "),
    ((r"(^|[.;,] |\band |\bthen )((?:the|our) [\w-]+(?: [\w-]+)?|\S+@\S+\w) (?:has to|must|needs to|should|is to) "
      r"give (?:it |us )?(?:the|an?|his|her|their) (?:nod|ok|okay|go-ahead|green light|blessing|consent|approval"
      r"|permission)\b"),
     r"\1ask \2 to approve it"),
    ((r"\b(\w+) (?:what|whatever) (?:comes back|is returned|we get(?: back)?|you get(?: back)?) (?:from|by) "
      r"(https?://\S+|the [\w-]+ (?:function|workflow|api|service)) (?=(?:in|into|to|on|onto)\b)"),
     r"call \2 and \1 the answer "),
    ((r",? before (?:anything|it all|any of (?:it|this|that)) (?:is|gets|happens|goes)(?: " + DONE
      + r"| out| ahead)?(?=[.;,])"), ""),
    (r"\b(?:up)?on (?:the )?receipt of ((?:the|an?|our) [\w -]+?),", r"when \1 is received,"),
))


def plainly(text: str) -> str:
    """`text` in plain words."""
    for form, plain in _PLAIN:
        text = form.sub(plain, text)
    return re.sub(r"  +", " ", text).strip()
