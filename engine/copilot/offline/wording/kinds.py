"""A table of forms of a kind, each for many sentences, and what each is read as."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.copilot.offline.phrases import FAILS
from engine.copilot.offline.wording.parts import (
    AGAIN,
    CONSENT,
    COUNT,
    GAP,
    LONGER,
    NO,
    NO_ANSWER,
    NOBODY,
    NUMBER,
    REPLIES,
    SPAN,
    TIMES,
    VERB,
    WHO,
    YES,
    acts,
    again,
    attempts,
    base,
    deadline,
    is_asked,
    is_charged,
    is_named_before,
    is_retried,
    last_date,
    one,
    the_rest,
    turned,
    unit_of,
    unless,
    worth,
)
from engine.copilot.offline.words import number_of, words_of

KINDS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    ((rf"^((?:the |an? |our )?[\w@. -]+?) (?:has|have|gets?) (?:up to )?({SPAN}) to (approve|confirm|sign off"
      rf"|decide on|accept|answer|respond to|reply to|react to) ([^,;.]+)"), r"ask \1 to \3 \4 within \2"),
    # Turned around
    ((r"^only (if|when|after|once|as soon as) ([^;.]+?)(?:,? (?:should|must|may|can|shall|will) (?=(?:[#\w-]+ ){1,4}be "
      r"|we |you )|, (?:is|are) )((?:(?!be\b)[#\w-]+ ){0,3}?(?!be\b)[#\w-]+) (?:be (?:then )?|(?<=we )|(?<=you )"
      r"|(?=(?:\w+(?:ed|ent|aid|told)|put|run)(?![\w-])))(\w+)(?![\w-])"), turned),
    # Whatever happens
    ((r"^(?:and )?(?:whether (?:or not )?(?:it|that|this|the [\w -]+?) (?:works?|worked|succeeds?|succeeded|fails?"
      r"|failed)(?: or (?:not|fails?|failed|works?|succeeds?))?|(?:on )?success or failure|succeed or fail"
      r"|even if (?:it|that|this) fails|no matter (?:whether|if) (?:it|that|this) \w+(?: or \w+)?),? (?=\w)"),
     "if it fails, carry on. Then "),
    # Answers
    (r"(?<=[.;,] )(?:and )?after (?:(?:the|her|his|an?|their) )?(?:approval|rejection|refusal),? (?=\w)",
     lambda said: said[0] if not is_asked(said) else (
         "if approved, " if "approval" in said[0].lower() else "if rejected, ")),
    # Answers that do not come
    ((rf"\b(wait for (?:the |an? |her |his |their |our )?[a-z][\w' -]*?) for (?:up to|at most|no longer than"
      rf"|a maximum of|max\.?|maximum) ({SPAN})"), r"\1 within \2"),
    ((r"\bwait for (?:the |an? )?(approval|consent|sign-?off|ok|okay|permission) (?:from|of|by) ((?:the |our )?[\w-]+"
      r"(?: [\w-]+)?)(?= within\b)"), r"ask \2 for \1"),
    ((rf"\b(?:if|when|should) (?:an?|the|her|his|their|any|no) (?:answer|reply|response|reaction|decision|approval)"
      rf"(?: does not| doesn't| did not| is not| isn't| has not| hasn't| fails to)?(?: yet)? (?:come|comes|came"
      rf"|arrives?|arrived|been given|given|received|been received|is there|is given|is received|reach(?:es)? us)"
      rf"(?: back| in)? (?:within|in|after|for|by) ({SPAN})"),
     lambda said: f"if there is no answer within {said[1]}" if re.search(
         r"n't|\b(?:not|no|fails to)\b", said[0]) else said[0]),
    ((r"\b(?:if|when) no (?:answer|reply|response|decision|reaction|approval) (?:arrives?|comes?|came|has (?:come"
      r"|arrived)|is (?:made|given|there|received)) ?(?:in )?(?:by then|in time|until then|within that time)"),
     deadline),
    ((r"\b(?:if|when) (?:there is no answer in time|(?:we|you|I) (?:hear|get|receive) (?:nothing|no (?:answer|reply"
      r"|response"
      r"|word))(?: (?:back )?from (?:him|her|them|the [\w-]+))?(?: by then| in time| until then)?)(?=[,.;])"),
     deadline),
    ((rf"\b(?:if|when|should|once) (?:the|those|these|all) (?:{NUMBER}"
     rf" )?(?:seconds?|minutes?|hours?|days?|weeks?) (?:pass"
      rf"|go by|are over|have passed|are up|run out|elapse|expire)(?: without (?:an? |any )?(?:answer|reply|response"
      rf"|decision|approval))?"), deadline),
    ((r"\b((?:if|when) (?:she|he|they|it|the [\w-]+) (?:says? yes|agrees?|approves?|says? no|refuses?|rejects? it"
      r"|declines?)),? or (?:if )?(?:she |he |they |nobody |no one )?(?:does not|doesn't|do not|don't|fails to|answers?"
      rf"|has not|hasn't)[\w ]*? (?:within|in|after|for) ({SPAN}), ([^;.]+)"),
     r"\1 or there is no answer within \2, \3"),
    ((r"[.;,] (?:and )?remind (him|her|them|the [\w-]+|everyone) (?:again )?(?:about it )?(daily|every day|each day"
      r"|hourly|weekly|once an? (?:day|hour|week)|every (?:hour|week))(?:,? (?:until|till) [^,;.]+)?(?=[.;,])"),
     lambda said: f" with reminders every 1 {unit_of(said[2])}"),
    # Attempts
    ((rf",? (?:which|that) (?:is|may be|can be|should be|must be) (?:retried|tried again) {COUNT}{GAP}"
      r"(?=[.;,]|$)"), again),
    (r"\btry(?: it| that)? (?:once more|one more time)\b", "try again once"),
    ((r"[,;.] (?:with |and |make |but )?(?:no more than|not more than|never more than|at most|up to|a maximum of|max\.?"
      rf"|only) ({NUMBER}) (?:attempts|tries)(?: in (?:total|all)| altogether| overall)?(?=[.;,]|$)"), attempts),
    ((rf"\b(?P<what>(?:if|when) [^,;.]*?{FAILS}) (?:all the same|nonetheless|nevertheless|even so|regardless|anyway"
      rf"|even then)\b"), r"\g<what>"),
    # At once
    # Dates
    (rf"\b({SPAN} (?:before|after)) it(?=,? (?:{VERB})\b)", lambda said: f"{said[1]} {last_date(said)}"),
    ((rf"(?:^|(?P<lead>[.;,] (?:and |then )?| and |,? then ))on (?P<when>the (?:[\w-]+ ){{0,2}}?(?:date|day))"
      rf"(?: itself)?,? (?=(?:{VERB}|email)\b)"),
     lambda said: f"{said['lead'] or ''}wait until {said['when']}, then "),
    # Steps
    ((r"^after (the [\w-]+ (?:function|lambda))(?: (?:has|is) (?:run|finished|done|through))?,? "
      rf"(?=(?:{VERB})\b)"),
     lambda said: said[0] if is_named_before(said, said[1]) else f"run {said[1]}, then "),
    (r"\b(?:he|she|it|they) (?:has|have) none(?: left| remaining)?(?=[,;.])", "it is 0"),
    ((r"^(?:only )?(?:after|once|when|as soon as) ((?:the |our )?(?!it\b|they\b|she\b|he\b)[\w-]+(?: [\w-]+){0,2}?) "
      r"(?:has|have) (?:approved|agreed to|signed off(?: on)?|okayed|authori[sz]ed|cleared) "
      r"((?:the |an? |our |this )[\w -]+?), "),
     lambda said: said[0] if is_asked(said) else f"ask {said[1]} to approve {said[2]}. If approved, "),
    ((r"^\w+ (?:the |all |our )?[\w -]+? (at once|at the same time|in parallel|simultaneously|concurrently): "
      rf"(?=(?:{VERB})\b)"), r"at the same time "),
    # Short forms
    ((r"\b(it|he|she|that|there|what|who)'s (?=(?:merely|just|only|simply|then|also) \w+ed\b"
      r"|not\b|still\b|been\b|\w+ed\b|un\w+\b|an?\b|no\b|over\b|under\b|above\b"
     r"|below\b)"), r"\1 is "),
    (r"\beach run (\w+)s\b", r"\1"),
    ((r"\b(?:make|write|add|leave|create) (?:nothing but )?(?:an? |the )?(?:(?:entry|line|note) (?:in|into|to) the log"
      r"|log (?:entry|line|note|message))\b"), "log it"),
    (r"\b\w+ [^,;.]*?,? by (?:POST(?:ing)?|sending a POST)(?: (?:it|them|that|this))? to (https?://\S+)",
     r"POST to \1"),
    (r"^(ask [^,;.]*?) if (?=the|it|this|that|they|we|he|she|an?\b)", r"\1 whether "),
    # What starts it
    ((r"^([^,;.]+?),? (when(?:ever)?|as soon as|every time|each time|once) ([^,;]*\b(?:webhook|bucket"
     r"|queue)\b[^,;]*?)\.?$"),
     r"\2 \3, \1"),
    ((r"^([^,;.]+?),? (when(?:ever)?|once|as soon as|after|if|each time|every time) (the [\w-]+ workflow (?:is "
      r"(?:aborted|done|over|through)|ends|has ended|fails|has failed|finishes|has finished|succeeds|has succeeded"
      r"|times out|completes))\.?$"),
     lambda said: said[0] if is_named_before(said, said[3].split(" workflow")[0]) else (
         f"{said[2]} {said[3]}, {said[1]}")),
    ((rf",? (?:and )?remind(?:ing|s)? (?:him|her|them|the [\w-]+|everyone) (?:again )?(every|after|each) ({SPAN})"
     rf"(?:,? (?:until|till) [^,;.]+| without (?:an answer|a reply))?"), r" with reminders \1 \2"),
    ((r"^((?:all |the |any )?[\w-]+s?(?: [\w-]+)??)( (?:over|above|under|below|of|worth|with|from|between|exceeding"
      r"|up to) [^,;:]+?)? (?:have to|has to|must|need to|needs to|should|are to|is to) be "
      r"(?:approved|signed off|confirmed|authori[sz]ed|ok'?d)(?: first)? by ([^,;.]+?)(?: (?:first"
      r"|before [^,;.]+))?(?=[.;,]|$)"),
     lambda said: (f"if the {one(said[1])} is{worth(said[2])}, "
                   f"" if said[2] else "") + f"ask {said[3]} to approve it"),
    (rf"^with (?:her|his|their|the|that|its|this) {CONSENT}(?:ay)?, ", "if approved, "),
    (rf"^without (?:it|that|one|(?:her|his|their|the) {CONSENT}(?:ay)?), ", "if rejected, "),
    ((r"^(?:only )?(?:after|once|when|as soon as) ((?:the |our )?(?!it\b|they\b|she\b|he\b)[\w-]+(?: [\w-]+){0,3}?) "
      r"(?:has|have) (?:given (?:his|her|their|its|the) (?:ok|okay|approval|consent|go-ahead|permission)"
      rf"|approved(?: it| that)?|agreed|signed (?:it )?off|said yes|consented)(?:, | (?=(?:{VERB})\b))"),
     lambda said: said[0] if is_asked(said) else f"ask {said[1]} for approval. If approved, "),
    (r"^(yes|approved|if so|in that case): ", "if approved, "),
    (r"^(no|rejected|declined|refused): ", "if rejected, "),
    # Questions
    ((r"^before ([^,;.]+?), ([^,;.]+?) (?:must|has to|have to|should|needs? to) (?:approve|sign off(?: on)?|agree"
      r" to|confirm"
      r"|okay|accept|authori[sz]e)(?: it| this| that)?(?=[.;,]|$)"),
     lambda said: f"ask {said[2]} to approve it, then {base(said[1])}" if acts(said[1]) else said[0]),
    (rf"^no {CONSENT}, no [\w ]+?(?:[.!;]|$)", ""),
    (rf"^no (?:answer|reply|response|reaction|word)(?: at all)? (?:within|after|in|for) ({SPAN}) ?[?:,] ?",
     NO_ANSWER + ", "),
    ((rf"\b(?:if|when) {WHO} (?:is|are|has|have)(?: still)?(?: not|n't)(?: been)? (?:finished|done|ready|back"
     rf"|complete|completed|over|through|succeeded|ended|returned|started) (?:after|within|in) ({SPAN})"),
     LONGER),
    ((rf"\b(if|when) ((?:the |it\b|they\b|she\b|he\b)[\w ]*?) (is|are|has|have)(?: still)?(?: not|n't)(?: been)? "
     rf"(\w+) (?:after|within|in) ({SPAN}),? "),
     lambda said: said[0] if said[4].startswith(("repl", "answer", "respon", "react")) else
     f"wait {said[5]}; if {said[2]} {said[3]} not {said[4]}, "),
    ((rf"\b(?:if|when) {NOBODY} has (\w+)(?: (?:it|them|that|this|the [\w-]+))? (?:after|within|in) ({SPAN}),? "),
     lambda said: f"wait {said[2]}; if it is not {said[1]}, " if not is_asked(said) and not re.match(
         REPLIES + "$", said[1]) else said[0]),
    ((rf"\b(?:if|when|should) (?:{NOBODY}|(?:it|they|she|he|the [\w-]+(?: [\w-]+)?) (?:has|have|does|do|did|is|are"
      rf"|was|were)(?:n't| not)(?: yet| still)?)(?: has| have| had)? "
      rf"(?P<how>\w+)(?: [\w']+){{0,4}}? (?:within|after|in|for|by the end of) ({SPAN})"),
     lambda said: f"if there is no answer within {said[2]}" if (
         is_asked(said) or re.match(REPLIES + "$", said["how"])) else said[0]),
    ((r"\b(?:if|when) (?:(?:(?:that|the|this) )?(?:deadline|time|limit|period)(?: limit)? (?:passes|is over|runs out"
      r"|is up|expires|has passed|is missed)"
      r"|(?:he|she|they|it|nobody|no one|the [\w-]+) (?:lets? (?:that|it|the deadline|the time) (?:pass|lapse|go by"
      r"|run out)|misses? (?:it|that|the deadline)"
      r"|(?:does not|doesn't|do not|don't|fails? to) (?:do so|react|answer|decide)(?: by then| in time"
      r"| within that time)?))(?=,| )"),
     deadline),
    # Failures
    ((r"^([^,;.]+?),? should ((?:the )?[\w-]+(?: [\w-]+)??) (fail|break|not work)(?=[.;,]"
     r"|$)"), lambda said: f"if {said[2]} {said[3]}s, {said[1]}"),
    ((rf"\b(?:if|when|should|in case) ([^,;.]*?{FAILS}) (?:even |still )?after (?P<n>{NUMBER}) (?:retries|attempts"
     rf"|tries),? "), lambda said: f"retry it {said['n']} times; if it still fails, "),
    (r"\b(?:if|when) (?:nothing|none of (?:that|this|it|them)) (?:helps?|works?|succeeds?)\b", "if it still fails"),
    ((r",? and only then (?:does|do|is|are) (the [\w-]+ (?:function|workflow|lambda)) (?:run|start|started|called"
     r"|executed)\b"), r", then run \1"),
    ((r"\b(?:the |an? )?([\w-]+) (?:gets?|receives?) (?:an? |the |his |her |their )?"
     r"(?:full )?refund\b"), r"refund the \1"),
    ((r"\b((?:any|some|every)thing (?:goes wrong|fails|breaks)) (?:along the way|anywhere|at any point|on the way|in "
     r"between|there)"), r"\1"),
    (r"\b(if|when) (the (?:card|payment|charge)|it) (?:is|was|gets) (?:declined|refused|rejected)\b",
     lambda said: f"{said[1]} the charge fails" if is_charged(said) else said[0]),
    ((r"^([^,;.]+?),? (?:if|when|should|in case) (the [\w-]+ (?:function|workflow|lambda)) (?:fails?|breaks"
     r"|errors?)\.?$"),
     lambda said: f"if {said[2]} fails, {said[1]}" if is_named_before(said, said[2]) else
     f"run {said[2]}; if it fails, {said[1]}"),
    # Retries
    ((rf"(?:[,;.] |^|\band )(?:(?:with |allow |up to |at most |a maximum of )*)(?P<n>one|{NUMBER})"
     rf" retr(?:y|ies)(?: (?:is"
     rf"|are) (?:fine|ok|okay|allowed|enough))?{GAP}(?=[.;,]|$)"),
     lambda said: f", retry {number_of(words_of(said['n'])[0])} "
                  f"times" + (f" every {said['gap']}" if said["gap"] else "")),
    ((rf"\b(if|when) ([^,;.]*?{FAILS}),? wait ({SPAN}) and (?:then )?(?:try|do)(?: it| that)? again"
     rf"(?! until)"), r"\1 \2, retry every \3"),
    ((rf"\b((?:the |an? )[\w -]+?) (?:is|are|gets|should be|must be|has to be|may be) (?:retried|tried again"
     rf"|repeated) {COUNT}{GAP}"),
     is_retried),
    (r"(\bretry [^,;.]*?) before (?!giving|failing)(?:we |you )?([^,;.]+)(?=[.;]|$)",
     lambda said: f"{said[1]}; if it still fails, {base(said[2])}"),
    (rf"^retry (the [\w-]+ (?:function|workflow|lambda)|https?://[^\s,;]+) {COUNT}{GAP}",
     lambda said: said[0] if is_named_before(said, said[1]) else f"run {said[1]}{again(said)}"),
    ((rf"(?:,|;)? ?(?:\band |\bbut |\bthen |\bwith )*(?<!\bis )(?<!\bbe )\b{AGAIN} {COUNT}{GAP}(?=[.;,]|$| and\b| "
     rf"before\b| then\b|\))"),
     again),
    (rf",? with {COUNT.replace(f'{TIMES}?', ' retries')}{GAP}(?=[.;,]|$| and\b)", again),
    ((rf"(\b(?:if|when) [^,;.]+? (?:{FAILS}|does not work|doesn't work),? (?:retry|repeat)(?: it)? (?:twice|{NUMBER} "
     rf"times)"
      rf"(?: (?:every|after) {SPAN})?),? (?:and )?then (?=\w)"), r"\1; if it still fails, "),
    # Conditions
    (rf"\bcheck (?:that|whether|if) (?P<is>[^.;]+?)[.;,] (?:and )?{YES}(?P<does>[^.;]+?)[.;,] (?:and )?{NO}",
     r"if \g<is>, \g<does>; otherwise "),
    (rf"\bcheck (?:that|whether|if) (?P<is>[^.;]+?)[.;,] (?:and )?{NO}(?P<does>[^.;]+?)[.;,] (?:and )?{YES}",
     r"unless \g<is>, \g<does>; otherwise "),
    (r"(\bask [^;.]*?),? and if so,? (?=\w)", r"\1, and if approved "),
    (rf"\bcheck (?:that|whether|if) (?P<is>[^.;]+?)[.;,] (?:and )?{YES}(?=\w)", r"if \g<is>, "),
    ((r"[.;] if (?:it|that|this|they)(?: is| are|'s| takes| costs| weighs) (?P<more>longer|more|higher|heavier|larger"
      r"|bigger|above(?: that)?|over(?: that)?|less|lower|shorter|lighter|smaller|below(?: that)?|under(?: that)?)"
      r"(?: than that)?, "),
     the_rest),
    (r"^only (if|when) ", r"\1 "),
    (rf",? (?:and|but) only (if|when|once|after) ([^,;.]+?),? (?=(?:{VERB})\b)", r"; if \2, "),
    (r",? but only (?:if|when|where|in case) ([^,;]+?)(?=[.;]|$)", r" if \1"),
    ((r"(?:(?<=[.;])|,? and(?: then)?|, then) (?P<does>\w[^.;:,]*?),? (?:either way|in any case|in either case"
      r"|in both cases|in all cases|in every case|regardless|no matter what)(?=[.;]|$)"), r" either way, \g<does>"),
    ((r"(?:[.;](?= ))?,? (?:and,? )?(?:either way|in the end|at the end|in any case|in either case|in both cases"
      r"|in all cases|in every case|regardless"
      r"|whatever happens|(?:whatever|no matter what|regardless of) the (?:outcome|result|answer|decision)(?: is)?"
     r"|no matter what),? (?=\w)"),
     lambda said: ", carry on. Then " if re.search(
         FAILS + r"|\berror|\btakes? longer", re.split(r"[.] ", said.string[:said.start()])[-1],
         re.IGNORECASE) else ". Then "),
    ((r"^(\w+ (?:(?![.] )[^;:])+?),? (?:except|but not)(?: if| when| where| in case| for when)? ((?:the|it|its|they"
     r"|he|she"
     r"|an?|there|no|this|that|\w+'s)\b [^,;]+?)(?=[.;]|$)"),
     unless),
    # Loops
    # Items
    ((rf",? ?(?:\band |\bwith )*\b({NUMBER}|\d+) (?:items |records |rows |messages )?(?:per|a|in"
     rf" each|in a|to a|in one) "
     rf"(?:batch|chunk|request|call|group)\b"), r", in batches of \1"),
    ((rf"\b(?:split|divide|break|cut|chunk|group) (?:up )?(?:the |all |our )?((?:[\w-]+ )??[\w-]+?)s?(?: list)?"
      rf"(?: up)? (?:into|in) (?:groups|batches|chunks|lots|packs|blocks) of ({NUMBER})"
      rf",? and (\w+) (?P<what>[^,;.]*? (?=(?:for|on|with|to|over) ))?(?:(?:for|on|with|to|over) )?"
      r"(?:each|every|the|one) (?:group|batch|chunk|lot|pack|block|one|of them|groups|batches|chunks)"
      r"(?: of them)?(?P<rest> [^,;.]+)?(?=[,;.]|$)"),
     lambda said: f"{said[3]} {said['what'] + 'with ' if said['what'] else ''}the {said[1]}s{said['rest'] or ''}, "
                  f"in batches of {said[2]}"),
    # What runs together
    ((rf"[;,.] (?:and |but )?(?:a maximum of |at most |no more than |up to |only |max\.? )?({NUMBER})(?: of them"
      rf"| [\w-]+)? (?:should|may|can|must|are to|are allowed to|are|will) (?:run|happen|work|go|be (?:\w+ed|run"
      rf"|sent|done)|\w+ed)"
      r" (?:at the same time|at once|in parallel|concurrently|at a time)"), r", at most \1 at a time"),
    # Windows
    # Waits
    ((rf"(?:^|,? (?:and )?(?:then )?)(?:another )?({SPAN}) (?:after that|afterwards|thereafter|after it|later on"
      rf"|later|on),? "
     rf"(?=\w)"), r", wait \1 and then "),
    ((rf"^({SPAN}) after (?:(?:an?|every|each) [\w -]+?|the [\w -]+? (?:was|were|is|has been|have been"
     rf"|had been) \w+)(?:,| (?=(?:the|our|his|her|their) ))"), r"Wait \1 and then "),
    ((rf"\b(?:after|following) ({SPAN}) without (?:an? |any )?(?:answer|reply|response|reaction|decision"
     rf"|approval),? "), r"if there is no answer within \1, "),
    (r"[.;] (?:skip|leave out|omit) (?:it|this|that|this step|that step) (?:if|when) ([^,;.]+)", r" unless \1"),
)
