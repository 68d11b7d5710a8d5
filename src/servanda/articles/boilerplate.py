"""Remove the boilerplate of web pages line by line: comment boxes, log-ins, notices.

A line is removed only if the whole line is a known phrase; a sentence that merely contains one
stays. Spans refer to the text that remains.
"""

from __future__ import annotations

import re

LINES = re.compile(
    r"""(?ix)^\W*(?:
    leave\ (?:a|your)\ (?:reply|comment)(?:\ cancel\ reply)? | cancel\ reply | post\ comment
    | fill\ in\ your\ details\ below\ or\ click\ an\ icon\ to\ log\ in:?(?:\ logo)?
    | you\ are\ commenting\ using\ your\ [\w.]+\ account\W.{0,40}
    | you\ are\ commenting\ using\ your\ account\W.{0,40}
    | log\ (?:in|out)(?:\ /\ +change)? | sign\ (?:in|up)(?:\ now)?
    | (?:google|twitter|facebook|wordpress\.com|gravatar)\ (?:photo|picture|logo)
    | connecting\ to\ %s | blog\ at(?:\ wordpress\.com)? | (?:back\ to\ top|up)\W*
    | %d\ bloggers?\ like\ this:? | be\ the\ first\ to\ like\ this | like\ this:? | like\ loading\W*
    | \d+\ (?:likes?|shares?|comments?|retweets|bloggers\ like\ this)
    | share\ (?:this|on)(?:\ (?:article|page|post|story|facebook|twitter|x|linkedin|whatsapp))?:?
    | click\ to\ share\ on\ \w+(?:\ \(opens\ in\ new\ window\))?
    | (?:tweet|pin\ it|email|print|share|more|related|loading)
    | (?:we|this\ (?:web)?site|our\ (?:web)?site)\ uses?\ cookies\ (?:to|and|for|on)\b.{0,160}\b
      (?:experience|site|website|traffic|analytics|preferences|agree|policy|services|use)\b.{0,40}
    | accept\ (?:all\ )?cookies
    | cookie\ (?:policy|settings)
    | (?:subscribe|sign\ up)\ (?:to|for)\ our\ (?:free\ |daily\ |weekly\ )?newsletter.{0,60}
    | subscribe(?:\ now)?
    | (?:enter\ your\ )?(?:your\ )?e-?mail\ address(?:\ will\ not\ be\ published)?\W*
      (?:required\ fields\ are\ marked\ \*)?
    | required\ fields\ are\ marked\ \*
    | name\ \*
    | email\ \*
    | website
    | notify\ me\ of\ (?:follow-up|new)\ (?:comments|posts)\ (?:by|via)\ email
    | advertisement
    | skip\ to\ (?:main\ )?content
    | all\ rights\ reserved
    | (?:copyright|©|\(c\))\ ?(?:©\ ?)?\d{4}.{0,80}
    | read\ more:?
    | (?:privacy\ policy|terms\ of\ (?:use|service)|contact\ us|about\ us)
    | (?:previous|next)\ (?:post|article)
    | create\ a\ (?:free\ )?(?:website|account)(?:\ or\ blog)?(?:\ at\ wordpress\.com)?
    | follow\ us(?:\ on\ \w+)?
    )\W*$"""
)


def strip_boilerplate(text: str) -> tuple[str, list[str]]:
    """The text without boilerplate, and the removed lines."""
    kept: list[str] = []
    cut: list[str] = []
    for line in text.splitlines():
        (cut if is_boilerplate(line.strip()) else kept).append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n", cut


def is_boilerplate(line: str) -> bool:
    """Whether the whole line is boilerplate; quoted lines and one-word answers ("Yes.") are not."""
    spoken = line[:1] in "“\"‘'" or line[-1:] in "”\"’'!?"
    answer = line.endswith(".") and len(line.split()) == 1
    return bool(line) and not spoken and not answer and LINES.match(line) is not None
